//! What is known about one scan: [`Session::apply`] folds records into it and nothing else changes it.
//!
//! Invariant: the same records give the same session; live view, re-open, undo and reports are all a replay.

mod blob;
mod chain;
pub mod error;
pub mod fingerprint;
pub mod library;
mod lock;
mod open;
pub mod record;
mod schema;
pub mod store;

use std::collections::HashMap;

use crate::{
    finding::{Finding, Verdict},
    scan::event::{Candidate, Finished, Leak, Look, Phase, ScanEvent, Started},
};
use record::{Fact, Record};

/// Where the scan of a session stands.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ScanState {
    /// Not begun.
    #[default]
    Waiting,
    /// Records say it began and not that it ended: it runs, or was cut off.
    Running(Phase),
    /// It reached its end.
    Complete,
    /// It was stopped before its end.
    Stopped,
    /// It broke.
    Failed(String),
}

/// What became of a candidate.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Standing {
    /// Mined, not measured yet.
    #[default]
    Waiting,
    /// Measured; still in the race.
    Looked,
    /// Set aside, with the reason.
    Dropped(String),
    /// Part of this finding.
    Finding(String),
}

/// A candidate with everything the records say about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The candidate as mined; `support` is kept up to date.
    pub candidate: Candidate,
    /// Each look, oldest first.
    pub looks: Vec<Look>,
    /// What became of it.
    pub standing: Standing,
}

/// One ruling in the history of a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Ruled {
    /// Sequence number of its record.
    pub record: u64,
    /// Id of the finding.
    pub finding: String,
    /// The ruling.
    pub verdict: Verdict,
    /// Taken back by a later record.
    pub undone: bool,
}

/// A stored tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256, hex.
    pub digest: String,
    /// Length in bytes.
    pub bytes: u64,
}

/// Everything the records say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Session {
    /// How the scan was started.
    pub started: Option<Started>,
    /// When the first record was written, milliseconds since the epoch.
    pub created_ms: i64,
    /// Where the scan stands.
    pub scan: ScanState,
    /// Leaks, in order of id.
    pub leaks: Vec<Leak>,
    /// Candidates, in order of id.
    pub candidates: Vec<Known>,
    /// Findings, strongest first as the scan ranked them.
    pub findings: Vec<Finding>,
    /// Notices, oldest first.
    pub notices: Vec<String>,
    /// How the scan ended.
    pub finished: Option<Finished>,
    /// Every ruling, oldest first.
    pub rulings: Vec<Ruled>,
    /// Stored tensors by key.
    pub stored: HashMap<String, Stored>,
    /// Number of records applied.
    pub records: u64,
}

impl Session {
    /// Folds one record in. Records that refer to something unknown are counted and otherwise ignored.
    pub fn apply(&mut self, record: &Record) {
        self.records += 1;
        match &record.fact {
            Fact::Created { .. } => self.created_ms = record.at_ms,
            Fact::Scan { event } => self.apply_event(event),
            Fact::Stored { key, digest, bytes } => {
                self.stored.insert(
                    key.clone(),
                    Stored {
                        digest: digest.clone(),
                        bytes: *bytes,
                    },
                );
            }
            Fact::Ruled { finding, verdict } => self.rulings.push(Ruled {
                record: record.seq,
                finding: finding.clone(),
                verdict: verdict.clone(),
                undone: false,
            }),
            Fact::Undone { record } => {
                if let Some(ruled) = self.rulings.iter_mut().find(|ruled| ruled.record == *record) {
                    ruled.undone = true;
                }
            }
        }
    }

    fn apply_event(&mut self, event: &ScanEvent) {
        match event {
            ScanEvent::Started(started) => {
                self.started = Some((**started).clone());
                self.scan = ScanState::Running(Phase::Leak);
            }
            ScanEvent::Phase { phase } => self.scan = ScanState::Running(*phase),
            ScanEvent::Progress(_) | ScanEvent::Attention { .. } => {}
            ScanEvent::Leak(leak) => self.leaks.push(leak.clone()),
            ScanEvent::Candidate(candidate) => self.candidates.push(Known {
                candidate: candidate.clone(),
                looks: Vec::new(),
                standing: Standing::Waiting,
            }),
            ScanEvent::Support { candidate, support } => {
                if let Some(known) = self.candidate_mut(*candidate) {
                    known.candidate.support = *support;
                }
            }
            ScanEvent::Looked { candidate, look } => {
                if let Some(known) = self.candidate_mut(*candidate) {
                    known.looks.push(*look);
                    known.standing = Standing::Looked;
                }
            }
            ScanEvent::Dropped { candidate, reason } => {
                if let Some(known) = self.candidate_mut(*candidate) {
                    known.standing = Standing::Dropped(reason.clone());
                }
            }
            ScanEvent::Finding(finding) => self.apply_finding(finding),
            ScanEvent::Notice { text } => self.notices.push(text.clone()),
            ScanEvent::Finished(finished) => {
                self.scan = if finished.complete {
                    ScanState::Complete
                } else {
                    ScanState::Stopped
                };
                self.finished = Some((**finished).clone());
            }
            ScanEvent::Failed { message } => self.scan = ScanState::Failed(message.clone()),
        }
    }

    fn apply_finding(&mut self, finding: &Finding) {
        for id in &finding.candidates {
            if let Some(known) = self.candidate_mut(*id) {
                known.standing = Standing::Finding(finding.id.clone());
            }
        }
        match self.findings.iter_mut().find(|known| known.id == finding.id) {
            Some(known) => *known = finding.clone(),
            None => self.findings.push(finding.clone()),
        }
    }

    fn candidate_mut(&mut self, id: u32) -> Option<&mut Known> {
        // Ids are handed out in order, so the id is the index unless a record was lost.
        let index = id as usize;
        if self
            .candidates
            .get(index)
            .is_some_and(|known| known.candidate.id == id)
        {
            return self.candidates.get_mut(index);
        }
        self.candidates.iter_mut().find(|known| known.candidate.id == id)
    }

    /// The finding with this id; case does not matter.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings
            .iter()
            .find(|finding| finding.id.eq_ignore_ascii_case(id))
    }

    /// The ruling in force on a finding.
    pub fn verdict(&self, finding: &str) -> Option<&Verdict> {
        self.rulings
            .iter()
            .rev()
            .find(|ruled| !ruled.undone && ruled.finding == finding)
            .map(|ruled| &ruled.verdict)
    }

    /// The latest ruling that was not taken back: what undo takes back next.
    pub fn last_ruling(&self) -> Option<&Ruled> {
        self.rulings.iter().rev().find(|ruled| !ruled.undone)
    }

    /// True while records say the scan began and not that it ended.
    pub const fn is_running(&self) -> bool {
        matches!(self.scan, ScanState::Running(_))
    }
}
