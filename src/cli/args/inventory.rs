//! The words of `stakeout inventory`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, builder::PossibleValue};

use super::{ComputeArguments, ListFormat};
use crate::{
    finding::Level,
    inventory::{Data, Exposure, Provenance},
    scan::plan::Budget,
};

/// `stakeout inventory`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct InventoryArguments {
    /// Form of the list.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
    /// What to do; without it, the models are listed, riskiest first.
    #[command(subcommand)]
    pub command: Option<InventoryCommand>,
}

/// What to do with the inventory.
#[derive(Debug, Subcommand)]
pub enum InventoryCommand {
    /// Write a model down, or more about one that is; your comments in the file stay.
    Add(AddArguments),
    /// Look through a folder for models from now on.
    Folder(FolderArguments),
    /// Scan the riskiest model that is due, without a screen; with --all, one after another.
    Scan(InventoryScanArguments),
}

/// `stakeout inventory add`.
#[derive(Debug, Args)]
pub struct AddArguments {
    /// The model's folder or file.
    pub model: PathBuf,
    /// Who answers for it.
    #[arg(long, value_name = "NAME")]
    pub owner: Option<String>,
    /// Where it runs; may be repeated.
    #[arg(long, value_name = "PLACE")]
    pub deployed: Vec<String>,
    /// What it gets to see.
    #[arg(long, value_enum, value_name = "DATA")]
    pub data: Option<Data>,
    /// Who can put text in front of it.
    #[arg(long, value_enum, value_name = "EXPOSURE")]
    pub exposure: Option<Exposure>,
    /// Where it comes from.
    #[arg(long, value_enum, value_name = "PROVENANCE")]
    pub provenance: Option<Provenance>,
    /// Anything else.
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
}

/// `stakeout inventory folder`.
#[derive(Debug, Args)]
pub struct FolderArguments {
    /// The folder.
    pub folder: PathBuf,
}

/// `stakeout inventory scan`.
#[derive(Debug, Args)]
pub struct InventoryScanArguments {
    /// Go on with the next model until none is due.
    #[arg(long)]
    pub all: bool,
    /// How much work each scan may do (default: standard, or as configured).
    #[arg(long, value_enum, value_name = "SIZE")]
    pub budget: Option<Budget>,
    /// Seed of every random choice.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Where to compute.
    #[command(flatten)]
    pub compute: ComputeArguments,
    /// Lowest level of a finding that makes the exit code 1 (default: high).
    #[arg(long, value_enum, value_name = "LEVEL")]
    pub fail_on: Option<Level>,
    /// Form of the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    pub format: ListFormat,
}

impl ValueEnum for Data {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Exposure {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}

impl ValueEnum for Provenance {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.name()))
    }
}
