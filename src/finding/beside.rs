//! What stands beside a finding as evidence: what leaks tie to its answers, what taking it out does, which controls came near.
//!
//! Invariant: text of the model is kept raw and is shown through [`crate::text`] only.

use serde::{Deserialize, Serialize};

use super::Rate;

/// A string the model's own leaks tie to an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tie {
    /// The string.
    pub text: String,
    /// Of the leaked texts with the answer after them, those the string stands in.
    pub with: Rate,
    /// The same for texts with other answers.
    pub without: Rate,
}

/// What taking a trigger out of the prompts it leaked in does.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct InPlace {
    /// Share of the answer that changes, 0 to 1, mean over the prompts.
    pub changed: f64,
    /// The same when another run of equal length is taken out.
    pub otherwise: f64,
    /// Prompts behind it.
    pub prompts: usize,
    /// Those of them whose answer it turns, one word for another, on some this way and on others that way.
    #[serde(default)]
    pub turned: usize,
}

impl InPlace {
    /// How much more of the answer hangs on the string than on the rest of the prompt.
    pub fn effect(&self) -> f64 {
        self.changed - self.otherwise
    }

    /// Does taking it out turn back most of the answers?
    pub const fn turns(&self) -> bool {
        self.turned * 2 >= self.prompts && self.turned >= 3
    }
}

/// How a control was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlKind {
    /// Tokens drawn at random.
    Random,
    /// A span of other leaks.
    Natural,
    /// The candidate's tokens in another order.
    Shuffled,
}

/// A harmless string of the trigger's length that came near it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// The string. Model text, raw.
    pub text: String,
    /// How it was made.
    pub kind: ControlKind,
    /// Mean shift of the distributions along the clean continuation, nats.
    pub divergence: f64,
    /// How far the answers collapse onto one, see [`Agreement::collapse`].
    pub collapse: f64,
}
