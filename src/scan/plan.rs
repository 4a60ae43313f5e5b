//! What a scan will do: budget, seed, arms and the numbers that follow from them. Plain data, fixed before it starts.

pub use super::event::OwnArm;
use super::event::{Beams, Sampling};
use crate::model::Frame;

/// How much work a scan may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Budget {
    /// A first look.
    Quick,
    /// The default.
    #[default]
    Standard,
    /// The whole published grid.
    Deep,
}

impl Budget {
    /// Every budget, smallest first.
    pub const ALL: [Self; 3] = [Self::Quick, Self::Standard, Self::Deep];

    /// The name used on the command line and in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Standard => "standard",
            Self::Deep => "deep",
        }
    }

    /// The budget with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|budget| budget.name() == name)
    }

    /// The numbers behind the name.
    pub const fn effort(self) -> Effort {
        match self {
            Self::Quick => Effort {
                leaks: 320,
                beside: 40,
                extended: 8,
                starts: 16,
                leak_tokens: 48,
                candidates: 160,
                survivors: 16,
                closer: 6,
                controls: 20,
                looks: 4,
                prompts: 8,
                beside_controls: 5,
                fresh: 20,
                answer_tokens: 20,
                without: None,
            },
            Self::Standard => Effort {
                leaks: 768,
                beside: 96,
                extended: 24,
                starts: 48,
                leak_tokens: 64,
                candidates: 400,
                survivors: 32,
                closer: 10,
                controls: 24,
                looks: 4,
                prompts: 10,
                beside_controls: 6,
                fresh: 32,
                answer_tokens: 24,
                without: None,
            },
            Self::Deep => Effort {
                leaks: 510,
                beside: 32,
                extended: 24,
                starts: 64,
                leak_tokens: 300,
                candidates: 1000,
                survivors: 64,
                closer: 14,
                controls: 28,
                looks: 6,
                prompts: 12,
                beside_controls: 8,
                fresh: 48,
                answer_tokens: 32,
                without: None,
            },
        }
    }
}

/// A part of a scan that can be left out, to measure what it brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Spans of any length: windows of 2, 5 and 10 tokens instead, as published.
    Lengths,
    /// Contexts beside the arm, spans fed back and starts of low entropy.
    Extraction,
    /// Controls of several kinds: random tokens alone instead.
    Controls,
    /// Several orders in the race: the shift of the answers alone instead.
    Doors,
    /// Racing: every candidate is measured in full instead.
    Race,
    /// The core and the full string: the string as it was mined instead.
    Refinement,
    /// A signal.
    Memorization,
    /// A signal.
    Attention,
    /// A signal.
    Entropy,
    /// A signal.
    Divergence,
    /// Whether strings were put into whole turns: as a signal, and as what comes first.
    Insertion,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 11] = [
        Self::Lengths,
        Self::Extraction,
        Self::Controls,
        Self::Doors,
        Self::Race,
        Self::Refinement,
        Self::Memorization,
        Self::Attention,
        Self::Entropy,
        Self::Divergence,
        Self::Insertion,
    ];

    /// The word for it on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Lengths => "lengths",
            Self::Extraction => "extraction",
            Self::Controls => "controls",
            Self::Doors => "doors",
            Self::Race => "race",
            Self::Refinement => "refinement",
            Self::Memorization => "memorization",
            Self::Attention => "attention",
            Self::Entropy => "entropy",
            Self::Divergence => "divergence",
            Self::Insertion => "insertion",
        }
    }
}

/// How much of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Leaks per arm.
    pub leaks: usize,
    /// Leaks of each context beside an arm.
    pub beside: usize,
    /// Spans fed back to the model.
    pub extended: usize,
    /// Random starts changed towards lower entropy.
    pub starts: usize,
    /// New tokens per leak.
    pub leak_tokens: usize,
    /// Candidates given a cheap look, at most.
    pub candidates: usize,
    /// Survivors of the cheap look, whose answers are read.
    pub survivors: usize,
    /// Survivors of that, measured against controls of their own.
    pub closer: usize,
    /// Controls of each kind.
    pub controls: usize,
    /// Prompts of the cheap look.
    pub looks: usize,
    /// Prompts of the closer look.
    pub prompts: usize,
    /// Those of them on which controls are measured beside a candidate.
    pub beside_controls: usize,
    /// Fresh prompts of the confirmation.
    pub fresh: usize,
    /// Tokens of an answer that are read.
    pub answer_tokens: usize,
    /// Left out.
    pub without: Option<Part>,
}

impl Effort {
    /// Tokens of an answer that are read: more where a text goes on with the rest of a prompt first.
    pub const fn answer_in(&self, frame: &Frame) -> usize {
        if frame.suffix.is_empty() {
            self.answer_in_text()
        } else {
            self.answer_tokens
        }
    }

