//! Reports: pure functions from what is known about a scan to a document. Every verdict states what was covered.

pub mod csv;
pub mod figure;
pub mod html;
pub mod json;
pub mod jsonl;
pub mod markdown;
pub mod plain;
pub mod sarif;
pub mod taxonomy;
pub mod tensor;

use jiff::Timestamp;

use crate::{
    finding::{Finding, Level},
    scan::event::Coverage,
    session::{ScanState, Session},
};

/// What a scan comes to, before any analyst ruled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// At least one finding at [`Level::High`].
    Suspicious,
    /// The scan reached its end and found nothing at that level.
    NothingFound,
    /// The scan did not reach its end, and found nothing at that level so far.
    Incomplete,
}

impl Outcome {
    /// The outcome of a session.
    pub fn of(session: &Session) -> Self {
        if count_at_least(session, Level::High) > 0 {
            Self::Suspicious
        } else if session.scan == ScanState::Complete {
            Self::NothingFound
        } else {
            Self::Incomplete
        }
    }

    /// The name used in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Suspicious => "suspicious",
            Self::NothingFound => "nothing-found",
            Self::Incomplete => "incomplete",
        }
    }
}

/// Number of findings at `level` or above; of those that are new, where the session is measured against an earlier one.
pub fn count_at_least(session: &Session, level: Level) -> usize {
    session
        .new_findings()
        .iter()
        .filter(|finding| finding.level >= level)
        .count()
}

/// The name of a level.
pub const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Low => "low",
        Level::Medium => "medium",
        Level::High => "high",
    }
}

/// Findings as reports list them: highest level first, then most confident.
fn ranked(session: &Session) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = session.findings.iter().collect();
    findings.sort_by(|a, b| {
        (b.level, b.confidence)
            .partial_cmp(&(a.level, a.confidence))
            .unwrap_or(std::cmp::Ordering::Equal)
    });
    findings
}

/// What was covered: the scan's own account, or what the records show if it did not come to give one.
pub fn coverage(session: &Session) -> Coverage {
    let mut coverage = session.finished.as_ref().map_or_else(
        || Coverage {
            arms: session
                .started
                .iter()
                .flat_map(|started| &started.arms)
                .map(|arm| arm.name.clone())
                .collect(),
            leaks: session.leaks.len() as u32,
            candidates: session.candidates.len() as u32,
            probed: session
                .candidates
                .iter()
                .filter(|known| !known.looks.is_empty())
                .count() as u32,
            skipped: Vec::new(),
        },
        |finished| finished.coverage.clone(),
    );
    let unfinished = match &session.scan {
        ScanState::Complete => None,
        ScanState::Waiting => Some("the scan has not begun".to_owned()),
        ScanState::Running(phase) => Some(format!(
            "the scan has not ended: the last phase on record is {}",
            phase.name()
        )),
        ScanState::Stopped => Some("the scan was stopped before its end".to_owned()),
        ScanState::Failed(message) => Some(format!("the scan broke: {message}")),
    };
    coverage.skipped.extend(unfinished);
    coverage
}

/// Milliseconds since the epoch as RFC 3339.
fn moment(at_ms: i64) -> String {
    Timestamp::from_millisecond(at_ms).map_or_else(|_| at_ms.to_string(), |moment| moment.to_string())
}
