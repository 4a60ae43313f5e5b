//! What happened: the only way anything reaches [`super::update()`].

use std::sync::Arc;

use crossterm::event::{KeyEvent, MouseEvent};

use super::{effect::Draft, state::past::Past, view::Drawn};
use crate::{
    finding::{AttentionPair, Finding},
    inventory::Inventory,
    scan::event::Progress,
    session::{blind::Reread, compare::Comparison, library::Entry},
};

/// Something that happened.
#[derive(Debug, Clone)]
pub enum Message {
    /// Time passed: milliseconds since the screen opened.
    Clock(u64),
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted. Untrusted.
    Paste(String),
    /// The mouse did something.
    Mouse(MouseEvent),
    /// The terminal says whether the analyst looks at it.
    Focus(bool),
    /// A string is being measured.
    Probing,
    /// So much of the measurement is done, 0 to 1.
    ProbeProgress(f32),
    /// A string was measured.
    Probed(Arc<Finding>),
    /// A string could not be measured: one sentence.
    ProbeFailed(String),
    /// Something was written: where.
    Written(Vec<std::path::PathBuf>),
    /// The proof of a view was written.
    Proved {
        /// The finding.
        finding: String,
        /// Name of the view.
        view: String,
        /// Where.
        folder: std::path::PathBuf,
        /// SHA-256 of the view, hex.
        digest: String,
    },
    /// Text was sent to the terminal's clipboard: so many characters.
    Copied(usize),
    /// The terminal has another size.
    Resize,
    /// The process was asked to end.
    Signal(i32),
    /// The scan says how far it is.
    Progress(Progress),
    /// Records were folded into the session.
    Recorded,
    /// The scan finished something that need not be computed again.
    Kept,
    /// So many records would be lost by a power cut now.
    Unsaved(usize),
    /// The scan ended; the session knows how.
    Ended,
    /// A ruling was saved.
    Ruled(Draft),
    /// A blind re-reading was saved.
    Reread(Box<Reread>),
    /// The session as it was at a record.
    Past(Box<Past>),
    /// Rulings were taken back, or put back.
    Turned {
        /// Their group.
        group: u64,
        /// Taken back.
        back: bool,
    },
    /// The note was written in an editor.
    Edited(String),
    /// Attention weights were loaded, or could not be.
    Loaded {
        /// Their key.
        key: String,
        /// The weights, or why not.
        pair: Result<Box<AttentionPair>, String>,
    },
    /// The sessions in the library.
    Sessions(Vec<Entry>),
    /// The inventory of models was read; or why it cannot be: one sentence.
    Inventory(Result<Inventory, String>),
    /// Two sessions were compared.
    Compared(Box<Comparison>),
    /// The rest of the session was read and is in it; or its chain broke on the way: one sentence.
    Read(Result<(), String>),
    /// The leaks from one index up to another were looked through.
    Sifted {
        /// The first.
        from: usize,
        /// The one after the last.
        to: usize,
        /// Indices of those that pass the filter.
        passing: Vec<usize>,
    },
    /// An effect failed: one sentence.
    Failed(String),
    /// A frame was drawn: what the next message needs to know of it.
    Drawn(Drawn),
}
