//! Every screen, drawn from replayed records at the sizes analysts use, and at every size without a panic.

use super::fixture;
use ratatui::{buffer::Buffer, layout::Rect};
use stakeout::{
    finding::{Day, Ruling},
    inventory::{Data, Declared, Exposure, Inventory, Item, Need, Provenance, Risk},
    scan::{self, event::Phase},
    session::{
        self, ScanState, Session,
        library::{Entry, Levels},
        pulse::Pulse,
    },
    ui::{
        keymap::Keymap,
        message::Message,
        state::{
            Chain, Running, Screen, State,
            dialog::{Dialog, Question, VerdictDialog},
            finding::{FindingScreen, Tab},
            past::Past,
        },
        theme::{ColorDepth, Look},
        update, view,
    },
};

const SIZES: [(u16, u16); 4] = [(60, 16), (80, 24), (120, 40), (200, 60)];

pub fn look(ascii: bool) -> Look {
    Look::new("terminal", ColorDepth::Ansi16, ascii).unwrap()
}

fn state(screen: Screen, session: &Session) -> State {
    let mut state = State::new(Keymap::embedded().unwrap(), screen);
    state.name = "demo-20261121-003000".to_owned();
    state.folder = "/home/analyst/sessions".to_owned();
    update(&mut state, session, Message::Recorded);
    state
}

