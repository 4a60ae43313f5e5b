//! What the analyst decides: rulings, taken back and put back, and blind re-readings, each a record that is on disk before it counts as saved.

use super::{Pending, Result, SessionError, Store, Sync, author};
use crate::{
    finding::Verdict,
    session::{
        blind::Reread,
        record::{Fact, Record},
    },
};

impl Store {
    /// Saves a ruling; it is on disk when this returns, and was never made when it fails.
    pub fn rule(&mut self, finding: &str, verdict: Verdict) -> Result<Record> {
        let mut records = self.rule_all(vec![(finding.to_owned(), verdict)])?;
        records.pop().ok_or_else(|| SessionError::NotARuling {
            path: self.path.clone(),
            seq: 0,
        })
    }

    /// Saves rulings made at once, which undo takes back together: all of them or, when it fails, none.
    pub fn rule_all(&mut self, rulings: Vec<(String, Verdict)>) -> Result<Vec<Record>> {
        self.commit()?;
        let group = (rulings.len() > 1).then_some(self.head.seq + 1);
        let records = rulings
            .into_iter()
            .map(|(finding, verdict)| {
                let author = verdict.author.clone();
                let fact = Fact::Ruled {
                    finding,
                    verdict,
                    group,
                };
                self.append(&author, fact)
            })
            .collect();
        self.settle(records)
    }

    /// Saves what a blind re-reading came to; it is on disk when this returns.
    pub fn reread(&mut self, author: &str, reread: Reread) -> Result<Record> {
        self.commit()?;
        let records = vec![self.append(author, Fact::Reread(Box::new(reread)))];
        let mut records = self.settle(records.into_iter().collect())?;
        records.pop().ok_or_else(|| SessionError::NotARuling {
            path: self.path.clone(),
            seq: 0,
        })
    }

    /// Takes the rulings of group `seq` back (see [`crate::session::Ruled::group`]); on disk when this returns.
    pub fn undo(&mut self, seq: u64, author: &str) -> Result<Record> {
        self.turn(seq, true, author)
    }

    /// Puts rulings back that were taken back; on disk when this returns.
    pub fn redo(&mut self, seq: u64, author: &str) -> Result<Record> {
        self.turn(seq, false, author)
    }

    fn turn(&mut self, seq: u64, undo: bool, name: &str) -> Result<Record> {
        let can_be_turned: bool = self
            .connection
            .query_row(
                "SELECT EXISTS (SELECT 1 FROM ruling WHERE seq = ?1 AND (undone_by IS NULL) = ?2)",
                (seq as i64, undo),
                |row| row.get(0),
            )
            .map_err(|error| SessionError::sqlite(&self.path, &error))?;
        if !can_be_turned {
            return Err(SessionError::NotARuling {
                path: self.path.clone(),
                seq,
            });
        }
        self.commit()?;
        let name = if name.is_empty() {
            author()
        } else {
            name.to_owned()
        };
        let fact = if undo {
            Fact::Undone { record: seq }
        } else {
            Fact::Redone { record: seq }
        };
        let records = vec![self.append(&name, fact)];
        let mut records = self.settle(records.into_iter().collect())?;
        records.pop().ok_or_else(|| SessionError::NotARuling {
            path: self.path.clone(),
            seq,
        })
    }

    /// Writes what was appended, or takes all of it back.
    fn settle(&mut self, records: Result<Vec<Record>>) -> Result<Vec<Record>> {
        let written = records.and_then(|records| self.write(Sync::Now).map(|()| records));
        if written.is_err() {
            while self.pending.iter().any(is_ruling) {
                self.retract();
            }
        }
        written
    }
}

fn is_ruling(pending: &Pending) -> bool {
    matches!(
        pending.sealed.kind.as_str(),
        "ruled" | "undone" | "redone" | "reread"
    )
}
