//! What is recorded and when it is on disk: no progress, nothing unreadable, nothing twice when a scan is resumed.

use stakeout::{
    finding::{Level, Ruling},
    scan::event::{Phase, ScanEvent},
    session::store::{SessionError, Store},
};

use crate::{
    case::{Case, every_event, folder, saved},
    sample::{finding, finished, leak, pair, started},
};

#[test]
fn progress_is_not_recorded() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    for event in every_event() {
        let is_live_only = matches!(event, ScanEvent::Progress(_));
        let records = case.store.append_event(event).unwrap();
        assert_eq!(records.is_empty(), is_live_only);
    }
}

#[test]
fn a_number_that_json_cannot_hold_is_refused_and_nothing_is_lost() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    let mut broken = finding("F-1", Level::High);
    broken.p = f64::NAN;
    let refused = case.store.append_event(ScanEvent::Finding(Box::new(broken)));
    assert!(matches!(
        refused,
        Err(SessionError::Unrecordable { kind: "finding", .. })
    ));
    case.report(leak(0, "after"));
    case.store.flush().unwrap();
    assert_eq!(case.store.load().unwrap(), case.live);
}

#[test]
fn the_loss_meter_counts_what_is_not_on_disk() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    assert_eq!(case.store.uncommitted(), 0);
    case.report(leak(0, "a"));
    case.report(leak(1, "b"));
    assert_eq!(case.store.uncommitted(), 2);
    assert_eq!(case.store.load().unwrap().leaks.len(), 0);
    case.store.flush().unwrap();
    assert_eq!(case.store.uncommitted(), 0);
    assert_eq!(case.store.load().unwrap(), case.live);

    case.report(leak(2, "c"));
    case.rule("F-1", Ruling::Undecided);
    assert_eq!(
        case.store.uncommitted(),
        0,
        "a ruling takes everything before it along"
    );
    case.report(ScanEvent::Finding(Box::new(finding("F-1", Level::Low))));
    case.store.commit().unwrap();
    assert_eq!(case.store.uncommitted(), 0, "a finding does not wait");
}

#[test]
fn a_resumed_scan_repeats_what_is_recorded_or_changes_nothing() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    let events = every_event();
    let (first, rest) = events.split_at(12);
    for event in first {
        case.report(event.clone());
    }
    case.report(finished(false));
    drop(case);

    let mut store = Store::open(&path).unwrap();
    let mut live = store.load().unwrap();
    assert!(live.is_unfinished());
    live.apply(&store.resume().unwrap());
    let mut repeated = 0;
    for event in first.iter().chain(rest) {
        let records = store.append_event(event.clone()).unwrap();
        repeated += usize::from(records.is_empty());
        for record in &records {
            live.apply(record);
        }
    }
    assert_eq!(repeated, first.len(), "progress among them");
    store.flush().unwrap();
    assert_eq!(store.load().unwrap(), live);
    let (_other, other) = folder();
    let whole = saved(&other);
    assert_eq!((&live.findings, &live.leaks), (&whole.findings, &whole.leaks));
    assert_eq!((&live.candidates, &live.scan), (&whole.candidates, &whole.scan));
    let unit = &store.units().unwrap()[0];
    assert_eq!((unit.number, unit.result.as_slice()), (0, [0, 1, 255].as_slice()));

    // Another scan: the first thing that differs ends it, and nothing was written.
    let before = store.load().unwrap().records;
    store.resume().unwrap();
    store.append_event(started()).unwrap();
    store
        .append_event(ScanEvent::Phase { phase: Phase::Leak })
        .unwrap();
    let differs = store.append_event(leak(0, "another text"));
    assert!(
        matches!(differs, Err(SessionError::Differs { seq: 4, .. })),
        "{differs:?}"
    );
    drop(store);
    assert_eq!(Store::open(&path).unwrap().load().unwrap().records, before + 1);
}

#[test]
fn evidence_beyond_its_room_is_left_out_and_said() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    case.store.limit_evidence(400).unwrap();
    for key in ["F-1/0", "F-1/1"] {
        case.report(ScanEvent::Attention {
            key: key.into(),
            pair: Box::new(pair()),
        });
    }
    assert_eq!((case.live.stored.len(), case.live.left_out.len()), (0, 2));
    assert!(case.live.deeds.last().unwrap().what.contains("not kept"));
}
