//! Which files are opened, made and migrated, which are refused, and what is said then.

use std::{fs, path::Path};

use rusqlite::Connection;
use stakeout::{
    finding::{Rate, Ruling},
    session::store::{SessionError, Store},
};

use crate::{
    case::{folder, saved, tamper},
    sample::verdict,
};

#[test]
fn what_is_not_a_session_is_told_apart() {
    let (dir, path) = folder();
    let open = |path: &Path| Store::open(path).map(|_| ());
    assert!(matches!(open(&path), Err(SessionError::Missing { .. })));
    assert!(matches!(open(dir.path()), Err(SessionError::NotASession { .. })));

    fs::write(&path, "").unwrap();
    assert!(matches!(open(&path), Err(SessionError::Empty { .. })));
    fs::write(&path, "{\"schema\":\"something else\"}").unwrap();
    assert!(matches!(open(&path), Err(SessionError::NotASession { .. })));
    fs::remove_file(&path).unwrap();

    tamper(&path, "CREATE TABLE bookmarks (url TEXT)");
    let before = fs::read(&path).unwrap();
    assert!(matches!(open(&path), Err(SessionError::NotASession { .. })));
    assert_eq!(
        fs::read(&path).unwrap(),
        before,
        "a foreign file is left as it is"
    );
    fs::remove_file(&path).unwrap();

    saved(&path);
    tamper(&path, "PRAGMA user_version = 7");
    assert!(matches!(
        open(&path),
        Err(SessionError::Newer {
            found: 7,
            known: 3,
            ..
        })
    ));
}

#[test]
fn a_new_session_overwrites_nothing() {
    let (dir, path) = folder();
    saved(&path);
    let before = fs::read(&path).unwrap();
    assert!(matches!(Store::create(&path), Err(SessionError::Exists { .. })));
    assert!(matches!(
        Store::create(dir.path()),
        Err(SessionError::Exists { .. })
    ));
    assert_eq!(fs::read(&path).unwrap(), before);

    let empty = dir.path().join("new folder/empty.stakeout");
    fs::create_dir(empty.parent().unwrap()).unwrap();
    fs::write(&empty, "").unwrap();
    drop(Store::create(&empty).unwrap());
    assert_eq!(Store::open(&empty).unwrap().load().unwrap().records, 1);

    let below_a_file = path.join("x.stakeout");
    assert!(matches!(
        Store::create(&below_a_file),
        Err(SessionError::Other { .. })
    ));
}

#[cfg(unix)]
#[test]
fn a_place_that_may_not_be_written_is_named() {
    use std::os::unix::fs::PermissionsExt;

    let (dir, path) = folder();
    let live = saved(&path);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let is_refused = fs::write(dir.path().join("probe"), "").is_err();
    if is_refused {
        let store = Store::open(&path).unwrap();
        assert!(store.is_read_only());
        assert_eq!(store.load().unwrap(), live);
    }
    // Whoever may write everywhere may not write here.
    let place = if is_refused {
        dir.path()
    } else {
        Path::new("/sys/kernel")
    };
    if place.exists() {
        let error = Store::create(&place.join("new.stakeout")).unwrap_err();
        assert!(matches!(error, SessionError::Permission { .. }), "{error:?}");
    }
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn errors_say_where_in_safe_text_and_what_to_do() {
    let (dir, _) = folder();
    let error = Store::open(&dir.path().join("\u{1b}[2J\u{202e}.stakeout")).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("[ESC][2J[U+202E RLO].stakeout: no such session"),
        "{message}"
    );
    assert!(!error.hint().is_empty());
}

#[test]
fn a_session_of_format_1_is_migrated_on_a_copy_and_its_chain_stays() {
    let (_dir, path) = folder();
    let whole = saved(&path);
    tamper(
        &path,
        "DROP VIEW ruling;
         CREATE VIEW ruling AS SELECT seq FROM record WHERE kind = 'ruled';
         PRAGMA user_version = 1;",
    );
    let before = fs::read(&path).unwrap();
    let mut store = Store::open(&path).unwrap();
    assert!(!store.is_read_only());
    assert_eq!(store.load().unwrap(), whole, "no record changed");
    assert_eq!(store.verify().unwrap().head, whole.head);
    store.rule("F-2", verdict(Ruling::Duplicate)).unwrap();
    let mut kept = path.clone().into_os_string();
    kept.push("-format1");
    assert_eq!(fs::read(kept).unwrap(), before, "the file as it was stays");
}

#[test]
fn a_blind_re_reading_raises_the_format_so_that_an_older_program_refuses_the_file() {
    use stakeout::session::blind::{Reread, Said, Subject};
    let (_dir, path) = folder();
    saved(&path);
    let format = |path: &Path| -> i64 {
        let connection = Connection::open(path).unwrap();
        connection
            .query_row("PRAGMA user_version", [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(format(&path), 2, "as an older program reads it");
    let reread = Reread {
        said: vec![Said {
            subject: Subject::Finding {
                id: "F-1".to_owned(),
                before: Some("true-positive".to_owned()),
            },
            blind: "false-positive".to_owned(),
        }],
        left: 3,
        decoys: Rate::default(),
    };
    let mut store = Store::open(&path).unwrap();
    store.reread("ana", reread.clone()).unwrap();
    store.verify().unwrap();
    let session = store.load().unwrap();
    assert_eq!(session.rereads, [reread]);
    let told = &session.deeds.last().unwrap().what;
    assert!(
        told.contains("F-1 was true-positive and is false-positive blind"),
        "{told}"
    );
    drop(store);
    assert_eq!(format(&path), 3);
    assert!(
        !Store::open(&path).unwrap().is_read_only(),
        "and this one goes on with it"
    );
}
