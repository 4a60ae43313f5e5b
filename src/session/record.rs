//! One fact in a session file. Records are only ever appended; each carries the hash of the one before it.

use serde::{Deserialize, Serialize};

use crate::{finding::Verdict, scan::event::ScanEvent};

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
    /// The analyst ruled on a finding.
    Ruled {
        /// Id of the finding.
        finding: String,
        /// The ruling.
        verdict: Verdict,
    },
    /// The analyst took a ruling back.
    Undone {
        /// Sequence number of the record taken back.
        record: u64,
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
                ScanEvent::Finding(_) => "finding",
                ScanEvent::Notice { .. } => "notice",
                ScanEvent::Finished(_) => "finished",
                ScanEvent::Failed { .. } => "failed",
            },
            Self::Stored { .. } => "stored",
            Self::Ruled { .. } => "ruled",
            Self::Undone { .. } => "undone",
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
}
