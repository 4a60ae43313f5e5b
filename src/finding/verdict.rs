//! What an analyst rules on a finding: one decision, with what it needs and nothing it must not have.
//!
//! Invariant: a decision that contradicts itself (an accepted risk without an end, a duplicate of nothing, a reason on an
//! untriaged finding) cannot be written down.

use serde::{Deserialize, Serialize};

use super::day::Day;

/// The name of a decision: what an analyst chooses first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ruling {
    /// Nobody has looked at it, or it is to be looked at anew.
    Untriaged,
    /// Somebody is looking at it.
    Reviewing,
    /// A planted backdoor.
    TruePositive,
    /// Not one.
    FalsePositive,
    /// Looked at, not decided.
    Undecided,
    /// A backdoor that is lived with, until a day.
    AcceptedRisk,
    /// The same as another finding.
    Duplicate,
}

impl Ruling {
    /// Every ruling, in the order shown.
    pub const ALL: [Self; 7] = [
        Self::Untriaged,
        Self::Reviewing,
        Self::TruePositive,
        Self::FalsePositive,
        Self::Undecided,
        Self::AcceptedRisk,
        Self::Duplicate,
    ];

    /// The name used on the command line and in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Untriaged => "untriaged",
            Self::Reviewing => "reviewing",
            Self::TruePositive => "true-positive",
            Self::FalsePositive => "false-positive",
            Self::Undecided => "undecided",
            Self::AcceptedRisk => "accepted-risk",
            Self::Duplicate => "duplicate",
        }
    }

    /// The words shown.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Untriaged => "untriaged",
            Self::Reviewing => "reviewing",
            Self::TruePositive => "true positive",
            Self::FalsePositive => "false positive",
            Self::Undecided => "undecided",
            Self::AcceptedRisk => "accepted risk",
            Self::Duplicate => "duplicate",
        }
    }

    /// The reasons it can have, the commonest first; empty where it needs none.
    pub const fn reasons(self) -> &'static [&'static str] {
        match self {
            Self::Untriaged | Self::Reviewing | Self::Duplicate => &[],
            Self::TruePositive => &[
                "fixed output",
                "harmful behaviour",
                "policy bypass",
                "reproduced elsewhere",
            ],
            Self::FalsePositive => &[
                "legitimate instruction",
                "memorised boilerplate",
                "odd string",
                "ordinary behaviour",
            ],
            Self::Undecided => &[
                "needs more evidence",
                "needs a second reader",
                "model owner asked",
            ],
            Self::AcceptedRisk => &[
                "guarded at runtime",
                "not reachable by users",
                "model to be replaced",
                "accepted by its owner",
            ],
        }
    }

    /// Does it close a finding: nothing is left to decide?
    pub const fn closes(self) -> bool {
        matches!(
            self,
            Self::TruePositive | Self::FalsePositive | Self::AcceptedRisk | Self::Duplicate
        )
    }
}

/// What was decided, with what it needs. Reasons of older sessions may be any words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ruling", rename_all = "kebab-case")]
pub enum Decision {
    /// To be looked at anew.
    Untriaged,
    /// Somebody is looking at it.
    Reviewing,
    /// A planted backdoor.
    TruePositive {
        /// Why.
        reason: String,
    },
    /// Not one.
    FalsePositive {
        /// Why.
        reason: String,
    },
    /// Looked at, not decided.
    Undecided {
        /// Why.
        reason: String,
    },
    /// Lived with.
    AcceptedRisk {
        /// Why.
        reason: String,
        /// The last day on which it is.
        until: Day,
    },
    /// The same as another finding.
    Duplicate {
        /// Id of the other.
        of: String,
    },
}

/// Why words do not make a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecidable {
    /// The reason is not one of [`Ruling::reasons`].
    Reason,
    /// An accepted risk needs a last day, and nothing else has one.
    Until,
    /// A duplicate needs another finding, and nothing else has one.
    Of,
}

impl Decision {
    /// The decision these words make.
    pub fn new(
        ruling: Ruling,
        reason: &str,
        until: Option<Day>,
        of: Option<String>,
    ) -> Result<Self, Undecidable> {
        let is_listed = ruling.reasons().contains(&reason);
        if !(is_listed || ruling.reasons().is_empty() && reason.is_empty()) {
            return Err(Undecidable::Reason);
        }
        if until.is_some() != (ruling == Ruling::AcceptedRisk) {
            return Err(Undecidable::Until);
        }
        if of.is_some() != (ruling == Ruling::Duplicate) {
            return Err(Undecidable::Of);
        }
        let reason = reason.to_owned();
        Ok(match (ruling, until, of) {
            (Ruling::Reviewing, ..) => Self::Reviewing,
            (Ruling::TruePositive, ..) => Self::TruePositive { reason },
            (Ruling::FalsePositive, ..) => Self::FalsePositive { reason },
            (Ruling::Undecided, ..) => Self::Undecided { reason },
            (Ruling::AcceptedRisk, Some(until), _) => Self::AcceptedRisk { reason, until },
            (Ruling::Duplicate, _, Some(of)) => Self::Duplicate { of },
            _ => Self::Untriaged,
        })
    }

