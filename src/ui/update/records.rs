//! What new records change in the state: clocks, the first cursor, what is said at the end of a scan.
//!
//! Invariant: a cursor the analyst placed stays where it is.

use super::super::{
    effect::{Effect, Outcome},
    state::{Chain, Pane, State, Tone, dialog::Dialog, ranked},
};
use crate::session::{ScanState, Session};

/// A scan watched for this long is worth a bell at its end, milliseconds.
const LONG_MS: u64 = 30_000;

/// Records were folded in.
pub fn recorded(state: &mut State, session: &Session) -> Vec<Effect> {
    if let Some(running) = &mut state.running {
        running.heard_ms = state.now_ms;
        let seen = (session.candidates.len(), session.findings.len());
        if seen.0 > running.seen.0 {
            running.candidate_ms = Some(state.now_ms);
        }
        if seen.1 > running.seen.1 {
            running.finding_ms = Some(state.now_ms);
        }
        running.seen = seen;
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

/// The rest of the session came, or what came of it before its chain broke: nothing is appended to a broken chain.
pub fn read_whole(state: &mut State, session: &Session, read: Result<(), String>) {
    state.chain = match read {
        Ok(()) => Chain::Holds,
        Err(sentence) => {
            state.read_only = true;
            state.say(Tone::Bad, sentence.clone());
            Chain::Broken(sentence)
        }
    };
    state.candidates.sort(session, state.now_ms);
    recorded(state, session);
}

/// The scan ended: says how, and tells an analyst who looks elsewhere.
pub fn ended(state: &mut State, session: &Session) -> Vec<Effect> {
    let watched = state.running.take().is_some();
    if state.candidates.cursor.is_none() {
        state.candidates.sort(session, state.now_ms);
    }
    if matches!(state.dialog, Some(Dialog::Question(_))) {
        state.dialog = None;
    }
    if let Some(leaving) = state.leaving.take() {
        return vec![Effect::Exit(leaving.outcome)];
    }
    if state.unattended {
        return vec![Effect::Exit(Outcome::ScanDown)];
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
    let text = state.toast.as_ref().map(|toast| toast.text.clone());
    match text {
        Some(text) if watched && state.away && state.now_ms >= LONG_MS => vec![Effect::Notify { text }],
        _ => Vec::new(),
    }
}
