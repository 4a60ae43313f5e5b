//! What can still be read of a damaged file is rescued into a new one, and what was lost is told.

use std::{fs, path::Path};

use stakeout::{
    finding::{Level, Ruling},
    session::{
        Session, salvage,
        store::{SessionError, Store},
    },
};

use crate::{
    case::{Case, NO_TRIGGERS, every_event, folder, saved, tamper},
    sample::leak,
};

#[test]
fn whatever_is_damaged_the_rest_is_rescued_and_the_loss_is_told() {
    let (dir, path) = folder();
    let whole = saved(&path);
    let bytes = fs::read(&path).unwrap();
    let (damaged, new) = (
        dir.path().join("damaged.stakeout"),
        dir.path().join("new.stakeout"),
    );
    let mut rescued_some = 0;
    for round in 0..120 {
        let mut damage = bytes.clone();
        let at = bytes.len() * (round / 2) / 60;
        if round % 2 == 0 {
            damage.truncate(at);
        } else {
            damage[at] ^= 1 << (round % 8);
        }
        fs::write(&damaged, &damage).unwrap();
        let Ok(rescued) = salvage::rescue(&damaged, &new) else {
            // Nothing could be read: that was said, and nothing was made.
            assert!(!new.exists());
            continue;
        };
        assert!(
            rescued.records == whole.records || !rescued.lost.is_empty(),
            "{} of {} records without a word, damage at {at}",
            rescued.records,
            whole.records
        );
        let store = Store::open(&new).unwrap();
        store.verify().unwrap();
        let session = store.load().unwrap();
        for finding in &session.findings {
            assert!(whole.findings.contains(finding) || finding.level == Level::Medium);
        }
        rescued_some += 1;
        drop(store);
        fs::remove_file(&new).unwrap();
    }
    assert!(rescued_some > 30, "{rescued_some}");
}

/// A session of several hundred pages, with evidence.
fn thick(path: &Path) -> Session {
    let mut case = Case::create(path);
    for event in every_event() {
        case.report(event);
    }
    for id in 0..600 {
        case.report(leak(
            1000 + id,
            &format!("{id}: {}", "a leak as long as leaks are ".repeat(40)),
        ));
    }
    case.rule("F-1", Ruling::TruePositive);
    case.store.flush().unwrap();
    case.store.load().unwrap()
}

#[test]
fn a_badly_cut_file_gives_back_what_its_pages_hold() {
    let (dir, path) = folder();
    let whole = thick(&path);
    let bytes = fs::read(&path).unwrap();
    let (damaged, new) = (dir.path().join("cut.stakeout"), dir.path().join("new.stakeout"));
    let size = bytes.len();
    let rescue = |damage: &[u8]| {
        fs::write(&damaged, damage).unwrap();
        let rescued = salvage::rescue(&damaged, &new).unwrap();
        Store::open(&new).unwrap().verify().unwrap();
        fs::remove_file(&new).unwrap();
        rescued
    };
    // The front gone: header, schema, the roots of every tree.
    let mut damage = bytes.clone();
    damage[..3 * 4096].fill(0);
    let rescued = rescue(&damage);
    assert_eq!(rescued.records, whole.records, "{:?}", rescued.lost);
    // The second half gone; the index tells what was there.
    let rescued = rescue(&bytes[..size / 2]);
    assert!(rescued.records * 10 > whole.records * 3, "{rescued:?}");
    assert!(
        rescued.lost[0].starts_with("the end of the file"),
        "{:?}",
        rescued.lost
    );
    // The middle overwritten with noise.
    let mut damage = bytes.clone();
    damage[size / 3..size / 3 + 8 * 4096].fill(0xa5);
    let rescued = rescue(&damage);
    assert!(
        rescued.records * 10 > whole.records * 8 && rescued.records < whole.records,
        "{rescued:?}"
    );
    assert!(
        rescued.lost.iter().any(|lost| lost.ends_with("it was a leak")),
        "{:?}",
        rescued.lost
    );
    // Not cut at all.
    let rescued = rescue(&bytes);
    assert_eq!((rescued.records, rescued.lost.len()), (whole.records, 0));
}

#[test]
fn what_a_killed_process_left_in_the_journal_is_rescued_too() {
    let (dir, path) = folder();
    let mut case = Case::create(&path);
    for id in 0..50 {
        case.report(leak(id, "in the journal only"));
    }
    case.store.flush().unwrap();
    let left = dir.path().join("left.stakeout");
    fs::copy(&path, &left).unwrap();
    fs::copy(
        dir.path()
            .join(format!("{}-wal", path.file_name().unwrap().display())),
        dir.path().join("left.stakeout-wal"),
    )
    .unwrap();
    let records = case.store.load().unwrap().records;
    // The header of the file itself is gone: SQLite cannot even look at the journal.
    let mut bytes = fs::read(&left).unwrap();
    bytes[..100].fill(0);
    fs::write(&left, bytes).unwrap();
    let new = dir.path().join("new.stakeout");
    let rescued = salvage::rescue(&left, &new).unwrap();
    assert_eq!(rescued.records, records, "{:?}", rescued.lost);
}

#[test]
fn a_rescue_keeps_rulings_and_what_took_them_back() {
    let (dir, path) = folder();
    let whole = saved(&path);
    tamper(
        &path,
        &format!("{NO_TRIGGERS}UPDATE record SET body = 'x' WHERE seq = 4"),
    );
    let new = dir.path().join("new.stakeout");
    let rescued = salvage::rescue(&path, &new).unwrap();
    assert_eq!(rescued.records, whole.records - 1);
    assert!(
        rescued.lost[0].starts_with("record 4: changed"),
        "{:?}",
        rescued.lost
    );
    let session = Store::open(&new).unwrap().load().unwrap();
    let undone =
        |session: &Session| -> Vec<bool> { session.rulings.iter().map(|ruled| ruled.undone).collect() };
    assert_eq!(undone(&session), undone(&whole));
    assert_eq!(session.verdict("F-1"), whole.verdict("F-1"));
    assert_eq!(session.lost.as_ref().map(Vec::len), Some(rescued.lost.len()));
    assert!(matches!(
        salvage::rescue(&path, &new),
        Err(SessionError::Exists { .. })
    ));
}
