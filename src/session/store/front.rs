//! What the first screen of a session needs, read before everything else; and leaks, read when they are looked at.
//!
//! Each record is held against its own hash. Whether the chain holds is for [`super::super::reading`] to find out.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::{Result, SessionError, Store, write::head};
use crate::{
    scan::event::{Leak, ScanEvent},
    session::{
        Race, Session, Unread,
        chain::Sealed,
        open,
        record::{Fact, Record},
    },
};

/// Kinds of records there are few of. The others are counted.
const FEW: &str = "'created', 'started', 'phase', 'finding', 'notice', 'stored', 'left-out', 'finished', 'failed', \
                   'resumed', 'baseline', 'ruled', 'undone', 'redone', 'reread', 'salvaged'";

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

    /// Number and time of the last record of a kind.
    pub(in crate::session) fn last(&self, kind: &str) -> Result<Option<(u64, i64)>> {
        self.found(
            "SELECT seq, at_ms FROM record WHERE kind = ?1 ORDER BY seq DESC LIMIT 1",
            [kind],
        )
    }

    /// When the last record of all was written.
    pub(in crate::session) fn last_ms(&self) -> Result<Option<i64>> {
        let last = self.found("SELECT seq, at_ms FROM record ORDER BY seq DESC LIMIT 1", []);
        Ok(last?.map(|(_, at_ms)| at_ms))
    }

    fn found(&self, query: &str, parameters: impl rusqlite::Params) -> Result<Option<(u64, i64)>> {
        self.connection
            .query_row(query, parameters, |row| {
                Ok((row.get::<_, i64>(0)? as u64, row.get(1)?))
            })
            .optional()
            .map_err(|error| SessionError::sqlite(&self.path, &error))
    }

    /// How far candidates came, counted without reading them.
    pub(in crate::session) fn race(&self) -> Result<Race> {
        let count = |query: &str| {
            self.connection
                .query_row(query, [], |row| row.get::<_, i64>(0))
                .map(|count| count.max(0) as u32)
                .map_err(|error| SessionError::sqlite(&self.path, &error))
        };
        Ok(Race {
            probed: count(
                "SELECT count(DISTINCT json_extract(body, '$.candidate')) FROM record
                 WHERE kind IN ('looked', 'dropped')",
            )?,
            survivors: count(
                "SELECT count(DISTINCT json_extract(body, '$.candidate')) FROM record
                 WHERE kind = 'looked' AND json_extract(body, '$.look.round') >= 2",
            )?,
        })
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
