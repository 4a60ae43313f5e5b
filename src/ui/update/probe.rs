//! A string measured by hand: asked for, waited for, shown like a finding. Nothing of it is recorded.

use std::sync::Arc;

use super::prompt;
use crate::{
    finding::Finding,
    session::Session,
    ui::{
        message::Message,
        state::{
            Screen, State, Tone,
            finding::{FindingScreen, Tab},
            level_name,
            prompt::Purpose,
        },
    },
};

/// Asks for the string to measure; the one looked at is proposed.
pub fn open(state: &mut State, session: &Session) {
    if state.running.is_some() {
        state.say(
            Tone::Plain,
            "the model is busy with the scan: measure a string by hand when it has ended",
        );
    } else if !state.can_probe {
        state.say(
            Tone::Plain,
            "the model of this session is not here, so nothing can be measured",
        );
    } else if state.probing.is_some() {
        state.say(Tone::Plain, "a string is being measured; s stops that");
    } else {
        let proposed = state
            .looked_at(session)
            .map(|finding| finding.trigger.clone())
            .unwrap_or_default();
        // A line holds no line break; what was proposed would be another string.
        let proposed = if proposed.contains(['\n', '\r', '\t']) {
            String::new()
        } else {
            proposed
        };
        prompt::open(state, Purpose::Probe, &proposed);
    }
}

/// What is heard of a measurement.
pub fn heard(state: &mut State, message: Message) {
    match message {
        Message::Probing => state.probing = Some(0.0),
        Message::ProbeProgress(share) => state.probing = Some(share),
        Message::Probed(finding) => probed(state, finding),
        Message::ProbeFailed(told) => failed(state, &told),
        _ => {}
    }
}

/// Shows what was measured.
fn probed(state: &mut State, finding: Arc<Finding>) {
    state.probing = None;
    let told = format!(
        "{}: {}, fires on {} of {}; not recorded",
        finding.id,
        level_name(finding.level),
        finding.activation.with.k,
        finding.activation.with.n
    );
    let screen = FindingScreen::new(&finding.id, Tab::Overview);
    state.probed.push(finding);
    if state.dialog.is_none() {
        state.enter(Screen::Finding(Box::new(screen)));
    }
    state.say(Tone::Good, told);
}

/// Says why nothing was measured.
pub fn failed(state: &mut State, told: &str) {
    state.probing = None;
    state.say(Tone::Bad, format!("not measured: {told}"));
}
