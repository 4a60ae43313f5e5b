//! How far the scan of a session is, asked from outside: whether it runs in another process, ended, or was cut off.
//!
//! Invariant: asking takes no lock and writes nothing; what nobody knows any more is left out, never guessed.

use std::path::Path;

use super::{
    ScanState, Session,
    error::SessionError,
    pulse::{self, Pulse},
    store::{Store, is_live, now_ms},
};
use crate::scan::event::{Funnel, Phase};

/// Where a scan stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// The session was made; no scan has begun and no process is at it.
    NotBegun,
    /// The model is being opened.
    Opening,
    /// It runs.
    Running,
    /// It was told to wait.
    Paused,
    /// It was stopped before its end.
    Stopped,
    /// It reached its end.
    Complete,
    /// It broke: one sentence. Raw.
    Failed(String),
    /// Its process ended without a word.
    CutOff,
}

impl Stage {
    /// The name used in documents.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotBegun => "not-begun",
            Self::Opening => "opening",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Complete => "complete",
            Self::Failed(_) => "failed",
            Self::CutOff => "cut-off",
        }
    }
}

/// How far a scan is.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// What the few records say there are: findings, rulings, the end. Candidates are counted, not read.
    pub session: Session,
    /// Where the scan stands.
    pub stage: Stage,
    /// A process writes to the session.
    pub is_live: bool,
    /// What the scan tells of itself while it runs.
    pub pulse: Option<Pulse>,
    /// The last phase it was in.
    pub phase: Option<Phase>,
    /// Counts of the funnel.
    pub funnel: Funnel,
    /// When this was asked, milliseconds since the epoch.
    pub at_ms: i64,
    /// When the last record was written.
    pub record_ms: Option<i64>,
    /// When the last candidate was mined.
    pub candidate_ms: Option<i64>,
    /// When the last finding was made.
    pub finding_ms: Option<i64>,
    /// The record up to which nothing would be computed again.
    pub restore: Option<u64>,
}

/// How far the scan of the session at `path` is.
pub fn of(path: &Path) -> Result<Status, SessionError> {
    let store = Store::read(path)?;
    let mut session = store.front()?;
    let goes_on = |session: &Session| matches!(session.scan, ScanState::Waiting | ScanState::Running(_));
    let mut told = None;
    if goes_on(&session) {
        told = pulse::read(path)?;
        if told.is_none() {
            // It may have ended in between.
            session = store.front()?;
        }
    }
    let told = told.filter(|_| goes_on(&session));
    let is_live = is_live(path);
    let when = |kind| Ok::<_, SessionError>(store.last(kind)?.map(|(_, at_ms)| at_ms));
    Ok(Status {
        stage: stage(&session, is_live, told.as_ref()),
        is_live,
        phase: told.and_then(|told| told.progress).map_or(
            match session.scan {
                ScanState::Running(phase) => Some(phase),
                _ => None,
            },
            |progress| Some(progress.phase),
        ),
        funnel: funnel(&session, &store, told.as_ref())?,
        pulse: told,
        at_ms: now_ms(),
        record_ms: store.last_ms()?,
        candidate_ms: when("candidate")?,
        finding_ms: when("finding")?,
        restore: store.last("computed")?.map(|(record, _)| record),
        session,
    })
}

fn stage(session: &Session, is_live: bool, told: Option<&Pulse>) -> Stage {
    match (&session.scan, told) {
        (ScanState::Complete, _) => Stage::Complete,
        (ScanState::Stopped, _) => Stage::Stopped,
        (ScanState::Failed(message), _) => Stage::Failed(message.clone()),
        (_, Some(told)) if told.paused => Stage::Paused,
        (ScanState::Running(_), Some(_)) => Stage::Running,
        (ScanState::Running(_), None) => Stage::CutOff,
        (ScanState::Waiting, _) if is_live => Stage::Opening,
        (ScanState::Waiting, _) => Stage::NotBegun,
    }
}

