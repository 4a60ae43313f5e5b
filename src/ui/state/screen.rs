//! The screens there are, each with the place on it. Ids, not row numbers, say what is shown.

use super::{blind::BlindScreen, finding::FindingScreen, past::Past};
use crate::session::compare::Comparison;

/// One screen; they form a stack.
#[derive(Debug, Clone)]
pub enum Screen {
    /// The saved sessions.
    Library,
    /// The models.
    Inventory,
    /// The scan, live or as it ended.
    Case,
    /// One finding with its evidence.
    Finding(Box<FindingScreen>),
    /// Findings among decoys, to be ruled on without what the tool says of them.
    Blind(Box<BlindScreen>),
    /// The session as it was at one of its records.
    Past(Box<Past>),
    /// One candidate.
    Candidate {
        /// Its id.
        id: u32,
        /// First line shown.
        scroll: usize,
    },
    /// One leak.
    Leak {
        /// Its id.
        id: u32,
        /// First line shown.
        scroll: usize,
    },
    /// The model, the arms, the coverage.
    Facts {
        /// First line shown.
        scroll: usize,
    },
    /// Two findings side by side.
    Pair {
        /// Id of the left one.
        left: String,
        /// Id of the right one.
        right: String,
        /// First line shown.
        scroll: usize,
    },
    /// Two sessions side by side.
    Comparison {
        /// What they share and what they do not.
        comparison: Box<Comparison>,
        /// First line shown.
        scroll: usize,
    },
}

impl Screen {
    /// The first line shown, of a screen that is one page of lines.
    pub fn scroll_mut(&mut self) -> Option<&mut usize> {
        match self {
            Self::Finding(finding) => Some(&mut finding.scroll),
            Self::Blind(blind) => blind.done.is_some().then_some(&mut blind.scroll),
            Self::Past(past) => Some(&mut past.scroll),
            Self::Candidate { scroll, .. }
            | Self::Leak { scroll, .. }
            | Self::Facts { scroll }
            | Self::Pair { scroll, .. }
            | Self::Comparison { scroll, .. } => Some(scroll),
            Self::Library | Self::Inventory | Self::Case => None,
        }
    }
}

/// The panes of the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pane {
    /// The findings.
    Findings,
    /// The candidates.
    #[default]
    Candidates,
    /// The latest leaks.
    Leaks,
}
