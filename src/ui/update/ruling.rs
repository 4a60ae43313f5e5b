//! Ruling on findings: opening the dialog, what follows a saved ruling, undo and redo, the next one to rule on.

use tui_input::Input;

use crate::{
    finding::{Day, Ruling},
    session::{Ruled, Session, query::Query},
    ui::{
        action::Action,
        effect::{Draft, Effect},
        state::{
            Pane, Screen, State, Tone,
            dialog::{Dialog, VerdictDialog},
            finding::FindingScreen,
            ranked,
        },
    },
};

/// An accepted risk is proposed to end after so many days.
const ACCEPTED_DAYS: i32 = 90;

/// Opens the dialog for the findings marked, else for the one shown or under the cursor.
pub fn open(state: &mut State, session: &Session, action: Action) {
    let ruling = match action {
        Action::TruePositive => Ruling::TruePositive,
        Action::FalsePositive => Ruling::FalsePositive,
        Action::Reviewing => Ruling::Reviewing,
        Action::AcceptRisk => Ruling::AcceptedRisk,
        Action::Duplicate => Ruling::Duplicate,
        Action::Reopen => Ruling::Untriaged,
        _ => Ruling::Undecided,
    };
    if !writable(state) {
        return;
    }
    let marked = ranked(session)
        .into_iter()
        .filter(|finding| state.marked.contains(&finding.id))
        .map(|finding| finding.id.clone());
    let mut findings: Vec<String> = match state.screen() {
        Screen::Case => marked.collect(),
        _ => Vec::new(),
    };
    if findings.is_empty() {
        findings.extend(state.subject(session).map(|finding| finding.id.clone()));
    }
    if findings.is_empty() {
        state.say(
            Tone::Plain,
            "move the cursor to a finding first: rulings are about findings",
        );
        return;
    }
    let others = ranked(session)
        .into_iter()
        .map(|finding| finding.id.clone())
        .filter(|id| !findings.contains(id))
        .collect();
    let until = Day::after(state.opened_at_ms + state.now_ms as i64, ACCEPTED_DAYS);
    let mut dialog = VerdictDialog::new(findings, ruling, others, &until);
    if let Some(kept) = &state.kept
        && kept.findings == dialog.findings
        && kept.ruling == ruling.name()
    {
        dialog.note = kept.note.clone().into();
    }
    if let [finding] = dialog.findings.as_slice() {
        let cited = state.proofs.get(finding).into_iter().flatten();
        let missing = cited.filter(|cited| !dialog.note.value().contains(cited.as_str()));
        let parts: Vec<&str> = std::iter::once(dialog.note.value())
            .filter(|note| !note.is_empty())
            .chain(missing.map(String::as_str))
            .collect();
        dialog.note = parts.join("; ").into();
    }
    state.dialog = Some(Dialog::Verdict(dialog));
}

/// Rules as the earlier session proposes: the analyst's key is the confirmation.
pub fn adopt(state: &mut State, session: &Session) -> Vec<Effect> {
    if !writable(state) {
        return Vec::new();
    }
    let proposed = state
        .subject(session)
        .and_then(|finding| Some((finding.id.clone(), session.proposal(&finding.id)?.adopted())));
    let Some((id, verdict)) = proposed else {
        state.say(Tone::Plain, "no earlier session proposes a verdict here");
        return Vec::new();
    };
    vec![Effect::Rule(Draft {
        findings: vec![id],
        decision: verdict.decision,
        severity: verdict.severity,
        note: verdict.note,
    })]
}

/// Marks the finding under the cursor, or unmarks it, and goes to the next.
pub fn mark(state: &mut State, session: &Session) {
    let Some(id) = state.subject(session).map(|finding| finding.id.clone()) else {
        return;
    };
    if !state.marked.remove(&id) {
        state.marked.insert(id.clone());
    }
    let ranked = state.listed(session);
    let row = ranked.iter().position(|finding| finding.id == id);
    if let Some(next) = row.and_then(|row| ranked.get(row + 1)) {
        state.findings.cursor = Some(next.id.clone());
    }
}

/// Marks every finding without a verdict; with anything marked, unmarks all.
pub fn mark_all(state: &mut State, session: &Session) {
    if !state.marked.is_empty() {
        state.marked.clear();
        return;
    }
    let unruled = state
        .listed(session)
        .into_iter()
        .filter(|finding| session.verdict(&finding.id).is_none())
        .map(|finding| finding.id.clone());
    state.marked.extend(unruled);
}

