//! What is to be done about a message: plain data, carried out by the loop in [`super::drive`].

use serde::{Deserialize, Serialize};

use crate::{
    finding::{Decision, Figure, Severity},
    session::blind::Reread,
};

/// How the screen ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The analyst left.
    Quit,
    /// Open this session.
    Open(std::path::PathBuf),
    /// Go on with the interrupted scan of this session.
    Resume(std::path::PathBuf),
    /// Scan this model.
    ScanModel(std::path::PathBuf),
    /// Scan the next model that is due and had no turn yet in this round, unattended.
    ScanDown,
    /// Give the terminal to an editor, then come back.
    Edit(Editing),
    /// Scan the embedded demo model, or its clean twin.
    StartDemo {
        /// The clean twin.
        clean: bool,
    },
    /// A signal (or Ctrl-C during a scan: 2) ended it, after a checkpoint.
    Signal(i32),
}

/// What is opened in an editor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Editing {
    /// This note.
    Note(String),
    /// The inventory's file.
    Inventory,
}

/// A ruling before it is saved: author and time are added then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Ids of the findings: one, or several ruled on at once.
    pub findings: Vec<String>,
    /// What is decided.
    pub decision: Decision,
    /// How bad the analyst says it is.
    pub severity: Option<Severity>,
    /// The note; may be empty.
    pub note: String,
}

/// A ruling while it is being typed: kept beside the session, so that a crash does not cost it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Ids of the findings.
    pub findings: Vec<String>,
    /// Name of the ruling.
    pub ruling: String,
    /// The note so far. Raw.
    pub note: String,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Let the scan wait.
    Pause,
    /// Let the scan go on.
    Resume,
    /// Let the scan end at its next step.
    Stop,
    /// Save a ruling.
    Rule(Draft),
    /// Save what a blind re-reading came to.
    Reread(Box<Reread>),
    /// Read the session as it was at a record.
    Past {
        /// Its number.
        record: u64,
    },
    /// Take back the rulings of this group.
    Undo {
        /// Sequence number of its first record.
        group: u64,
    },
    /// Put back the rulings of this group.
    Redo {
        /// Sequence number of its first record.
        group: u64,
    },
    /// Keep what is being typed, should the program be killed; none: nothing is being typed any more.
    Keep(Option<Box<Kept>>),
    /// Let the analyst write in an editor of their own.
    Edit(Editing),
    /// Compare two sessions.
    Compare {
        /// File of the left one.
        left: std::path::PathBuf,
        /// File of the right one.
        right: std::path::PathBuf,
    },
    /// Delete a session's file.
    Delete {
        /// The file.
        path: std::path::PathBuf,
    },
    /// Load stored attention weights.
    Load {
        /// Their key.
        key: String,
    },
    /// Read the leaks at these indices.
    ReadLeaks(Vec<usize>),
    /// Put text on the terminal's clipboard. Raw.
    Copy {
        /// The text.
        text: String,
    },
    /// Measure a string with the model. Raw.
    Probe {
        /// The string.
        text: String,
    },
    /// End the measurement.
    StopProbe,
    /// Write the view shown as text beside the session.
    Export,
    /// Write the proof of the view shown beside the session.
    Prove,
    /// Draw evidence of a finding beside the session.
    ExportFigure {
        /// Id of the finding.
        finding: String,
        /// What of it.
        figure: Figure,
    },
    /// Show everything in this theme.
    Theme(usize),
    /// Take the mouse, or leave it.
    Mouse(bool),
    /// Tell an analyst who looks elsewhere.
    Notify {
        /// One sentence.
        text: String,
    },
    /// Read the list of sessions.
    ListSessions,
    /// Read the inventory of models.
    ListInventory,
    /// Give the terminal back and stop the process until it is continued.
    Suspend,
    /// Draw every cell again.
    Redraw,
    /// End.
    Exit(Outcome),
}
