//! What a scan reports, on its way into the file: events become records, evidence and results are stored with them.
//!
//! Invariant: progress is told to other processes and never recorded; evidence there is no room for is named, not dropped.

use super::{Result, SCAN, SessionError, Store, Sync};
use crate::{
    finding::AttentionPair,
    scan::event::{ScanEvent, Unit},
    session::{
        blob,
        pulse::Beat,
        record::{Fact, Record},
    },
};

impl Store {
    /// How many bytes of evidence the file may hold; what goes beyond is not kept, and the session says so.
    pub fn limit_evidence(&mut self, bytes: u64) -> Result<()> {
        let kept: i64 = self
            .connection
            .query_row(
                "SELECT coalesce(sum(json_extract(body, '$.bytes')), 0) FROM record WHERE kind = 'stored'",
                [],
                |row| row.get(0),
            )
            .map_err(|error| SessionError::sqlite(&self.path, &error))?;
        self.evidence = (kept.max(0) as u64, bytes);
        Ok(())
    }

    /// Appends what the scan reported; the records returned are to be applied to the live session. None for progress, and
    /// none while a resumed scan repeats what is recorded.
    ///
    /// Attention is written to the file at once, everything before it too.
    pub fn append_event(&mut self, event: ScanEvent) -> Result<Vec<Record>> {
        if matches!(event, ScanEvent::Progress(_)) {
            self.tell(&event);
            return Ok(Vec::new());
        }
        if self.is_repeated(&event)? {
            return Ok(Vec::new());
        }
        self.tell(&event);
        Ok(vec![match event {
            ScanEvent::Attention { key, pair } => self.store(key, &pair)?,
            ScanEvent::Computed(unit) => self.keep(unit)?,
            event => self.append(SCAN, Fact::Scan { event })?,
        }])
    }

    /// Tells other processes what the scan just said, and nothing once it has ended.
    fn tell(&mut self, event: &ScanEvent) {
        if self.is_read_only() {
            return;
        }
        if matches!(event, ScanEvent::Finished(_) | ScanEvent::Failed { .. }) {
            self.beat = None;
        } else {
            let path = &self.path;
            self.beat.get_or_insert_with(|| Beat::start(path)).hear(event);
        }
    }

    /// Tells other processes that a scan is about to report, or that it was told to wait, or to go on.
    pub fn tell_paused(&mut self, paused: bool) {
        if !self.is_read_only() {
            let path = &self.path;
            self.beat.get_or_insert_with(|| Beat::start(path)).pause(paused);
        }
    }

    fn keep(&mut self, mut unit: Unit) -> Result<Record> {
        let bytes = std::mem::take(&mut unit.result);
        let digest = blob::digest(&bytes);
        let fact = Fact::Computed {
            unit,
            digest: digest.clone(),
            bytes: bytes.len() as u64,
        };
        let record = self.append(SCAN, fact)?;
        self.attach(digest, bytes);
        Ok(record)
    }

    /// Stores bytes with the record appended last.
    pub(super) fn attach(&mut self, digest: String, bytes: Vec<u8>) {
        if let Some(pending) = self.pending.last_mut() {
            pending.stored = Some((digest, bytes));
        }
    }

    pub(super) fn encode(&self, key: &str, pair: &AttentionPair) -> Result<(String, Vec<u8>)> {
        let bytes = blob::encode(pair).map_err(|what| SessionError::Evidence {
            path: self.path.clone(),
            key: key.to_owned(),
            what,
        })?;
        Ok((blob::digest(&bytes), bytes))
    }

    fn store(&mut self, key: String, pair: &AttentionPair) -> Result<Record> {
        let (digest, bytes) = self.encode(&key, pair)?;
        let length = bytes.len() as u64;
        self.commit()?;
        if self.evidence.0 + length > self.evidence.1 {
            return self.append(SCAN, Fact::LeftOut { key, bytes: length });
        }
        let fact = Fact::Stored {
            key,
            digest: digest.clone(),
            bytes: length,
        };
        let record = self.append(SCAN, fact)?;
        self.attach(digest, bytes);
        if let Err(error) = self.write(Sync::Later) {
            self.retract();
            return Err(error);
        }
        self.evidence.0 += length;
        Ok(record)
    }
}
