//! Re-reading blind: rulings on rows that do not tell what they are, until all are ruled on or the analyst leaves.
//!
//! Invariant: until what it came to is saved, no key shows what is hidden or touches an earlier ruling.

use super::{case::moved, ruling::writable};
use crate::{
    finding::Ruling,
    scan::stats,
    session::{Session, blind},
    ui::{
        action::Action,
        effect::Effect,
        state::{Screen, State, Tone, blind::BlindScreen},
    },
};

/// Begins a blind re-reading.
pub fn open(state: &mut State, session: &Session) {
    if session.is_running() || session.unread.is_some() {
        state.say(
            Tone::Plain,
            "findings are re-read when the scan has ended and all of it is read",
        );
        return;
    }
    let rows = blind::rows(session);
    if rows.is_empty() {
        state.say(Tone::Plain, "there is no finding to re-read");
    } else if writable(state) {
        state.enter(Screen::Blind(Box::new(BlindScreen::new(rows))));
    }
}

/// An action while re-reading; none where it is for others to do.
pub fn act(state: &mut State, action: Action) -> Option<Vec<Effect>> {
    let steps = state.steps();
    let Some(Screen::Blind(screen)) = state.screen_mut() else {
        return None;
    };
    let ruling = match action {
        Action::TruePositive => Some(Ruling::TruePositive),
        Action::FalsePositive => Some(Ruling::FalsePositive),
        Action::Undecided => Some(Ruling::Undecided),
        _ => None,
    };
    if screen.done.is_some() {
        return ruling.map(|_| Vec::new());
    }
    if let Some(ruling) = ruling {
        screen.rule(ruling);
        let is_whole = screen.ruled() == screen.rows.len();
        return Some(if is_whole { ended(screen) } else { Vec::new() });
    }
    match action {
        Action::Leave | Action::Back if screen.ruled() > 0 => return Some(ended(screen)),
        Action::Undo => screen.unsay(),
        Action::Redo => {}
        _ => match moved(action, screen.cursor, screen.rows.len(), steps) {
            Some(to) => screen.cursor = to,
            None => return None,
        },
    }
    Some(Vec::new())
}

fn ended(screen: &BlindScreen) -> Vec<Effect> {
    let reread = blind::reread(&screen.rows, &screen.rulings, stats::wilson);
    reread
        .map(|reread| Effect::Reread(Box::new(reread)))
        .into_iter()
        .collect()
}

/// It was saved: what it came to is shown.
pub fn saved(state: &mut State, reread: blind::Reread) {
    if let Some(Screen::Blind(screen)) = state.screen_mut() {
        screen.done = Some(reread);
    }
    state.say(Tone::Good, "the blind re-reading is saved");
}
