//! The command line of what measures one model without a session: trace, probe, inspect. Words and limits only.

use std::{ops::Range, path::PathBuf};

use clap::{ArgGroup, Args, ValueEnum, builder::PossibleValue};

use super::ReportFormat;
use crate::{
    finding::{Level, Position},
    model::{DeviceChoice, Precision},
    scan::plan::{Budget, Part},
};

/// Where to compute, and with how much.
#[derive(Debug, Clone, Default, Args)]
pub struct ComputeArguments {
    /// Threads to compute with (default: all processors, or as configured).
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
    /// Where to compute: auto, cpu, cuda:N or metal.
    #[arg(long, value_name = "DEVICE", value_parser = device, default_value = "auto")]
    pub device: DeviceChoice,
    /// The form weights are kept in: auto, f32, or keep (as their file has them).
    #[arg(long, value_name = "FORM", value_parser = dtype, default_value = "auto")]
    pub dtype: Precision,
    /// Folder of a LoRA adapter to apply.
    #[arg(long, value_name = "DIR")]
    pub adapter: Option<PathBuf>,
}

/// `stakeout trace`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["prompt", "tokens"]))]
pub struct TraceArguments {
    /// Model folder; with --tokens, config.json and the weights are enough.
    pub model: PathBuf,
    /// Text to run, after the token that every text begins with, where the model has one.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub prompt: Option<String>,
    /// Put the text into the chat template, as the user's turn before an answer.
    #[arg(long, requires = "prompt", conflicts_with = "tokens")]
    pub chat: bool,
    /// Token ids to run, exactly these: 5,17,23.
    #[arg(long, value_name = "IDS", value_parser = token_ids)]
    pub tokens: Option<TokenIds>,
    /// Tokens to measure the isolation of: 3..7 is the third to the sixth, counted from 0. Without it, every token by itself.
    #[arg(long, value_name = "A..B", value_parser = span)]
    pub span: Option<Range<usize>>,
    /// Form of the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "json")]
    pub format: MeasureFormat,
    /// Safetensors file to create with the tensor `logits`, [tokens, vocabulary].
    #[arg(long, value_name = "FILE")]
    pub logits: Option<PathBuf>,
    /// Safetensors file to create with the tensor `attention`, [layers, heads, tokens, tokens].
    #[arg(long, value_name = "FILE")]
    pub attention: Option<PathBuf>,
    /// Where to compute.
    #[command(flatten)]
    pub compute: ComputeArguments,
}

fn part(word: &str) -> Result<Part, String> {
    let known = Part::ALL.into_iter().find(|part| part.name() == word);
    known.ok_or_else(|| format!("known: {}", Part::ALL.map(Part::name).join(", ")))
}

/// `stakeout bench`.
#[derive(Debug, Args)]
pub struct BenchArguments {
    /// Folder of model folders; what was planted is read from a file beside each model, after its scan.
    pub folder: PathBuf,
    /// How much work each scan may do (default: standard, or as configured).
    #[arg(long, value_enum, value_name = "SIZE")]
    pub budget: Option<Budget>,
    /// Seed of every random choice: the same seed gives the same scans.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Form of the comparison.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: ReportFormat,
    /// Leave a part of the scan out, to see what it brings: lengths, extraction, controls, doors, race, refinement, memorization, attention,
    /// entropy, divergence or insertion.
    #[arg(long, value_name = "PART", value_parser = part)]
    pub without: Option<Part>,
    /// File to draw the reliability diagram into, as SVG.
    #[arg(long, value_name = "FILE")]
    pub figure: Option<PathBuf>,
    /// Where to compute.
    #[command(flatten)]
    pub compute: ComputeArguments,
}

