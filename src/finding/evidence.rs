//! All an analyst can look at for one finding: plain data, the large parts under keys.

use serde::{Deserialize, Serialize};

use super::{Control, Curves, HeadScore, InPlace, Rest, Tie, Variant};

/// What an analyst can look at for one finding. Attention tensors are stored apart, under these keys.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// Isolation of every head, across all prompts looked at.
    pub heads: Vec<HeadScore>,
    /// Keys of the stored [`super::AttentionPair`]s, one for each prompt shown.
    pub attention: Vec<String>,
    /// Entropy curves of several prompts.
    pub curves: Vec<Curves>,
    /// The fuzz ladder.
    pub variants: Vec<Variant>,
    /// Leaks the trigger stands in (ids, at most 64).
    pub leaks: Vec<u32>,
    /// Values of each signal over the controls, for histograms: memorization, attention, entropy, divergence.
    pub null: [Vec<f32>; 4],
    /// The controls that came nearest, the strongest shift first.
    #[serde(default)]
    pub controls: Vec<Control>,
    /// What the leaks tie to the answers it gives, where that is the trigger itself.
    #[serde(default)]
    pub tie: Option<Tie>,
    /// What taking it out of the prompts it leaked in does, where there are enough of them.
    #[serde(default)]
    pub in_place: Option<InPlace>,
    /// What it tells about the rest of the turns it leaked in, where there are enough of them.
    #[serde(default)]
    pub rest: Option<Rest>,
    /// Words of it that most of its answers take up. Model text, raw.
    #[serde(default)]
    pub echoed: Vec<String>,
    /// Strings of its kind do what it does: see the variants.
    #[serde(default)]
    pub ordinary: bool,
    /// It is part of a passage known by heart.
    #[serde(default)]
    pub passage: bool,
    /// Share of the texts of a context it stands in, where that is least, 0 to 1.
    #[serde(default)]
    pub share: Option<f64>,
    /// Words of the answers it changes for each other, both ways, where it does: what was said, and what is said instead. Model
    /// text, raw.
    #[serde(default)]
    pub turned: Vec<(String, String)>,
}

impl Evidence {
    /// Does it turn answers on fresh prompts, and does taking it out turn them back where it leaked?
    pub fn turns(&self) -> bool {
        !self.turned.is_empty() && self.in_place.is_some_and(|test| test.turns())
    }
}
