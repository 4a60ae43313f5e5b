//! Going through the records of a session: by record, by step in its history, to its beginning and back to now.

use crate::{
    session::Session,
    ui::{
        action::Action,
        effect::Effect,
        state::{Screen, State, Tone, past::Past},
    },
};

/// Asks for the session as it is on disk now: from here the analyst goes back.
pub fn open(state: &mut State, session: &Session) -> Vec<Effect> {
    if session.records == 0 {
        state.say(Tone::Plain, "nothing is recorded yet");
        return Vec::new();
    }
    vec![Effect::Past {
        record: session.records,
    }]
}

/// The session as it was came: shown in the place of the moment shown before.
pub fn came(state: &mut State, past: Past) {
    if let Some(Screen::Past(shown)) = state.screen_mut() {
        **shown = past;
    } else {
        state.enter(Screen::Past(Box::new(past)));
    }
}

/// An action there; none where it is for others to do.
pub fn act(state: &mut State, session: &Session, action: Action) -> Option<Vec<Effect>> {
    let times = state.steps().1;
    let Some(Screen::Past(past)) = state.screen_mut() else {
        return None;
    };
    let here = past.record();
    let by = times.unwrap_or(1) as u64;
    let to = match action {
        Action::Earlier => here.saturating_sub(by),
        Action::Later => here.saturating_add(by),
        Action::StepBack => {
            let before = past.steps.iter().rev().find(|step| **step < here);
            before.copied().unwrap_or(1)
        }
        Action::StepOn => {
            let after = past.steps.iter().find(|step| **step > here);
            after.copied().unwrap_or(session.records)
        }
        Action::First => times.map_or(1, |record| record as u64),
        Action::Now => session.records,
        // What was ruled is not touched from a moment in the past.
        Action::Undo | Action::Redo => here,
        _ => return None,
    };
    let record = to.clamp(1, session.records.max(1));
    if record == here {
        return Some(Vec::new());
    }
    Some(vec![Effect::Past { record }])
}
