//! What was changed, removed, slipped in or cut off behind the program's back is found, and never with a panic.

use std::fs;

use stakeout::session::store::{SessionError, Store};

use crate::{
    case::{Case, NO_TRIGGERS, folder, saved, tamper},
    sample::leak,
};

#[test]
fn verify_accepts_what_the_program_wrote() {
    let (_dir, path) = folder();
    let live = saved(&path);
    let verified = Store::open(&path).unwrap().verify().unwrap();
    assert_eq!(verified.records, live.records);
    assert_eq!(verified.evidence, 1);
    assert_eq!(verified.head.len(), 64);
}

#[test]
fn a_changed_record_is_named() {
    let last = "(SELECT max(seq) FROM record)";
    for (sql, seq) in [
        (
            "UPDATE record SET body = replace(body, 'DEPLOY', 'HARMLESS') WHERE seq = 4".to_owned(),
            4,
        ),
        ("UPDATE record SET author = 'eve' WHERE seq = 3".to_owned(), 3),
        ("UPDATE record SET at_ms = at_ms + 1 WHERE seq = 5".to_owned(), 5),
        ("UPDATE record SET kind = 'notice' WHERE seq = 4".to_owned(), 4),
        ("UPDATE record SET hash = prev WHERE seq = 6".to_owned(), 6),
        ("DELETE FROM record WHERE seq = 7".to_owned(), 7),
        ("DELETE FROM record WHERE seq = 1".to_owned(), 1),
        ("UPDATE record SET body = 'x' WHERE seq = 2".to_owned(), 2),
        (format!("UPDATE record SET seq = seq + 1 WHERE seq = {last}"), 24),
    ] {
        let (_dir, path) = folder();
        assert_eq!(saved(&path).records, 24);
        tamper(&path, &format!("{NO_TRIGGERS}{sql}"));
        let store = Store::open(&path).unwrap();
        for broken in [store.load().map(|_| ()), store.verify().map(|_| ())] {
            assert!(
                matches!(&broken, Err(SessionError::Record { seq: at, .. }) if *at == seq),
                "{sql}: {broken:?}"
            );
        }
    }
}

#[test]
fn changed_evidence_and_dropped_guards_are_found() {
    let (_dir, path) = folder();
    let live = saved(&path);
    tamper(&path, NO_TRIGGERS);
    let store = Store::open(&path).unwrap();
    assert!(matches!(store.verify(), Err(SessionError::Damaged { .. })));
    drop(store);

    for sql in [
        "UPDATE blob SET bytes = zeroblob(length(bytes))",
        "DELETE FROM blob",
    ] {
        tamper(&path, sql);
        let store = Store::open(&path).unwrap();
        assert!(matches!(
            store.attention(&live, "F-1/0"),
            Err(SessionError::Evidence { .. })
        ));
        assert!(matches!(store.verify(), Err(SessionError::Evidence { .. })));
    }
}

#[test]
fn a_record_slipped_in_by_another_program_stops_the_writer() {
    let (_dir, path) = folder();
    let mut case = Case::create(&path);
    tamper(
        &path,
        "INSERT INTO record VALUES (2, 0, 'eve', 'notice', '{}', '', '')",
    );
    case.report(leak(0, "a"));
    assert!(matches!(case.store.flush(), Err(SessionError::Overtaken { .. })));
}

#[test]
fn a_truncated_file_is_an_error_wherever_it_was_cut() {
    let (_dir, path) = folder();
    saved(&path);
    let whole = fs::read(&path).unwrap();
    let cut = path.with_file_name("cut.stakeout");
    for length in (0..whole.len()).step_by(509) {
        fs::write(&cut, whole.get(..length).unwrap()).unwrap();
        let read = Store::open(&cut).and_then(|store| store.verify());
        assert!(read.is_err(), "cut at {length} of {}", whole.len());
    }
}

#[test]
fn flipped_bytes_never_panic() {
    let (_dir, path) = folder();
    saved(&path);
    let whole = fs::read(&path).unwrap();
    let flipped = path.with_file_name("flipped.stakeout");
    for at in (0..whole.len()).step_by(997) {
        let mut bytes = whole.clone();
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= 0xff;
        }
        fs::write(&flipped, bytes).unwrap();
        // Free space may change unseen; what is read must then still be what was written.
        if let Ok(read) = Store::open(&flipped).and_then(|store| store.load()) {
            assert_eq!(
                read,
                Store::open(&path).unwrap().load().unwrap(),
                "flipped at {at}"
            );
        }
    }
}
