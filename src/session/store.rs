//! The session file: one SQLite database of append-only, hash-chained records and content-addressed evidence.
//!
//! Invariants: a record on disk is never changed; what a record refers to is on disk no later than the record; a ruling
//! that was returned as saved is on disk. Records not yet committed wait in memory, so a full disk loses none of them.

use std::{
    env,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, TransactionBehavior, params};

mod read;

pub use super::error::SessionError;
use super::{
    blob,
    chain::{GENESIS, Sealed},
    lock::{self, Lock},
    open,
    record::{Fact, Record},
    schema,
};
use crate::{
    finding::{AttentionPair, Verdict},
    scan::event::ScanEvent,
};
pub use read::Verified;

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

/// An open session file.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    // Closed before the lock is given back: fields are dropped in this order.
    connection: Connection,
    lock: Option<Lock>,
    /// The last record appended, committed or not.
    head: Head,
    /// Appended, not committed.
    pending: Vec<Sealed>,
    /// Committed, not known to be on disk.
    unsynced: usize,
    synced: Instant,
    /// Something was appended that should not wait for the next sync.
    urgent: bool,
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

fn now_ms() -> i64 {
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
        let opened = open::open(path)?;
        let head = head(&opened.connection).map_err(|error| SessionError::sqlite(path, &error))?;
        if head.seq == 0 {
            return Err(SessionError::Damaged {
                path: path.to_owned(),
                what: "it holds no record".to_owned(),
            });
        }
        Ok(Self::new(path, opened, head))
    }

    fn new(path: &Path, opened: open::Opened, head: Head) -> Self {
        Self {
            path: path.to_owned(),
            connection: opened.connection,
            lock: opened.lock,
            head,
            pending: Vec::new(),
            unsynced: 0,
            synced: Instant::now(),
            urgent: false,
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

    /// Appends a fact; it is in the file after the next [`Store::commit`]. The record is to be applied to the live
    /// session.
    pub fn append(&mut self, author: &str, fact: Fact) -> Result<Record> {
        if self.is_read_only() {
            return Err(SessionError::ReadOnly {
                path: self.path.clone(),
            });
        }
        let record = Record {
            seq: self.head.seq + 1,
            at_ms: now_ms(),
            author: author.to_owned(),
            fact,
        };
        let sealed = Sealed::new(&record, &self.head.hash)
            .map_err(|what| unrecordable(&self.path, &record.fact, what))?;
        self.urgent |= matches!(record.fact.kind(), "finding" | "finished" | "failed");
        self.head = Head {
            seq: sealed.seq,
            hash: sealed.hash.clone(),
        };
        self.pending.push(sealed);
        Ok(record)
    }

    /// Takes the last record back that was appended and never committed.
    fn retract(&mut self) {
        if let Some(sealed) = self.pending.pop() {
            self.head = Head {
                seq: sealed.seq.saturating_sub(1),
                hash: sealed.prev,
            };
        }
    }

    /// Appends what the scan reported; the records returned (none for progress) are to be applied to the live session.
    ///
    /// Attention is written to the file at once, everything before it too.
    pub fn append_event(&mut self, event: ScanEvent) -> Result<Vec<Record>> {
        match event {
            ScanEvent::Progress(_) => Ok(Vec::new()),
            ScanEvent::Attention { key, pair } => Ok(vec![self.store(key, &pair)?]),
            event => Ok(vec![self.append(SCAN, Fact::Scan { event })?]),
        }
    }

    fn store(&mut self, key: String, pair: &AttentionPair) -> Result<Record> {
        let bytes = blob::encode(pair).map_err(|what| SessionError::Evidence {
            path: self.path.clone(),
            key: key.clone(),
            what,
        })?;
        self.commit()?;
        let digest = blob::digest(&bytes);
        let fact = Fact::Stored {
            key,
            digest: digest.clone(),
            bytes: bytes.len() as u64,
        };
        let record = self.append(SCAN, fact)?;
        if let Err(error) = self.write(Sync::Later, Some((&digest, &bytes))) {
            self.retract();
            return Err(error);
        }
        Ok(record)
    }

    /// Writes appended records to the file; to be called about every 200 ms while a scan runs, and at its end. Findings
    /// and the end of the scan are on disk when it returns, the rest within two seconds of commits.
    pub fn commit(&mut self) -> Result<()> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let is_due = self.urgent || self.synced.elapsed() >= SYNC_EVERY;
        self.write(if is_due { Sync::Now } else { Sync::Later }, None)
    }

    /// As [`Store::commit`], and everything is on disk when it returns.
    pub fn flush(&mut self) -> Result<()> {
        if self.uncommitted() == 0 {
            return Ok(());
        }
        self.write(Sync::Now, None)
    }

    /// Number of records a power cut now would cost.
    pub const fn uncommitted(&self) -> usize {
        self.pending.len() + self.unsynced
    }

    fn write(&mut self, sync: Sync, evidence: Option<(&str, &[u8])>) -> Result<()> {
        let on_disk = self.pending.first().map_or_else(
            || self.head.clone(),
            |first| Head {
                seq: first.seq.saturating_sub(1),
                hash: first.prev.clone(),
            },
        );
        let overtaken = !commit(&mut self.connection, &on_disk, &self.pending, sync, evidence)
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

    /// Saves a ruling; it is on disk when this returns, and was never made when it fails.
    pub fn rule(&mut self, finding: &str, verdict: Verdict) -> Result<Record> {
        let author = verdict.author.clone();
        self.save(
            &author,
            Fact::Ruled {
                finding: finding.to_owned(),
                verdict,
            },
        )
    }

    /// Takes the ruling of record `seq` back; on disk when this returns.
    pub fn undo(&mut self, seq: u64) -> Result<Record> {
        let is_in_force: bool = self
            .connection
            .query_row(
                "SELECT EXISTS (SELECT 1 FROM ruling WHERE seq = ?1 AND undone_by IS NULL)",
                [seq as i64],
                |row| row.get(0),
            )
            .map_err(|error| SessionError::sqlite(&self.path, &error))?;
        if !is_in_force {
            return Err(SessionError::NotARuling {
                path: self.path.clone(),
                seq,
            });
        }
        self.save(&author(), Fact::Undone { record: seq })
    }

    fn save(&mut self, author: &str, fact: Fact) -> Result<Record> {
        self.commit()?;
        let record = self.append(author, fact)?;
        if let Err(error) = self.write(Sync::Now, None) {
            self.retract();
            return Err(error);
        }
        Ok(record)
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

/// The last record in the file; number 0 when there is none.
fn head(connection: &Connection) -> rusqlite::Result<Head> {
    let found = connection.query_row(
        "SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1",
        [],
        |row| {
            Ok(Head {
                seq: row.get::<_, i64>(0)?.max(0) as u64,
                hash: row.get(1)?,
            })
        },
    );
    match found {
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(Head {
            seq: 0,
            hash: GENESIS.to_owned(),
        }),
        found => found,
    }
}

fn insert(connection: &Connection, sealed: &Sealed) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO record (seq, at_ms, author, kind, body, prev, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![
            sealed.seq as i64,
            sealed.at_ms,
            sealed.author,
            sealed.kind,
            sealed.body,
            sealed.prev,
            sealed.hash
        ])
        .map(|_| ())
}

/// Writes evidence and records in one transaction, if the file still ends at `on_disk`; false if it does not.
fn commit(
    connection: &mut Connection,
    on_disk: &Head,
    records: &[Sealed],
    sync: Sync,
    evidence: Option<(&str, &[u8])>,
) -> rusqlite::Result<bool> {
    let synchronous = if sync == Sync::Now { "FULL" } else { "NORMAL" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if head(&transaction)? != *on_disk {
        return Ok(false);
    }
    if let Some((digest, bytes)) = evidence {
        transaction.execute(
            "INSERT INTO blob (digest, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![digest, bytes],
        )?;
    }
    if records.is_empty() {
        // A transaction that writes nothing would not wait for the disk.
        transaction.pragma_update(None, "user_version", schema::FORMAT)?;
    }
    for sealed in records {
        insert(&transaction, sealed)?;
    }
    transaction.commit()?;
    Ok(true)
}

#[cfg(test)]
mod tests;
