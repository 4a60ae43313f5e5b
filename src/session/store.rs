//! The session file: one SQLite database of append-only, hash-chained records and content-addressed evidence.

use std::path::{Path, PathBuf};

use super::{
    Session,
    record::{Fact, Record},
};
use crate::{
    finding::{AttentionPair, Verdict},
    scan::event::ScanEvent,
};

pub use super::error::SessionError;

/// A `Result` of this module.
pub type Result<T> = std::result::Result<T, SessionError>;

/// What [`Store::verify`] found intact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Number of records.
    pub records: u64,
    /// Number of pieces of stored evidence.
    pub evidence: u64,
    /// Hash of the last record, hex: note it elsewhere and nobody can rewrite the session unseen.
    pub head: String,
}

/// An open session file.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
}

/// The analyst's name as the system knows it, or "analyst".
pub fn author() -> String {
    "analyst".to_owned()
}

impl Store {
    /// Starts a session in a new (or empty) file; folders above it are made.
    pub fn create(path: &Path) -> Result<Self> {
        Err(SessionError::Missing {
            path: path.to_owned(),
        })
    }

    /// Opens a session; for reading only while another process writes to it, or if the file may not be written.
    pub fn open(path: &Path) -> Result<Self> {
        Err(SessionError::Missing {
            path: path.to_owned(),
        })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// True when nothing can be appended.
    pub const fn is_read_only(&self) -> bool {
        false
    }

    /// Replays every record saved in the file, checking the chain.
    pub fn load(&self) -> Result<Session> {
        Err(SessionError::Missing {
            path: self.path.clone(),
        })
    }

    /// Calls `visit` with every saved record after `seq`, in order.
    pub fn replay(&self, _after: u64, _visit: &mut dyn FnMut(&Record)) -> Result<()> {
        Ok(())
    }

    /// Applies what another process saved since `session` was loaded; returns the number of records.
    pub fn sync_tail(&self, _session: &mut Session) -> Result<usize> {
        Ok(0)
    }

    /// Appends a fact; it is on disk after the next [`Store::commit`].
    pub fn append(&mut self, _author: &str, _fact: Fact) -> Result<Record> {
        Err(SessionError::Missing {
            path: self.path.clone(),
        })
    }

    /// Appends what the scan reported; the returned records are to be applied to the live session.
    pub fn append_event(&mut self, _event: ScanEvent) -> Result<Vec<Record>> {
        Ok(Vec::new())
    }

    /// Writes appended records; call about every 200 ms while a scan runs, and at its end.
    pub fn commit(&mut self) -> Result<()> {
        Ok(())
    }

    /// As [`Store::commit`], and returns only once the disk has it.
    pub fn flush(&mut self) -> Result<()> {
        Ok(())
    }

    /// Number of records a power cut now would cost.
    pub const fn uncommitted(&self) -> usize {
        0
    }

    /// Saves a ruling; it is on disk when this returns.
    pub fn rule(&mut self, _finding: &str, _verdict: Verdict) -> Result<Record> {
        Err(SessionError::Missing {
            path: self.path.clone(),
        })
    }

    /// Takes the ruling of record `seq` back; on disk when this returns.
    pub fn undo(&mut self, _seq: u64) -> Result<Record> {
        Err(SessionError::Missing {
            path: self.path.clone(),
        })
    }

    /// Reads stored attention.
    pub fn attention(&self, _session: &Session, _key: &str) -> Result<AttentionPair> {
        Err(SessionError::Missing {
            path: self.path.clone(),
        })
    }

    /// Recomputes the chain and the digest of every piece of evidence.
    pub fn verify(&self) -> Result<Verified> {
        Err(SessionError::Missing {
            path: self.path.clone(),
        })
    }
}