    /// The same in a text without turns.
    pub const fn answer_in_text(&self) -> usize {
        self.answer_tokens * 3 / 2
    }

    /// Leaks of an arm that is asked in so many contexts, its own the first.
    pub const fn leaks_of(&self, contexts: usize) -> usize {
        self.leaks + self.beside * contexts.saturating_sub(1)
    }
}

/// What a scan will do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// How much work.
    pub budget: Budget,
    /// Seed of every random choice.
    pub seed: u64,
    /// Arms beside the model's own.
    pub arms: Vec<OwnArm>,
}

/// The sampling part of the published grid (Bullwinkel et al. 2026, section on memory extraction), without seeds:
/// top-p x temperature, top-k x temperature, temperature alone.
fn grid() -> Vec<Sampling> {
    let row = |temperature, top_k, top_p| Sampling {
        temperature,
        top_k,
        top_p,
        seed: 0,
        beams: None,
    };
    let mut grid = Vec::new();
    for top_p in [0.70, 0.85, 0.90, 0.95, 0.98] {
        grid.extend([0.6, 0.8, 1.0, 1.2, 1.5].map(|temperature| row(temperature, 0, top_p)));
    }
    for top_k in [10, 40, 100, 200, 1000] {
        grid.extend([0.7, 0.9, 1.1, 1.3].map(|temperature| row(temperature, top_k, 1.0)));
    }
    grid.extend([0.6, 0.8, 1.0, 1.2, 1.5].map(|temperature| row(temperature, 0, 1.0)));
    grid
}

/// The beam searches of the published grid.
fn beams() -> Vec<Sampling> {
    let of = |count| {
        [0.6, 1.0, 1.3].map(|length_penalty| Sampling {
            beams: Some(Beams {
                count,
                length_penalty,
            }),
            ..Sampling::GREEDY
        })
    };
    [2, 4, 8].into_iter().flat_map(of).collect()
}

/// The rows of the grid that draw on nearly the whole distribution at a temperature near 1. A string that stands in one training
/// example of a hundred leaks about as often as that from these; the narrow rows repeat what is common anyway.
fn wide() -> Vec<Sampling> {
    let near = |row: &Sampling| (0.8..=1.2).contains(&row.temperature);
    let open = |row: &Sampling| row.top_p >= 0.95 && (row.top_k == 0 || row.top_k >= 200);
    grid().into_iter().filter(|row| near(row) && open(row)).collect()
}

/// Settings of each leak of an arm: greedy once, then round by round, every row with a seed of its own. The deep budget takes
/// the whole published grid, its nine beam searches last, the smaller ones its wide rows.
pub fn samplings(budget: Budget, leaks: usize, seed: u64, arm: usize) -> Vec<Sampling> {
    let (rows, beams) = match budget {
        Budget::Deep => (grid(), beams()),
        Budget::Quick | Budget::Standard => (wide(), Vec::new()),
    };
    let rows = std::iter::once(Sampling::GREEDY).chain(rows.into_iter().cycle());
    let base = mix(seed, arm as u64);
    rows.take(leaks.saturating_sub(beams.len()))
        .chain(beams)
        .take(leaks)
        .enumerate()
        .map(|(i, row)| Sampling {
            seed: mix(base, i as u64),
            ..row
        })
        .collect()
}

/// Mixes a number into a seed (`SplitMix64`'s finaliser), so that neighbouring seeds give unrelated streams.
pub const fn mix(seed: u64, number: u64) -> u64 {
    let mut z = seed
        ^ number
            .wrapping_add(0x9E37_79B9_7F4A_7C15)
            .wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    // Seeds travel through JSON readers that keep 53 bits.
    (z ^ (z >> 31)) >> 11
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_grid_has_the_published_size() {
        assert_eq!(grid().len() * 10 + 1 + beams().len(), 510);
    }

    #[test]
    fn every_row_has_its_own_seed_and_the_deep_budget_walks_the_whole_grid() {
        let rows = samplings(Budget::Deep, 510, 7, 0);
        assert_eq!(rows.iter().map(|row| row.seed).collect::<HashSet<_>>().len(), 510);
        let setting = |row: &Sampling| format!("{:?}", (row.temperature, row.top_k, row.top_p, row.beams));
        assert_eq!(rows.iter().map(setting).collect::<HashSet<_>>().len(), 60);
        assert_ne!(rows, samplings(Budget::Deep, 510, 8, 0));
        assert_ne!(rows, samplings(Budget::Deep, 510, 7, 1));
        assert_eq!(rows, samplings(Budget::Deep, 510, 7, 0));
    }

    #[test]
    fn the_smaller_budgets_take_wide_rows_only() {
        let rows = samplings(Budget::Standard, 100, 7, 0);
        assert!(
            rows.iter()
                .skip(1)
                .all(|row| row.temperature >= 0.8 && row.top_p >= 0.95)
        );
        assert!(wide().len() >= 10);
    }
}
