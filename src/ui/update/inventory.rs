//! The list of models: moving, opening the last scan, scanning one, the next, or all that are due.

use super::case::moved;
use crate::ui::{
    action::Action,
    effect::{Editing, Effect, Outcome},
    state::{
        State, Tone,
        dialog::{Dialog, Question},
    },
};

/// An action in the list of models.
pub fn act(state: &mut State, action: Action) -> Vec<Effect> {
    match action {
        Action::NextPane | Action::PreviousPane => {
            state.go_back();
        }
        Action::Reload => return vec![Effect::ListSessions, Effect::ListInventory],
        Action::EditInventory => return vec![Effect::Edit(Editing::Inventory)],
        Action::Open => return open(state),
        Action::ScanModel => match state.stock.chosen() {
            Some(item) if item.changed_ms.is_some() => {
                return vec![Effect::Exit(Outcome::ScanModel(item.path.clone()))];
            }
            Some(_) => state.say(Tone::Bad, "the model is not there"),
            None => none(state),
        },
        Action::ScanNext => match state.stock.inventory.next(|_| false) {
            Some(item) => return vec![Effect::Exit(Outcome::ScanModel(item.path.clone()))],
            None => none(state),
        },
        Action::ScanDown if state.stock.due() == 0 => none(state),
        Action::ScanDown => state.dialog = Some(Dialog::Question(Question::ScanDown(state.stock.due()))),
        _ => {
            let len = state.stock.inventory.items.len();
            if let Some(to) = moved(
                action,
                state.stock.row().unwrap_or(0),
                len,
                (state.drawn.page, state.count),
            ) {
                state.stock.choose(to);
            }
        }
    }
    Vec::new()
}

fn none(state: &mut State) {
    state.say(Tone::Plain, "no model is due");
}

/// Opens the last scan of the model under the cursor.
fn open(state: &mut State) -> Vec<Effect> {
    let last = state.stock.chosen().and_then(|item| item.last.as_ref());
    let Some(last) = last else {
        let key = state.key_for(Action::ScanModel);
        state.say(Tone::Plain, format!("it was never scanned: {key} scans it"));
        return Vec::new();
    };
    vec![Effect::Exit(Outcome::Open(last.path.clone()))]
}
