//! Every screen, drawn from replayed records at the sizes analysts use, and at every size without a panic.

use super::fixture;
use ratatui::{buffer::Buffer, layout::Rect};
use stakeout::{
    finding::{Day, Ruling},
    scan::event::Phase,
    session::{
        ScanState, Session,
        library::{Entry, Levels},
    },
    ui::{
        keymap::Keymap,
        message::Message,
        state::{
            Running, Screen, State,
            dialog::{Dialog, Question, VerdictDialog},
            finding::{FindingScreen, Tab},
        },
        theme::{ColorDepth, Look},
        update, view,
    },
};

const SIZES: [(u16, u16); 3] = [(60, 16), (80, 24), (120, 40)];

fn look(ascii: bool) -> Look {
    Look::new("terminal", ColorDepth::Ansi16, ascii).unwrap()
}

fn state(screen: Screen, session: &Session) -> State {
    let mut state = State::new(Keymap::embedded().unwrap(), screen);
    state.name = "demo-20261121-003000".to_owned();
    state.folder = "/home/analyst/sessions".to_owned();
    update(&mut state, session, Message::Recorded);
    state
}

fn text(state: &State, session: &Session, look: &Look, width: u16, height: u16) -> String {
    let area = Rect::new(0, 0, width, height);
    let mut buf = Buffer::empty(area);
    view::draw(state, session, look, area, &mut buf);
    let mut out = String::new();
    for row in buf.content.chunks(usize::from(width)) {
        let line: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

fn finding(tab: Tab) -> Screen {
    Screen::Finding(Box::new(FindingScreen::new("F-1", tab)))
}

/// The live case in the middle of the probing.
fn live() -> (State, Session) {
    let events = fixture::running_events();
    let session = fixture::session_of(&events[..120]);
    let mut state = state(Screen::Case, &session);
    state.running = Some(Running::default());
    update(&mut state, &session, Message::Progress(fixture::progress()));
    state.unsaved = 3;
    (state, session)
}

/// Every screen by name.
fn screens() -> Vec<(&'static str, State, Session)> {
    let session = fixture::fixture_session();
    let mut all = vec![
        (
            "library-empty",
            state(Screen::Library, &Session::default()),
            Session::default(),
        ),
        ("case", state(Screen::Case, &session), session.clone()),
        (
            "candidate",
            state(Screen::Candidate { id: 0, scroll: 0 }, &session),
            session.clone(),
        ),
        (
            "leak",
            state(Screen::Leak { id: 1, scroll: 0 }, &session),
            session.clone(),
        ),
        (
            "facts",
            state(Screen::Facts { scroll: 0 }, &session),
            session.clone(),
        ),
    ];
    let mut library = state(Screen::Library, &Session::default());
    let entries = [
        ScanState::Complete,
        ScanState::Running(Phase::Probe),
        ScanState::Stopped,
    ];
    let entries = entries.into_iter().enumerate().map(|(index, state)| Entry {
        path: format!("/home/analyst/sessions/demo-{index}.stakeout").into(),
        name: format!("demo-{index}"),
        model: "demo".to_owned(),
        digest: "3f".repeat(32),
        budget: "standard".to_owned(),
        seed: index as u64,
        created_ms: 1_795_220_000_000,
        state,
        live: false,
        findings: Levels {
            high: 1,
            medium: 1,
            low: 0,
        },
        ruled: 1,
        size_bytes: 1_300_000,
        error: (index == 2).then(|| "it is newer than this program".to_owned()),
    });
    update(
        &mut library,
        &Session::default(),
        Message::Sessions(entries.collect()),
    );
    library.name.clear();
    all.push(("library", library, Session::default()));
    let (live_state, live_session) = live();
    all.push(("live", live_state, live_session));
    for (name, tab) in [
        ("overview", Tab::Overview),
        ("entropy", Tab::Entropy),
        ("outputs", Tab::Outputs),
        ("statistics", Tab::Statistics),
        ("trigger", Tab::Trigger),
        ("origin", Tab::Origin),
        ("history", Tab::History),
    ] {
        all.push((name, state(finding(tab), &session), session.clone()));
    }
    let mut heads = state(finding(Tab::Attention), &session);
    let pair = Ok(Box::new(fixture::attention()));
    let loaded = Message::Loaded {
        key: "a-1".to_owned(),
        pair,
    };
    update(&mut heads, &session, loaded);
    all.push(("attention-grid", heads.clone(), session.clone()));
    let enter = crossterm::event::KeyEvent::from(crossterm::event::KeyCode::Enter);
    update(&mut heads, &session, Message::Key(enter));
    all.push(("attention-head", heads, session.clone()));
    let mut help = state(Screen::Case, &session);
    help.dialog = Some(Dialog::Help { scroll: 0 });
    all.push(("help", help, session.clone()));
    let mut verdict = state(finding(Tab::Overview), &session);
    verdict.dialog = Some(Dialog::Verdict(VerdictDialog::new(
        vec!["F-1".to_owned()],
        Ruling::FalsePositive,
        Vec::new(),
        &Day::after(0, 90),
    )));
    all.push(("verdict", verdict, session.clone()));
    let (mut asking, running) = live();
    asking.dialog = Some(Dialog::Question(Question::Leave));
    all.push(("question", asking, running));
    all
}

#[test]
fn screens_at_the_usual_sizes() {
    for (name, state, session) in screens() {
        for (width, height) in SIZES {
            insta::assert_snapshot!(
                format!("{name}_{width}x{height}"),
                text(&state, &session, &look(false), width, height)
            );
        }
    }
}

#[test]
fn ascii_screens_hold_ascii_only() {
    for (name, state, session) in screens() {
        let shown = text(&state, &session, &look(true), 120, 40);
        assert!(shown.is_ascii(), "{name}:\n{shown}");
    }
}

#[test]
fn hostile_text_is_shown_and_never_passed_on() {
    let session = fixture::fixture_session();
    for (name, state, session) in screens() {
        let shown = text(&state, &session, &look(false), 120, 40);
        let passed = stakeout::text::count_hostile(&shown.replace('\n', ""));
        assert_eq!(passed, 0, "{name}:\n{shown}");
    }
    let case = state(Screen::Case, &session);
    let shown = text(&case, &session, &look(false), 120, 40);
    assert!(shown.contains("[ESC]]52;c;aGk=[BEL]pay[U+202E RLO]load[TAG A]"));
}

#[test]
fn no_size_panics_and_small_ones_say_what_they_need() {
    for (_, state, session) in screens() {
        for width in (1..=130).step_by(7) {
            for height in (1..=45).step_by(4) {
                text(&state, &session, &look(false), width, height);
            }
        }
    }
    let (state, session) = live();
    assert!(text(&state, &session, &look(false), 59, 16).contains("needs 60x16, have 59x16"));
    assert!(text(&state, &session, &look(false), 60, 16).contains("Candidates"));
}
