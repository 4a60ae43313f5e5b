//! What comes and goes: the scan this screen steers, weights being loaded, a toast, the way out.

use crate::{
    scan::event::Progress,
    ui::{effect::Outcome, view::attention::Loaded},
};

/// What is known of the session's chain of records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Chain {
    /// It holds to its last record.
    #[default]
    Holds,
    /// It is being checked.
    Checking,
    /// It does not hold: one sentence. Safe.
    Broken(String),
}

/// How a toast is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done.
    Good,
    /// So you know.
    Plain,
    /// It did not work.
    Bad,
}

/// A line that stays a few seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// How it is meant.
    pub tone: Tone,
    /// What it says. Raw: shown through [`crate::text`].
    pub text: String,
    /// When it goes, on the screen's clock.
    pub until_ms: u64,
}

/// The scan this screen steers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Running {
    /// It was asked to wait.
    pub paused: bool,
    /// It was asked to end.
    pub stopping: bool,
    /// How far it is.
    pub progress: Option<Progress>,
    /// When it was last heard of, on the screen's clock.
    pub heard_ms: u64,
    /// When it last mined a candidate, on the screen's clock.
    pub candidate_ms: Option<u64>,
    /// When it last made a finding, on the screen's clock.
    pub finding_ms: Option<u64>,
    /// Candidates and findings there were then.
    pub seen: (usize, usize),
    /// When it last finished something that a resumed scan need not compute again, on the screen's clock.
    pub kept_ms: u64,
}

/// Attention weights asked for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Their key.
    pub key: String,
    /// The weights, or why they cannot be read; none while they are being loaded.
    pub pair: Option<Result<Box<Loaded>, String>>,
}

/// The way out, once the scan has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// What to end with.
    pub outcome: Outcome,
    /// Since when, on the screen's clock.
    pub since_ms: u64,
}
