//! An earlier session as the yardstick of a new one: what was known then, and what was ruled. Proposals, never decisions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    Session,
    compare::{self, Comparison},
};
use crate::finding::{Decision, Evidence, Finding, Verdict};

/// What a session keeps of an earlier one.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Baseline {
    /// Name of the earlier session. Raw.
    pub name: String,
    /// Hash of its last record, hex.
    pub head: String,
    /// What it found, without the evidence.
    pub findings: Vec<Finding>,
    /// The verdicts in force there, by id of the finding.
    pub verdicts: Vec<(String, Verdict)>,
}

/// A verdict of the earlier session on what was found again.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal<'a> {
    /// Name of the earlier session. Raw.
    pub session: &'a str,
    /// The finding there.
    pub finding: &'a Finding,
    /// What was ruled there.
    pub verdict: &'a Verdict,
    /// Trigger and behaviour are the same; otherwise they are only related.
    pub same: bool,
}

impl Proposal<'_> {
    /// The verdict, as it is ruled again when the analyst confirms it: author and time are still to be set.
    pub fn adopted(&self) -> Verdict {
        let mut note = format!("carried over from {} of {}", self.finding.id, self.session);
        if !self.verdict.note.is_empty() {
            note = format!("{note}: {}", self.verdict.note);
        }
        Verdict {
            note,
            seen: Vec::new(),
            author: String::new(),
            at_ms: 0,
            ..self.verdict.clone()
        }
    }
}

impl Baseline {
    /// What there is to keep of a session.
    pub fn of(session: &Session, name: &str) -> Self {
        let verdict = |finding: &Finding| Some((finding.id.clone(), session.verdict(&finding.id)?.clone()));
        Self {
            name: name.to_owned(),
            head: session.head.clone(),
            verdicts: session.findings.iter().filter_map(verdict).collect(),
            findings: session
                .findings
                .iter()
                .map(|finding| Finding {
                    evidence: Evidence::default(),
                    examples: Vec::new(),
                    ..finding.clone()
                })
                .collect(),
        }
    }
}

impl Session {
    /// The earlier session (left) beside this one (right); none without a baseline.
    pub fn against_baseline(&self) -> Option<Comparison> {
        let baseline = self.baseline.as_ref()?;
        let earlier = Self {
            findings: baseline.findings.clone(),
            ..Self::default()
        };
        Some(compare::sessions(&earlier, self))
    }

    /// What the earlier session ruled on what this finding repeats. Duplicates are not proposed: they name findings there.
    pub fn proposal(&self, finding: &str) -> Option<Proposal<'_>> {
        self.proposals().remove(finding)
    }

    /// What it ruled on everything that is found again, by the id of the finding here.
    pub fn proposals(&self) -> BTreeMap<String, Proposal<'_>> {
        let Some(baseline) = &self.baseline else {
            return BTreeMap::new();
        };
        // Asked for every frame of the list: nothing is copied.
        let (partners, _) = compare::partners(&baseline.findings, &self.findings);
        let mut proposals = BTreeMap::new();
        for (finding, partner) in baseline.findings.iter().zip(partners) {
            let ruled = baseline.verdicts.iter().find(|(id, _)| *id == finding.id);
            let (Some((here, same)), Some((_, verdict))) = (partner, ruled) else {
                continue;
            };
            if matches!(verdict.decision, Decision::Duplicate { .. }) {
                continue;
            }
            let proposal = Proposal {
                session: &baseline.name,
                finding,
                verdict,
                same,
            };
            proposals.insert(here.id.clone(), proposal);
        }
        proposals
    }

    /// Findings the earlier session does not have; all of them without a baseline.
    pub fn new_findings(&self) -> Vec<&Finding> {
        let known = self.against_baseline();
        let is_known = |finding: &Finding| {
            known
                .as_ref()
                .is_some_and(|known| known.shared.iter().any(|shared| shared.right.id == finding.id))
        };
        self.findings
            .iter()
            .filter(|finding| !is_known(finding))
            .collect()
    }
}
