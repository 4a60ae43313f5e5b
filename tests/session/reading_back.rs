//! What is read back from a session file is what was live: findings, candidates, the end of the scan, attention to the bit.

use stakeout::{
    finding::{AttentionPair, Level, Ruling},
    scan::event::{Look, ScanEvent},
    session::{
        ScanState, Standing,
        store::{SessionError, Store},
    },
};

use crate::{
    case::{Case, folder, saved},
    sample::{candidate, finished, look, pair, started, verdict},
};

#[test]
fn what_is_read_back_is_what_was_live() {
    let (_dir, path) = folder();
    let live = saved(&path);
    let store = Store::open(&path).unwrap();
    let read = store.load().unwrap();

    assert_eq!(read.started, live.started);
    assert_eq!(read.leaks, live.leaks);
    assert_eq!(read.candidates, live.candidates);
    assert_eq!(read.findings, live.findings);
    assert_eq!(read.finished, live.finished);
    assert_eq!(read.rulings, live.rulings);
    assert_eq!(read, live);

    assert_eq!(read.scan, ScanState::Complete);
    assert_eq!(
        read.findings.iter().map(|f| f.level).collect::<Vec<_>>(),
        [Level::High, Level::Low]
    );
    let standings: Vec<_> = read.candidates.iter().map(|known| &known.standing).collect();
    assert_eq!(
        standings,
        [
            &Standing::Finding("F-2".into()),
            &Standing::Dropped("no shift".into()),
            &Standing::Waiting
        ]
    );
    assert_eq!(read.verdict("F-1"), Some(&verdict(Ruling::TruePositive)));
    assert_eq!(
        read.rulings.iter().map(|ruled| ruled.undone).collect::<Vec<_>>(),
        [true, false, false]
    );
}

#[test]
fn every_candidate_counts_once_at_each_stage_of_the_race() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    let looked = |candidate: u32, round: u8| ScanEvent::Looked {
        candidate,
        look: Look { round, ..look(None) },
    };
    let dropped = |candidate: u32| ScanEvent::Dropped {
        candidate,
        reason: "weak".into(),
    };
    case.report(started());
    // With gaps, as after a rescue.
    for id in [0, 1, 5, 9] {
        case.report(candidate(id));
    }
    for event in [
        looked(0, 1),
        looked(0, 2),
        looked(0, 3),
        dropped(0),
        dropped(5),
        looked(5, 1),
        looked(9, 1),
        looked(7, 1),
    ] {
        case.report(event);
    }
    case.store.commit().unwrap();
    assert_eq!((case.live.race.probed, case.live.race.survivors), (3, 1));
    assert_eq!(case.live.candidate(5).map(|known| known.looks.len()), Some(1));
    assert_eq!(case.live.index(7), None);
    let read = case.store.load().unwrap();
    assert_eq!(read.race, case.live.race);
}

#[test]
fn stopped_and_failed_scans_read_back_as_such() {
    for (end, state) in [
        (finished(false), ScanState::Stopped),
        (
            ScanEvent::Failed {
                message: "out of memory".into(),
            },
            ScanState::Failed("out of memory".into()),
        ),
    ] {
        let (_dir, path) = folder();
        let mut case = Case::create(&path);
        case.report(started());
        case.report(end);
        let live = case.live.clone();
        drop(case);
        let read = Store::open(&path).unwrap().load().unwrap();
        assert_eq!(read, live);
        assert_eq!(read.scan, state);
    }
}

#[test]
fn attention_comes_back_bit_for_bit_without_the_model() {
    let (_dir, path) = folder();
    let live = saved(&path);
    let store = Store::open(&path).unwrap();
    let read = store.attention(&live, "F-1/0").unwrap();
    assert_eq!(read, pair());
    let bits = |pair: &AttentionPair| -> Vec<u32> {
        let weights = pair.with.weights.iter().chain(&pair.without.weights);
        weights.map(|weight| weight.to_bits()).collect()
    };
    assert_eq!(bits(&read), bits(&pair()));
    assert!(matches!(
        store.attention(&live, "F-9"),
        Err(SessionError::Evidence { .. })
    ));
}
