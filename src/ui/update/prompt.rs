//! Keys while a line is being typed: what is typed takes effect at once, and what was before comes back when it is given up.

use crossterm::event::KeyEvent;
use tui_input::InputRequest;

use super::dialog::editing;
use crate::{
    session::{Session, query::Query},
    ui::{
        action::Action,
        effect::Effect,
        keymap::Key,
        state::{
            Pane, Screen, State, Tone,
            dialog::Dialog,
            finding::{FindingScreen, Tab},
            prompt::{Choice, LONGEST, LONGEST_NAME, MOST_KEPT, Prompt, Purpose, choices},
        },
        view::outputs::pattern,
    },
};

/// Opens a line that begins as `text`.
pub fn open(state: &mut State, purpose: Purpose, text: &str) {
    state.dialog = Some(Dialog::Prompt(Prompt::new(purpose, text)));
}

/// A key while a line is being typed; false when it is for the keymap.
pub fn typed(
    state: &mut State,
    session: &Session,
    event: KeyEvent,
    key: Key,
    action: Option<Action>,
) -> bool {
    let Some(Dialog::Prompt(prompt)) = &mut state.dialog else {
        return false;
    };
    if !key.is_text() && action.is_some() {
        return false;
    }
    let room = prompt.input.value().chars().count() < LONGEST;
    if let Some(request) = editing(event).filter(|_| room || !key.is_text()) {
        prompt.input.handle(request);
        changed(state, session);
    }
    true
}

/// Pasted text goes into the line, as one line.
pub fn paste(state: &mut State, session: &Session, text: &str) {
    let Some(Dialog::Prompt(prompt)) = &mut state.dialog else {
        return;
    };
    let room = LONGEST.saturating_sub(prompt.input.value().chars().count());
    for c in text.chars().take(room) {
        let c = if matches!(c, '\n' | '\r' | '\t') { ' ' } else { c };
        prompt.input.handle(InputRequest::InsertChar(c));
    }
    changed(state, session);
}

fn changed(state: &mut State, session: &Session) {
    let Some(Dialog::Prompt(prompt)) = &mut state.dialog else {
        return;
    };
    prompt.row = 0;
    let typed = prompt.input.value().to_owned();
    match prompt.purpose {
        Purpose::Filter => state.narrow(session, &typed),
        Purpose::Palette | Purpose::Pattern | Purpose::Probe | Purpose::Name => {}
    }
}

/// An action while a line is being typed.
pub fn act(state: &mut State, session: &Session, action: Action) -> Vec<Effect> {
    let Some(Dialog::Prompt(prompt)) = &mut state.dialog else {
        return Vec::new();
    };
    let (purpose, before) = (prompt.purpose, prompt.before.clone());
    match action {
        Action::Up | Action::Down if purpose == Purpose::Filter => {
            recall(state, session, action == Action::Down);
        }
        Action::KeepFilter if purpose == Purpose::Filter => {
            let effects = confirm(state, session);
            if state.dialog.is_none() {
                keep_filter(state);
            }
            return effects;
        }
        Action::Up => prompt.row = prompt.row.saturating_sub(1),
        Action::Down => prompt.row += 1,
        Action::Cancel => {
            state.dialog = None;
            if purpose == Purpose::Filter {
                state.narrow(session, &before);
            }
        }
        Action::Confirm => return confirm(state, session),
        _ => {}
    }
    if let Some(Dialog::Prompt(prompt)) = &state.dialog
        && purpose == Purpose::Palette
    {
        let typed = prompt.input.value().to_owned();
        let last = choices(&typed, state, session).len();
        if let Some(Dialog::Prompt(prompt)) = &mut state.dialog {
            prompt.row = prompt.row.min(last.saturating_sub(1));
        }
    }
    Vec::new()
}

