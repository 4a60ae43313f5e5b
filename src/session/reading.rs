//! A whole session, read and checked on a thread of its own while the screen already shows its front.
//!
//! Invariant: what is handed over follows the chain from the first record on; where the chain breaks, reading ends.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use tokio::sync::oneshot;

use super::{Session, error::SessionError, store::Store};

/// Leaks held after reading: those a screen shows first.
const LEAKS_HELD: usize = 256;

/// What reading came to.
#[derive(Debug)]
pub struct Read {
    /// The session as far as its chain holds.
    pub session: Session,
    /// What is wrong with the record after that; none when the chain holds to its end.
    pub broken: Option<SessionError>,
}

/// A session that is being read; dropping it ends the reading.
#[derive(Debug)]
pub struct Reading {
    done: oneshot::Receiver<Read>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Reading {
    /// Starts to read the session at `path`.
    pub fn start(path: &Path) -> Result<Self, SessionError> {
        let (sender, done) = oneshot::channel();
        let stop = Arc::new(AtomicBool::new(false));
        let (asked, path): (_, PathBuf) = (Arc::clone(&stop), path.to_owned());
        let failed = path.clone();
        let thread = thread::Builder::new()
            .name("reading".to_owned())
            .spawn(move || {
                if let Some(read) = read(&path, &asked) {
                    // If nobody waits for it any more there is nobody to tell.
                    drop(sender.send(read));
                }
            })
            .map_err(|error| SessionError::io(&failed, &error))?;
        Ok(Self {
            done,
            stop,
            thread: Some(thread),
        })
    }

    /// Waits for the end of the reading; none when its thread died.
    pub async fn finished(&mut self) -> Option<Read> {
        (&mut self.done).await.ok()
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // It looks at every record whether to stop; while it reads, the file cannot be closed as one plain file.
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// None when it was told to stop.
fn read(path: &Path, stop: &AtomicBool) -> Option<Read> {
    let mut session = Session::default();
    let followed = Store::read(path).and_then(|store| {
        store.replay_while(0, &mut |record| {
            session.apply(record);
            session.leaks.release(LEAKS_HELD);
            !stop.load(Ordering::Relaxed)
        })
    });
    session.candidates.shrink_to_fit();
    (!stop.load(Ordering::Relaxed)).then_some(Read {
        session,
        broken: followed.err(),
    })
}
