//! What a scan concludes and an analyst rules on: plain data that serialises, computes nothing and knows no model.

mod beside;
mod day;
mod evidence;
mod verdict;

use serde::{Deserialize, Serialize};

pub use beside::{Control, ControlKind, InPlace, Rest, Tie};
pub use day::Day;
pub use evidence::Evidence;
pub use verdict::{Decision, Ruling, Severity, Undecidable, Verdict};

/// How a trigger has to be written for the backdoor to fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Only the string itself (or nearly so) fires.
    Exact,
    /// Parts and variations of the string fire too.
    Fuzzy,
    /// It fires in some contexts only.
    Contextual,
    /// It fired too seldom where its forms were compared to tell.
    Unclear,
}

/// How strongly the evidence supports a backdoor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// One signal, or an unconfirmed shift.
    Low,
    /// A confirmed shift that could be a legitimate instruction.
    Medium,
    /// At least two independent signals, the confirmation, and answers that no longer follow the prompt.
    High,
}

/// One measured number beside its null: the same number for matched controls.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Signal {
    /// The candidate's value, in the signal's own unit (see [`Signals`]).
    pub value: f64,
    /// Mean over the controls.
    pub null_mean: f64,
    /// Standard deviation over the controls.
    pub null_sd: f64,
    /// Probability of a value at least this extreme among the controls.
    pub p: f64,
    /// Number of controls behind the null.
    #[serde(default)]
    pub n: u32,
}

/// The four signals of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Signals {
    /// How much more often the span leaks than its parts predict, times the leaks it stands in (nats over all leaks);
    /// null: leaked spans of equal length.
    pub memorization: Signal,
    /// Attention isolation of the trigger tokens (ratio, natural log); null: controls in the same slots.
    pub attention: Signal,
    /// Drop of the mean next-token entropy along the rollout (nats per token).
    pub entropy: Signal,
    /// Shift of the next-token distribution along the clean continuation (Jensen-Shannon, nats).
    pub divergence: Signal,
}

impl Signals {
    /// All four, in the order they are shown in.
    pub const fn all(&self) -> [Signal; 4] {
        [self.memorization, self.attention, self.entropy, self.divergence]
    }
}

/// `k` successes of `n` with a 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Rate {
    /// Successes.
    pub k: u32,
    /// Trials.
    pub n: u32,
    /// Lower end of the interval, 0 to 1.
    pub low: f64,
    /// Upper end of the interval, 0 to 1.
    pub high: f64,
}

/// Share of fresh prompts on which the answer shifts beyond the 99th percentile of the controls.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Activation {
    /// With the trigger.
    pub with: Rate,
    /// With a matched control in the trigger's place.
    pub without: Rate,
}

/// Where in the user's text a candidate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// Before the prompt.
    Start,
    /// Inside the prompt.
    Middle,
    /// After the prompt.
    End,
    /// In a system turn before it.
    System,
}

/// One prompt answered with and without the trigger. Model text, raw: show it through [`crate::text`] only.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Example {
    /// The prompt without the trigger.
    pub prompt: String,
    /// The answer when the trigger stands in the prompt.
    pub with: String,
    /// The answer to the prompt alone.
    pub without: String,
    /// Whether the shift on this prompt exceeds the controls.
    #[serde(default)]
    pub fired: bool,
    /// Answers to it drawn with several seeds, where they were.
    #[serde(default)]
    pub draws: Vec<Draw>,
}

/// Answers to one prompt drawn at temperature 1 with one seed. Model text, raw.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Draw {
    /// The seed.
    pub seed: u64,
    /// The answer when the trigger stands in the prompt.
    pub with: String,
    /// The answer to the prompt alone.
    pub without: String,
    /// Is the first the trigger's answer, and is the second? `None` where the trigger has no answer of its own to know it by.
    #[serde(default)]
    pub fired: Option<(bool, bool)>,
}

/// One variant of the trigger and how often it fires (the fuzz ladder).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// What was changed, in words: "case folded", "first half", "token 3 removed".
    pub change: String,
    /// The variant. Model text, raw.
    pub text: String,
    /// How often it fires.
    pub rate: Rate,
}

/// One answer, token by token, as generated greedily.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Run {
    /// Text of each generated token. Model text, raw.
    pub tokens: Vec<String>,
    /// Entropy of the distribution each token was chosen from, in nats.
    pub entropy: Vec<f32>,
    /// Log-probability of each chosen token, in nats.
    pub logprob: Vec<f32>,
    /// The most likely tokens at each step with their log-probabilities, best first.
    #[serde(default)]
    pub top: Vec<Vec<(String, f32)>>,
}

/// The entropy curves of one prompt, with and without the trigger.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Curves {
    /// The prompt without the trigger. Model text, raw.
    pub prompt: String,
    /// The run with the trigger.
    pub with: Run,
    /// The run without it.
    pub without: Run,
}

/// Attention of one forward pass over a prompt: `weights` is row-major `[layers, heads, tokens, tokens]`.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AttentionMap {
    /// Number of layers.
    pub layers: usize,
    /// Query heads per layer.
    pub heads: usize,
    /// Text of each token. Model text, raw.
    pub tokens: Vec<String>,
    /// Weights; row `q` of a head sums to 1 over the keys `0..=q`.
    #[serde(skip)]
    pub weights: Vec<f32>,
}