/// `stakeout probe`.
#[derive(Debug, Args)]
pub struct ProbeArguments {
    /// Folder with config.json, tokenizer.json and safetensors weights.
    pub model: PathBuf,
    /// The string to measure.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub trigger: String,
    /// Where in a prompt it stands: start, middle or end (default: where it shifts the answers most).
    #[arg(long, value_enum, value_name = "PLACE")]
    pub position: Option<Position>,
    /// File with a system prompt to measure under; without it the chat template as it is, or plain text.
    #[arg(long, value_name = "FILE")]
    pub arm: Option<PathBuf>,
    /// Fresh prompts to measure on, as a number, or a file of prompts, one on each line (default: 20).
    #[arg(long, value_name = "N|FILE")]
    pub prompts: Option<String>,
    /// Seed of every random choice: the same seed gives the same figures.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Form of the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: MeasureFormat,
    /// Lowest level that makes the exit code 1 (default: high).
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<Level>,
    /// Where to compute.
    #[command(flatten)]
    pub compute: ComputeArguments,
}

/// `stakeout inspect`.
#[derive(Debug, Args)]
pub struct InspectArguments {
    /// Folder with config.json, tokenizer.json and safetensors weights.
    pub model: PathBuf,
    /// Do not read whole files to give their sha256.
    #[arg(long)]
    pub no_hash: bool,
    /// Form of the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: MeasureFormat,
    /// File with a system prompt that a scan is to run under as well; may be repeated.
    #[arg(long = "arm", value_name = "FILE")]
    pub arms: Vec<PathBuf>,
    /// Where a scan is to compute.
    #[command(flatten)]
    pub compute: ComputeArguments,
}

/// Form of a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum MeasureFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
}

/// Token ids in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenIds(pub Vec<u32>);

impl ValueEnum for Position {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Start, Self::Middle, Self::End]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
            // A scan finds out whether there is one; a template need not have it.
            Self::System => return None,
        }))
    }
}

fn token_ids(word: &str) -> Result<TokenIds, String> {
    let id = |id: &str| id.trim().parse::<u32>().ok();
    word.split(',')
        .map(id)
        .collect::<Option<Vec<u32>>>()
        .map(TokenIds)
        .ok_or_else(|| "expected token ids with commas between them, as in 5,17,23".to_owned())
}

fn span(word: &str) -> Result<Range<usize>, String> {
    let ends = || {
        let (from, to) = word.split_once("..")?;
        let (from, to) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        (from < to).then_some(from..to)
    };
    ends().ok_or_else(|| "expected two numbers A..B with A below B".to_owned())
}

fn device(word: &str) -> Result<DeviceChoice, String> {
    let cuda = |number: &str| number.parse().ok().map(DeviceChoice::Cuda);
    match word {
        "auto" => Ok(DeviceChoice::Auto),
        "cpu" => Ok(DeviceChoice::Cpu),
        "metal" => Ok(DeviceChoice::Metal),
        _ => word
            .strip_prefix("cuda:")
            .and_then(cuda)
            .ok_or_else(|| "expected auto, cpu, cuda:N or metal".to_owned()),
    }
}

fn dtype(word: &str) -> Result<Precision, String> {
    match word {
        "auto" => Ok(Precision::Auto),
        "f32" => Ok(Precision::F32),
        "keep" => Ok(Precision::Keep),
        _ => Err("expected auto, f32 or keep".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_named_exactly() {
        assert_eq!(device("cuda:3"), Ok(DeviceChoice::Cuda(3)));
        assert_eq!(device("metal"), Ok(DeviceChoice::Metal));
        for wrong in ["gpu", "cuda", "cuda:", "cuda:-1", "CPU", ""] {
            assert!(device(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn token_ids_are_numbers_with_commas() {
        assert_eq!(token_ids("5, 17,4294967295"), Ok(TokenIds(vec![5, 17, u32::MAX])));
        for wrong in ["", "5,", "5;17", "-1", "4294967296", "five"] {
            assert!(token_ids(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_span_has_a_start_below_its_end() {
        assert_eq!(span("3..7"), Ok(3..7));
        for wrong in ["3..3", "7..3", "3", "..", "3..=7", "a..b"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
