//! A session seen by others: a second window follows it, the library lists it, and looking at it leaves it as it was.

use std::fs;

use stakeout::{
    finding::Ruling,
    scan::event::{Phase, ScanEvent},
    session::{
        ScanState, library,
        record::Fact,
        store::{SessionError, Store, is_live},
    },
};

use crate::{
    case::{Case, folder, saved},
    sample::{leak, started, verdict},
};

#[test]
fn a_second_window_reads_and_follows_but_does_not_write() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    case.report(started());
    case.store.commit().unwrap();
    assert!(is_live(&path));

    let mut second = Store::open(&path).unwrap();
    assert!(second.is_read_only());
    let mut followed = second.load().unwrap();
    assert_eq!(followed, case.live);
    let refused = second.append("ana", Fact::Undone { record: 1 });
    assert!(matches!(refused, Err(SessionError::ReadOnly { .. })));
    assert!(matches!(
        second.rule("F-1", verdict(Ruling::Undecided)),
        Err(SessionError::ReadOnly { .. })
    ));

    case.report(leak(0, "seen by the other"));
    case.rule("F-1", Ruling::Undecided);
    assert_eq!(second.sync_tail(&mut followed).unwrap(), 2);
    assert_eq!(followed, case.live);
    assert_eq!(second.sync_tail(&mut followed).unwrap(), 0);

    drop(second);
    drop(case);
    assert!(!is_live(&path));
    assert!(!Store::open(&path).unwrap().is_read_only());
}

#[test]
fn a_closed_session_is_one_plain_file() {
    let (dir, path) = folder();
    saved(&path);
    Store::open(&path).unwrap().load().unwrap();
    library::list(dir.path());
    let left: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["demo.stakeout"]);
}

#[test]
fn looking_at_a_session_changes_no_byte_of_it() {
    let (_folder, path) = folder();
    saved(&path);
    let before = fs::read(&path).unwrap();
    let store = Store::look(&path).unwrap();
    assert!(store.is_read_only());
    store.load().unwrap();
    drop(store);
    assert!(fs::read(&path).unwrap() == before);
}

#[test]
fn the_library_lists_every_session_and_names_the_bad_one() {
    let (dir, path) = folder();
    let live = saved(&path);
    let running_path = dir.path().join("running.stakeout");
    let mut running = Case::create(&running_path);
    running.report(started());
    running.report(ScanEvent::Phase { phase: Phase::Probe });
    running.store.commit().unwrap();
    fs::write(
        dir.path().join("bad.stakeout"),
        "not a database, whatever its name says",
    )
    .unwrap();
    fs::write(dir.path().join("notes.txt"), "not listed").unwrap();

    let entries = library::list(dir.path());
    let entry = |name: &str| entries.iter().find(|entry| entry.name == name).unwrap();
    assert_eq!(entries.len(), 3);
    assert!(entries.iter().map(|entry| entry.created_ms).rev().is_sorted());

    let done = entry("demo");
    assert_eq!(done.error, None);
    assert_eq!(done.model, "demo");
    assert_eq!(done.created_ms, live.created_ms);
    assert_eq!(done.state, ScanState::Complete);
    assert_eq!(
        (done.findings.high, done.findings.medium, done.findings.low),
        (1, 0, 1)
    );
    assert_eq!(done.ruled, 2);
    assert_eq!(done.size_bytes, fs::metadata(&path).unwrap().len());
    assert!(!done.live);

    assert_eq!(entry("running").state, ScanState::Running(Phase::Probe));
    assert!(entry("running").live);
    assert!(
        entry("bad")
            .error
            .as_ref()
            .is_some_and(|error| error.contains("not a Stakeout session"))
    );
    assert_eq!(library::list(&dir.path().join("missing")), []);
}
