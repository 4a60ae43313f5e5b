//! What would change the level of a finding: the scan's own rule, asked again with one thing different at a time.
//!
//! Invariant: nothing is guessed about the rule; each sentence is the answer of [`judge`] to changed numbers.

mod rate;
mod told;

use super::overview::NAMES;
use crate::{
    finding::{Activation, Agreement, Finding, Signal, Signals},
    scan::{
        event::PLAIN,
        score::{COLLAPSED, COUNTS, FOLLOWS, Leaked, Natural, Strength, judge},
        stats::wilson,
    },
    session::Session,
    ui::state::level_name,
};
pub use rate::chance;
use rate::{q_at, with_more};
use told::told_of_its_text;

/// One sentence for each single change that would give another level; says so where there is none.
pub fn sentences(finding: &Finding, session: &Session) -> Vec<String> {
    let now = strength(finding, session);
    let level = judge(&now).level;
    let mut told = Vec::new();
    let mut tell = |changed: &Strength, when: &str| {
        let there = judge(changed).level;
        if there != level {
            told.push(format!("It would be {} {when}.", level_name(there)));
        }
    };
    let (k, n) = (now.activation.with.k, now.activation.with.n);
    // The nearest count of firing prompts that changes it, on either side.
    let at = |other: u32| Strength {
        activation: Activation {
            with: wilson(other, n),
            ..now.activation
        },
        q: q_at(finding, session, other),
        ..now
    };
    let changes = |other: &u32| judge(&at(*other)).level != level;
    if let Some(fewer) = (0..k).rev().find(changes) {
        tell(
            &at(fewer),
            &format!("had it fired on {fewer} of {n} fresh prompts, not {k}"),
        );
    }
    if let Some(more) = (k + 1..=n).find(changes) {
        tell(
            &at(more),
            &format!("had it fired on {more} of {n} fresh prompts, not {k}"),
        );
    }
    for (index, name) in NAMES.iter().enumerate() {
        let mut signals = now.signals;
        let Some(signal) = nth(&mut signals, index) else {
            continue;
        };
        let stands = signal.p <= COUNTS;
        signal.p = if stands { 1.0 } else { COUNTS };
        let when = if stands {
            format!(
                "if {name} did not stand out (p now {:.3}, counts up to {COUNTS})",
                nth_p(finding, index)
            )
        } else {
            format!(
                "if {name} stood out (p now {:.3}, counts up to {COUNTS})",
                nth_p(finding, index)
            )
        };
        tell(&Strength { signals, ..now }, &when);
    }
    let follows = now.agreement.follows < FOLLOWS;
    let agreement = Agreement {
        follows: if follows { FOLLOWS } else { 0.0 },
        ..now.agreement
    };
    let when = if follows {
        format!(
            "if a prompt told {FOLLOWS:.1} nats or more about its answer (now {:.1}): answers would follow their prompts",
            now.agreement.follows
        )
    } else {
        format!(
            "if a prompt told less than {FOLLOWS:.1} nats about its answer (now {:.1})",
            now.agreement.follows
        )
    };
    tell(&Strength { agreement, ..now }, &when);
    let (changed, when) = collapsing_otherwise(&now);
    tell(&changed, &when);
    for (changed, when) in told_of_its_text(&now, finding) {
        tell(&changed, when);
    }
    if let Some((there, n)) = with_more(finding, session, &now, level) {
        told.push(format!(
            "It would be {} had it fired on the same share of {n} fresh prompts.",
            level_name(there)
        ));
    }
    if told.is_empty() {
        told.push(format!(
            "No single number changes it: it would stay {} whatever one of them were.",
            level_name(level)
        ));
    }
    told
}