/// The scan's own counts where it has said them, counted from the records otherwise.
fn funnel(session: &Session, store: &Store, told: Option<&Pulse>) -> Result<Funnel, SessionError> {
    if let Some(finished) = &session.finished {
        return Ok(finished.funnel);
    }
    if let Some(progress) = told.and_then(|told| told.progress) {
        return Ok(progress.funnel);
    }
    let race = store.race()?;
    Ok(Funnel {
        leaks: session.leaks.len() as u32,
        distinct: session.leaks.len() as u32,
        candidates: session.candidate_count() as u32,
        probed: race.probed,
        survivors: race.survivors,
        findings: session.findings.len() as u32,
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::scan::event::{Finished, Progress, ScanEvent, Started};

    fn progress(elapsed_s: f64) -> ScanEvent {
        ScanEvent::Progress(Progress {
            phase: Phase::Probe,
            done: 18,
            total: 40,
            overall: 0.4,
            elapsed_s,
            eta_s: Some((28.0, 41.0)),
            tokens_per_s: 1234.0,
            funnel: Funnel {
                leaks: 7,
                ..Funnel::default()
            },
        })
    }

    fn begun(path: &Path) -> Store {
        let mut store = Store::create(path).unwrap();
        store.append_event(ScanEvent::Started(Box::default())).unwrap();
        store.flush().unwrap();
        store
    }

    #[test]
    fn a_scan_that_runs_tells_how_far_it_is_and_takes_the_file_away_with_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.stakeout");
        let mut store = Store::create(&path).unwrap();
        assert_eq!(of(&path).unwrap().stage, Stage::Opening);
        store
            .append_event(ScanEvent::Started(Box::<Started>::default()))
            .unwrap();
        store.append_event(progress(23.0)).unwrap();
        store.flush().unwrap();
        // What is told is at most a second old; telling that it waits tells everything at once.
        store.tell_paused(true);
        let found = of(&path).unwrap();
        assert_eq!((found.stage, found.phase), (Stage::Paused, Some(Phase::Probe)));
        assert_eq!(found.funnel.leaks, 7);
        let told = found.pulse.unwrap();
        assert_eq!(told.rate(found.at_ms), None, "who waits computes nothing");
        assert_eq!(told.left_s(found.at_ms + 60_000), Some((28.0, 41.0)));
        assert!((told.cost_s(found.at_ms) - 23.0).abs() < 0.1);
        store.tell_paused(false);
        let found = of(&path).unwrap();
        assert_eq!(found.stage, Stage::Running);
        let told = found.pulse.unwrap();
        assert_eq!(told.rate(found.at_ms), Some(1234.0));
        assert_eq!(told.rate(found.at_ms + 60_000), None, "a silent scan has no rate");
        assert_eq!(told.left_s(found.at_ms + 60_000), None);
        store
            .append_event(ScanEvent::Finished(Box::<Finished>::default()))
            .unwrap();
        store.flush().unwrap();
        assert_eq!(of(&path).unwrap().stage, Stage::Stopped);
        drop(store);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_a_dead_process_told_is_not_believed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.stakeout");
        let store = begun(&path);
        let left = dir.path().join("s.stakeout-pulse");
        let told = fs::read(&left).unwrap();
        drop(store);
        // As a killed process leaves it.
        fs::write(&left, &told).unwrap();
        let found = of(&path).unwrap();
        assert_eq!((found.stage, found.is_live), (Stage::CutOff, false));
        // Somebody opens the session to rule: no scan runs all the same.
        let store = Store::open(&path).unwrap();
        let found = of(&path).unwrap();
        assert_eq!((found.stage, found.is_live), (Stage::CutOff, true));
        drop(store);
    }

    #[test]
    fn a_pulse_that_cannot_be_read_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s.stakeout");
        let _store = begun(&path);
        fs::write(dir.path().join("s.stakeout-pulse"), "\u{1b}[2J").unwrap();
        let told = of(&path).unwrap_err().to_string();
        assert!(
            told.contains("s.stakeout-pulse") && !told.contains('\u{1b}'),
            "{told}"
        );
    }
}
