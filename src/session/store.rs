//! The session file: one SQLite database of append-only, hash-chained records and content-addressed evidence.
//!
//! Invariants: a record on disk is never changed; what a record refers to is on disk no later than the record; a ruling
//! that was returned as saved is on disk. Records not yet committed wait in memory, so a full disk loses none of them.

use std::{
    env,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rusqlite::Connection;

mod front;
mod read;
mod resume;
mod rule;
mod scan;
mod write;

pub use super::error::SessionError;
use super::{
    chain::{GENESIS, Sealed},
    lock::{self, Lock},
    open,
    pulse::{self, Beat},
    record::{Fact, Record},
};
pub use read::Verified;
use write::{commit, head, insert};

/// A `Result` of this module.
pub type Result<T> = std::result::Result<T, SessionError>;

/// A commit waits for the disk when this long has passed since one last did.
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// Author of the records a scan writes.
const SCAN: &str = "scan";

/// The end of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Head {
    seq: u64,
    hash: String,
}

/// When a commit has to be on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sync {
    /// Before it returns.
    Now,
    /// When the system gets to it.
    Later,
}

/// A record that is not in the file yet, with what it refers to: digest and bytes.
#[derive(Debug)]
struct Pending {
    sealed: Sealed,
    stored: Option<(String, Vec<u8>)>,
}

/// An open session file.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    // Closed before the lock is given back: fields are dropped in this order.
    connection: Connection,
    /// While a scan reports to it: what other processes are told of it.
    beat: Option<Beat>,
    lock: Option<Lock>,
    /// The last record appended, committed or not.
    head: Head,
    /// Appended, not committed.
    pending: Vec<Pending>,
    /// Committed, not known to be on disk.
    unsynced: usize,
    synced: Instant,
    /// Something was appended that should not wait for the next sync.
    urgent: bool,
    /// While a resumed scan repeats what is recorded: where it is.
    repeat: Option<resume::Repeat>,
    /// Bytes of evidence in the file, and how many it may hold.
    evidence: (u64, u64),
}

/// The analyst's name as the system knows it, or "analyst".
pub fn author() -> String {
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .filter_map(|name| env::var(name).ok())
        .find(|name| !name.trim().is_empty())
        .unwrap_or_else(|| "analyst".to_owned())
}

/// True while a process writes to the session at `path`.
pub fn is_live(path: &Path) -> bool {
    lock::is_held(path)
}

pub(super) fn now_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_millis() as i64)
}

impl Store {
    /// Starts a session in a new (or empty) file; folders above it are made.
    pub fn create(path: &Path) -> Result<Self> {
        let created = Record {
            seq: 1,
            at_ms: now_ms(),
            author: author(),
            fact: Fact::Created {
                program: env!("CARGO_PKG_VERSION").to_owned(),
            },
            hash: String::new(),
        };
        let sealed =
            Sealed::new(&created, GENESIS).map_err(|what| unrecordable(path, &created.fact, what))?;
        let opened = open::create(path, |connection| {
            insert(connection, &sealed).map_err(|error| SessionError::sqlite(path, &error))
        })?;
        Ok(Self::new(
            path,
            opened,
            Head {
                seq: 1,
                hash: sealed.hash,
            },
        ))
    }

    /// Opens a session; for reading only while another process writes to it, or if the file may not be written.
    pub fn open(path: &Path) -> Result<Self> {
        Self::opened(path, open::open(path)?)
    }

    fn opened(path: &Path, opened: open::Opened) -> Result<Self> {
        let head = head(&opened.connection).map_err(|error| SessionError::sqlite(path, &error))?;
        if head.seq == 0 {
            return Err(SessionError::Damaged {
                path: path.to_owned(),
                what: "it holds no record".to_owned(),
            });
        }
        Ok(Self::new(path, opened, head))
    }

    /// Opens a session to read it, whoever writes to it: the file stays as it is, byte for byte.
    pub fn look(path: &Path) -> Result<Self> {
        let opened = open::Opened {
            connection: open::read(path)?,
            lock: None,
        };
        Self::opened(path, opened)
    }

