//! What the first screen of a session needs, read before everything else; and leaks, read when they are looked at.
//!
//! Each record is held against its own hash. Whether the chain holds is for [`super::super::reading`] to find out.

use std::path::Path;

use rusqlite::Connection;

use super::{Result, SessionError, Store, write::head};
use crate::{
    scan::event::{Leak, ScanEvent},
    session::{
        Session, Unread,
        chain::Sealed,
        open,
        record::{Fact, Record},
    },
};

/// Kinds of records there are few of. The others are counted.
const FEW: &str = "'created', 'started', 'phase', 'finding', 'notice', 'stored', 'left-out', 'finished', 'failed', \
                   'resumed', 'baseline', 'ruled', 'undone', 'redone', 'salvaged'";

impl Store {
    /// Opens a session for reading, whoever else reads or writes.
    pub(in crate::session) fn read(path: &Path) -> Result<Self> {
        let connection = open::read(path)?;
        let head = head(&connection).map_err(|error| SessionError::sqlite(path, &error))?;
        let opened = open::Opened {
            connection,
            lock: None,
        };
        Ok(Self::new(path, opened, head))
    }

    /// The session without its candidates, its leaks known by their places alone: what the first screen needs.
    pub fn front(&self) -> Result<Session> {
        let sqlite = |error: rusqlite::Error| SessionError::sqlite(&self.path, &error);
        // One moment in the life of the file: another process may be writing to it.
        let moment = self.connection.unchecked_transaction().map_err(sqlite)?;
        let mut session = Session::default();
        let query = format!(
            "SELECT seq, at_ms, author, kind, body, prev, hash FROM record
             WHERE seq IN (SELECT seq FROM record WHERE kind IN ({FEW})) ORDER BY seq"
        );
        let mut statement = moment.prepare(&query).map_err(sqlite)?;
        let mut rows = statement.query([]).map_err(sqlite)?;
        while let Some(row) = rows.next().map_err(sqlite)? {
            let sealed = Sealed::from_row(row).map_err(sqlite)?;
            session.apply(&self.by_itself(sealed)?);
        }
        for record in numbers(&moment, "leak").map_err(sqlite)? {
            session.leaks.announce(record);
        }
        let candidates: i64 = moment
            .query_row(
                "SELECT count(*) FROM record WHERE kind = 'candidate'",
                [],
                |row| row.get(0),
            )
            .map_err(sqlite)?;
        session.unread = Some(Unread {
            candidates: candidates.max(0) as u64,
        });
        let head = head(&moment).map_err(sqlite)?;
        (session.records, session.head) = (head.seq, head.hash);
        Ok(session)
    }

    /// The leak in a record.
    pub fn leak(&self, record: u64) -> Result<Leak> {
        let sealed = self
            .connection
            .prepare_cached("SELECT seq, at_ms, author, kind, body, prev, hash FROM record WHERE seq = ?1")
            .and_then(|mut statement| statement.query_row([record as i64], Sealed::from_row))
            .map_err(|error| SessionError::sqlite(&self.path, &error))?;
        match self.by_itself(sealed)?.fact {
            Fact::Scan {
                event: ScanEvent::Leak(leak),
            } => Ok(leak),
            other => Err(SessionError::Record {
                path: self.path.clone(),
                seq: record,
                what: format!("is a {} and no leak", other.kind()),
            }),
        }
    }

    /// A row as a record, held against its own hash.
    fn by_itself(&self, sealed: Sealed) -> Result<Record> {
        let prev = sealed.prev.clone();
        let seq = sealed.seq;
        sealed.unseal(&prev).map_err(|what| SessionError::Record {
            path: self.path.clone(),
            seq,
            what,
        })
    }
}

fn numbers(connection: &Connection, kind: &str) -> rusqlite::Result<Vec<u64>> {
    connection
        .prepare("SELECT seq FROM record WHERE kind = ?1 ORDER BY seq")?
        .query_map([kind], |row| row.get::<_, i64>(0).map(|seq| seq as u64))?
        .collect()
}
