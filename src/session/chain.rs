//! The hash chain: how a record is sealed into a row, and how a row proves to be what was written.
//!
//! `hash` is the SHA-256, in hex, of `prev`, `seq`, `at_ms`, `author`, `kind` and `body` in this order, each written as
//! its length in bytes (decimal), a colon, its bytes and a comma. `prev` is the hash of the record before, and 64 zeros
//! for the first.

use rusqlite::{Row, types::FromSqlError};
use sha2::{Digest, Sha256};

use super::record::{Fact, Record};

/// `prev` of the first record.
pub(super) const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A record as it stands in the table.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) seq: u64,
    pub(super) at_ms: i64,
    pub(super) author: String,
    pub(super) kind: String,
    pub(super) body: String,
    pub(super) prev: String,
    pub(super) hash: String,
}

/// Lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| DIGITS.get(usize::from(digit)))
        .collect()
}

impl Sealed {
    /// Seals a record onto the chain whose last hash is `prev`. Fails, with the reason, when the record could not be
    /// read back the same.
    pub(super) fn new(record: &Record, prev: &str) -> Result<Self, String> {
        let body = serde_json::to_string(&record.fact).map_err(|error| error.to_string())?;
        // JSON has no infinity and no NaN: they are written as null, which then cannot be read.
        if body.contains("null") && serde_json::from_str::<Fact>(&body).is_err() {
            return Err("a number in it is not finite".to_owned());
        }
        let mut sealed = Self {
            seq: record.seq,
            at_ms: record.at_ms,
            author: record.author.clone(),
            kind: record.fact.kind().to_owned(),
            body,
            prev: prev.to_owned(),
            hash: String::new(),
        };
        sealed.hash = sealed.compute();
        Ok(sealed)
    }

    /// Reads a row of `seq, at_ms, author, kind, body, prev, hash`.
    pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Self> {
        let seq: i64 = row.get(0)?;
        Ok(Self {
            seq: u64::try_from(seq).map_err(|_| FromSqlError::OutOfRange(seq))?,
            at_ms: row.get(1)?,
            author: row.get(2)?,
            kind: row.get(3)?,
            body: row.get(4)?,
            prev: row.get(5)?,
            hash: row.get(6)?,
        })
    }

    fn compute(&self) -> String {
        let mut hasher = Sha256::new();
        let (seq, at_ms) = (self.seq.to_string(), self.at_ms.to_string());
        for field in [&self.prev, &seq, &at_ms, &self.author, &self.kind, &self.body] {
            hasher.update(field.len().to_string());
            hasher.update(":");
            hasher.update(field);
            hasher.update(",");
        }
        hex(&hasher.finalize())
    }

    /// What the row says, if it is what was written; otherwise what is wrong with it. Where it stands is not looked at.
    pub(super) fn open(&self) -> Result<Fact, String> {
        if self.compute() != self.hash {
            return Err("changed after it was written: its hash does not match".to_owned());
        }
        serde_json::from_str(&self.body).map_err(|error| format!("cannot be read: {error}"))
    }

    /// The record, if this row follows `prev` unchanged; otherwise what is wrong with it.
    pub(super) fn unseal(self, prev: &str) -> Result<Record, String> {
        if self.compute() != self.hash {
            return Err("changed after it was written: its hash does not match".to_owned());
        }
        if self.prev != prev {
            return Err("does not follow the record before it: the chain is broken".to_owned());
        }
        let fact: Fact =
            serde_json::from_str(&self.body).map_err(|error| format!("cannot be read: {error}"))?;
        if fact.kind() != self.kind {
            return Err(format!("says it is `{}` and holds `{}`", self.kind, fact.kind()));
        }
        Ok(Record {
            seq: self.seq,
            at_ms: self.at_ms,
            author: self.author,
            fact,
            hash: self.hash,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::scan::event::{Leak, Look, Sampling, ScanEvent};

    fn same_after_sealing(event: ScanEvent) -> Result<(), TestCaseError> {
        let record = Record {
            seq: 1,
            at_ms: -1,
            author: "scan".into(),
            fact: Fact::Scan { event },
            hash: String::new(),
        };
        let sealed = Sealed::new(&record, GENESIS).map_err(TestCaseError::fail)?;
        let hash = sealed.hash.clone();
        let read = sealed.unseal(GENESIS).map_err(TestCaseError::fail)?;
        prop_assert_eq!(read, Record { hash, ..record });
        Ok(())
    }

    proptest! {
        #[test]
        fn every_finite_number_and_every_text_is_read_back_as_written(
            text in any::<String>(),
            tokens in any::<Vec<u32>>(),
            (single, double) in (proptest::num::f32::ANY, proptest::num::f64::ANY),
            seed in any::<u64>(),
        ) {
            prop_assume!(single.is_finite() && double.is_finite());
            let sampling = Sampling { temperature: single, top_k: 0, top_p: -single, seed, beams: None };
            same_after_sealing(ScanEvent::Leak(Leak {
                id: u32::MAX,
                arm: text.clone(),
                sampling,
                tokens,
                text,
                entropy: single,
                goes_on: None,
            }))?;
            let look = Look { divergence: double, p: -double, ..Look::default() };
            same_after_sealing(ScanEvent::Looked { candidate: 0, look })?;
        }
    }
}
