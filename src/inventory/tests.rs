//! What an analyst would notice if the inventory were kept wrongly.

use super::*;
use crate::session::{ScanState, library::Levels};

const DAY: i64 = 24 * 3600 * 1000;

/// A folder with two models of two files, found under `models`, and the inventory's file beside it.
fn home() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    for name in ["models/one", "models/hub/snapshots/two"] {
        let folder = home.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.json"), "{}").unwrap();
        fs::write(folder.join("model.safetensors"), "12345678").unwrap();
    }
    fs::write(home.path().join("models/three-Q8_0.gguf"), "1").unwrap();
    let file = home.path().join("inventory.toml");
    (home, file)
}

fn names(inventory: &Inventory) -> Vec<String> {
    inventory.items.iter().map(Item::name).collect()
}

fn scan(model: &Path, created_ms: i64, state: ScanState) -> Entry {
    Entry {
        name: "a scan".into(),
        model: model.display().to_string(),
        created_ms,
        state,
        ..Entry::default()
    }
}

#[test]
fn models_are_found_by_their_files_and_nothing_written_counts_as_risky() {
    let (home, file) = home();
    add_folder(&file, &home.path().join("models")).unwrap();
    let inventory = Inventory::read(&file, &[], 0).unwrap();
    let mut found = names(&inventory);
    found.sort_unstable();
    assert_eq!(found, ["one", "three-Q8_0.gguf", "two"]);
    assert_eq!(inventory.notices, Vec::<String>::new());
    let item = &inventory.items[0];
    assert_eq!((item.risk.points, item.need), (2 + 2 + 3 + 3, Some(Need::Never)));
    add_folder(&file, Path::new("/nowhere/at/all")).unwrap();
    let inventory = Inventory::read(&file, &[], 0).unwrap();
    assert!(
        inventory.notices[0].contains("/nowhere/at/all"),
        "{:?}",
        inventory.notices
    );
    assert_eq!(inventory.items.len(), 3);
}

#[test]
fn the_riskiest_that_is_due_is_next() {
    let (home, file) = home();
    let (one, two) = (
        home.path().join("models/one"),
        home.path().join("models/hub/snapshots/two"),
    );
    let said = |exposure| Declared {
        data: Some(Data::Personal),
        exposure: Some(exposure),
        provenance: Some(Provenance::Hub),
        ..Declared::default()
    };
    add(&file, &one, &said(Exposure::Internet)).unwrap();
    add(&file, &two, &said(Exposure::None)).unwrap();
    let changed = Inventory::read(&file, &[], 0).unwrap().items[0]
        .changed_ms
        .unwrap();
    let later = changed + DAY;
    let read = |sessions: &[Entry], now| Inventory::read(&file, sessions, now).unwrap();
    let inventory = read(&[], later);
    assert_eq!(names(&inventory), ["one", "two"]);
    assert_eq!(inventory.next(|_| false).map(Item::name).as_deref(), Some("one"));

    // Scanned, it stays on top, and the other one is next.
    let complete = scan(&one, later, ScanState::Complete);
    let inventory = read(std::slice::from_ref(&complete), later + DAY);
    let one_now = inventory.items.iter().find(|item| item.name() == "one").unwrap();
    assert_eq!((one_now.need, one_now.risk.points), (None, 7));
    assert_eq!(inventory.next(|_| false).map(Item::name).as_deref(), Some("two"));
    assert_eq!(inventory.next(|path| path.ends_with("two")), None);

    let needs = [
        (
            scan(&one, later, ScanState::Stopped),
            later,
            Some(Need::Interrupted),
        ),
        (
            scan(&one, changed - DAY, ScanState::Complete),
            later,
            Some(Need::Changed),
        ),
        (complete.clone(), later + 91 * DAY, Some(Need::Old)),
    ];
    for (session, now, need) in needs {
        let inventory = read(std::slice::from_ref(&session), now);
        let item = inventory.items.iter().find(|item| item.name() == "one").unwrap();
        assert_eq!(item.need, need);
    }
    let alarming = Entry {
        standing: Levels {
            high: 1,
            ..Levels::default()
        },
        ..complete
    };
    assert_eq!(read(&[alarming], later + DAY).items[0].risk.points, 10);
}

#[test]
fn what_is_added_keeps_comments_order_and_what_was_said() {
    let (home, file) = home();
    let one = home.path().join("models/one");
    fs::write(
        &file,
        format!(
            "# ours\nfolders = [] # none yet\n\n[[model]] # the old one\npath = \"/old\"\n\n[[model]]\npath = \"{}\"\nowner = \"kim\"   # ask first\n",
            one.display()
        ),
    )
    .unwrap();
    let said = Declared {
        owner: Some("lee".into()),
        deployed: vec!["chat".into()],
        ..Declared::default()
    };
    add(&file, &one, &said).unwrap();
    add(&file, Path::new("/new"), &Declared::default()).unwrap();
    let written = fs::read_to_string(&file).unwrap();
    for kept in [
        "# ours\n",
        "# none yet",
        "# the old one",
        "owner = \"lee\"   # ask first\n",
        "deployed = [\"chat\"]\n",
    ] {
        assert!(written.contains(kept), "{kept}: {written}");
    }
    assert!(
        written.find("/old") < written.find("models/one")
            && written.find("models/one") < written.find("/new")
    );
    assert_eq!(Inventory::read(&file, &[], 0).unwrap().items.len(), 3);
}

#[test]
fn mistakes_name_the_line_and_change_nothing() {
    let (_home, file) = home();
    for (source, line, what) in [
        ("folders = 3\n", 1, "invalid type"),
        (
            "\n[[model]]\npath = \"/a\"\ndata = \"lots\"\n",
            2,
            "/a: unknown variant `lots`",
        ),
        ("[[model]]\nowner = \"kim\"\n", 1, "missing field `path`"),
        (
            "[[model]]\npath = \"/a\"\nowned = \"kim\"\n",
            1,
            "unknown field `owned`",
        ),
        ("folders = [\n", 1, "unclosed array"),
    ] {
        fs::write(&file, source).unwrap();
        for wrong in [
            Inventory::read(&file, &[], 0).map(drop).unwrap_err(),
            add(&file, Path::new("/b"), &Declared::default()).unwrap_err(),
        ] {
            match &wrong {
                InventoryError::Wrong {
                    line: at, what: said, ..
                } => {
                    assert!(said.contains(what) && *at == line, "{source}: {wrong}");
                }
                InventoryError::File { .. } => panic!("{wrong}"),
            }
        }
        assert_eq!(fs::read_to_string(&file).unwrap(), source);
    }
}

#[test]
fn a_model_that_is_gone_stays_in_the_list_and_is_not_scanned() {
    let (_home, file) = home();
    add(&file, Path::new("/gone/model"), &Declared::default()).unwrap();
    let inventory = Inventory::read(&file, &[], 0).unwrap();
    assert_eq!((inventory.items.len(), inventory.items[0].changed_ms), (1, None));
    assert_eq!(inventory.next(|_| false), None);
}
