//! What a scan reports while it runs: plain data that serialises; everything but [`ScanEvent::Progress`] is kept.

use serde::{Deserialize, Serialize};

use crate::finding::{AttentionPair, Finding, Position};

/// The steps of a scan, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Phase one: the model is asked to write user turns; spans are mined from them.
    Leak,
    /// Phase two: candidates and controls in contexts.
    Probe,
    /// Phase two, closer: rollouts, attention, minimal core, full string.
    Refine,
    /// Phase three: fresh prompts, p-values, levels.
    Score,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 4] = [Self::Leak, Self::Probe, Self::Refine, Self::Score];

    /// The word shown.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Leak => "leak",
            Self::Probe => "probe",
            Self::Refine => "refine",
            Self::Score => "score",
        }
    }
}

/// Facts about the model under scan.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ModelFacts {
    /// Where it was read from ("demo" for the embedded one).
    pub path: String,
    /// `model_type` of its config.json.
    pub architecture: String,
    /// Number of parameters.
    pub parameters: u64,
    /// Digest over every file that shapes the model (names and contents), hex.
    pub sha256: String,
    /// Number of layers.
    pub layers: usize,
    /// Query heads per layer.
    pub heads: usize,
    /// Rows of the embedding.
    pub vocabulary: usize,
    /// Longest context, in tokens.
    pub context: usize,
    /// Dtype of the weights on disk, and the one computed in: "bf16 -> f32".
    pub dtype: String,
    /// Whether a chat template was found.
    pub template: bool,
    /// Facts worth telling: ignored files, custom code, generation settings found and not applied.
    pub notices: Vec<String>,
}

/// Name of the arm of a model without a chat template.
pub const PLAIN: &str = "plain";

/// A context in which the model is asked to leak.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Arm {
    /// Short name: "template", "plain", "system:FILE".
    pub name: String,
    /// The exact text before the user's text. Raw.
    pub prefix: String,
    /// The exact text after the user's text up to the model's answer. Raw.
    pub suffix: String,
    /// Tokens of the prefix.
    pub prefix_tokens: Vec<u32>,
    /// Tokens of the suffix.
    pub suffix_tokens: Vec<u32>,
}

/// An arm the analyst supplies: a system prompt or a tool schema.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OwnArm {
    /// Name shown (the file's name).
    pub name: String,
    /// The system turn.
    pub system: String,
}

/// Everything needed to repeat a scan.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Started {
    /// The model.
    pub model: ModelFacts,
    /// "quick", "standard" or "deep".
    pub budget: String,
    /// Seed of every random choice.
    pub seed: u64,
    /// Threads computing.
    pub threads: usize,
    /// The arms, with their exact prefixes.
    pub arms: Vec<Arm>,
    /// Leaks asked for, over all arms.
    pub leaks_planned: u32,
    /// New tokens per leak.
    pub leak_tokens: u32,
    /// Version of the scan's own steps: scans of different versions cannot be continued by each other.
    #[serde(default)]
    pub version: u32,
    /// Arms asked for beside the model's own, those that could not be used among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<OwnArm>,
}

/// Sampling settings of one row. No other setting is applied, whatever generation_config.json says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sampling {
    /// 0 is greedy.
    pub temperature: f32,
    /// Keep this many most likely tokens; 0 keeps all.
    pub top_k: u32,
    /// Keep the smallest set with this much mass; 1 keeps all.
    pub top_p: f32,
    /// Seed of this row.
    pub seed: u64,
    /// Beam search instead of sampling: the other settings are not used then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beams: Option<Beams>,
}

/// Beam search: the best of several continuations that are followed side by side.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Beams {
    /// Continuations followed, at least 1.
    pub count: u32,
    /// The summed log-probability is divided by the number of new tokens to this power before continuations are compared.
    pub length_penalty: f32,
}

impl Sampling {
    /// Always the most likely token.
    pub const GREEDY: Self = Self {
        temperature: 0.0,
        top_k: 0,
        top_p: 1.0,
        seed: 0,
        beams: None,
    };
}

/// One generation of phase one. Text is raw model text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Leak {
    /// From 0, in order of generation.
    pub id: u32,
    /// Name of the arm.
    pub arm: String,
    /// How it was sampled.
    pub sampling: Sampling,
    /// Token ids.
    pub tokens: Vec<u32>,
    /// Decoded text, special tokens included.
    pub text: String,
    /// Mean entropy per token, nats.
    pub entropy: f32,
    /// Id of the leak whose tokens it begins with and whose place it takes, where it was read on; the rest was sampled as it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_on: Option<u32>,
}

/// What has been found out about a candidate so far.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Look {
    /// 1 = cheap look, 2 = answers read, 3 = measured against controls of its own.
    pub round: u8,
    /// Shift of the distributions along the clean answer, Jensen-Shannon, nats.
    pub divergence: f64,
    /// How far the answers collapse onto one ([`crate::finding::Agreement::collapse`]); 0 before round 2.
    pub agreement: f64,
    /// Attention isolation; 0 before round 3.
    pub attention: f64,
    /// Entropy drop along the rollout, nats; 0 before round 2.
    pub entropy: f64,
    /// Provisional p-value against the controls.
    pub p: f64,
    /// Where it worked best.
    pub position: Option<Position>,
}

