//! Which part of a finding is looked at.

use crate::{
    finding::{Curves, Finding},
    ui::view::{attention::AttentionState, entropy::EntropyState, outputs::OutputsState},
};

/// The tabs of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tab {
    /// What was found, and why it counts.
    #[default]
    Overview,
    /// Attention on the trigger.
    Attention,
    /// Entropy of the answers.
    Entropy,
    /// Answers side by side.
    Outputs,
    /// Each signal among its controls.
    Statistics,
    /// The trigger itself, its parts and its variants.
    Trigger,
    /// Where the trigger leaked, and how to repeat the numbers.
    Origin,
    /// Every ruling.
    History,
}

impl Tab {
    /// Every tab, in order.
    pub const ALL: [Self; 8] = [
        Self::Overview,
        Self::Attention,
        Self::Entropy,
        Self::Outputs,
        Self::Statistics,
        Self::Trigger,
        Self::Origin,
        Self::History,
    ];

    /// The word shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Attention => "Attention",
            Self::Entropy => "Entropy",
            Self::Outputs => "Outputs",
            Self::Statistics => "Stats",
            Self::Trigger => "Trigger",
            Self::Origin => "Origin",
            Self::History => "History",
        }
    }

    /// The tab `by` places on, around the ends.
    #[must_use]
    pub fn step(self, by: isize) -> Self {
        let here = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        let there = (here as isize + by).rem_euclid(Self::ALL.len() as isize);
        Self::ALL.get(there as usize).copied().unwrap_or_default()
    }
}

/// One finding being looked at.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FindingScreen {
    /// Id of the finding.
    pub id: String,
    /// The tab shown.
    pub tab: Tab,
    /// First line shown, in tabs of text.
    pub scroll: usize,
    /// Where the attention is looked at.
    pub attention: AttentionState,
    /// The attention view has been put on what is worth seeing first.
    pub aimed: bool,
    /// Where the entropy is looked at.
    pub entropy: EntropyState,
    /// Where the answers are looked at.
    pub outputs: OutputsState,
}

impl FindingScreen {
    /// The finding, seen from the start.
    pub fn new(id: &str, tab: Tab) -> Self {
        Self {
            id: id.to_owned(),
            tab,
            ..Self::default()
        }
    }

    /// One prompt is looked at, whatever the tab: the others follow the one that is open. The answers, the curves and the attention
    /// of a finding are recorded over the first of the same prompts.
    pub fn link(&mut self, finding: &Finding) {
        let curves = &finding.evidence.curves;
        let prompt = match self.tab {
            Tab::Attention => self.attention.prompt,
            Tab::Entropy => {
                let shown = self.entropy.curves(finding);
                let same = |shown: &Curves| {
                    let mut examples = finding.examples.iter();
                    examples.position(|example| example.prompt == shown.prompt)
                };
                shown.and_then(same).unwrap_or(self.entropy.prompt)
            }
            Tab::Outputs => self.outputs.prompt,
            _ => return,
        };
        if self.outputs.prompt != prompt {
            self.outputs.show(prompt);
        }
        if prompt < finding.evidence.attention.len() {
            self.attention.prompt = prompt;
        }
        let wanted = finding.examples.get(prompt).map(|example| &example.prompt);
        let known = curves.iter().position(|curves| Some(&curves.prompt) == wanted);
        if let Some(known) = known.filter(|known| *known != self.entropy.prompt) {
            self.entropy.prompt = known;
            self.entropy.move_cursor(0, finding);
        }
    }
}
