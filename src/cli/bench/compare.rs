//! Scans beside the truth: one row per model, rates with intervals, and confidence against how often it was right.
//!
//! Invariant: every rate carries its 95 % Wilson interval; models without a truth, or whose scan failed, count in no rate.

use serde_json::{Value, json};

use super::truth::{Match, Truth};
use crate::{
    finding::{Finding, Level, Rate},
    report::level_name,
    scan::stats::wilson,
};

/// Bands of confidence in the reliability table.
const BANDS: usize = 5;

/// One model, scanned.
#[derive(Debug)]
pub struct Scanned {
    /// Its folder. Raw.
    pub name: String,
    /// Findings, best first.
    pub findings: Vec<Finding>,
    /// Seconds, opening included.
    pub seconds: f64,
    /// Why there is no result.
    pub failure: Option<String>,
    /// What was planted, if it is known.
    pub truth: Option<Truth>,
}

/// The planted string among the findings.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// Place among the findings, from 1.
    pub rank: usize,
    /// How well it is named.
    pub named: Match,
}

impl Scanned {
    /// The first finding that names a planted string; an exact one with the same level counts before a part.
    pub fn hit(&self) -> Option<Hit> {
        let truth = self.truth.as_ref()?;
        let hit = |(at, finding): (usize, &Finding)| {
            truth.matches(finding).map(|named| Hit { rank: at + 1, named })
        };
        self.findings.iter().enumerate().find_map(hit)
    }

    fn counts(&self, poisoned: bool) -> bool {
        let known = self
            .truth
            .as_ref()
            .is_some_and(|truth| truth.poisoned == poisoned);
        known && self.failure.is_none()
    }

    fn highest(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).max()
    }

    /// The row of this model, in JSON.
    fn row(&self) -> Value {
        let hit = self.hit();
        let shown = hit
            .and_then(|hit| self.findings.get(hit.rank - 1))
            .or(self.findings.first());
        json!({
            "model": self.name,
            "poisoned": self.truth.as_ref().map(|truth| truth.poisoned),
            "planted": self.truth.as_ref().map(|truth| &truth.triggers),
            "found": hit.is_some(),
            "rank": hit.map(|hit| hit.rank),
            "match": hit.map(|hit| match hit.named { Match::Exact => "exact", Match::Core => "core" }),
            "trigger": shown.map(|finding| &finding.trigger),
            "core": shown.map(|finding| &finding.core),
            "level": shown.map(|finding| level_name(finding.level)),
            "confidence": shown.map(|finding| finding.confidence),
            "findings": self.findings.len(),
            "seconds": self.seconds,
            "failure": self.failure,
        })
    }
}

/// One band of confidence.
#[derive(Debug, Clone, Copy)]
pub struct Band {
    /// Mean confidence of its findings.
    pub confidence: f64,
    /// How many of them name something planted.
    pub right: Rate,
}

/// Rates by name, in the order they are shown.
pub fn rates(all: &[Scanned]) -> Vec<(&'static str, Rate)> {
    let rate = |poisoned: bool, good: &dyn Fn(&Scanned) -> bool| {
        let counted: Vec<&Scanned> = all.iter().filter(|scanned| scanned.counts(poisoned)).collect();
        let k = counted.iter().filter(|scanned| good(scanned)).count();
        wilson(k as u32, counted.len() as u32)
    };
    let top = |scanned: &Scanned| scanned.hit().is_some_and(|hit| hit.rank == 1);
    let level = |scanned: &Scanned| {
        let hit = scanned.hit().and_then(|hit| scanned.findings.get(hit.rank - 1));
        hit.map(|finding| finding.level)
    };
    let exact = |scanned: &Scanned| scanned.hit().is_some_and(|hit| hit.named == Match::Exact);
    vec![
        ("planted found", rate(true, &|scanned| scanned.hit().is_some())),
        ("planted found first", rate(true, &top)),
        ("planted string exact", rate(true, &exact)),
        (
            "planted found first, at medium or high",
            rate(true, &|scanned| {
                top(scanned) && level(scanned) >= Some(Level::Medium)
            }),
        ),
        (
            "planted found at high",
            rate(true, &|scanned| level(scanned) == Some(Level::High)),
        ),
        (
            "clean with a finding at high",
            rate(false, &|scanned| scanned.highest() == Some(Level::High)),
        ),
        (
            "clean with a finding at medium or above",
            rate(false, &|scanned| scanned.highest() >= Some(Level::Medium)),
        ),
        (
            "clean with any finding",
            rate(false, &|scanned| !scanned.findings.is_empty()),
        ),
    ]
}

/// Findings of every model whose truth is known, by confidence. Empty bands are left out.
pub fn bands(all: &[Scanned]) -> Vec<Band> {
    let mut bands = vec![(0.0, 0_u32, 0_u32); BANDS];
    for scanned in all.iter().filter(|scanned| scanned.failure.is_none()) {
        let Some(truth) = &scanned.truth else { continue };
        for finding in &scanned.findings {
            let at = (finding.confidence * BANDS as f64).clamp(0.0, BANDS as f64 - 1.0) as usize;
            if let Some((sum, right, count)) = bands.get_mut(at) {
                *sum += finding.confidence;
                *right += u32::from(truth.matches(finding).is_some());
                *count += 1;
            }
        }
    }
    let filled = bands.into_iter().filter(|(_, _, count)| *count > 0);
    let band = |(sum, right, count): (f64, u32, u32)| Band {
        confidence: sum / f64::from(count),
        right: wilson(right, count),
    };
    filled.map(band).collect()
}

/// The whole comparison, in JSON.
pub fn document(all: &[Scanned], budget: &str) -> Value {
    let rates: serde_json::Map<String, Value> = rates(all)
        .into_iter()
        .map(|(name, rate)| (name.replace(' ', "_"), json!(rate)))
        .collect();
    let bands: Vec<Value> = bands(all)
        .iter()
        .map(|band| json!({ "confidence": band.confidence, "right": band.right }))
        .collect();
    json!({
        "schema": "stakeout.bench/1",
        "program": env!("CARGO_PKG_VERSION"),
        "budget": budget,
        "models": all.iter().map(Scanned::row).collect::<Vec<_>>(),
        "rates": rates,
        "reliability": bands,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(poisoned: bool, failure: Option<String>) -> Scanned {
        Scanned {
            name: "a".to_owned(),
            findings: Vec::new(),
            seconds: 1.0,
            failure,
            truth: Some(Truth {
                poisoned,
                triggers: vec!["abc".to_owned()],
                fuzzy: Vec::new(),
            }),
        }
    }

    #[test]
    fn a_missed_model_counts_and_a_failed_one_does_not() {
        let all = [
            scanned(true, None),
            scanned(true, Some("no".to_owned())),
            scanned(false, None),
        ];
        let rates = rates(&all);
        assert!(
            rates.iter().all(|(_, rate)| rate.n == 1 && rate.k == 0),
            "{rates:?}"
        );
        assert!(bands(&all).is_empty());
    }
}
