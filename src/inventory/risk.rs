//! How risky a model is and whether to scan it: sums of small numbers, so that an analyst can check them by hand.
//!
//! | | 0 | 1 | 2 | 3 |
//! |---|---|---|---|---|
//! | data it sees | public | internal | personal, or not said | secret |
//! | who can reach it | none | internal | partners, or not said | internet |
//! | where it comes from | own | vendor | hub | unknown, or not said |
//! | its last scan | up to date | older than 90 days | interrupted | none, or the model changed since |
//! | what was found | nothing open | | an open finding at medium | an open or confirmed finding at high |
//!
//! The sum orders the inventory; paths order equals. A model is due when its last scan has at least one point.

use serde::{Deserialize, Serialize};

use super::Item;
use crate::session::ScanState;

/// A scan older than this counts as old, milliseconds.
const OLD_MS: i64 = 90 * 24 * 3600 * 1000;

macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($variant:ident, $word:literal, $points:literal;)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name {
            $(#[doc = $word] $variant,)*
        }

        impl $name {
            /// Every value.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// Its word in the file.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            const fn points(self) -> u32 {
                match self { $(Self::$variant => $points,)* }
            }
        }
    };
}

words! {
    /// What a model gets to see.
    Data { Public, "public", 0; Internal, "internal", 1; Personal, "personal", 2; Secret, "secret", 3; }
}
words! {
    /// Who can put text in front of a model.
    Exposure { None, "none", 0; Internal, "internal", 1; Partners, "partners", 2; Internet, "internet", 3; }
}
words! {
    /// Where a model comes from.
    Provenance { Own, "own", 0; Vendor, "vendor", 1; Hub, "hub", 2; Unknown, "unknown", 3; }
}

/// Why a model should be scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It never was.
    Never,
    /// Its files changed since.
    Changed,
    /// The scan was interrupted.
    Interrupted,
    /// The scan is older than 90 days.
    Old,
}

impl Need {
    /// One or two words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Never => "never scanned",
            Self::Changed => "changed since",
            Self::Interrupted => "interrupted",
            Self::Old => "scan is old",
        }
    }

    const fn points(self) -> u32 {
        match self {
            Self::Never | Self::Changed => 3,
            Self::Interrupted => 2,
            Self::Old => 1,
        }
    }
}

/// The sum and its parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Risk {
    /// 0 to 15.
    pub points: u32,
    /// What it is made of, in words, with the points of each.
    pub parts: Vec<(String, u32)>,
}

impl Risk {
    /// The parts as a sum: "data internal 1 + exposure not said 2".
    pub fn sum(&self) -> String {
        let parts: Vec<String> = self
            .parts
            .iter()
            .map(|(part, points)| format!("{part} {points}"))
            .collect();
        parts.join(" + ")
    }
}

/// Whether a model is due, and its risk.
pub(super) fn of(item: &Item, now_ms: i64) -> (Option<Need>, Risk) {
    let said = &item.declared;
    let need = need(item, now_ms);
    let part = |what: &str, word: Option<&str>, points: u32| {
        (format!("{what} {}", word.unwrap_or("not said")), points)
    };
    let parts = vec![
        part(
            "data",
            said.data.map(Data::name),
            said.data.map_or(2, Data::points),
        ),
        part(
            "exposure",
            said.exposure.map(Exposure::name),
            said.exposure.map_or(2, Exposure::points),
        ),
        part(
            "provenance",
            said.provenance.map(Provenance::name),
            said.provenance.map_or(3, Provenance::points),
        ),
        (
            need.map_or_else(|| "scan up to date".to_owned(), |need| need.words().to_owned()),
            need.map_or(0, Need::points),
        ),
        found(item),
    ];
    let points = parts.iter().map(|(_, points)| points).sum();
    (need, Risk { points, parts })
}

fn need(item: &Item, now_ms: i64) -> Option<Need> {
    let Some(last) = &item.last else {
        return Some(Need::Never);
    };
    let changed = item.changed_ms.is_some_and(|changed| changed > last.created_ms);
    match &last.state {
        _ if changed => Some(Need::Changed),
        // Somebody is at it.
        ScanState::Running(_) if last.live => None,
        ScanState::Complete if now_ms - last.created_ms > OLD_MS => Some(Need::Old),
        ScanState::Complete => None,
        ScanState::Waiting => Some(Need::Never),
        ScanState::Running(_) | ScanState::Stopped | ScanState::Failed(_) => Some(Need::Interrupted),
    }
}

fn found(item: &Item) -> (String, u32) {
    let open = item.last.as_ref().map(|last| last.standing).unwrap_or_default();
    match (open.high, open.medium) {
        (0, 0) => ("nothing open".to_owned(), 0),
        (0, _) => ("open finding at medium".to_owned(), 2),
        (_, _) => ("open or confirmed finding at high".to_owned(), 3),
    }
}