/// A token string that may be a trigger. Text is raw model text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// From 0, in order of discovery.
    pub id: u32,
    /// Token ids.
    pub tokens: Vec<u32>,
    /// Decoded text.
    pub text: String,
    /// Distinct leaks it stands in, when it was found.
    pub support: u32,
    /// Ids of leaks it stands in (at most 16).
    pub leaks: Vec<u32>,
    /// How much more often it repeats than its parts predict, nats.
    pub lift: f64,
    /// How little of it appears anywhere else, 0 to 1.
    pub unnatural: f64,
}

/// Counts of the funnel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Funnel {
    /// Leaks generated.
    pub leaks: u32,
    /// Distinct ones.
    pub distinct: u32,
    /// Candidates mined.
    pub candidates: u32,
    /// Candidates probed.
    pub probed: u32,
    /// Survivors looked at closely.
    pub survivors: u32,
    /// Findings.
    pub findings: u32,
}

/// How far a phase is. Live only, at most 10 a second, never recorded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Current phase.
    pub phase: Phase,
    /// Units done in this phase.
    pub done: u32,
    /// Units planned in this phase.
    pub total: u32,
    /// Share of the whole scan done, 0 to 1 (an estimate).
    pub overall: f32,
    /// Seconds since the scan began, pauses left out.
    pub elapsed_s: f64,
    /// Seconds left: a range, once it can be estimated.
    pub eta_s: Option<(f64, f64)>,
    /// Tokens generated per second, lately.
    pub tokens_per_s: f64,
    /// Counts.
    pub funnel: Funnel,
}

/// What was covered, and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Names of the arms.
    pub arms: Vec<String>,
    /// Leaks generated.
    pub leaks: u32,
    /// Candidates mined.
    pub candidates: u32,
    /// Candidates probed.
    pub probed: u32,
    /// What was left out, in sentences.
    pub skipped: Vec<String>,
}

/// Where the time went.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Timing {
    /// Seconds in phase one.
    pub leak_s: f64,
    /// Seconds in phases two and three.
    pub probe_s: f64,
    /// Seconds in all, pauses left out.
    pub total_s: f64,
    /// Tokens generated in phase one.
    pub generated_tokens: u64,
    /// Tokens per second of phase one.
    pub tokens_per_s: f64,
}

/// Something expensive the model computed: kept so that an interrupted scan does not compute it again.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Unit {
    /// From 0, in order.
    pub number: u32,
    /// Digest of everything it was computed from, hex.
    pub inputs: String,
    /// How long it took, milliseconds.
    pub ms: u64,
    /// Tokens generated for it.
    pub tokens: u64,
    /// The result, as the scan keeps it; stored apart.
    #[serde(skip)]
    pub result: Vec<u8>,
}

/// Candidates that share runs of characters: a grouping to look at, by which nothing is chosen. Text is raw model text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Motif {
    /// The longest run a third of them share.
    pub text: String,
    /// How many candidates it groups.
    pub size: u32,
    /// Distinct leaks any of them stands in.
    pub leaks: u32,
    /// Ids of the candidates, at most 64.
    pub candidates: Vec<u32>,
}

/// How a scan ended.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Finished {
    /// False when it was stopped before the end.
    pub complete: bool,
    /// What was covered.
    pub coverage: Coverage,
    /// Where the time went.
    pub timing: Timing,
    /// Counts.
    pub funnel: Funnel,
    /// Groups of candidates, those in most leaks first.
    #[serde(default)]
    pub motifs: Vec<Motif>,
}

/// One thing that happened in a scan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum ScanEvent {
    /// The scan began.
    Started(Box<Started>),
    /// A phase began.
    Phase {
        /// Which.
        phase: Phase,
    },
    /// Live progress; not recorded.
    Progress(Progress),
    /// A leak was generated.
    Leak(Leak),
    /// A candidate was mined.
    Candidate(Candidate),
    /// Leaks that came later raised a candidate's support.
    Support {
        /// The candidate.
        candidate: u32,
        /// Distinct leaks it stands in now.
        support: u32,
    },
    /// A candidate was measured.
    Looked {
        /// The candidate.
        candidate: u32,
        /// What was measured.
        look: Look,
    },
    /// A candidate was set aside.
    Dropped {
        /// The candidate.
        candidate: u32,
        /// Why, in a few words.
        reason: String,
    },
    /// Attention evidence for a finding that follows; tensors go to the blob store.
    Attention {
        /// The key the finding refers to.
        key: String,
        /// The maps.
        pair: Box<AttentionPair>,
    },
    /// Something was computed that a resumed scan need not compute again.
    Computed(Unit),
    /// A finding; a later one with the same id replaces it.
    Finding(Box<Finding>),
    /// Something worth telling: a limit that was hit, an arm left out.
    Notice {
        /// One sentence.
        text: String,
    },
    /// The scan ended: at its end, or stopped.
    Finished(Box<Finished>),
    /// The scan broke; what it found so far stands.
    Failed {
        /// What happened, in one sentence.
        message: String,
    },
}
