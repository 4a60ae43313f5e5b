//! What lies over a screen and has the keys: the verdict, a question, the help.

use tui_input::Input;

use crate::{finding::Ruling, ui::effect::Draft};

/// What lies over the screen.
#[derive(Debug, Clone)]
pub enum Dialog {
    /// A ruling being made.
    Verdict(VerdictDialog),
    /// A question to answer first.
    Question(Question),
    /// The keys of the screen below.
    Help {
        /// First line shown.
        scroll: usize,
    },
}

/// A question with a yes and a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Stop the scan?
    Stop,
    /// Stop the scan and leave?
    Leave,
}

/// The line with the keys in the verdict dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Field {
    /// The list of reasons.
    #[default]
    Reason,
    /// The note.
    Note,
}

/// A ruling being made.
#[derive(Debug, Clone)]
pub struct VerdictDialog {
    /// Id of the finding.
    pub finding: String,
    /// The ruling.
    pub ruling: Ruling,
    /// Row of the chosen reason.
    pub reason: usize,
    /// The note.
    pub note: Input,
    /// Where typing goes.
    pub field: Field,
    /// Sent to be saved; a second Enter does nothing.
    pub saving: bool,
}

impl VerdictDialog {
    /// A dialog with the first reason chosen.
    pub fn new(finding: &str, ruling: Ruling) -> Self {
        Self {
            finding: finding.to_owned(),
            ruling,
            reason: 0,
            note: Input::default(),
            field: Field::default(),
            saving: false,
        }
    }

    /// Moves the choice of reason, stopping at both ends.
    pub fn choose(&mut self, by: isize) {
        self.choose_row(self.reason.saturating_add_signed(by));
    }

    /// Chooses the reason in a row, or the last one.
    pub fn choose_row(&mut self, row: usize) {
        self.reason = row.min(self.ruling.reasons().len().saturating_sub(1));
    }

    /// What would be saved.
    pub fn draft(&self) -> Draft {
        Draft {
            finding: self.finding.clone(),
            ruling: self.ruling,
            reason: self
                .ruling
                .reasons()
                .get(self.reason)
                .copied()
                .unwrap_or_default()
                .to_owned(),
            note: self.note.value().trim().to_owned(),
        }
    }
}