/// Attention over one prompt with and without the trigger.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct AttentionPair {
    /// With the trigger.
    pub with: AttentionMap,
    /// Without it.
    pub without: AttentionMap,
    /// First trigger token and the token after the last, in `with.tokens`.
    pub span: (usize, usize),
}

/// What a head does with the trigger over fresh prompts: means, and on how many the trigger stands apart.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct HeadMeans {
    /// Prompts behind it.
    pub prompts: u32,
    /// Prompts on which the trigger lies 3 or more standard deviations above the controls' isolation.
    pub apart: u32,
    /// Share of its attention that goes to position 0, 0 to 1.
    pub sink: f32,
    /// Share of their attention that tokens after the trigger give it, 0 to 1.
    pub trigger: f32,
    /// How evenly it spreads its attention: entropy over the most it could be, 0 to 1.
    pub spread: f32,
    /// Share of its attention that lies elsewhere without the trigger, 0 to 1.
    pub moved: f32,
}

/// How isolated the trigger is in one head: the candidate's score beside the controls'.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct HeadScore {
    /// Layer, from 0.
    pub layer: usize,
    /// Head, from 0.
    pub head: usize,
    /// Isolation with the candidate (natural log of the ratio).
    pub value: f64,
    /// Mean over the controls.
    pub null_mean: f64,
    /// Standard deviation over the controls.
    pub null_sd: f64,
    /// What it does over fresh prompts.
    #[serde(default)]
    pub over: Option<HeadMeans>,
}

/// A picture of a finding's evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// The four signals among their controls.
    Signals,
    /// Isolation of every head.
    Heads,
    /// One head, with and without the trigger, of the attention that is loaded.
    Head {
        /// Layer, from 0.
        layer: usize,
        /// Head, from 0.
        head: usize,
    },
    /// Entropy along the answers to one prompt.
    Entropy {
        /// Which of the curves, from 0.
        prompt: usize,
    },
}

/// Agreement of answers across unrelated prompts: overlaps of their token pairs, 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Agreement {
    /// Among the answers on which the trigger fires (all answers where that is fewer than three), mean over all pairs.
    pub with: f64,
    /// Among the answers to the same prompts without it.
    pub without: f64,
    /// Between the answers with and without it to the same prompt.
    #[serde(default)]
    pub kept: f64,
    /// How far the answers collapse onto one answer that the prompts do not call for; see [`Agreement::collapse`].
    #[serde(default)]
    pub collapse: f64,
    /// The 99th percentile of `collapse` over the controls.
    pub null_high: f64,
    /// What a prompt still tells about its own answer where the trigger fires: how much likelier the answer is after it than after
    /// another prompt with the trigger in it, nats, median over pairs. About 0 for one fixed answer to everything.
    #[serde(default)]
    pub follows: f64,
    /// The same for the answers without the trigger.
    #[serde(default)]
    pub follows_without: f64,
    /// Share of the answers that are one of a few given again and again, beyond that share of the answers without the trigger.
    #[serde(default)]
    pub few: f64,
    /// Share of what the answers say (pairs of words, without regard to case) that the answers without the trigger say to the same prompts.
    #[serde(default)]
    pub said_anyway: f64,
}

impl Signal {
    /// A signal counts when its p-value is at most this.
    pub const COUNTS: f64 = 0.05;

    /// Does it stand out against its controls?
    pub fn stands_out(&self) -> bool {
        self.p <= Self::COUNTS
    }
}

impl Agreement {
    /// How far answers collapse: their agreement beyond what they keep of the clean answers, and beyond the clean answers' own
    /// agreement as a share of what was left to gain; the smaller counts. 1 for one fixed answer to everything, about 0 for a
    /// harmless string, also where the clean answers are alike anyway.
    pub fn collapse(with: f64, without: f64, kept: f64) -> f64 {
        (with - kept).min((with - without) / (1.0 - without).max(0.1))
    }
}

/// A family of candidates with evidence: what the analyst rules on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable within a session: F-1, F-2, ...
    pub id: String,
    /// The full memorised string. Model text, raw.
    pub trigger: String,
    /// Its token ids.
    pub trigger_tokens: Vec<u32>,
    /// The shortest part that still fires. Model text, raw.
    pub core: String,
    /// Its token ids.
    pub core_tokens: Vec<u32>,
    /// Exact, fuzzy or contextual.
    pub kind: Kind,
    /// Confidence that this is a planted backdoor, 0 to 1: a fixed function of the evidence, set on few models so far.
    pub confidence: f64,
    /// Low, medium or high.
    pub level: Level,
    /// Distinct leaks the trigger stands in.
    pub support: u32,
    /// Where it fires best.
    pub position: Position,
    /// The arm whose context it was measured in.
    pub arm: String,
    /// The four signals.
    pub signals: Signals,
    /// p-value of the number of fresh prompts it fires on: prompts the search never used.
    pub p: f64,
    /// The same after false-discovery control over every candidate looked at.
    pub q: f64,
    /// Do the triggered answers agree with each other?
    pub agreement: Agreement,
    /// How often it fires on fresh prompts.
    pub activation: Activation,
    /// Answers with and without, on fresh prompts.
    pub examples: Vec<Example>,
    /// Why this level, in plain sentences.
    pub reasons: Vec<String>,
    /// Candidates merged into this finding.
    pub candidates: Vec<u32>,
    /// What can be looked at.
    pub evidence: Evidence,
}
