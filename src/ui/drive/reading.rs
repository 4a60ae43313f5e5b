//! The rest of a session that is already on the screen: its candidates and its chain when they are read, leaks when they are
//! looked at.

use ratatui::backend::Backend;

use super::Drive;
use crate::{
    session::reading::{Read, Reading},
    ui::{
        UiError,
        console::Console,
        message::Message,
        state::{Screen, past::Past},
    },
};

/// Leaks held at once, about.
const LEAKS_HELD: usize = 4096;

/// Waits for the rest of the session; none when the thread that read it died. For ever where nothing is being read.
pub async fn finished(reading: &mut Option<Reading>) -> Option<Read> {
    match reading {
        Some(reading) => reading.finished().await,
        None => std::future::pending().await,
    }
}

impl<B, C> Drive<'_, B, C>
where
    B: Backend,
    B::Error: Send + Sync + 'static,
    C: Console,
{
    /// Puts the whole session in the place of its front.
    pub(super) fn read_whole(&mut self, read: Option<Read>) -> Result<(), UiError> {
        self.app.reading = None;
        let told = match read {
            Some(Read {
                mut session,
                broken: None,
            }) => {
                let mut since = Vec::new();
                if let Some(store) = &self.app.store {
                    // What was ruled while it was being read stands in the file already.
                    store.replay(session.records, &mut |record| since.push(record.clone()))?;
                }
                for record in &since {
                    session.apply(record);
                }
                self.app.session = session;
                Ok(())
            }
            Some(Read {
                session,
                broken: Some(broken),
            }) => {
                self.app.session.fill(session);
                Err(format!(
                    "the chain of records is broken: {broken}; {}",
                    broken.hint()
                ))
            }
            None => Err("the session could not be read whole: its reader died".to_owned()),
        };
        self.handle(Message::Read(told))
    }

    /// Reads leaks from the file; what comes of it is on the next frame.
    pub(super) fn read_leaks(&mut self, indices: &[usize]) -> Option<Message> {
        let store = self.app.store.as_ref()?;
        let mut failed = None;
        self.app.session.leaks.release(LEAKS_HELD);
        for index in indices {
            let record = self.app.session.leaks.record(*index)?;
            let leak = store.leak(record).map_err(|error| failed = Some(error)).ok();
            self.app.session.leaks.hold(*index, leak);
        }
        self.dirty = true;
        failed.map(|error| Message::Failed(error.to_string()))
    }

    /// Reads the session as it was at a record, going on from the moment shown where that was before it.
    pub(super) fn past(&self, record: u64) -> Message {
        let Some(store) = &self.app.store else {
            return Message::Failed("this session has no file".to_owned());
        };
        let shown = match self.state.screen() {
            Screen::Past(past) if past.record() < record => Some(past.session.clone()),
            _ => None,
        };
        match store.load_until(record, shown) {
            Ok((mut session, Some(reached))) => {
                session.leaks.release(0);
                Message::Past(Box::new(Past {
                    session,
                    at_ms: reached.at_ms,
                    kind: reached.fact.kind(),
                    author: reached.author,
                    now: self.app.session.records,
                    steps: self.app.session.deeds.iter().map(|deed| deed.record).collect(),
                    scroll: 0,
                }))
            }
            Ok((_, None)) => Message::Failed(format!("record {record} is not in the file yet")),
            Err(error) => Message::Failed(format!("not read: {error}")),
        }
    }
}
