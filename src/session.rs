//! What is known about one scan: [`Session::apply`] folds records into it and nothing else changes it.
//!
//! Invariant: the same records give the same session; live view, re-open, undo and reports are all a replay.

pub mod baseline;
pub mod blind;
mod blob;
mod chain;
pub mod compare;
mod deeds;
pub mod draft;
pub mod error;
pub mod fingerprint;
pub mod leaks;
pub mod library;
mod lock;
mod open;
pub mod place;
pub mod pulse;
pub mod query;
pub mod reading;
pub mod record;
pub mod salvage;
mod schema;
pub mod status;
pub mod store;

use std::collections::HashMap;

use crate::{
    finding::{Finding, Ruling, Verdict},
    scan::event::{Candidate, Finished, Look, Phase, ScanEvent, Started},
};
use baseline::Baseline;
use blind::Reread;
use leaks::Leaks;
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
    /// Sequence number of the first ruling made at once with it, its own if it was made alone: what undo takes back.
    pub group: u64,
    /// Id of the finding.
    pub finding: String,
    /// The ruling.
    pub verdict: Verdict,
    /// Taken back by a later record.
    pub undone: bool,
}

/// One step in the life of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// Sequence number of its record.
    pub record: u64,
    /// When, milliseconds since the epoch.
    pub at_ms: i64,
    /// Who. Raw.
    pub author: String,
    /// What, in one phrase. Raw.
    pub what: String,
    /// The findings it is about.
    pub findings: Vec<String>,
}

/// A stored tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// SHA-256, hex.
    pub digest: String,
    /// Length in bytes.
    pub bytes: u64,
}

/// What of a session was counted and not read yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// Candidates.
    pub candidates: u64,
}

/// How far candidates came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Race {
    /// Looked at, or set aside without a look.
    pub probed: u32,
    /// Looked at more closely.
    pub survivors: u32,
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
    /// Leaks, in order of generation.
    pub leaks: Leaks,
    /// Candidates, in order of id.
    pub candidates: Vec<Known>,
    /// How far they came.
    pub race: Race,
    /// Findings, strongest first as the scan ranked them.
    pub findings: Vec<Finding>,
    /// Notices, oldest first.
    pub notices: Vec<String>,
    /// How the scan ended.
    pub finished: Option<Finished>,
    /// Every ruling, oldest first.
    pub rulings: Vec<Ruled>,
    /// Groups of rulings taken back and not put back, the next to put back last.
    pub taken_back: Vec<u64>,
    /// Everything done to the session beside the scan's own work, oldest first: what its history shows.
    pub deeds: Vec<Deed>,
    /// The earlier session this one is measured against.
    pub baseline: Option<Baseline>,
    /// Every blind re-reading, oldest first.
    pub rereads: Vec<Reread>,
    /// Evidence that was not kept, for want of room: keys and bytes.
    pub left_out: Vec<(String, u64)>,
    /// What was lost when the session was rescued from a damaged file; none when it was not.
    pub lost: Option<Vec<String>>,
    /// Stored tensors by key.
    pub stored: HashMap<String, Stored>,
    /// While only its front was read: what is missing.
    pub unread: Option<Unread>,
    /// Number of records applied.
    pub records: u64,
    /// Hash of the last one, hex: noted elsewhere, it shows later whether the end of the file was cut off.
    pub head: String,
}

impl Session {
    /// Folds one record in. Records that refer to something unknown are counted and otherwise ignored.
    pub fn apply(&mut self, record: &Record) {
        self.records += 1;
        self.head.clone_from(&record.hash);
        match &record.fact {
            Fact::Created { .. } => self.created_ms = record.at_ms,
            Fact::Scan { event } => self.apply_event(record.seq, event),
            Fact::Stored { key, digest, bytes } => {
                self.stored.insert(
                    key.clone(),
                    Stored {
                        digest: digest.clone(),
                        bytes: *bytes,
                    },
                );
            }
            Fact::LeftOut { key, bytes } => self.left_out.push((key.clone(), *bytes)),
            Fact::Computed { .. } => {}
            Fact::Resumed { .. } => {
                self.scan = ScanState::Running(Phase::Leak);
                self.finished = None;
            }
            Fact::Ruled {
                finding,
                verdict,
                group,
            } => {
                self.taken_back.clear();
                self.rulings.push(Ruled {
                    record: record.seq,
                    group: group.unwrap_or(record.seq),
                    finding: finding.clone(),
                    verdict: verdict.clone(),
                    undone: false,
                });
            }
            Fact::Undone { record } => {
                if self.set_undone(*record, true) {
                    self.taken_back.push(*record);
                }
            }
            Fact::Redone { record } => {
                if self.set_undone(*record, false) {
                    self.taken_back.retain(|group| group != record);
                }
            }
            Fact::Baseline(baseline) => self.baseline = Some((**baseline).clone()),
            Fact::Reread(reread) => self.rereads.push((**reread).clone()),
            Fact::Salvaged { lost, .. } => self.lost = Some(lost.clone()),
        }
        self.deeds.extend(deeds::of(self, record));
    }

