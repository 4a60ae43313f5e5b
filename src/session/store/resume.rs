//! An interrupted scan goes on: what it reports again is compared with what is recorded, and only what is new is appended.
//!
//! Invariant: a scan that reports something else than what is recorded changes nothing in the file.

use rusqlite::OptionalExtension;

use super::{Result, SCAN, SessionError, Store};
use crate::{
    scan::event::{ScanEvent, Unit},
    session::{
        chain::{GENESIS, Sealed},
        record::{Fact, Record},
    },
};

/// Where a resumed scan is among the records of its earlier runs.
#[derive(Debug)]
pub(super) struct Repeat {
    /// The last record it repeated.
    at: u64,
    /// The record that says it was resumed.
    until: u64,
}

impl Store {
    /// What earlier runs of the scan computed, in order.
    pub fn units(&self) -> Result<Vec<Unit>> {
        let mut found = Vec::new();
        self.replay(0, &mut |record| {
            if let Fact::Computed { unit, digest, bytes } = &record.fact {
                found.push((unit.clone(), digest.clone(), *bytes));
            }
        })?;
        found
            .into_iter()
            .map(|(mut unit, digest, bytes)| {
                unit.result = self
                    .evidence(&digest, bytes)
                    .map_err(|what| SessionError::Evidence {
                        path: self.path.clone(),
                        key: format!("unit {}", unit.number),
                        what,
                    })?;
                Ok(unit)
            })
            .collect()
    }

    /// Records that the scan goes on; from now on [`Store::append_event`] compares what is recorded already. On disk when
    /// this returns; the record is to be applied to the live session.
    pub fn resume(&mut self) -> Result<Record> {
        let fact = Fact::Resumed {
            program: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let record = self.append(&super::author(), fact)?;
        if let Err(error) = self.flush() {
            self.retract();
            return Err(error);
        }
        self.repeat = Some(Repeat {
            at: 0,
            until: record.seq,
        });
        self.tell_paused(false);
        Ok(record)
    }

    /// True when an earlier run recorded this event in this place; an error when it recorded another one.
    pub(super) fn is_repeated(&mut self, event: &ScanEvent) -> Result<bool> {
        let Some(Repeat { at, until }) = self.repeat else {
            return Ok(false);
        };
        match event {
            ScanEvent::Computed(_) => return Ok(false),
            // Stopped again before it came to anything new.
            ScanEvent::Finished(_) | ScanEvent::Failed { .. } => {
                self.repeat = None;
                return Ok(false);
            }
            _ => {}
        }
        let Some((seq, kind, body)) = self.recorded(at, until)? else {
            self.repeat = None;
            return Ok(false);
        };
        if !self.is_same(event, &body)? {
            return Err(SessionError::Differs {
                path: self.path.clone(),
                seq,
                kind,
            });
        }
        self.repeat = Some(Repeat { at: seq, until });
        Ok(true)
    }

    /// The next thing earlier runs reported: number, kind and body of its record.
    fn recorded(&self, at: u64, until: u64) -> Result<Option<(u64, String, String)>> {
        self.connection
            .prepare_cached(
                "SELECT seq, kind, body FROM record WHERE seq > ?1 AND seq < ?2 AND +author = ?3 AND +kind IN
                     ('started', 'phase', 'leak', 'candidate', 'support', 'looked', 'dropped', 'finding', 'notice',
                      'stored', 'left-out')
                 ORDER BY seq LIMIT 1",
            )
            .and_then(|mut statement| {
                statement
                    .query_row((at as i64, until as i64, SCAN), |row| {
                        Ok((row.get::<_, i64>(0)? as u64, row.get(1)?, row.get(2)?))
                    })
                    .optional()
            })
            .map_err(|error| SessionError::sqlite(&self.path, &error))
    }

    fn is_same(&self, event: &ScanEvent, body: &str) -> Result<bool> {
        let recorded = serde_json::from_str::<Fact>(body);
        Ok(match (event, recorded) {
            (
                ScanEvent::Attention { key, pair },
                Ok(Fact::Stored {
                    key: known, digest, ..
                }),
            ) => *key == known && self.encode(key, pair)?.0 == digest,
            (ScanEvent::Attention { key, .. }, Ok(Fact::LeftOut { key: known, .. })) => *key == known,
            // The folder may have been moved: what it holds is compared by its digest.
            (
                ScanEvent::Started(now),
                Ok(Fact::Scan {
                    event: ScanEvent::Started(mut then),
                }),
            ) => {
                then.model.path.clone_from(&now.model.path);
                *now == then
            }
            _ => {
                let record = Record {
                    seq: 0,
                    at_ms: 0,
                    author: String::new(),
                    fact: Fact::Scan { event: event.clone() },
                    hash: String::new(),
                };
                Sealed::new(&record, GENESIS).is_ok_and(|sealed| sealed.body == body)
            }
        })
    }
}