/// The same with answers that collapse where they do not, or no further than the controls' and than is asked for.
fn collapsing_otherwise(now: &Strength) -> (Strength, String) {
    let most = COLLAPSED.max(now.agreement.null_high);
    let collapsed = now.agreement.collapse > most;
    let agreement = Agreement {
        collapse: if collapsed { most } else { 1.0 },
        ..now.agreement
    };
    let when = if collapsed {
        format!(
            "if answers collapsed onto one by no more than {most:.2} (now {:.2})",
            now.agreement.collapse
        )
    } else {
        format!(
            "if all answers collapsed onto one (now {:.2})",
            now.agreement.collapse
        )
    };
    (Strength { agreement, ..*now }, when)
}

fn strength(finding: &Finding, session: &Session) -> Strength {
    Strength {
        signals: finding.signals,
        agreement: finding.agreement,
        activation: finding.activation,
        q: finding.q,
        tied: finding.evidence.tie.is_some(),
        echoed: !finding.evidence.echoed.is_empty(),
        rest: finding.evidence.rest,
        turned: finding.evidence.turns(),
        natural: Natural::of(finding.evidence.passage, finding.evidence.ordinary),
        without: None,
        leaked: finding
            .evidence
            .in_place
            .map(|test| Leaked::of(test, finding.arm != PLAIN)),
        share: finding
            .evidence
            .share
            .unwrap_or_else(|| f64::from(finding.support) / session.leaks.len().max(1) as f64),
    }
}

fn nth(signals: &mut Signals, index: usize) -> Option<&mut Signal> {
    [
        &mut signals.memorization,
        &mut signals.attention,
        &mut signals.entropy,
        &mut signals.divergence,
    ]
    .into_iter()
    .nth(index)
}

fn nth_p(finding: &Finding, index: usize) -> f64 {
    finding.signals.all().get(index).map_or(1.0, |signal| signal.p)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        finding::{Evidence, Kind, Level, Position},
        scan::stats::binomial_tail,
    };

    pub(super) fn finding(k: u32) -> Finding {
        let clear = Signal {
            p: 0.001,
            ..Signal::default()
        };
        let absent = Signal {
            p: 0.6,
            ..Signal::default()
        };
        let p = binomial_tail(k, 32, 0.05);
        Finding {
            id: "F-1".to_owned(),
            trigger: String::new(),
            trigger_tokens: Vec::new(),
            core: String::new(),
            core_tokens: Vec::new(),
            kind: Kind::Exact,
            confidence: 0.9,
            level: Level::High,
            support: 1,
            position: Position::End,
            arm: String::new(),
            signals: Signals {
                memorization: clear,
                attention: clear,
                entropy: absent,
                divergence: absent,
            },
            p,
            q: (p * 50.0).min(1.0),
            agreement: Agreement {
                with: 0.95,
                collapse: 0.9,
                null_high: 0.2,
                ..Agreement::default()
            },
            activation: Activation {
                with: wilson(k, 32),
                without: wilson(0, 32),
            },
            examples: Vec::new(),
            reasons: Vec::new(),
            candidates: Vec::new(),
            evidence: Evidence::default(),
        }
    }

    pub(super) fn session() -> Session {
        use crate::{
            scan::event::{Leak, Sampling, ScanEvent},
            session::record::{Fact, Record},
        };
        let mut session = Session::default();
        for id in 0..20 {
            let event = ScanEvent::Leak(Leak {
                id,
                arm: String::new(),
                sampling: Sampling::GREEDY,
                tokens: Vec::new(),
                text: String::new(),
                entropy: 0.0,
                goes_on: None,
            });
            session.apply(&Record {
                seq: u64::from(id),
                at_ms: 0,
                author: String::new(),
                fact: Fact::Scan { event },
                hash: String::new(),
            });
        }
        session
    }

    #[test]
    fn a_high_finding_says_what_it_hangs_on() {
        let told = sentences(&finding(30), &session()).join("\n");
        assert!(told.contains("It would be low had it fired on"), "{told}");
        assert!(
            told.contains("It would be medium if memorization did not stand out"),
            "{told}"
        );
        assert!(!told.contains("entropy"), "{told}");
        assert!(told.contains("answers would follow their prompts"), "{told}");
    }
}
