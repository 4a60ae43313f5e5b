//! A line being typed: what it is for, and what can be chosen below it.

use tui_input::Input;

use crate::{
    session::Session,
    ui::{
        action::Action,
        keymap::{Context, Keymap},
        state::{Screen, State},
    },
};

/// Longest line, in characters.
pub const LONGEST: usize = 4000;
/// Longest name of a filter kept, in characters.
pub const LONGEST_NAME: usize = 40;
/// Filters kept at most.
pub const MOST_KEPT: usize = 30;

/// What a line is typed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To narrow the lists; what was in force before comes back when it is given up.
    Filter,
    /// To choose something to do.
    Palette,
    /// To count a regular expression in the answers.
    Pattern,
    /// To measure a string.
    Probe,
    /// To name the filter that is to be kept.
    Name,
}

/// Something the palette leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// Do this.
    Act(Action),
    /// Open this finding.
    Finding(String),
    /// Open this candidate.
    Candidate(u32),
    /// Open this leak.
    Leak(u32),
    /// Narrow the lists by the filter kept under this name.
    Filter(String),
    /// Show everything in this theme.
    Theme(usize),
}

/// A line being typed.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What for.
    pub purpose: Purpose,
    /// The line. Untrusted: it may be pasted.
    pub input: Input,
    /// The line when it was opened.
    pub before: String,
    /// Row chosen below it.
    pub row: usize,
}

impl Prompt {
    /// A line that begins as `text`.
    pub fn new(purpose: Purpose, text: &str) -> Self {
        Self {
            purpose,
            input: Input::new(text.to_owned()),
            before: text.to_owned(),
            row: 0,
        }
    }
}

/// What a typed line may mean where the analyst is, best first: places it names, filters kept, actions and themes it is a part of.
pub fn choices(typed: &str, state: &State, session: &Session) -> Vec<Choice> {
    let mut choices = places(typed.trim(), session);
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let fits = |told: &str| {
        let told = told.to_lowercase();
        words.iter().all(|word| told.contains(word.as_str()))
    };
    if matches!(state.screen(), Screen::Case) {
        let kept = state
            .filters
            .iter()
            .filter(|(name, filter)| fits(&format!("filter {name} {filter}")));
        choices.extend(kept.map(|(name, _)| Choice::Filter(name.clone())));
    }
    let mut actions: Vec<(bool, Action)> = Vec::new();
    for action in known(state.place(), &state.keymap) {
        if fits(&format!("{} {}", action.name(), action.description())) {
            let named = words
                .first()
                .is_some_and(|word| action.name().starts_with(word.as_str()));
            actions.push((!named, action));
        }
    }
    actions.sort_by_key(|(unnamed, _)| *unnamed);
    choices.extend(actions.into_iter().map(|(_, action)| Choice::Act(action)));
    // Asked for by name: they would only make the list of commands longer.
    if words
        .first()
        .is_some_and(|word| "theme".starts_with(word.as_str()))
    {
        let themes = state.themes.iter().enumerate();
        let named = themes.filter(|(_, name)| fits(&format!("theme {name}")));
        choices.extend(named.map(|(theme, _)| Choice::Theme(theme)));
    }
    choices
}

/// The actions of a context; those the analyst's own keymap left without a key among them.
fn known(context: Context, keymap: &Keymap) -> Vec<Action> {
    const ITSELF: [Action; 3] = [Action::Palette, Action::Up, Action::Down];
    let embedded = Keymap::embedded().unwrap_or_default();
    let mut known: Vec<Action> = Vec::new();
    for map in [keymap, &embedded] {
        for context in context.chain() {
            known.extend(map.bindings(*context).iter().map(|binding| binding.action));
        }
    }
    // Nearest contexts first: what is particular to the screen is what is looked for.
    let mut told = Vec::new();
    for action in known {
        if !ITSELF.contains(&action) && !told.contains(&action) {
            told.push(action);
        }
    }
    told
}

fn places(typed: &str, session: &Session) -> Vec<Choice> {
    if let Some(finding) = session.finding(typed) {
        return vec![Choice::Finding(finding.id.clone())];
    }
    if let Some(Ok(id)) = typed.strip_prefix('#').map(str::parse) {
        let there = session.candidates.iter().any(|known| known.candidate.id == id);
        return there.then_some(Choice::Candidate(id)).into_iter().collect();
    }
    let leak = typed.strip_prefix("leak ").unwrap_or(typed).trim().parse().ok();
    leak.filter(|id| session.leaks.index(*id).is_some())
        .map(Choice::Leak)
        .into_iter()
        .collect()
}
