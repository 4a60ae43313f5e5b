//! One fact in a session file. Records are only ever appended; each carries the hash of the one before it.

use serde::{Deserialize, Serialize};

use super::{baseline::Baseline, blind::Reread};
use crate::{
    finding::Verdict,
    scan::event::{ScanEvent, Unit},
};

/// What a record says happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// The session was created.
    Created {
        /// Version of the program.
        program: String,
    },
    /// The scan reported something.
    Scan {
        /// What.
        #[serde(flatten)]
        event: ScanEvent,
    },
    /// A tensor of evidence was stored under a key.
    Stored {
        /// The key findings refer to.
        key: String,
        /// SHA-256 of the blob, hex.
        digest: String,
        /// Its length in bytes.
        bytes: u64,
    },
    /// Evidence was not kept: the room for it was used up.
    LeftOut {
        /// The key findings refer to.
        key: String,
        /// Its length in bytes.
        bytes: u64,
    },
    /// The model computed something a resumed scan need not compute again; the result is stored apart.
    Computed {
        /// Which unit.
        #[serde(flatten)]
        unit: Unit,
        /// SHA-256 of the result, hex.
        digest: String,
        /// Its length in bytes.
        bytes: u64,
    },
    /// An interrupted scan goes on: what follows continues what was recorded before.
    Resumed {
        /// Version of the program.
        program: String,
    },
    /// An earlier session whose verdicts are proposed for what is found again.
    Baseline(Box<Baseline>),
    /// The analyst ruled on a finding.
    Ruled {
        /// Id of the finding.
        finding: String,
        /// The ruling.
        verdict: Verdict,
        /// Sequence number of the first of several rulings made at once, which are taken back together.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<u64>,
    },
    /// The analyst took a ruling back.
    Undone {
        /// Sequence number of the record taken back, or of the first of its group.
        record: u64,
    },
    /// The analyst put a ruling back that had been taken back.
    Redone {
        /// Sequence number of the record put back, or of the first of its group.
        record: u64,
    },
    /// The analyst re-read findings blind, among decoys.
    Reread(Box<Reread>),
    /// The records before were rescued from a damaged file.
    Salvaged {
        /// Name of that file.
        from: String,
        /// What could not be read, in sentences.
        lost: Vec<String>,
    },
}

impl Fact {
    /// One word for what happened: the `kind` column of the session file.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Created { .. } => "created",
            Self::Scan { event } => match event {
                ScanEvent::Started(_) => "started",
                ScanEvent::Phase { .. } => "phase",
                ScanEvent::Progress(_) => "progress",
                ScanEvent::Leak(_) => "leak",
                ScanEvent::Candidate(_) => "candidate",
                ScanEvent::Support { .. } => "support",
                ScanEvent::Looked { .. } => "looked",
                ScanEvent::Dropped { .. } => "dropped",
                ScanEvent::Attention { .. } => "attention",
                ScanEvent::Computed(_) => "unit",
                ScanEvent::Finding(_) => "finding",
                ScanEvent::Notice { .. } => "notice",
                ScanEvent::Finished(_) => "finished",
                ScanEvent::Failed { .. } => "failed",
            },
            Self::Stored { .. } => "stored",
            Self::LeftOut { .. } => "left-out",
            Self::Computed { .. } => "computed",
            Self::Resumed { .. } => "resumed",
            Self::Baseline(_) => "baseline",
            Self::Ruled { .. } => "ruled",
            Self::Undone { .. } => "undone",
            Self::Redone { .. } => "redone",
            Self::Reread(_) => "reread",
            Self::Salvaged { .. } => "salvaged",
        }
    }
}

/// A fact with its place in the chain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// From 1, without gaps.
    pub seq: u64,
    /// When, milliseconds since the epoch.
    pub at_ms: i64,
    /// Who: the analyst's name, or "scan".
    pub author: String,
    /// What.
    pub fact: Fact,
    /// Its hash in the chain, hex; empty where it does not come from a file.
    #[serde(default)]
    pub hash: String,
}