/// Asks for the words that say what to mark.
pub fn mark_where(state: &mut State, session: &Session) {
    if session.findings.is_empty() {
        state.say(Tone::Plain, "there is no finding to mark");
        return;
    }
    state.dialog = Some(Dialog::Mark(Input::default()));
}

/// Marks what fits the words, beside what is marked already.
pub fn mark_those(state: &mut State, session: &Session, words: &str) {
    let chosen = match Query::parse(words) {
        Ok(query) => query.chosen(session),
        // It stands under the line.
        Err(_) => return,
    };
    if chosen.is_empty() {
        state.say(Tone::Plain, "no finding passes");
        return;
    }
    state.dialog = None;
    state.pane = Pane::Findings;
    if state.findings.cursor.is_none() {
        state.findings.cursor = chosen.first().cloned();
    }
    state.say(
        Tone::Plain,
        format!("marked {}: a ruling is about all of them", chosen.len()),
    );
    state.marked.extend(chosen);
}

/// Whether rulings can be saved; says so if they cannot.
pub fn writable(state: &mut State) -> bool {
    if state.read_only {
        state.say(
            Tone::Bad,
            "this session is open for reading only: rulings cannot be saved",
        );
    }
    !state.read_only
}

/// A ruling was saved: on to the next finding without one.
pub fn saved(state: &mut State, session: &Session, draft: &Draft) -> Vec<Effect> {
    if matches!(state.dialog, Some(Dialog::Verdict(_))) {
        state.dialog = None;
    }
    state.marked.clear();
    state.kept = None;
    state
        .proofs
        .retain(|finding, _| !draft.findings.contains(finding));
    let ruling = draft.decision.ruling();
    let detail = match draft.decision.detail().as_str() {
        "" => String::new(),
        detail => format!(" ({detail})"),
    };
    let what = match draft.findings.as_slice() {
        [finding] => format!("{finding} is {}{detail}", ruling.words()),
        several => format!("{} findings are {}{detail}", several.len(), ruling.words()),
    };
    if ruling.closes() && next(state, session, true).is_some() {
        step(state, session, true);
    }
    state.say(Tone::Good, format!("saved: {what}"));
    vec![Effect::Keep(None)]
}

/// Rulings were taken back (or put back): says which.
pub fn turned(state: &mut State, session: &Session, group: u64, back: bool) {
    let rulings: Vec<&Ruled> = session
        .rulings
        .iter()
        .filter(|ruled| ruled.group == group)
        .collect();
    let what = match rulings.as_slice() {
        [ruled] => format!("{} was {}", ruled.finding, ruled.verdict.words()),
        several => format!("{} rulings", several.len()),
    };
    let what = if back {
        format!("taken back: {what}")
    } else {
        format!("put back: {}", what.replacen(" was ", " is ", 1))
    };
    state.say(Tone::Good, what);
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
    vec![Effect::Undo { group: ruled.group }]
}

/// Puts back the ruling taken back last.
pub fn redo(state: &mut State, session: &Session) -> Vec<Effect> {
    if !writable(state) {
        return Vec::new();
    }
    let Some(group) = session.taken_back.last() else {
        state.say(Tone::Plain, "there is no ruling to put back");
        return Vec::new();
    };
    vec![Effect::Redo { group: *group }]
}

/// The next or previous finding without a verdict, around the ends.
fn next(state: &State, session: &Session, forward: bool) -> Option<String> {
    let ranked = ranked(session);
    let here = match state.screen() {
        Screen::Finding(finding) => Some(finding.id.clone()),
        _ => state.findings.cursor.clone(),
    };
    let here = here.and_then(|id| ranked.iter().position(|finding| finding.id == id));
    let len = ranked.len();
    // Starting before the first row, or after the last, when the cursor is nowhere.
    let start = here.map_or(if forward { len.saturating_sub(1) } else { 0 }, |here| here);
    (1..=len)
        .map(|by| if forward { start + by } else { start + len - by } % len)
        .filter(|row| here != Some(*row))
        .find_map(|row| {
            ranked
                .get(row)
                .filter(|finding| session.verdict(&finding.id).is_none())
        })
        .map(|finding| finding.id.clone())
}

/// Goes to the next or previous finding without a verdict, around the ends.
pub fn step(state: &mut State, session: &Session, forward: bool) {
    let Some(id) = next(state, session, forward) else {
        state.say(Tone::Plain, "there is no other finding without a verdict");
        return;
    };
    state.findings.cursor = Some(id.clone());
    match state.screen_mut() {
        Some(Screen::Finding(finding)) => **finding = FindingScreen::new(&id, finding.tab),
        _ => state.pane = Pane::Findings,
    }
}
