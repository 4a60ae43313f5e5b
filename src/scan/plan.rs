//! What a scan will do: budget, seed, arms. Plain numbers, chosen before it starts.

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
    /// The name used on the command line and in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Standard => "standard",
            Self::Deep => "deep",
        }
    }
}

/// An arm the analyst supplies: a system prompt or a tool schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnArm {
    /// Name shown (the file's name).
    pub name: String,
    /// The system turn.
    pub system: String,
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
