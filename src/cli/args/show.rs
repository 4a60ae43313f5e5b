//! The words of `stakeout show`, `diff` and `status`: of which session, which view of which finding, in which form.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ListFormat;

/// `stakeout show`.
#[derive(Debug, Args)]
pub struct ShowArguments {
    /// Session file, or the name of one in the sessions folder.
    pub session: PathBuf,
    /// Id of a finding, such as F-1.
    pub finding: Option<String>,
    /// The session as it was when this record had been written; `stakeout history` numbers them.
    #[arg(long, value_name = "RECORD", value_parser = clap::value_parser!(u64).range(1..))]
    pub at: Option<u64>,
    /// Form of the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
    /// Print a view of the screen as plain text: every number of it, from top to bottom.
    #[arg(
        long,
        value_enum,
        value_name = "VIEW",
        conflicts_with = "format",
        group = "pages"
    )]
    pub view: Option<View>,
    /// Print every view of the finding, or of the session where none is named, one after another: for readers of speech and braille.
    #[arg(long, conflicts_with = "format", group = "pages")]
    pub plain: bool,
    /// With --view or --plain: ASCII characters only.
    #[arg(long, requires = "pages")]
    pub ascii: bool,
}

/// `stakeout diff`.
#[derive(Debug, Args)]
pub struct DiffArguments {
    /// Session file, or the name of one in the sessions folder; NAME@120 is the session as it was at record 120.
    pub left: PathBuf,
    /// The other one, written likewise.
    pub right: PathBuf,
    /// Form of the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
}

/// `stakeout status`.
#[derive(Debug, Args)]
pub struct StatusArguments {
    /// Session file, or the name of one in the sessions folder.
    pub session: PathBuf,
    /// Form of the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
}

/// A view of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum View {
    /// The lists: findings, candidates, leaks.
    Case,
    /// The model, the arms, the coverage.
    Facts,
    /// What was found, and why it counts.
    Overview,
    /// Attention on the trigger.
    Attention,
    /// Entropy of the answers.
    Entropy,
    /// Answers side by side.
    Outputs,
    /// Each signal among its controls.
    Stats,
    /// The trigger itself, its parts and its variants.
    Trigger,
    /// Where the trigger leaked, and how to repeat the numbers.
    Origin,
    /// Every ruling.
    History,
}

impl View {
    /// The views of a session.
    pub const OF_SESSION: [Self; 2] = [Self::Case, Self::Facts];
    /// The views of one finding, in the order of their tabs.
    pub const OF_FINDING: [Self; 8] = [
        Self::Overview,
        Self::Attention,
        Self::Entropy,
        Self::Outputs,
        Self::Stats,
        Self::Trigger,
        Self::Origin,
        Self::History,
    ];
}
