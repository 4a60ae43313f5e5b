//! What a message changes in the state and what is to be done about it: a pure function, without clock or files.

mod case;
mod dialog;
mod evidence;
mod ruling;

use crossterm::event::{KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::{
    action::Action,
    effect::{Effect, Outcome},
    keymap::Key,
    message::Message,
    state::{
        Leaving, Pane, Screen, State, Tone,
        dialog::{Dialog, Question},
        ranked,
    },
    view::Target,
};
use crate::session::{ScanState, Session};

/// A second Ctrl-C within this time leaves at once, milliseconds.
const TWICE_MS: u64 = 2000;
/// A signal waits for the scan's checkpoint at most this long, milliseconds.
const SIGNAL_PATIENCE_MS: u64 = 10_000;
/// Rows one turn of the wheel moves.
const WHEEL_ROWS: isize = 3;

/// Folds a message into the state.
pub fn update(state: &mut State, session: &Session, message: Message) -> Vec<Effect> {
    let mut effects = match message {
        Message::Clock(now_ms) => clock(state, session, now_ms),
        Message::Key(event) => key(state, session, event),
        Message::Paste(text) => {
            dialog::paste(state, &text);
            Vec::new()
        }
        Message::Mouse(event) => mouse(state, session, event),
        Message::Resize => Vec::new(),
        Message::Signal(signal) => leave_orderly(state, Outcome::Signal(signal)),
        Message::Progress(progress) => {
            if let Some(running) = &mut state.running {
                running.progress = Some(progress);
                running.heard_ms = state.now_ms;
            }
            Vec::new()
        }
        Message::Recorded => recorded(state, session),
        Message::Unsaved(records) => {
            state.unsaved = records;
            Vec::new()
        }
        Message::Ended => ended(state, session),
        Message::Ruled(draft) => {
            ruling::saved(state, &draft);
            Vec::new()
        }
        Message::Undone(draft) => {
            ruling::undone(state, draft);
            Vec::new()
        }
        Message::Loaded { key, pair } => {
            evidence::loaded(state, session, key, pair);
            Vec::new()
        }
        Message::Sessions(entries) => {
            let last = entries.len().checked_sub(1);
            state.session.cursor = last.map(|last| state.session.cursor.unwrap_or(0).min(last));
            state.sessions = entries;
            Vec::new()
        }
        Message::Failed(text) => {
            if let Some(Dialog::Verdict(verdict)) = &mut state.dialog {
                verdict.saving = false;
            }
            state.say(Tone::Bad, text);
            Vec::new()
        }
        Message::Drawn(drawn) => {
            case::drawn(state, &drawn);
            state.drawn = drawn;
            return Vec::new();
        }
    };
    effects.extend(evidence::wanted(state, session));
    effects
}

fn clock(state: &mut State, session: &Session, now_ms: u64) -> Vec<Effect> {
    state.now_ms = state.now_ms.max(now_ms);
    if state
        .toast
        .as_ref()
        .is_some_and(|toast| toast.until_ms <= state.now_ms)
    {
        state.toast = None;
    }
    state.candidates.settle(session, state.now_ms);
    match &state.leaving {
        Some(Leaving {
            outcome: outcome @ Outcome::Signal(_),
            since_ms,
        }) if state.now_ms >= since_ms + SIGNAL_PATIENCE_MS => {
            vec![Effect::Exit(outcome.clone())]
        }
        _ => Vec::new(),
    }
}

fn key(state: &mut State, session: &Session, event: KeyEvent) -> Vec<Effect> {
    let key = Key::from(event);
    let action = state.keymap.action(state.context(), key);
    if matches!(state.dialog, Some(Dialog::Verdict(_))) && dialog::typed(state, event, key, action) {
        return Vec::new();
    }
    action.map_or_else(Vec::new, |action| act(state, session, action))
}

fn act(state: &mut State, session: &Session, action: Action) -> Vec<Effect> {
    match action {
        Action::Interrupt => return interrupt(state),
        Action::Suspend => return vec![Effect::Suspend],
        Action::Redraw => return vec![Effect::Redraw],
        _ => {}
    }
    if state.dialog.is_some() {
        return dialog::act(state, action);
    }
    match action {
        Action::Help => {
            state.dialog = Some(Dialog::Help { scroll: 0 });
            Vec::new()
        }
        Action::Back => {
            if !evidence::back(state) && state.screens.len() > 1 {
                state.screens.pop();
            }
            Vec::new()
        }
        Action::Leave => leave(state),
        Action::Undo => ruling::undo(state, session),
        Action::Redo => ruling::redo(state),
        Action::TruePositive | Action::FalsePositive | Action::Undecided => {
            ruling::open(state, session, action);
            Vec::new()
        }
        Action::NextUnruled | Action::PreviousUnruled => {
            ruling::step(state, session, action == Action::NextUnruled);
            Vec::new()
        }
        Action::Pause => pause(state),
        Action::Stop => {
            if steerable(state) {
                state.dialog = Some(Dialog::Question(Question::Stop));
            }
            Vec::new()
        }
        _ => match state.screen() {
            Screen::Library => case::library(state, action),
            Screen::Case => {
                case::act(state, session, action);
                Vec::new()
            }
            Screen::Candidate { .. } | Screen::Leak { .. } | Screen::Facts { .. } | Screen::Finding(_) => {
                evidence::act(state, session, action);
                Vec::new()
            }
        },
    }
}

fn leave(state: &mut State) -> Vec<Effect> {
    if state.screens.len() > 1 {
        state.screens.pop();
        return Vec::new();
    }
    if state.running.is_some() && state.leaving.is_none() {
        state.dialog = Some(Dialog::Question(Question::Leave));
        return Vec::new();
    }
    if state.running.is_some() {
        state.say(
            Tone::Plain,
            "waiting for the scan's checkpoint; Ctrl-C leaves at once",
        );
        return Vec::new();
    }
    vec![Effect::Exit(Outcome::Quit)]
}

fn interrupt(state: &mut State) -> Vec<Effect> {
    if state.running.is_none() {
        return vec![Effect::Exit(Outcome::Quit)];
    }
    let twice = state
        .interrupted_ms
        .replace(state.now_ms)
        .is_some_and(|before| state.now_ms <= before + TWICE_MS);
    // Once the checkpoint is being waited for, one more press is as clear as two.
    if twice || state.leaving.is_some() {
        return vec![Effect::Exit(Outcome::Signal(2))];
    }
    state.say(
        Tone::Plain,
        "stopping at a checkpoint; Ctrl-C again leaves at once",
    );
    leave_orderly(state, Outcome::Signal(2))
}

/// Lets the scan end at its next step and ends with it; without a scan, ends now.
fn leave_orderly(state: &mut State, outcome: Outcome) -> Vec<Effect> {
    let Some(running) = &mut state.running else {
        return vec![Effect::Exit(outcome)];
    };
    running.stopping = true;
    state.dialog = None;
    // The first signal is the one the exit code tells of.
    if !matches!(
        &state.leaving,
        Some(Leaving {
            outcome: Outcome::Signal(_),
            ..
        })
    ) {
        state.leaving = Some(Leaving {
            outcome,
            since_ms: state.now_ms,
        });
    }
    vec![Effect::Stop]
}

fn steerable(state: &mut State) -> bool {
    let steerable = state.running.as_ref().is_some_and(|running| !running.stopping);
    if !steerable {
        state.say(Tone::Plain, "no scan is running here");
    }
    steerable
}

fn pause(state: &mut State) -> Vec<Effect> {
    if !steerable(state) {
        return Vec::new();
    }
    let now_ms = state.now_ms;
    let Some(running) = &mut state.running else {
        return Vec::new();
    };
    running.paused = !running.paused;
    running.heard_ms = now_ms;
    vec![if running.paused {
        Effect::Pause
    } else {
        Effect::Resume
    }]
}

fn recorded(state: &mut State, session: &Session) -> Vec<Effect> {
    if let Some(running) = &mut state.running {
        running.heard_ms = state.now_ms;
    }
    state.candidates.changed(session, state.now_ms);
    // The first finding takes the cursor only from an analyst who has not placed it anywhere.
    let idle = state.findings.cursor.is_none() && state.candidates.cursor.is_none();
    if let (true, Pane::Candidates, Some(first)) = (idle, state.pane, ranked(session).first()) {
        state.findings.cursor = Some(first.id.clone());
        state.pane = Pane::Findings;
    }
    Vec::new()
}

fn ended(state: &mut State, session: &Session) -> Vec<Effect> {
    state.running = None;
    if state.candidates.cursor.is_none() {
        state.candidates.sort(session, state.now_ms);
    }
    if matches!(state.dialog, Some(Dialog::Question(_))) {
        state.dialog = None;
    }
    if let Some(leaving) = state.leaving.take() {
        return vec![Effect::Exit(leaving.outcome)];
    }
    match &session.scan {
        ScanState::Complete => {
            let found = session.findings.len();
            let s = if found == 1 { "" } else { "s" };
            state.say(Tone::Good, format!("the scan is complete: {found} finding{s}"));
        }
        ScanState::Failed(message) => state.say(Tone::Bad, format!("the scan broke: {message}")),
        _ => state.say(Tone::Plain, "the scan was stopped; what it found is saved"),
    }
    Vec::new()
}

fn mouse(state: &mut State, session: &Session, event: MouseEvent) -> Vec<Effect> {
    let (action, times) = match event.kind {
        MouseEventKind::ScrollUp => (Action::Up, WHEEL_ROWS),
        MouseEventKind::ScrollDown => (Action::Down, WHEEL_ROWS),
        MouseEventKind::Down(MouseButton::Left) => {
            let at = Position::new(event.column, event.row);
            let target = state.drawn.targets.iter().find(|(area, _)| area.contains(at));
            if let (Some((_, target)), None) = (target.cloned(), &state.dialog) {
                click(state, target);
            }
            return Vec::new();
        }
        _ => return Vec::new(),
    };
    (0..times).flat_map(|_| act(state, session, action)).collect()
}

fn click(state: &mut State, target: Target) {
    match target {
        Target::Finding(id) => {
            state.pane = Pane::Findings;
            state.findings.cursor = Some(id);
        }
        Target::Candidate(id) => {
            state.pane = Pane::Candidates;
            state.candidates.cursor = Some(id);
        }
        Target::Leak(id) => {
            state.pane = Pane::Leaks;
            state.leaks.cursor = Some(id);
        }
        Target::Session(row) => state.session.cursor = Some(row),
        Target::Tab(tab) => evidence::show(state, tab),
    }
}