    /// Marks a group of rulings; false when there is none with this number.
    fn set_undone(&mut self, group: u64, undone: bool) -> bool {
        let mut found = false;
        for ruled in self.rulings.iter_mut().filter(|ruled| ruled.group == group) {
            ruled.undone = undone;
            found = true;
        }
        found
    }

    fn apply_event(&mut self, record: u64, event: &ScanEvent) {
        match event {
            ScanEvent::Started(started) => {
                self.started = Some((**started).clone());
                self.scan = ScanState::Running(Phase::Leak);
            }
            ScanEvent::Phase { phase } => self.scan = ScanState::Running(*phase),
            ScanEvent::Progress(_) | ScanEvent::Attention { .. } | ScanEvent::Computed(_) => {}
            ScanEvent::Leak(leak) => self.leaks.push(record, leak.clone()),
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
                    let first = known.looks.is_empty() && !matches!(known.standing, Standing::Dropped(_));
                    let closer = look.round >= 2 && known.looks.iter().all(|look| look.round < 2);
                    known.looks.push(*look);
                    known.standing = Standing::Looked;
                    self.race.probed += u32::from(first);
                    self.race.survivors += u32::from(closer);
                }
            }
            ScanEvent::Dropped { candidate, reason } => {
                if let Some(known) = self.candidate_mut(*candidate) {
                    let unseen = known.looks.is_empty() && !matches!(known.standing, Standing::Dropped(_));
                    known.standing = Standing::Dropped(reason.clone());
                    self.race.probed += u32::from(unseen);
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
        let index = self.index(id)?;
        self.candidates.get_mut(index)
    }

    /// Where the candidate with this id stands among them.
    pub fn index(&self, id: u32) -> Option<usize> {
        // Ids are handed out in order, with gaps where a record was lost.
        self.candidates
            .binary_search_by_key(&id, |known| known.candidate.id)
            .ok()
    }

    /// The candidate with this id.
    pub fn candidate(&self, id: u32) -> Option<&Known> {
        self.candidates.get(self.index(id)?)
    }

    /// Takes over the candidates that were counted only, from as much of the same session as could be read whole.
    pub fn fill(&mut self, read: Self) {
        self.candidates = read.candidates;
        self.race = read.race;
        self.unread = None;
    }

    /// How many candidates there are, read or not.
    pub fn candidate_count(&self) -> u64 {
        self.unread
            .map_or(self.candidates.len() as u64, |unread| unread.candidates)
    }

    /// The finding with this id; case does not matter.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings
            .iter()
            .find(|finding| finding.id.eq_ignore_ascii_case(id))
    }

    /// The ruling in force on a finding; none while it is untriaged.
    pub fn verdict(&self, finding: &str) -> Option<&Verdict> {
        self.rulings
            .iter()
            .rev()
            .find(|ruled| !ruled.undone && ruled.finding == finding)
            .map(|ruled| &ruled.verdict)
            .filter(|verdict| verdict.ruling() != Ruling::Untriaged)
    }

    /// The latest ruling that was not taken back: what undo takes back next.
    pub fn last_ruling(&self) -> Option<&Ruled> {
        self.rulings.iter().rev().find(|ruled| !ruled.undone)
    }

    /// True while records say the scan began and not that it ended.
    pub const fn is_running(&self) -> bool {
        matches!(self.scan, ScanState::Running(_))
    }

    /// True when the scan began and did not reach its end. While a process writes to the session, it may still do so.
    pub const fn is_unfinished(&self) -> bool {
        !matches!(self.scan, ScanState::Waiting | ScanState::Complete)
    }
}
