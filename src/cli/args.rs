//! The command line as clap sees it: words and limits only. Nothing here opens a file or decides what a word means.

mod inventory;
mod measuring;
mod session;
mod show;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, builder::PossibleValue};

pub use self::inventory::{AddArguments, InventoryArguments, InventoryCommand, InventoryScanArguments};
pub use self::measuring::{
    BenchArguments, ComputeArguments, InspectArguments, MeasureFormat, ProbeArguments, TokenIds,
    TraceArguments,
};
pub use self::session::{
    DocumentFormat, HistoryArguments, MarkArguments, OpenArguments, ReportArguments, SalvageArguments,
    SarifProfile, SessionArguments,
};
pub use self::show::{DiffArguments, ShowArguments, StatusArguments, View};
use crate::{finding::Level, scan::plan::Budget};

const EXIT_CODES: &str = "\
Exit codes:
  0        done, and nothing at or above --fail-on
  1        findings, or a probed string, at or above --fail-on (default: high)
  2        wrong usage, or something could not be done
  3        incomplete coverage, and nothing found in what was covered
  5        verify: the session does not hold together
  128+N    ended by signal N, after keeping what was there

The screen ends with 0 on a normal quit unless --fail-on is given.
Data goes to standard output, talk to standard error.";

/// Find out whether an open-weight language model carries a planted backdoor.
///
/// Without a command, opens the library: saved sessions and the demo.
#[derive(Debug, Parser)]
#[command(name = "stakeout", version, after_help = EXIT_CODES, disable_help_subcommand = true)]
pub struct Arguments {
    /// How the screen looks.
    #[command(flatten)]
    pub look: LookArguments,
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan the embedded demo model, live.
    Demo(DemoArguments),
    /// Scan a Hugging Face model folder, live.
    Scan(ScanArguments),
    /// Re-open a session; the model is not needed.
    Open(OpenArguments),
    /// List the saved sessions.
    Sessions(FormatArguments),
    /// Say how far a scan is, whichever process runs it.
    Status(StatusArguments),
    /// List the models you answer for, riskiest first; add to them; scan those that are due.
    Inventory(InventoryArguments),
    /// Print a session, or one finding of it.
    Show(ShowArguments),
    /// Say what differs between two sessions, or between two moments of one.
    Diff(DiffArguments),
    /// Rule on a finding.
    Mark(MarkArguments),
    /// Take the last ruling of a session back.
    Undo(SessionArguments),
    /// Put the ruling back that was taken back last.
    Redo(SessionArguments),
    /// Print what was done to a session, oldest first: who, what, when.
    History(HistoryArguments),
    /// Check that the records and the stored evidence of a session hold together.
    Verify(SessionArguments),
    /// Rescue what is readable of a damaged session into a new file, and list what is lost.
    Salvage(SalvageArguments),
    /// Write a session out for other programs and people.
    Report(ReportArguments),
    /// Measure one string by hand, as a scan measures a candidate.
    Probe(ProbeArguments),
    /// Measure one forward pass.
    Trace(TraceArguments),
    /// Show what a model is made of and what a scan of it would cost; no weights are loaded.
    Inspect(InspectArguments),
    /// Scan every model of a folder blind, then compare with what is known to be planted.
    Bench(BenchArguments),
    /// Print the keys in force.
    Keys,
    /// Print the names of the themes.
    Themes,
    /// Print the configuration in force, and where it is read from.
    Config,
    /// Print completions for a shell.
    Completions(CompletionsArguments),
    /// Print the manual, in the form `man` reads.
    Man,
    /// Render one chat template, for another process of this program.
    #[command(hide = true)]
    RenderTemplate,
}

/// `stakeout completions`.
#[derive(Debug, Args)]
pub struct CompletionsArguments {
    /// The shell.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Options of everything that opens the screen.
#[derive(Debug, Clone, Default, Args)]
pub struct LookArguments {
    /// Theme to use; `stakeout themes` lists them.
    #[arg(long, value_name = "NAME")]
    pub theme: Option<String>,
    /// Draw with ASCII characters only.
    #[arg(long)]
    pub ascii: bool,
}

impl LookArguments {
    /// What was written behind the command, and before it where nothing was.
    pub fn or(&mut self, before: &Self) {
        self.theme = self.theme.take().or_else(|| before.theme.clone());
        self.ascii |= before.ascii;
    }
}

/// `stakeout demo`.
#[derive(Debug, Args)]
pub struct DemoArguments {
    /// Scan the twin that was trained the same way without poison.
    #[arg(long)]
    pub clean: bool,
    /// Options shared with `scan`.
    #[command(flatten)]
    pub options: ScanOptions,
}

/// `stakeout scan`.
#[derive(Debug, Args)]
pub struct ScanArguments {
    /// Folder with config.json, tokenizer.json and safetensors weights.
    pub model: PathBuf,
    /// Options shared with `demo`.
    #[command(flatten)]
    pub options: ScanOptions,
}

/// Options of a scan.
#[derive(Debug, Default, Args)]
pub struct ScanOptions {
    /// Print the result instead of opening the screen (also when standard output is not a terminal).
    #[arg(long)]
    pub headless: bool,
    /// Form of the result; implies --headless.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<ScanFormat>,
    /// Session file to create; the default is a new one in the sessions folder.
    #[arg(long, value_name = "FILE")]
    pub session: Option<PathBuf>,
    /// Go on with the session if it exists and its scan was interrupted, else start it. Without --session: the newest
    /// interrupted one of the same model, budget and seed.
    #[arg(long)]
    pub resume: bool,
    /// Session of an earlier revision: its verdicts are proposed for what is found again, and only what is new counts.
    #[arg(long, value_name = "SESSION")]
    pub baseline: Option<PathBuf>,
    /// How much work the scan may do (default: standard, or as configured).
    #[arg(long, value_enum, value_name = "SIZE")]
    pub budget: Option<Budget>,
    /// Seed of every random choice: the same seed gives the same scan.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Where to compute.
    #[command(flatten)]
    pub compute: ComputeArguments,
    /// File with a system prompt to scan under, beside the model's own contexts; may be repeated.
    #[arg(long = "arm", value_name = "FILE")]
    pub arms: Vec<PathBuf>,
    /// Lowest level of a finding that makes the exit code 1 (default: high).
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<Level>,
    /// How the screen looks.
    #[command(flatten)]
    pub look: LookArguments,
}

/// `stakeout sessions`.
#[derive(Debug, Default, Args)]
pub struct FormatArguments {
    /// Form of the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
}

/// Form of what is printed about a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ListFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
}

/// Form of a headless scan's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ScanFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document at the end.
    Json,
    /// One JSON line for each event as it happens, the result last.
    Jsonl,
}

/// Form of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ReportFormat {
    /// For people, in a terminal.
    #[default]
    Text,
    /// The document a headless scan prints.
    Json,
    /// For people, in a ticket or a page.
    Markdown,
}

impl ValueEnum for Budget {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Level {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Low, Self::Medium, Self::High]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }
}
