//! The actions the footer offers: those that make sense where the analyst is, most useful first. It draws nothing.

use super::attention::Level;
use crate::{
    session::{Session, library::Entry},
    ui::{
        action::Action,
        state::{
            Pane, Screen, State,
            dialog::{Dialog, Field},
            finding::{FindingScreen, Tab},
        },
    },
};

/// What can be done here now, most useful first.
pub fn offered(state: &State, session: &Session) -> Vec<Action> {
    match &state.dialog {
        Some(Dialog::Verdict(dialog)) => {
            if dialog.asking {
                return vec![Action::Confirm, Action::Cancel];
            }
            let mut actions = vec![Action::Save, Action::NextField];
            if matches!(dialog.field, Field::Choice | Field::Severity) {
                actions.push(Action::Down);
            }
            actions.extend([Action::EditNote, Action::Cancel]);
            return actions;
        }
        Some(Dialog::Mark(_)) => return vec![Action::Save, Action::Cancel],
        Some(Dialog::Question(_)) => return vec![Action::Confirm, Action::Cancel],
        Some(Dialog::Help { .. }) => return vec![Action::Help, Action::Up, Action::Down],
        Some(Dialog::Prompt(_)) | None => {}
    }
    let mut actions = Vec::new();
    match state.screen() {
        Screen::Library => {
            if !state.sessions.is_empty() {
                actions.push(Action::Open);
            }
            if state.chosen_session().is_some_and(Entry::is_interrupted) {
                actions.push(Action::Resume);
            }
            actions.push(Action::NextPane);
            actions.extend([Action::StartDemo, Action::StartCleanDemo, Action::Reload]);
            if !state.every_session.is_empty() {
                actions.extend([Action::Sort, Action::Filter, Action::Compare, Action::Delete]);
            }
        }
        Screen::Inventory => {
            if state.stock.chosen().is_some_and(|item| item.last.is_some()) {
                actions.push(Action::Open);
            }
            actions.push(Action::NextPane);
            if state.stock.due() > 0 {
                actions.extend([Action::ScanNext, Action::ScanModel, Action::ScanDown]);
            }
            actions.extend([Action::EditInventory, Action::Reload]);
        }
        Screen::Case => actions = case(state, session),
        Screen::Finding(screen) => {
            let shown = state.finding(session, &screen.id);
            let drawn = shown.is_some_and(|finding| finding.examples.iter().any(|one| !one.draws.is_empty()));
            actions.extend(evidence(screen, drawn));
            if screen.tab == Tab::Attention && screen.attention.pinned.len() > 1 {
                actions.push(Action::CycleTogether);
            }
            // What was measured by hand is nothing to rule on.
            if session.finding(&screen.id).is_some() {
                actions.extend([Action::TruePositive, Action::FalsePositive, Action::Undecided]);
            }
            actions.extend([Action::NextTab, Action::NextUnruled, Action::Prove]);
        }
        Screen::Blind(blind) if blind.done.is_none() => {
            // What was ruled before is not to be taken back from here.
            return vec![
                Action::TruePositive,
                Action::FalsePositive,
                Action::Undecided,
                Action::Down,
                Action::Up,
                Action::Undo,
            ];
        }
        Screen::Past(_) => {
            return vec![
                Action::Earlier,
                Action::Later,
                Action::Now,
                Action::StepBack,
                Action::StepOn,
                Action::First,
            ];
        }
        Screen::Facts { .. } => actions.extend([Action::Down, Action::Up, Action::Past]),
        Screen::Candidate { .. } => actions.extend([Action::Open, Action::Down]),
        Screen::Blind(_) | Screen::Leak { .. } | Screen::Pair { .. } | Screen::Comparison { .. } => {
            actions.extend([Action::Down, Action::Up]);
        }
    }
    if session.last_ruling().is_some() {
        actions.push(Action::Undo);
    }
    actions
}

/// What can be done in the case.
fn case(state: &State, session: &Session) -> Vec<Action> {
    let mut actions = Vec::new();
    if state.can_resume(session) {
        actions.push(Action::Resume);
    }
    actions.push(Action::Open);
    if state.pane == Pane::Findings {
        actions.extend([Action::TruePositive, Action::FalsePositive, Action::Undecided]);
    }
    actions.push(Action::NextPane);
    if state.running.as_ref().is_some_and(|running| !running.stopping) {
        actions.extend([Action::Pause, Action::Stop]);
    }
    if state.candidates.new_rows(session) > 0 {
        actions.push(Action::Follow);
    }
    actions.push(Action::Search);
    if !state.filter.is_empty() {
        actions.push(Action::KeepFilter);
    }
    actions.push(Action::Facts);
    if state.pane == Pane::Findings {
        actions.extend([Action::Mark, Action::MarkWhere]);
        if state.marked.len() == 2 {
            actions.insert(0, Action::Compare);
        }
    }
    if session.baseline.is_some() {
        actions.push(Action::Baseline);
    }
    if !session.findings.is_empty() && !session.is_running() {
        actions.push(Action::Blind);
    }
    actions
}

/// What can be done in the tab that is open; `drawn` says that several answers to a prompt were recorded.
fn evidence(screen: &FindingScreen, drawn: bool) -> &'static [Action] {
    match (screen.tab, screen.attention.level) {
        (Tab::Attention, Level::Grid) => &[
            Action::Open,
            Action::NextPrompt,
            Action::CycleScore,
            Action::Pin,
            Action::ToggleRollout,
        ],
        (Tab::Attention, Level::Head) => &[
            Action::Back,
            Action::NextPrompt,
            Action::CycleRun,
            Action::ToggleSink,
            Action::ToggleRollout,
        ],
        (Tab::Entropy, _) => &[Action::NextPrompt, Action::ToDivergence, Action::CycleScore],
        (Tab::Outputs, _) if drawn => &[
            Action::NextPrompt,
            Action::CycleAnswer,
            Action::NextChange,
            Action::Pattern,
            Action::ToggleShape,
            Action::ToggleGrain,
        ],
        (Tab::Outputs, _) => &[
            Action::NextPrompt,
            Action::NextChange,
            Action::Pattern,
            Action::ToggleShape,
            Action::ToggleGrain,
        ],
        _ => &[],
    }
}
