//! The words of what is done with one saved session: open, rule on, look back, rescue, report. Words and limits only.

use std::path::PathBuf;

use clap::{Args, ValueEnum, builder::PossibleValue};

use super::{ListFormat, LookArguments};
use crate::finding::{Ruling, Severity};

/// `stakeout open`.
#[derive(Debug, Args)]
pub struct OpenArguments {
    /// Session file, or the name of one in the sessions folder.
    pub session: PathBuf,
    /// How the screen looks.
    #[command(flatten)]
    pub look: LookArguments,
}

/// `stakeout history`.
#[derive(Debug, Args)]
pub struct HistoryArguments {
    /// Session file, or the name of one in the sessions folder.
    pub session: PathBuf,
    /// Id of a finding, to see its history alone.
    pub finding: Option<String>,
    /// Form of the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
}

/// `stakeout salvage`.
#[derive(Debug, Args)]
pub struct SalvageArguments {
    /// The damaged session file, or the name of one in the sessions folder.
    pub session: PathBuf,
    /// File to make; the default is beside the damaged one. An existing file is not overwritten.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `stakeout undo`, `stakeout redo`, `stakeout verify`.
#[derive(Debug, Args)]
pub struct SessionArguments {
    /// Session file, or the name of one in the sessions folder.
    pub session: PathBuf,
}

/// `stakeout mark`.
#[derive(Debug, Args)]
pub struct MarkArguments {
    /// Session file, or the name of one in the sessions folder.
    pub session: PathBuf,
    /// Id of a finding, such as F-1; several with commas between them are ruled on at once, and taken back at once. With a
    /// slash before it, a query that chooses findings: "/level:low -kind:exact".
    pub finding: String,
    /// The ruling; left out with --adopt.
    #[arg(value_enum, required_unless_present = "adopt")]
    pub verdict: Option<Ruling>,
    /// Why: one of the reasons of the ruling; any other word gets the list.
    #[arg(long, value_name = "REASON", default_value = "")]
    pub reason: String,
    /// The last day of an accepted risk, such as 2027-03-31.
    #[arg(long, value_name = "DAY")]
    pub until: Option<String>,
    /// The finding a duplicate is the same as.
    #[arg(long, value_name = "FINDING")]
    pub of: Option<String>,
    /// How bad it is, whatever the tool's level.
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub severity: Option<Severity>,
    /// Anything worth keeping beside the reason.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
    /// Rule on what the words chose; without it, they are only listed.
    #[arg(long)]
    pub yes: bool,
    /// Confirm the verdict that the baseline proposes.
    #[arg(long, conflicts_with_all = ["verdict", "reason", "until", "of", "severity"])]
    pub adopt: bool,
    /// Form of the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
}

/// `stakeout report`.
#[derive(Debug, Args)]
pub struct ReportArguments {
    /// Session file, or the name of one in the sessions folder.
    pub session: PathBuf,
    /// Form of the report.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: DocumentFormat,
    /// With --format sarif: whom the document is for.
    #[arg(long, value_enum, value_name = "PROFILE")]
    pub profile: Option<SarifProfile>,
    /// File to write to; standard output if left out. An existing file is not overwritten.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Form of a session's report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum DocumentFormat {
    /// For people, in a terminal.
    #[default]
    Text,
    /// The document a headless scan prints.
    Json,
    /// For people, in a ticket or a page.
    Markdown,
    /// SARIF 2.1.0, for code-scanning and vulnerability platforms.
    Sarif,
    /// One file for a browser, without scripts.
    Html,
    /// Rows for a spreadsheet.
    Csv,
}

/// Whom a SARIF document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum SarifProfile {
    /// The whole of the standard.
    #[default]
    Standard,
    /// Code scanning on GitHub: what was ruled harmless is left out.
    Github,
    /// DefectDojo: whatever is not suppressed is a failure.
    Defectdojo,
}

impl ValueEnum for Ruling {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}
