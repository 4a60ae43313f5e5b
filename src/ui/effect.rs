//! What is to be done about a message: plain data, carried out by the loop in [`super::drive`].

use crate::finding::Ruling;

/// How the screen ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The analyst left.
    Quit,
    /// Open this session.
    Open(std::path::PathBuf),
    /// Scan the embedded demo model, or its clean twin.
    StartDemo {
        /// The clean twin.
        clean: bool,
    },
    /// A signal (or Ctrl-C during a scan: 2) ended it, after a checkpoint.
    Signal(i32),
}

/// A ruling before it is saved: author and time are added then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Id of the finding.
    pub finding: String,
    /// The ruling.
    pub ruling: Ruling,
    /// The reason.
    pub reason: String,
    /// The note; may be empty.
    pub note: String,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Let the scan wait.
    Pause,
    /// Let the scan go on.
    Resume,
    /// Let the scan end at its next step.
    Stop,
    /// Save a ruling.
    Rule(Draft),
    /// Take back the ruling in this record.
    Undo {
        /// Sequence number of the record.
        record: u64,
        /// The ruling taken back.
        draft: Draft,
    },
    /// Load stored attention weights.
    Load {
        /// Their key.
        key: String,
    },
    /// Read the list of sessions.
    ListSessions,
    /// Give the terminal back and stop the process until it is continued.
    Suspend,
    /// Draw every cell again.
    Redraw,
    /// End.
    Exit(Outcome),
}
