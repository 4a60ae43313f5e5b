//! Ruling on findings: opening the dialog, what follows a saved ruling, undo and redo, the next one to rule on.

use crate::{
    finding::Ruling,
    session::Session,
    ui::{
        action::Action,
        effect::{Draft, Effect},
        state::{
            Pane, Screen, State, Tone,
            dialog::{Dialog, VerdictDialog},
            finding::FindingScreen,
            ranked, ruling_words,
        },
    },
};

/// Opens the dialog for the finding shown or under the cursor.
pub fn open(state: &mut State, session: &Session, action: Action) {
    let ruling = match action {
        Action::TruePositive => Ruling::TruePositive,
        Action::FalsePositive => Ruling::FalsePositive,
        _ => Ruling::Undecided,
    };
    if !writable(state) {
        return;
    }
    match state.subject(session) {
        Some(finding) => state.dialog = Some(Dialog::Verdict(VerdictDialog::new(&finding.id, ruling))),
        None => state.say(
            Tone::Plain,
            "move the cursor to a finding first: rulings are about findings",
        ),
    }
}

fn writable(state: &mut State) -> bool {
    if state.read_only {
        state.say(
            Tone::Bad,
            "this session is open for reading only: rulings cannot be saved",
        );
    }
    !state.read_only
}

/// A ruling was saved.
pub fn saved(state: &mut State, draft: &Draft) {
    if matches!(state.dialog, Some(Dialog::Verdict(_))) {
        state.dialog = None;
    }
    // Ruling anew ends what could be put back; putting back is the same ruling again.
    if state.redo.last() == Some(draft) {
        state.redo.pop();
    } else {
        state.redo.clear();
    }
    let Draft {
        finding,
        ruling,
        reason,
        ..
    } = draft;
    state.say(
        Tone::Good,
        format!("saved: {finding} is {} ({reason})", ruling_words(*ruling)),
    );
}

/// A ruling was taken back.
pub fn undone(state: &mut State, draft: Draft) {
    state.say(
        Tone::Good,
        format!(
            "taken back: {} was {} ({})",
            draft.finding,
            ruling_words(draft.ruling),
            draft.reason
        ),
    );
    state.redo.push(draft);
}

/// Takes the last ruling back.
pub fn undo(state: &mut State, session: &Session) -> Vec<Effect> {
    if !writable(state) {
        return Vec::new();
    }
    let Some(ruled) = session.last_ruling() else {
        state.say(Tone::Plain, "there is no ruling to take back");
        return Vec::new();
    };
    vec![Effect::Undo {
        record: ruled.record,
        draft: Draft {
            finding: ruled.finding.clone(),
            ruling: ruled.verdict.ruling,
            reason: ruled.verdict.reason.clone(),
            note: ruled.verdict.note.clone(),
        },
    }]
}

/// Puts back the ruling taken back last.
pub fn redo(state: &mut State) -> Vec<Effect> {
    if !writable(state) {
        return Vec::new();
    }
    if let Some(draft) = state.redo.last().cloned() {
        return vec![Effect::Rule(draft)];
    }
    state.say(Tone::Plain, "there is no ruling to put back");
    Vec::new()
}

/// Goes to the next or previous finding without a verdict, around the ends.
pub fn step(state: &mut State, session: &Session, forward: bool) {
    let ranked = ranked(session);
    let here = match state.screen() {
        Screen::Finding(finding) => Some(finding.id.clone()),
        _ => state.findings.cursor.clone(),
    };
    let here = here.and_then(|id| ranked.iter().position(|finding| finding.id == id));
    let len = ranked.len();
    // Starting before the first row, or after the last, when the cursor is nowhere.
    let start = here.map_or(if forward { len.saturating_sub(1) } else { 0 }, |here| here);
    let found = (1..=len)
        .map(|by| if forward { start + by } else { start + len - by } % len)
        .filter(|row| here != Some(*row))
        .find_map(|row| {
            ranked
                .get(row)
                .filter(|finding| session.verdict(&finding.id).is_none())
        });
    let Some(found) = found else {
        state.say(Tone::Plain, "there is no other finding without a verdict");
        return;
    };
    let id = found.id.clone();
    state.findings.cursor = Some(id.clone());
    match state.screen_mut() {
        Some(Screen::Finding(finding)) => **finding = FindingScreen::new(&id, finding.tab),
        _ => state.pane = Pane::Findings,
    }
}
