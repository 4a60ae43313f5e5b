//! Who may write to a session: the process that holds the lock file beside it.
//!
//! The lock keeps a second window from writing at all; the store checks the head of the chain inside every transaction
//! besides, so a lock that a file system does not honour costs an error and never a record.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

/// Tries before a lock counts as held: [`is_held`] takes it for an instant.
const TRIES: u32 = 4;

/// The right to write, until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    /// Open, and with that locked.
    _file: File,
}

/// `demo.stakeout` with `suffix` after its name.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}

impl Lock {
    /// Takes the lock of a session; none when another process holds it.
    pub(super) fn take(session: &Path) -> io::Result<Option<Self>> {
        let path = beside(session, "-lock");
        for _ in 0..TRIES {
            let file = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { path, _file: file })),
                Err(TryLockError::Error(error)) => return Err(error),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
            }
        }
        Ok(None)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A lock file that stays behind is harmless: it is the lock on it that counts.
        drop(fs::remove_file(&self.path));
    }
}

/// True while a process writes to the session.
pub(super) fn is_held(session: &Path) -> bool {
    File::open(beside(session, "-lock"))
        .is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}
