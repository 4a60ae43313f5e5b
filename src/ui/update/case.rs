//! Moving through the panes of the case and the list of sessions.

use crate::{
    session::Session,
    ui::{
        action::Action,
        effect::{Effect, Outcome},
        state::{
            Pane, Screen, State, Tone,
            dialog::Dialog,
            finding::{FindingScreen, Tab},
            prompt::Purpose,
        },
        view::Drawn,
    },
};

/// Takes over what the last frame showed.
pub fn drawn(state: &mut State, drawn: &Drawn) {
    state.findings.offset = drawn.findings;
    state.candidates.offset = drawn.candidates;
    state.leaks.offset = drawn.leaks;
    state.session.offset = drawn.sessions;
    state.stock.list.offset = drawn.models;
    match &mut state.dialog {
        // What is below the help was not measured.
        Some(Dialog::Help { scroll }) => *scroll = (*scroll).min(drawn.end),
        _ => super::evidence::clamp(state, drawn.end),
    }
}

/// The row a moving action leads to from `row` in a list of `len`; none when it does not move or the list is empty.
/// With a count it moves so many times, or to the row of that number.
pub fn moved(action: Action, row: usize, len: usize, (page, count): (usize, Option<usize>)) -> Option<usize> {
    let last = len.checked_sub(1)?;
    let times = count.unwrap_or(1);
    let page = page.max(1) * times;
    let to = match action {
        Action::Up => row.saturating_sub(times),
        Action::Down => row + times,
        Action::PageUp => row.saturating_sub(page),
        Action::PageDown => row + page,
        Action::Top | Action::Bottom => match count {
            Some(number) => number.saturating_sub(1),
            None if action == Action::Top => 0,
            None => last,
        },
        _ => return None,
    };
    Some(to.min(last))
}

/// An action in the case.
pub fn act(state: &mut State, session: &Session, action: Action) {
    match action {
        Action::NextPane => turn(state, session, 1),
        Action::PreviousPane => turn(state, session, -1),
        Action::Baseline => baseline(state, session),
        Action::Blind => super::blind::open(state, session),
        Action::Facts => state.enter(Screen::Facts { scroll: 0 }),
        Action::Follow => follow(state, session),
        Action::Freeze if state.candidates.position(session).is_some() && state.leaks.cursor.is_some() => {
            follow(state, session);
            state.say(Tone::Plain, "following the scan again");
        }
        Action::Freeze => {
            let row = state.candidates.offset;
            if state.candidates.position(session).is_none() {
                hold(state, session, row);
            }
            if state.leaks.cursor.is_none() {
                state.leaks.cursor = session
                    .leaks
                    .len()
                    .checked_sub(1)
                    .and_then(|last| session.leaks.id(last));
            }
            state.say(Tone::Plain, "held where it is; the scan goes on");
        }
        Action::Compare => compare(state),
        Action::Stage => next_stage(state, session),
        Action::Search => {
            let filter = state.filter.clone();
            super::prompt::open(state, Purpose::Filter, &filter);
        }
        _ => match state.pane {
            Pane::Findings => findings(state, session, action),
            Pane::Candidates => candidates(state, session, action),
            Pane::Leaks => leaks(state, session, action),
        },
    }
}

/// Narrows the candidates to the next stage of the funnel, in place of another filter.
fn next_stage(state: &mut State, session: &Session) {
    const STAGES: [&str; 4] = ["", "standing:racing", "standing:dropped", "standing:finding"];
    let here = STAGES
        .iter()
        .position(|stage| *stage == state.filter)
        .unwrap_or(0);
    let next = STAGES.get((here + 1) % STAGES.len()).copied().unwrap_or_default();
    state.narrow(session, next);
    state.pane = Pane::Candidates;
}

/// Merges new rows in and lets both lists follow the scan.
fn follow(state: &mut State, session: &Session) {
    state.candidates.follow(session, state.now_ms);
    state.leaks.cursor = None;
    state.leaks.offset = 0;
}

/// Shows the earlier session on the left, this one on the right.
fn baseline(state: &mut State, session: &Session) {
    let (Some(mut comparison), Some(earlier)) = (session.against_baseline(), &session.baseline) else {
        state.say(
            Tone::Plain,
            "there is no earlier session: `stakeout scan --baseline` takes one",
        );
        return;
    };
    comparison.left.name.clone_from(&earlier.name);
    comparison.right.name.clone_from(&state.name);
    state.enter(Screen::Comparison {
        comparison: Box::new(comparison),
        scroll: 0,
    });
}

/// Shows the two findings that are marked beside each other.
fn compare(state: &mut State) {
    let mut marked = state.marked.iter();
    match (marked.next(), marked.next(), marked.next()) {
        (Some(left), Some(right), None) => {
            let (left, right) = (left.clone(), right.clone());
            state.enter(Screen::Pair {
                left,
                right,
                scroll: 0,
            });
        }
        _ => state.say(Tone::Plain, "mark the two findings to compare first"),
    }
}

