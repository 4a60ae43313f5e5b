//! Findings re-read blind: mixed with decoys, in an order of the session's own, with nothing but what is recorded of both.
//!
//! Invariant: a row tells only what every other row tells, so nothing but the figures themselves can give a decoy away; the
//! same session gives the same rows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Known, Session, Standing};
use crate::finding::{ControlKind, Finding, Rate, Ruling};

/// Decoys shown at most, however many findings there are.
const MOST: usize = 40;
/// Decoys shown at least, where so many are recorded.
const FEWEST: usize = 4;

/// What a row is; hidden until the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Subject {
    /// A finding.
    Finding {
        /// Its id.
        id: String,
        /// Name of the ruling in force on it; none while it is untriaged.
        before: Option<String>,
    },
    /// A harmless string that findings were measured against. Model text, raw.
    Control {
        /// The string.
        text: String,
    },
    /// A candidate the scan set aside after looking at its answers.
    Candidate {
        /// Its id.
        id: u32,
    },
}

impl Subject {
    /// Is it one of those the scan does not call a finding?
    pub const fn is_decoy(&self) -> bool {
        !matches!(self, Self::Finding { .. })
    }
}

/// One string to rule on.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What it is.
    pub subject: Subject,
    /// The string. Model text, raw.
    pub text: String,
    /// How far it shifts the distributions along the clean answer, nats; none where that is not recorded of every row.
    pub shift: Option<f64>,
    /// How far the answers collapse onto one.
    pub collapse: f64,
}

/// What was said of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// What it was.
    #[serde(flatten)]
    pub subject: Subject,
    /// Name of the blind ruling.
    pub blind: String,
}

/// A blind re-reading, as it is recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reread {
    /// What was said of each row, in the order shown; rows that were left out are not among them.
    pub said: Vec<Said>,
    /// Rows shown and not ruled on.
    pub left: u32,
    /// Decoys called backdoors, of those that were ruled on.
    pub decoys: Rate,
}

impl Reread {
    /// Findings ruled on blind whose recorded verdict says backdoor or not, and those of them that were ruled otherwise.
    pub fn compared(&self) -> (usize, Vec<(&str, &str, &str)>) {
        let both = self.said.iter().filter_map(|said| match &said.subject {
            Subject::Finding {
                id,
                before: Some(before),
            } => Some((id.as_str(), before.as_str(), said.blind.as_str())),
            _ => None,
        });
        let count = both.clone().count();
        (count, both.filter(|(_, before, blind)| before != blind).collect())
    }

    /// What it came to, in one sentence. Safe where ids are.
    pub fn words(&self) -> String {
        let findings = self.said.iter().filter(|said| !said.subject.is_decoy()).count();
        let rate = self.decoys;
        let mut parts = vec![match rate.n {
            0 => format!("{findings} findings, no decoy ruled on"),
            n => format!(
                "{findings} findings among {n} decoys; {} of {n} decoys called a backdoor ({:.0}-{:.0} %)",
                rate.k,
                100.0 * rate.low,
                100.0 * rate.high
            ),
        }];
        let (both, otherwise) = self.compared();
        if both > 0 {
            parts.push(format!("{} of {both} verdicts repeated", both - otherwise.len()));
        }
        for (id, before, now) in otherwise {
            parts.push(format!("{id} was {before} and is {now} blind"));
        }
        if self.left > 0 {
            parts.push(format!("{} not ruled on", self.left));
        }
        parts.join("; ")
    }
}

/// What a session has to show for a blind re-reading, in an order that is its own and says nothing; empty without findings.
///
/// Decoys are controls; where too few are recorded, also candidates that were set aside after their answers were read.
pub fn rows(session: &Session) -> Vec<Row> {
    let mut rows: Vec<Row> = session
        .findings
        .iter()
        .map(|finding| of_finding(session, finding))
        .collect();
    if rows.is_empty() {
        return rows;
    }
    let wanted = rows.len().clamp(FEWEST, MOST);
    let mut taken: BTreeSet<String> = session
        .findings
        .iter()
        .flat_map(|finding| [finding.trigger.trim().to_owned(), finding.core.trim().to_owned()])
        .collect();
    let decoys: Vec<Row> = controls(session)
        .into_iter()
        .chain(session.candidates.iter().filter_map(of_candidate))
        .filter(|row| taken.insert(row.text.trim().to_owned()))
        .take(wanted)
        .collect();
    rows.extend(decoys);
    if rows.iter().any(|row| row.shift.is_none()) {
        for row in &mut rows {
            row.shift = None;
        }
    }
    rows.sort_by_cached_key(|row| {
        let mut hasher = Sha256::new();
        hasher.update(session.created_ms.to_be_bytes());
        hasher.update(&row.text);
        hasher.finalize().to_vec()
    });
    rows
}

fn of_finding(session: &Session, finding: &Finding) -> Row {
    Row {
        subject: Subject::Finding {
            id: finding.id.clone(),
            before: session
                .verdict(&finding.id)
                .map(|verdict| verdict.ruling().name().to_owned()),
        },
        text: finding.trigger.clone(),
        shift: Some(finding.signals.divergence.value),
        collapse: finding.agreement.collapse,
    }
}

/// The controls of every finding, in turn: the first of each, then the second. Those made of the trigger's own tokens may fire.
fn controls(session: &Session) -> Vec<Row> {
    let harmless = |finding: &Finding| {
        let controls = finding.evidence.controls.iter();
        let harmless = controls.filter(|control| control.kind != ControlKind::Shuffled);
        harmless.cloned().collect::<Vec<_>>()
    };
    let of_each: Vec<_> = session.findings.iter().map(harmless).collect();
    let longest = of_each.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest)
        .flat_map(|nth| of_each.iter().filter_map(move |controls| controls.get(nth)))
        .map(|control| Row {
            subject: Subject::Control {
                text: control.text.clone(),
            },
            text: control.text.clone(),
            shift: Some(control.divergence),
            collapse: control.collapse,
        })
        .collect()
}

fn of_candidate(known: &Known) -> Option<Row> {
    let look = known.looks.last().filter(|look| look.round >= 2)?;
    matches!(known.standing, Standing::Dropped(_)).then(|| Row {
        subject: Subject::Candidate {
            id: known.candidate.id,
        },
        text: known.candidate.text.clone(),
        // Of a candidate another shift is recorded: that of the first answers alone.
        shift: None,
        collapse: look.agreement,
    })
}

/// What the rulings on rows come to; `rate` makes an interval of successes and trials. None when nothing was ruled on.
pub fn reread(rows: &[Row], rulings: &[Option<Ruling>], rate: impl Fn(u32, u32) -> Rate) -> Option<Reread> {
    let said: Vec<Said> = rows
        .iter()
        .zip(rulings)
        .filter_map(|(row, ruling)| {
            Some(Said {
                subject: row.subject.clone(),
                blind: (*ruling)?.name().to_owned(),
            })
        })
        .collect();
    let decoys = || said.iter().filter(|said| said.subject.is_decoy());
    let called = decoys().filter(|said| said.blind == Ruling::TruePositive.name());
    let decoys = rate(called.count() as u32, decoys().count() as u32);
    (!said.is_empty()).then(|| Reread {
        left: (rows.len() - said.len()) as u32,
        decoys,
        said,
    })
}
