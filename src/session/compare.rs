//! Two sessions beside each other: which findings both have, which only one of them has.
//!
//! Findings are matched by fingerprint first; what is left over is matched when the triggers are relatives. No finding is
//! matched twice.

use std::path::Path;

use super::{Session, error::SessionError, fingerprint, store::Store};
use crate::finding::Finding;

/// One session of a comparison.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Side {
    /// Its name. Raw.
    pub name: String,
    /// Path of the model. Raw.
    pub model: String,
    /// Digest of the model, hex. Raw.
    pub digest: String,
    /// Did its scan reach its end?
    pub complete: bool,
}

/// A finding both sessions have.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// As the left one has it.
    pub left: Finding,
    /// As the right one has it.
    pub right: Finding,
    /// The fingerprints are equal.
    pub same: bool,
}

/// Two sessions compared; findings in the order their sessions have them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Comparison {
    /// The left one.
    pub left: Side,
    /// The right one.
    pub right: Side,
    /// What both found.
    pub shared: Vec<Shared>,
    /// What only the left one found.
    pub only_left: Vec<Finding>,
    /// What only the right one found.
    pub only_right: Vec<Finding>,
}

/// Compares the sessions in two files.
pub fn files(left: &Path, right: &Path) -> Result<Comparison, SessionError> {
    let name = |path: &Path| {
        path.file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    };
    let (a, b) = (Store::open(left)?.load()?, Store::open(right)?.load()?);
    let mut comparison = sessions(&a, &b);
    comparison.left.name = name(left);
    comparison.right.name = name(right);
    Ok(comparison)
}

/// The finding another goes with, and whether they are the same.
pub type Partner<'a> = Option<(&'a Finding, bool)>;

/// For each left finding the right one it goes with; then the right ones left over.
pub fn partners<'a>(left: &[Finding], right: &'a [Finding]) -> (Vec<Partner<'a>>, Vec<&'a Finding>) {
    let mut rest: Vec<&Finding> = right.iter().collect();
    let mut partners: Vec<Partner<'_>> = vec![None; left.len()];
    for same in [true, false] {
        for (partner, finding) in partners.iter_mut().zip(left) {
            if partner.is_some() {
                continue;
            }
            let fits = |other: &&Finding| {
                if same {
                    fingerprint::of(other) == fingerprint::of(finding)
                } else {
                    fingerprint::are_relatives(other, finding)
                }
            };
            if let Some(at) = rest.iter().position(fits) {
                *partner = Some((rest.remove(at), same));
            }
        }
    }
    (partners, rest)
}

/// Compares two sessions.
pub fn sessions(left: &Session, right: &Session) -> Comparison {
    let (partners, rest) = partners(&left.findings, &right.findings);
    let mut comparison = Comparison {
        left: side(left),
        right: side(right),
        only_right: rest.into_iter().cloned().collect(),
        ..Comparison::default()
    };
    for (finding, partner) in left.findings.iter().zip(partners) {
        match partner {
            Some((other, same)) => comparison.shared.push(Shared {
                left: finding.clone(),
                right: other.clone(),
                same,
            }),
            None => comparison.only_left.push(finding.clone()),
        }
    }
    comparison
}

fn side(session: &Session) -> Side {
    let model = session.started.as_ref().map(|started| &started.model);
    Side {
        name: String::new(),
        model: model.map(|model| model.path.clone()).unwrap_or_default(),
        digest: model.map(|model| model.sha256.clone()).unwrap_or_default(),
        complete: session.scan == super::ScanState::Complete,
    }
}
