//! Where the analyst was looking, in the form it is kept beside a session.
//!
//! Invariant: a place that no longer fits the session leads to the nearest one that does, never to an error.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Pane, Screen, State,
    finding::{FindingScreen, Tab},
    prompt::{LONGEST_NAME, MOST_KEPT},
};
use crate::session::Session;

/// Longest filter or expression taken over, in characters.
const LONGEST: usize = 4000;

/// Where the analyst was looking.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Place {
    /// Name of the pane with the keys.
    pane: String,
    /// The finding under the cursor.
    finding: Option<String>,
    /// The candidate under the cursor.
    candidate: Option<u32>,
    /// The filter.
    filter: String,
    /// The filters kept, by name.
    filters: BTreeMap<String, String>,
    /// The analyst's regular expressions.
    patterns: Vec<String>,
    /// The finding that was open, and the name of its tab.
    open: Option<(String, String)>,
    /// Layer and head, then the prompt, of its attention.
    attention: (usize, usize, usize),
    /// Prompt and token of its entropy curves.
    entropy: (usize, usize),
    /// Prompt of its answers.
    outputs: usize,
    /// First line of its page.
    scroll: usize,
}

const PANES: [(&str, Pane); 3] = [
    ("findings", Pane::Findings),
    ("candidates", Pane::Candidates),
    ("leaks", Pane::Leaks),
];

impl Place {
    /// The place a state is at.
    pub fn of(state: &State) -> Self {
        let pane = PANES.iter().find(|(_, pane)| *pane == state.pane);
        let mut place = Self {
            pane: pane.map_or_else(String::new, |(name, _)| (*name).to_owned()),
            finding: state.findings.cursor.clone(),
            candidate: state.candidates.cursor,
            filter: state.filter.clone(),
            filters: state.filters.clone(),
            patterns: state.patterns.clone(),
            ..Self::default()
        };
        let open = state.screens.iter().rev().find_map(|screen| match screen {
            Screen::Finding(finding) => Some(finding),
            _ => None,
        });
        if let Some(open) = open {
            place.open = Some((open.id.clone(), open.tab.name().to_owned()));
            place.attention = (open.attention.layer, open.attention.head, open.attention.prompt);
            place.entropy = (open.entropy.prompt, open.entropy.cursor);
            place.outputs = open.outputs.prompt;
            place.scroll = open.scroll;
        }
        place
    }

    /// Goes there, as far as the session has it.
    pub fn restore(self, state: &mut State, session: &Session) {
        let short = |text: &String| text.chars().count() <= LONGEST;
        if short(&self.filter) {
            state.narrow(session, &self.filter);
        }
        let kept = self.filters.into_iter();
        let kept = kept.filter(|(name, filter)| name.chars().count() <= LONGEST_NAME && short(filter));
        state.filters = kept.take(MOST_KEPT).collect();
        state.patterns = self.patterns.into_iter().filter(short).take(5).collect();
        if let Some((_, pane)) = PANES.iter().find(|(name, _)| *name == self.pane) {
            state.pane = *pane;
        }
        let known = |id: &String| session.finding(id).is_some();
        state.findings.cursor = self.finding.filter(known);
        let candidate = |id: &u32| session.candidates.iter().any(|known| known.candidate.id == *id);
        state.candidates.cursor = self.candidate.filter(candidate);
        let Some((id, tab)) = self.open.filter(|(id, _)| known(id)) else {
            return;
        };
        let tab = Tab::ALL.into_iter().find(|known| known.name() == tab);
        let mut screen = FindingScreen::new(&id, tab.unwrap_or_default());
        (
            screen.attention.layer,
            screen.attention.head,
            screen.attention.prompt,
        ) = self.attention;
        // The head the analyst chose, not the one most worth seeing.
        screen.aimed = true;
        (screen.entropy.prompt, screen.entropy.cursor) = self.entropy;
        screen.outputs.prompt = self.outputs;
        screen.scroll = self.scroll;
        state.screens.push(Screen::Finding(Box::new(screen)));
    }
}
