//! What an analyst would notice if a session were kept wrongly.

use super::*;
use crate::{
    finding::{Decision, Verdict},
    scan::event::ScanEvent,
};

fn notice(text: &str) -> ScanEvent {
    ScanEvent::Notice { text: text.into() }
}

fn verdict() -> Verdict {
    Verdict {
        decision: Decision::Undecided {
            reason: "needs more evidence".into(),
        },
        severity: None,
        seen: Vec::new(),
        note: "x".repeat(100_000),
        author: "ana".into(),
        at_ms: 0,
    }
}

#[test]
fn a_full_disk_refuses_a_ruling_and_loses_nothing_once_there_is_space() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("full.stakeout");
    let mut store = Store::create(&path).unwrap();
    store.append_event(notice("before")).unwrap();
    store.flush().unwrap();
    // A ceiling on the file's size is the same to SQLite as a full disk.
    let pages: i64 = store
        .connection
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    let limit = |store: &Store, pages: i64| {
        store
            .connection
            .query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(()))
            .unwrap();
    };
    limit(&store, pages);

    assert!(matches!(
        store.rule("F-1", verdict()),
        Err(SessionError::NoSpace { .. })
    ));
    store.append_event(notice(&"y".repeat(100_000))).unwrap();
    assert!(matches!(store.commit(), Err(SessionError::NoSpace { .. })));
    assert_eq!(
        store.uncommitted(),
        1,
        "the ruling was never made, the notice waits"
    );

    limit(&store, 1_000_000);
    store.flush().unwrap();
    store.rule("F-1", verdict()).unwrap();
    let session = store.load().unwrap();
    assert_eq!(session.notices.len(), 2);
    assert_eq!(session.rulings.len(), 1);
    store.verify().unwrap();
}

#[test]
fn a_killed_process_costs_only_what_was_not_committed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("live.stakeout");
    let mut store = Store::create(&path).unwrap();
    store.append_event(notice("committed")).unwrap();
    store.commit().unwrap();
    store.append_event(notice("not committed")).unwrap();

    // What a kill leaves behind: the file and its journal as they are now, and nobody to tidy up.
    let left = dir.path().join("left.stakeout");
    std::fs::copy(&path, &left).unwrap();
    std::fs::copy(lock::beside(&path, "-wal"), lock::beside(&left, "-wal")).unwrap();
    std::fs::write(lock::beside(&left, "-lock"), "").unwrap();

    let mut after = Store::open(&left).unwrap();
    assert!(!after.is_read_only());
    assert_eq!(after.load().unwrap().notices, ["committed"]);
    after.append_event(notice("resumed")).unwrap();
    after.flush().unwrap();
    assert_eq!(after.verify().unwrap().records, 3);
}

#[test]
fn a_clock_that_goes_backwards_changes_neither_order_nor_chain() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("clock.stakeout");
    let mut store = Store::create(&path).unwrap();
    for (at_ms, text) in [
        (5_000, "first"),
        (-3, "second"),
        (i64::MIN, "third"),
        (i64::MAX, "fourth"),
    ] {
        let event = notice(text);
        store.append_at("scan", at_ms, Fact::Scan { event }).unwrap();
    }
    store.flush().unwrap();
    store.rule("F-1", verdict()).unwrap();
    drop(store);
    let store = Store::open(&path).unwrap();
    assert_eq!(store.verify().unwrap().records, 6);
    assert_eq!(
        store.load().unwrap().notices,
        ["first", "second", "third", "fourth"]
    );
    assert_eq!(
        store.front().unwrap().notices,
        ["first", "second", "third", "fourth"]
    );
}