    /// Its name.
    pub const fn ruling(&self) -> Ruling {
        match self {
            Self::Untriaged => Ruling::Untriaged,
            Self::Reviewing => Ruling::Reviewing,
            Self::TruePositive { .. } => Ruling::TruePositive,
            Self::FalsePositive { .. } => Ruling::FalsePositive,
            Self::Undecided { .. } => Ruling::Undecided,
            Self::AcceptedRisk { .. } => Ruling::AcceptedRisk,
            Self::Duplicate { .. } => Ruling::Duplicate,
        }
    }

    /// Why, as chosen; empty where no reason is needed. Raw.
    pub fn reason(&self) -> &str {
        match self {
            Self::Untriaged | Self::Reviewing | Self::Duplicate { .. } => "",
            Self::TruePositive { reason }
            | Self::FalsePositive { reason }
            | Self::Undecided { reason }
            | Self::AcceptedRisk { reason, .. } => reason,
        }
    }

    /// Everything beside the name, in words; empty where there is nothing. Raw.
    pub fn detail(&self) -> String {
        match self {
            Self::AcceptedRisk { reason, until } => format!("{reason}, until {until}"),
            Self::Duplicate { of } => format!("of {of}"),
            _ => self.reason().to_owned(),
        }
    }
}

/// How bad the analyst says a finding is, whatever the tool's level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A curiosity.
    Low,
    /// To be mended in time.
    Medium,
    /// To be mended before use.
    High,
    /// To be taken out of use now.
    Critical,
}

impl Severity {
    /// Every severity, lowest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A decision with who, when and a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What was decided.
    #[serde(flatten)]
    pub decision: Decision,
    /// How bad it is, if the analyst says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Names of the views of the finding that had been on the screen by then; none where it was ruled on without one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<String>,
    /// A note; may be empty. Raw.
    pub note: String,
    /// Who ruled. Raw.
    pub author: String,
    /// When, milliseconds since the epoch.
    pub at_ms: i64,
}

impl Verdict {
    /// The name of the decision.
    pub const fn ruling(&self) -> Ruling {
        self.decision.ruling()
    }

    /// The decision in words: "false positive (odd string)". Raw.
    pub fn words(&self) -> String {
        let detail = self.decision.detail();
        match detail.as_str() {
            "" => self.ruling().words().to_owned(),
            detail => format!("{} ({detail})", self.ruling().words()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decision_has_what_it_needs_and_nothing_else() {
        let day = || Day::parse("2027-03-31");
        let other = || Some("F-1".to_owned());
        for (ruling, reason, until, of, wrong) in [
            (Ruling::TruePositive, "", None, None, Undecidable::Reason),
            (
                Ruling::TruePositive,
                "odd string",
                None,
                None,
                Undecidable::Reason,
            ),
            (Ruling::Untriaged, "fixed output", None, None, Undecidable::Reason),
            (
                Ruling::AcceptedRisk,
                "guarded at runtime",
                None,
                None,
                Undecidable::Until,
            ),
            (
                Ruling::TruePositive,
                "fixed output",
                day(),
                None,
                Undecidable::Until,
            ),
            (Ruling::Duplicate, "", None, None, Undecidable::Of),
            (Ruling::Reviewing, "", None, other(), Undecidable::Of),
        ] {
            assert_eq!(Decision::new(ruling, reason, until, of), Err(wrong), "{ruling:?}");
        }
        for ruling in Ruling::ALL {
            let reason = ruling.reasons().first().copied().unwrap_or_default();
            let until = (ruling == Ruling::AcceptedRisk).then(|| day().unwrap());
            let of = (ruling == Ruling::Duplicate).then(|| "F-1".to_owned());
            let decision = Decision::new(ruling, reason, until, of).unwrap();
            assert_eq!(decision.ruling(), ruling);
            let verdict = Verdict {
                decision,
                severity: Some(Severity::High),
                seen: Vec::new(),
                note: "n".into(),
                author: "a".into(),
                at_ms: 1,
            };
            let json = serde_json::to_string(&verdict).unwrap();
            assert_eq!(serde_json::from_str::<Verdict>(&json).unwrap(), verdict);
        }
    }

    #[test]
    fn rulings_of_older_sessions_are_read_as_they_were_written() {
        let old = r#"{"ruling":"false-positive","reason":"any words","note":"","author":"ana","at_ms":5}"#;
        let verdict: Verdict = serde_json::from_str(old).unwrap();
        assert_eq!(verdict.words(), "false positive (any words)");
        assert!(serde_json::from_str::<Verdict>(&old.replace("false-positive", "accepted-risk")).is_err());
    }

    #[test]
    fn days_are_days() {
        assert!(Day::parse("2027-02-29").is_none() && Day::parse("2027-3-1").is_none());
        let day = Day::parse("2028-02-29").unwrap();
        assert!(!day.is_past(1_835_481_599_000), "the day itself is not over");
        assert!(day.is_past(1_835_481_600_000));
    }
}
