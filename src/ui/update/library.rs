//! The list of sessions: moving, sorting, narrowing, comparing, deleting, opening.

use super::case::moved;
use crate::ui::{
    action::Action,
    effect::{Effect, Outcome},
    state::{
        Screen, State, Tone,
        dialog::{Dialog, Question},
    },
};

/// An action in the list of sessions.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    let row = state.session.cursor.unwrap_or(0);
    match action {
        Action::StartDemo => return vec![Effect::Exit(Outcome::StartDemo { clean: false })],
        Action::StartCleanDemo => return vec![Effect::Exit(Outcome::StartDemo { clean: true })],
        Action::NextPane | Action::PreviousPane => {
            state.enter(Screen::Inventory);
            return vec![Effect::ListInventory];
        }
        Action::Reload => return vec![Effect::ListSessions],
        Action::Sort => {
            state.shelf.sort = state.shelf.sort.next();
            state.shelve();
        }
        Action::Filter => {
            state.shelf.filter = state.shelf.filter.next();
            state.shelve();
        }
        Action::Compare => return compare(state),
        Action::Delete => match state.chosen_session() {
            Some(entry) if entry.live => {
                state.say(
                    Tone::Bad,
                    "a process is writing to this session: it cannot be deleted",
                );
            }
            Some(entry) => {
                state.dialog = Some(Dialog::Question(Question::Delete(entry.path.clone())));
            }
            None => {}
        },
        Action::Open => match state.chosen_session() {
            Some(entry) => match &entry.error {
                None => return vec![Effect::Exit(Outcome::Open(entry.path.clone()))],
                Some(error) => {
                    let error = error.clone();
                    state.say(Tone::Bad, error);
                }
            },
            None => state.say(Tone::Plain, "there is no session here to open"),
        },
        _ => {
            if let Some(to) = moved(action, row, state.sessions.len(), state.steps()) {
                state.session.cursor = Some(to);
            }
        }
    }
    Vec::new()
}

/// The first press chooses the left one, the second the right one.
fn compare(state: &mut State) -> Vec<Effect> {
    let Some(entry) = state.chosen_session() else {
        return Vec::new();
    };
    if let Some(error) = entry.error.clone() {
        state.say(Tone::Bad, error);
        return Vec::new();
    }
    let (path, name) = (entry.path.clone(), entry.name.clone());
    match state.shelf.comparing.take() {
        Some(left) if left != path => vec![Effect::Compare { left, right: path }],
        Some(_) => Vec::new(),
        None => {
            state.shelf.comparing = Some(path);
            state.say(
                Tone::Plain,
                format!("comparing {name}: press the key again on another session"),
            );
            Vec::new()
        }
    }
}
