//! How the library is arranged: its order, what of it is shown, and what is being compared. Nothing here is saved.

use std::path::PathBuf;

use crate::session::library::Entry;

/// The order of the sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// Newest first.
    #[default]
    Date,
    /// Most severe findings first.
    Findings,
    /// Most findings without a verdict first.
    Open,
    /// Largest first.
    Size,
}

impl Sort {
    /// The next order.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Date => Self::Findings,
            Self::Findings => Self::Open,
            Self::Open => Self::Size,
            Self::Size => Self::Date,
        }
    }

    /// The words shown.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Date => "newest first",
            Self::Findings => "worst first",
            Self::Open => "most open verdicts first",
            Self::Size => "largest first",
        }
    }
}

/// What is shown of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Those whose scan can be resumed.
    Interrupted,
    /// Those with findings without a verdict.
    Open,
}

impl Filter {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::All => Self::Interrupted,
            Self::Interrupted => Self::Open,
            Self::Open => Self::All,
        }
    }

    /// The words shown.
    pub const fn words(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Interrupted => "interrupted",
            Self::Open => "with open verdicts",
        }
    }

    const fn passes(self, entry: &Entry) -> bool {
        match self {
            Self::All => true,
            Self::Interrupted => entry.is_interrupted(),
            Self::Open => entry.total() > entry.ruled,
        }
    }
}

/// The arrangement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Shelf {
    /// The order.
    pub sort: Sort,
    /// What is shown.
    pub filter: Filter,
    /// The left one of two sessions to compare.
    pub comparing: Option<PathBuf>,
}

impl Shelf {
    /// The sessions shown, in order; `every` has the newest first.
    pub fn arrange(&self, every: &[Entry]) -> Vec<Entry> {
        let mut shown: Vec<Entry> = every
            .iter()
            .filter(|entry| self.filter.passes(entry))
            .cloned()
            .collect();
        match self.sort {
            Sort::Date => {}
            Sort::Findings => shown.sort_by_key(|entry| {
                let found = entry.findings;
                std::cmp::Reverse((found.high, found.medium, found.low))
            }),
            Sort::Open => {
                shown.sort_by_key(|entry| std::cmp::Reverse(entry.total().saturating_sub(entry.ruled)));
            }
            Sort::Size => shown.sort_by_key(|entry| std::cmp::Reverse(entry.size_bytes)),
        }
        shown
    }
}