    fn new(path: &Path, opened: open::Opened, head: Head) -> Self {
        if opened.lock.is_some() {
            // Nobody else writes: what a scan told of itself here is told by nobody any more.
            pulse::remove(path);
        }
        Self {
            path: path.to_owned(),
            connection: opened.connection,
            beat: None,
            lock: opened.lock,
            head,
            pending: Vec::new(),
            unsynced: 0,
            synced: Instant::now(),
            urgent: false,
            repeat: None,
            evidence: (0, u64::MAX),
        }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True when nothing can be appended.
    pub const fn is_read_only(&self) -> bool {
        self.lock.is_none()
    }

    /// True while another process writes to the session.
    pub fn is_written_elsewhere(&self) -> bool {
        self.is_read_only() && is_live(&self.path)
    }

    /// Appends a fact; it is in the file after the next [`Store::commit`]. The record is to be applied to the live
    /// session.
    pub fn append(&mut self, author: &str, fact: Fact) -> Result<Record> {
        self.append_at(author, now_ms(), fact)
    }

    fn append_at(&mut self, author: &str, at_ms: i64, fact: Fact) -> Result<Record> {
        if self.is_read_only() {
            return Err(SessionError::ReadOnly {
                path: self.path.clone(),
            });
        }
        let mut record = Record {
            seq: self.head.seq + 1,
            at_ms,
            author: author.to_owned(),
            fact,
            hash: String::new(),
        };
        let sealed = Sealed::new(&record, &self.head.hash)
            .map_err(|what| unrecordable(&self.path, &record.fact, what))?;
        record.hash.clone_from(&sealed.hash);
        self.urgent |= matches!(record.fact.kind(), "finding" | "finished" | "failed");
        self.head = Head {
            seq: sealed.seq,
            hash: sealed.hash.clone(),
        };
        self.pending.push(Pending { sealed, stored: None });
        Ok(record)
    }

    /// Takes the last record back that was appended and never committed.
    fn retract(&mut self) {
        if let Some(Pending { sealed, .. }) = self.pending.pop() {
            self.head = Head {
                seq: sealed.seq.saturating_sub(1),
                hash: sealed.prev,
            };
        }
    }

    /// Appends a fact of another file with who and when, and what it refers to.
    pub(super) fn adopt(
        &mut self,
        author: &str,
        at_ms: i64,
        fact: Fact,
        stored: Option<(String, Vec<u8>)>,
    ) -> Result<()> {
        self.append_at(author, at_ms, fact)?;
        if let Some((digest, bytes)) = stored {
            self.attach(digest, bytes);
        }
        if self.pending.len() >= 256 {
            self.write(Sync::Later)?;
        }
        Ok(())
    }

    /// Writes appended records to the file; to be called about every 200 ms while [`Store::uncommitted`] is not 0. Findings
    /// and the end of the scan are on disk when it returns, the rest within two seconds of commits.
    pub fn commit(&mut self) -> Result<()> {
        if self.uncommitted() == 0 {
            return Ok(());
        }
        if self.urgent || self.synced.elapsed() >= SYNC_EVERY {
            return self.write(Sync::Now);
        }
        if self.pending.is_empty() {
            return Ok(());
        }
        self.write(Sync::Later)
    }

    /// As [`Store::commit`], and everything is on disk when it returns.
    pub fn flush(&mut self) -> Result<()> {
        if self.uncommitted() == 0 {
            return Ok(());
        }
        self.write(Sync::Now)
    }

    /// Number of records a power cut now would cost.
    pub const fn uncommitted(&self) -> usize {
        self.pending.len() + self.unsynced
    }

    fn write(&mut self, sync: Sync) -> Result<()> {
        let on_disk = self.pending.first().map_or_else(
            || self.head.clone(),
            |Pending { sealed, .. }| Head {
                seq: sealed.seq.saturating_sub(1),
                hash: sealed.prev.clone(),
            },
        );
        let overtaken = !commit(&mut self.connection, &on_disk, &self.pending, sync)
            .map_err(|error| SessionError::sqlite(&self.path, &error))?;
        if overtaken {
            return Err(SessionError::Overtaken {
                path: self.path.clone(),
            });
        }
        let written = self.pending.len();
        self.pending.clear();
        match sync {
            Sync::Now => {
                self.unsynced = 0;
                self.synced = Instant::now();
                self.urgent = false;
            }
            Sync::Later => self.unsynced += written,
        }
        Ok(())
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Nobody is left to tell; what could not be written was counted by `uncommitted` until now.
        drop(self.flush());
        if !self.is_read_only() {
            drop(open::close(&self.connection));
        }
    }
}

fn unrecordable(path: &Path, fact: &Fact, what: String) -> SessionError {
    SessionError::Unrecordable {
        path: path.to_owned(),
        kind: fact.kind(),
        what,
    }
}

#[cfg(test)]
mod tests;