fn turn(state: &mut State, session: &Session, by: isize) {
    const PANES: [Pane; 3] = [Pane::Findings, Pane::Candidates, Pane::Leaks];
    let here = PANES.iter().position(|pane| *pane == state.pane).unwrap_or(0) as isize;
    let step = |from: isize| (from + by).rem_euclid(PANES.len() as isize);
    let listed = state.listed(session);
    let mut to = step(here);
    if to == 0 && listed.is_empty() {
        to = step(to);
    }
    state.pane = PANES.get(to as usize).copied().unwrap_or_default();
    if state.pane == Pane::Findings && state.findings.cursor.is_none() {
        state.findings.cursor = listed.first().map(|finding| finding.id.clone());
    }
}

fn findings(state: &mut State, session: &Session, action: Action) {
    let ranked = state.listed(session);
    let row = state
        .findings
        .cursor
        .as_ref()
        .and_then(|id| ranked.iter().position(|finding| finding.id == *id));
    if action == Action::Open {
        if let Some(finding) = row.and_then(|row| ranked.get(row)) {
            state.enter(Screen::Finding(Box::new(FindingScreen::new(
                &finding.id,
                Tab::Overview,
            ))));
        }
        return;
    }
    // From the last finding the cursor goes on into the candidates, as the eye does.
    if action == Action::Down && row.is_some_and(|row| row + 1 == ranked.len()) {
        state.pane = Pane::Candidates;
        return;
    }
    let to = moved(action, row.unwrap_or(0), ranked.len(), state.steps());
    if let Some(finding) = to.and_then(|to| ranked.get(to)) {
        state.findings.cursor = Some(finding.id.clone());
    }
}

fn candidates(state: &mut State, session: &Session, action: Action) {
    let Some(row) = state.candidates.position(session) else {
        match action {
            // Nothing is under the cursor while the table follows: the first key takes hold of a row.
            // While the scan runs what is in it may have just changed, so it opens nothing yet.
            Action::Open => {
                hold(state, session, 0);
                if state.running.is_none() {
                    open_candidate(state);
                }
            }
            Action::Down | Action::PageDown => hold(state, session, 0),
            Action::Bottom => hold(state, session, state.candidates.len().saturating_sub(1)),
            Action::Up if !state.listed(session).is_empty() => turn(state, session, -1),
            _ => {}
        }
        return;
    };
    match action {
        Action::Open => open_candidate(state),
        Action::Top if state.running.is_some() => state.candidates.follow(session, state.now_ms),
        Action::Up if row == 0 && state.running.is_some() => state.candidates.follow(session, state.now_ms),
        Action::Up if row == 0 && !state.listed(session).is_empty() => turn(state, session, -1),
        _ => {
            if let Some(to) = moved(action, row, state.candidates.len(), state.steps()) {
                hold(state, session, to);
            }
        }
    }
}

fn open_candidate(state: &mut State) {
    if let Some(id) = state.candidates.cursor {
        state.enter(Screen::Candidate { id, scroll: 0 });
    }
}

fn hold(state: &mut State, session: &Session, row: usize) {
    if let Some(known) = state.candidates.row(session, row) {
        state.candidates.cursor = Some(known.candidate.id);
    }
}

fn leaks(state: &mut State, session: &Session, action: Action) {
    let total = session.leaks.len();
    let len = state.sieve.len(total);
    let sieve = &state.sieve;
    let latest_first = |row: usize| session.leaks.id(sieve.index(row, total)?);
    let cursor = state.leaks.cursor.and_then(|id| session.leaks.index(id));
    let row = cursor.and_then(|index| sieve.row(index, total));
    match (action, row) {
        (Action::Open, _) => {
            let id = row.and(state.leaks.cursor).or_else(|| latest_first(0));
            state.leaks.cursor = id;
            if let Some(id) = id.filter(|_| row.is_some() || state.running.is_none()) {
                state.enter(Screen::Leak { id, scroll: 0 });
            }
        }
        (Action::Down, None) => state.leaks.cursor = latest_first(0),
        (Action::Up, Some(0)) => state.leaks.cursor = None,
        (_, _) => {
            if let Some(to) = moved(action, row.unwrap_or(0), len, state.steps()) {
                state.leaks.cursor = latest_first(to);
            }
        }
    }
}

/// Asks to go on with the interrupted scan shown, or under the cursor.
pub fn resume(state: &mut State, session: &Session) -> Vec<Effect> {
    if matches!(state.screen(), Screen::Library) {
        return match state.chosen_session() {
            Some(entry) if entry.is_interrupted() => {
                vec![Effect::Exit(Outcome::Resume(entry.path.clone()))]
            }
            _ => {
                state.say(
                    Tone::Plain,
                    "there is nothing to resume: the scan was not interrupted",
                );
                Vec::new()
            }
        };
    }
    if !state.can_resume(session) {
        state.say(Tone::Plain, "there is nothing to resume here");
        return Vec::new();
    }
    vec![Effect::Exit(Outcome::Resume(state.path.clone()))]
}