pub fn text(state: &State, session: &Session, look: &Look, width: u16, height: u16) -> String {
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

/// Every screen that shows the session, with `typed` in its lines and `pair` as its attention.
pub fn of(session: &Session, typed: &str, pair: &stakeout::finding::AttentionPair) -> Vec<(String, State)> {
    let mut all = vec![
        ("case".to_owned(), state(Screen::Case, session)),
        (
            "candidate".to_owned(),
            state(Screen::Candidate { id: 0, scroll: 0 }, session),
        ),
        (
            "leak".to_owned(),
            state(Screen::Leak { id: 1, scroll: 0 }, session),
        ),
        ("facts".to_owned(), state(Screen::Facts { scroll: 0 }, session)),
    ];
    for tab in Tab::ALL {
        let mut one = state(finding(tab), session);
        one.patterns = vec![typed.to_owned()];
        let loaded = Message::Loaded {
            key: "a-1".to_owned(),
            pair: Ok(Box::new(pair.clone())),
        };
        update(&mut one, session, loaded);
        if tab == Tab::Attention {
            let mut head = one.clone();
            press(&mut head, session, "\n");
            all.push(("head".to_owned(), head));
        }
        all.push((tab.name().to_owned(), one));
    }
    let mut both = state(Screen::Case, session);
    press(&mut both, session, "  c");
    all.push(("pair".to_owned(), both));
    all.push(("blind".to_owned(), blind(session, false)));
    all.push(("blind-done".to_owned(), blind(session, true)));
    all.push(("past".to_owned(), past(session)));
    for (name, keys) in [("filter", "/"), ("palette", ":")] {
        let mut prompt = state(Screen::Case, session);
        press(&mut prompt, session, keys);
        update(&mut prompt, session, Message::Paste(typed.to_owned()));
        all.push((name.to_owned(), prompt));
    }
    for (_, state) in &mut all {
        typed.clone_into(&mut state.name);
    }
    all
}

/// A blind re-reading under way, or over.
fn blind(session: &Session, over: bool) -> State {
    let mut blind = state(Screen::Case, session);
    press(&mut blind, session, "Btf");
    if over && let Screen::Blind(screen) = blind.screen() {
        let reread = session::blind::reread(&screen.rows, &screen.rulings, scan::stats::wilson);
        update(&mut blind, session, Message::Reread(Box::new(reread.unwrap())));
        blind.toast = None;
    }
    blind
}

/// The session as it was when its scan ended.
fn past(session: &Session) -> State {
    let mut past = state(Screen::Case, session);
    let then = Past {
        session: session.clone(),
        at_ms: 1_795_220_000_000,
        author: session
            .deeds
            .last()
            .map_or(String::new(), |deed| deed.author.clone()),
        kind: "finished",
        now: session.records + 3,
        steps: session.deeds.iter().map(|deed| deed.record).collect(),
        scroll: 0,
    };
    update(&mut past, session, Message::Past(Box::new(then)));
    past
}

/// A scan in the middle of its probing, seen from another process.
fn elsewhere() -> (State, Session) {
    let session = fixture::session_of(&fixture::running_events()[..120]);
    let mut state = state(Screen::Case, &session);
    state.opened_at_ms = 1_795_220_000_000;
    (state.read_only, state.elsewhere) = (true, true);
    state.pulse = Some(Pulse {
        at_ms: state.opened_at_ms - 2_000,
        heard_ms: state.opened_at_ms - 2_000,
        progress: Some(fixture::progress()),
        candidate_ms: Some(state.opened_at_ms - 9_000),
        unkept_s: 1.0,
        ..Pulse::default()
    });
    (state, session)
}

fn press(state: &mut State, session: &Session, keys: &str) {
    use crossterm::event::{KeyCode, KeyEvent};
    for c in keys.chars() {
        let code = if c == '\n' {
            KeyCode::Enter
        } else {
            KeyCode::Char(c)
        };
        update(state, session, Message::Key(KeyEvent::from(code)));
    }
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

/// The inventory with a model of each kind.
fn models() -> State {
    let parts = |points: u32| Risk {
        points,
        parts: vec![
            ("data personal".to_owned(), 2),
            ("provenance hub".to_owned(), points - 2),
        ],
    };
    let last = Entry {
        name: "chat-7b-20261121-003000".to_owned(),
        digest: "3f".repeat(32),
        created_ms: 1_795_220_000_000,
        state: ScanState::Complete,
        findings: Levels {
            high: 1,
            medium: 0,
            low: 2,
        },
        standing: Levels {
            high: 1,
            medium: 0,
            low: 0,
        },
        ruled: 2,
        ..Entry::default()
    };
    let items = vec![
        Item {
            path: "/models/chat-7b".into(),
            declared: Declared {
                owner: Some("support tools".to_owned()),
                deployed: vec!["support chat".to_owned(), "ticket triage".to_owned()],
                data: Some(Data::Personal),
                exposure: Some(Exposure::Internet),
                provenance: Some(Provenance::Hub),
                note: None,
            },
            listed: true,
            changed_ms: Some(1_795_210_000_000),
            bytes: 14_000_000_000,
            last: Some(last),
            need: Some(Need::Changed),
            risk: parts(12),
        },
        Item {
            path: "/models/hub/\u{202e}evil\u{1b}[31m".into(),
            changed_ms: Some(1_795_210_000_000),
            bytes: 1_000_000,
            need: Some(Need::Never),
            risk: parts(10),
            ..Item::default()
        },
        Item {
            path: "/models/gone".into(),
            need: Some(Need::Never),
            risk: parts(5),
            ..Item::default()
        },
    ];
    let mut models = state(Screen::Inventory, &Session::default());
    let inventory = Inventory {
        items,
        notices: Vec::new(),
    };
    update(
        &mut models,
        &Session::default(),
        Message::Inventory(Ok(inventory)),
    );
    models.name.clear();
    models
}

/// One screen by name.
pub fn named(name: &str) -> (State, Session) {
    let found = screens().into_iter().find(|(known, _, _)| *known == name);
    let (_, state, session) = found.unwrap();
    (state, session)
}

/// Screens that keys lead to.
fn typed(session: &Session) -> Vec<(&'static str, State, Session)> {
    let mut pair = state(Screen::Case, session);
    press(&mut pair, session, "  c");
    let mut all = vec![("pair", pair, session.clone())];
    for (name, keys) in [("filter", "/level:high vault"), ("palette", ":verdict")] {
        let mut typing = state(Screen::Case, session);
        press(&mut typing, session, keys);
        all.push((name, typing, session.clone()));
    }
    let mut counting = state(finding(Tab::Outputs), session);
    press(&mut counting, session, "/vault\n");
    all.push(("outputs-counted", counting, session.clone()));
    let drawn = fixture::drawn_session();
    let mut answers = state(finding(Tab::Outputs), &drawn);
    press(&mut answers, &drawn, "/VAULT\nd");
    all.push(("outputs-drawn", answers, drawn));
    all
}

/// Every screen by name.
#[expect(clippy::too_many_lines, reason = "one entry for each screen there is")]
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
        standing: Levels::default(),
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
    all.push((
        "inventory-empty",
        state(Screen::Inventory, &Session::default()),
        Session::default(),
    ));
    all.push(("inventory", models(), Session::default()));
    let mut checking = state(Screen::Case, &session);
    checking.chain = Chain::Checking;
    all.push(("case-checking", checking, session.clone()));
    let mut marking = state(Screen::Case, &session);
    marking.dialog = Some(Dialog::Mark("verdict:untriaged -level:low".into()));
    all.push(("marking", marking, session.clone()));
    let (live_state, live_session) = live();
    all.push(("live", live_state, live_session));
    let (followed, followed_session) = elsewhere();
    all.push(("elsewhere", followed, followed_session));
    all.push(("blind", blind(&session, false), session.clone()));
    all.push(("blind-done", blind(&session, true), session.clone()));
    all.push(("past", past(&session), session.clone()));
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
    all.extend(typed(&session));
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
fn nothing_is_lost_without_colour_and_every_theme_draws_the_same_signs() {
    for (name, state, session) in screens() {
        let drawn = |theme: &str, depth| {
            let look = Look::new(theme, depth, false).unwrap();
            text(&state, &session, &look, 120, 40)
        };
        let plain = drawn("terminal", ColorDepth::Ansi16);
        for (theme, _) in stakeout::ui::theme::THEMES {
            for depth in [ColorDepth::Ansi16, ColorDepth::Ansi256, ColorDepth::TrueColor] {
                assert_eq!(drawn(theme, depth), plain, "{name} in {theme}");
            }
        }
        // Without colour a heatmap is drawn with signs; every other screen is the same.
        if !name.starts_with("attention") {
            assert_eq!(
                drawn("terminal", ColorDepth::None),
                plain,
                "{name} without colour"
            );
        }
    }
}

#[test]
fn a_page_of_text_holds_all_of_a_view() {
    let (state, session) = named("trigger");
    let page = view::page::text(&state, &session, 80, true).unwrap();
    assert!(
        page.is_ascii() && page.contains("LATIN CAPITAL LETTER D"),
        "{page}"
    );
    assert!(page.contains("VERTICAL LINE"), "{page}");
    let (state, session) = named("case");
    let page = view::page::text(&state, &session, 80, false).unwrap();
    assert!(page.contains("#39") && page.contains("F-2"), "{page}");
}

#[test]
fn a_printed_page_tells_every_prompt_and_lists_them_once() {
    let (state, session) = named("outputs");
    let one = view::page::text(&state, &session, 100, false).unwrap();
    let all = view::page::every_prompt(&state, &session, 100, false).unwrap();
    let prompts = &session.findings[0].examples;
    assert!(prompts.len() > 1 && all.starts_with(&one), "{all}");
    for (number, example) in prompts.iter().enumerate().skip(1) {
        let prompt = stakeout::text::line(&example.prompt);
        let head = format!("Prompt {} of {}: {prompt}\n", number + 1, prompts.len());
        assert_eq!(all.matches(&head).count(), 1, "{head}{all}");
    }
    assert_eq!(
        all.matches("- without the trigger").count(),
        prompts.len(),
        "{all}"
    );
    assert_eq!(all.matches("Fired on").count(), 1, "{all}");
    let (state, session) = named("entropy");
    let all = view::page::every_prompt(&state, &session, 100, true).unwrap();
    let curves = session.findings[0].evidence.curves.len();
    assert_eq!(all.matches("mean nats with").count(), curves, "{all}");
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