fn confirm(state: &mut State, session: &Session) -> Vec<Effect> {
    let Some(Dialog::Prompt(prompt)) = state.dialog.take() else {
        return Vec::new();
    };
    match prompt.purpose {
        Purpose::Filter => {
            if Query::parse(prompt.input.value()).is_err() {
                // What is wrong stands beside it: it stays open until it can be read.
                state.dialog = Some(Dialog::Prompt(prompt));
            } else {
                settle_cursor(state, session);
            }
            Vec::new()
        }
        Purpose::Probe => match prompt.input.value() {
            text if text.trim().is_empty() => Vec::new(),
            text => vec![Effect::Probe {
                text: text.to_owned(),
            }],
        },
        Purpose::Name => {
            name_filter(state, prompt.input.value());
            Vec::new()
        }
        Purpose::Pattern => {
            pattern(state, prompt.input.value());
            Vec::new()
        }
        Purpose::Palette => {
            let typed = prompt.input.value();
            let chosen = choices(typed, state, session);
            match chosen.into_iter().nth(prompt.row) {
                Some(Choice::Act(action)) => super::act(state, session, action),
                Some(Choice::Theme(theme)) => super::theme(state, theme),
                Some(Choice::Filter(name)) => {
                    if let Some(filter) = state.filters.get(&name).cloned() {
                        state.narrow(session, &filter);
                        settle_cursor(state, session);
                    }
                    Vec::new()
                }
                Some(place) => {
                    go(state, place);
                    Vec::new()
                }
                None => Vec::new(),
            }
        }
    }
}

/// Asks for the name to keep the filter under.
pub fn keep_filter(state: &mut State) {
    if state.filter.trim().is_empty() {
        state.say(Tone::Plain, "there is no filter to keep: type one first");
    } else {
        open(state, Purpose::Name, "");
    }
}

/// Keeps the filter in force; a name kept before is replaced, and no name keeps nothing.
fn name_filter(state: &mut State, name: &str) {
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    if name.is_empty() {
        return;
    }
    if state.filters.len() >= MOST_KEPT && !state.filters.contains_key(&name) {
        state.say(
            Tone::Bad,
            format!("{MOST_KEPT} filters are kept already: keep it under the name of one of them"),
        );
        return;
    }
    state.filters.insert(name, state.filter.clone());
    state.say(Tone::Good, "the filter is kept for this session");
}

/// Puts the next filter kept into the line, or the one before, around the ends.
fn recall(state: &mut State, session: &Session, forward: bool) {
    let kept: Vec<&String> = state.filters.values().collect();
    let here = kept.iter().position(|filter| **filter == state.filter);
    let next = match (here, forward) {
        (Some(here), true) => (here + 1).checked_rem(kept.len()).unwrap_or(0),
        (Some(here), false) => here.checked_sub(1).unwrap_or(kept.len().saturating_sub(1)),
        (None, true) => 0,
        (None, false) => kept.len().saturating_sub(1),
    };
    let Some(filter) = kept.get(next).map(|filter| (*filter).clone()) else {
        return;
    };
    if let Some(Dialog::Prompt(prompt)) = &mut state.dialog {
        prompt.input = filter.into();
    }
    changed(state, session);
}

/// Counts another expression in the answers; the empty one takes the last one away.
fn pattern(state: &mut State, expression: &str) {
    if expression.is_empty() {
        state.patterns.pop();
        return;
    }
    if let Err(told) = pattern::hits(expression, &[]) {
        state.say(Tone::Bad, told);
        return;
    }
    state.patterns.retain(|known| known != expression);
    if state.patterns.len() >= pattern::MOST {
        state.patterns.remove(0);
    }
    state.patterns.push(expression.to_owned());
}

/// Puts the cursor on the first finding that passes, should the one it was on not pass.
fn settle_cursor(state: &mut State, session: &Session) {
    let listed = state.listed(session);
    let here = state.findings.cursor.as_deref();
    if listed.iter().any(|finding| Some(finding.id.as_str()) == here) {
        return;
    }
    match listed.first() {
        Some(first) => state.findings.cursor = Some(first.id.clone()),
        None if state.pane == Pane::Findings => state.pane = Pane::Candidates,
        None => {}
    }
}

fn go(state: &mut State, place: Choice) {
    if matches!(state.screen(), Screen::Blind(blind) if blind.done.is_none()) {
        state.say(
            Tone::Plain,
            "not while you re-read blind: it would show what is hidden",
        );
        return;
    }
    let screen = match place {
        Choice::Finding(id) => {
            state.findings.cursor = Some(id.clone());
            Screen::Finding(Box::new(FindingScreen::new(&id, Tab::Overview)))
        }
        Choice::Candidate(id) => Screen::Candidate { id, scroll: 0 },
        Choice::Leak(id) => Screen::Leak { id, scroll: 0 },
        Choice::Act(_) | Choice::Theme(_) | Choice::Filter(_) => return,
    };
    state.enter(screen);
}
