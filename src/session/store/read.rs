//! The reading half of the store. Nothing it returns is unchecked: the chain is recomputed on the way, evidence is digested.

use rusqlite::params;

use super::{Head, Result, SessionError, Store};
use crate::{
    finding::AttentionPair,
    session::{
        Session, blob,
        chain::{GENESIS, Sealed},
        record::{Fact, Record},
        schema,
    },
};

/// What [`Store::verify`] found intact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Number of records.
    pub records: u64,
    /// Number of pieces of stored evidence.
    pub evidence: u64,
    /// Hash of the last record, hex: noted elsewhere, it shows later whether the whole file was rewritten.
    pub head: String,
}

impl Store {
    /// Replays every record in the file, checking the chain. Records not yet committed are not among them.
    pub fn load(&self) -> Result<Session> {
        let mut session = Session::default();
        self.replay(0, &mut |record| session.apply(record))?;
        Ok(session)
    }

    /// The session as it was when record `last` had been written, and that record; `earlier` is the session at a record before
    /// it, if that is at hand. Ends at the last record there is.
    pub fn load_until(&self, last: u64, earlier: Option<Session>) -> Result<(Session, Option<Record>)> {
        let mut session = earlier
            .filter(|earlier| earlier.records < last)
            .unwrap_or_default();
        let mut reached = None;
        self.replay_while(session.records, &mut |record| {
            session.apply(record);
            let goes_on = record.seq < last;
            if !goes_on {
                reached = Some(record.clone());
            }
            goes_on
        })?;
        Ok((session, reached))
    }

    /// Calls `visit` with every record in the file after `seq`, in order, checking the chain. Returns their number.
    pub fn replay(&self, after: u64, visit: &mut dyn FnMut(&Record)) -> Result<usize> {
        self.follow(after, &mut |record| {
            visit(record);
            true
        })
        .map(|(count, _)| count)
    }

    /// As [`Store::replay`], until `visit` returns false.
    pub(in crate::session) fn replay_while(
        &self,
        after: u64,
        visit: &mut dyn FnMut(&Record) -> bool,
    ) -> Result<usize> {
        self.follow(after, visit).map(|(count, _)| count)
    }

    /// Applies what another process committed since `session` was loaded or last brought up to date; returns the number
    /// of records.
    pub fn sync_tail(&self, session: &mut Session) -> Result<usize> {
        if !self.is_read_only() {
            // Nobody else writes.
            return Ok(0);
        }
        let mut tail = Vec::new();
        let count = self.replay(session.records, &mut |record| tail.push(record.clone()))?;
        for record in &tail {
            session.apply(record);
        }
        Ok(count)
    }

    fn follow(&self, after: u64, visit: &mut dyn FnMut(&Record) -> bool) -> Result<(usize, Head)> {
        let mut last = Head {
            seq: after,
            hash: self.hash_of(after)?,
        };
        let sqlite = |error: rusqlite::Error| SessionError::sqlite(&self.path, &error);
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT seq, at_ms, author, kind, body, prev, hash FROM record WHERE seq > ?1 ORDER BY seq",
            )
            .map_err(sqlite)?;
        let mut rows = statement.query([after as i64]).map_err(sqlite)?;
        let mut count = 0;
        while let Some(row) = rows.next().map_err(sqlite)? {
            let seq = last.seq + 1;
            let broken = |what: String| SessionError::Record {
                path: self.path.clone(),
                seq,
                what,
            };
            let sealed = Sealed::from_row(row).map_err(|error| broken(format!("cannot be read: {error}")))?;
            if sealed.seq != seq {
                return Err(broken("missing".to_owned()));
            }
            let hash = sealed.hash.clone();
            let goes_on = visit(&sealed.unseal(&last.hash).map_err(broken)?);
            last = Head { seq, hash };
            count += 1;
            if !goes_on {
                break;
            }
        }
        Ok((count, last))
    }

    fn hash_of(&self, seq: u64) -> Result<String> {
        if seq == 0 {
            return Ok(GENESIS.to_owned());
        }
        self.connection
            .query_row("SELECT hash FROM record WHERE seq = ?1", [seq as i64], |row| {
                row.get(0)
            })
            .map_err(|error| match error {
                rusqlite::Error::QueryReturnedNoRows => SessionError::Record {
                    path: self.path.clone(),
                    seq,
                    what: "missing".to_owned(),
                },
                error => SessionError::sqlite(&self.path, &error),
            })
    }

    /// Reads the attention stored under a key.
    pub fn attention(&self, session: &Session, key: &str) -> Result<AttentionPair> {
        let broken = |what: String| SessionError::Evidence {
            path: self.path.clone(),
            key: key.to_owned(),
            what,
        };
        let stored = session
            .stored
            .get(key)
            .ok_or_else(|| broken("nothing is stored under this name".to_owned()))?;
        let bytes = self.evidence(&stored.digest, stored.bytes).map_err(broken)?;
        blob::decode(&bytes).map_err(broken)
    }

    /// A blob that has the length and digest recorded for it, or what is wrong.
    pub(super) fn evidence(&self, digest: &str, length: u64) -> std::result::Result<Vec<u8>, String> {
        let bytes: Vec<u8> = self
            .connection
            .query_row(
                "SELECT bytes FROM blob WHERE digest = ?1 AND length(bytes) = ?2",
                params![digest, length as i64],
                |row| row.get(0),
            )
            .map_err(|error| match error {
                rusqlite::Error::QueryReturnedNoRows => "missing, or not of the recorded length".to_owned(),
                error => error.to_string(),
            })?;
        if blob::digest(&bytes) == digest {
            Ok(bytes)
        } else {
            Err("changed after it was written: its digest does not match".to_owned())
        }
    }

    /// Recomputes the chain and the digest of every piece of evidence, and checks that the file still refuses changes.
    pub fn verify(&self) -> Result<Verified> {
        let sqlite = |error: rusqlite::Error| SessionError::sqlite(&self.path, &error);
        let damaged = |what: String| SessionError::Damaged {
            path: self.path.clone(),
            what,
        };
        let mut stored = Vec::new();
        let (records, head) = self.follow(0, &mut |record| {
            if let Fact::Stored { key, digest, bytes } = &record.fact {
                stored.push((key.clone(), digest.clone(), *bytes));
            }
            true
        })?;
        for (key, digest, bytes) in &stored {
            self.evidence(digest, *bytes)
                .map_err(|what| SessionError::Evidence {
                    path: self.path.clone(),
                    key: key.clone(),
                    what,
                })?;
        }
        let check: String = self
            .connection
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
            .map_err(sqlite)?;
        if check != "ok" {
            return Err(damaged(check));
        }
        let rows: i64 = self
            .connection
            .query_row("SELECT count(*) FROM record", [], |row| row.get(0))
            .map_err(sqlite)?;
        if rows != records as i64 {
            return Err(damaged("it holds rows outside the chain".to_owned()));
        }
        if !schema::is_intact(&self.connection).map_err(sqlite)? {
            return Err(damaged("its tables, triggers or views were changed".to_owned()));
        }
        Ok(Verified {
            records: records as u64,
            evidence: stored.len() as u64,
            head: head.hash,
        })
    }
}
