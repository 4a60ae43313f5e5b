//! Steering and leaving: pause, stop, quit, Ctrl-C and signals. Nothing leaves a running scan without its checkpoint, unless told twice.

use crate::ui::{
    effect::{Effect, Outcome},
    state::{
        Leaving, State, Tone,
        dialog::{Dialog, Question},
    },
};

/// A second Ctrl-C within this time leaves at once, milliseconds.
const TWICE_MS: u64 = 2000;
/// A signal waits for the scan's checkpoint at most this long, milliseconds.
const SIGNAL_PATIENCE_MS: u64 = 10_000;

/// Goes back one screen; from the first, leaves, and asks before it stops a scan.
pub fn leave(state: &mut State) -> Vec<Effect> {
    if state.go_back() {
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

/// Ctrl-C: leaves once the scan's checkpoint is made; the second time at once.
pub fn interrupt(state: &mut State) -> Vec<Effect> {
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
    orderly(state, Outcome::Signal(2))
}

/// Lets the scan end at its next step and ends with it; without a scan, ends now.
pub fn orderly(state: &mut State, outcome: Outcome) -> Vec<Effect> {
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

/// Whether there is a scan to steer; says so if there is none.
pub fn steerable(state: &mut State) -> bool {
    let steerable = state.running.as_ref().is_some_and(|running| !running.stopping);
    if !steerable {
        state.say(Tone::Plain, "no scan is running here");
    }
    steerable
}

/// Pauses the scan, or lets it go on.
pub fn pause(state: &mut State) -> Vec<Effect> {
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

/// Ends without the checkpoint once a signal has waited long enough for it.
pub fn give_up(state: &State) -> Vec<Effect> {
    match &state.leaving {
        Some(Leaving {
            outcome: outcome @ Outcome::Signal(_),
            since_ms,
        }) if state.now_ms >= since_ms + SIGNAL_PATIENCE_MS => vec![Effect::Exit(outcome.clone())],
        _ => Vec::new(),
    }
}
