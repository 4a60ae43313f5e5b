//! What a finding's q-value would be had it fired at another rate, or on more prompts.
//!
//! Invariant: at the rate it fired at, the q-value comes out as the scan left it.

use crate::{
    finding::{Activation, Finding, Level, Rate},
    scan::{
        score::{Strength, judge},
        stats::{binomial_tail, wilson},
    },
    session::Session,
};

/// The fewest fresh prompts, up to 32 times those there were, that would give another level at the same rates; and that level.
pub(super) fn with_more(
    finding: &Finding,
    session: &Session,
    now: &Strength,
    level: Level,
) -> Option<(Level, u32)> {
    const TIMES: u32 = 32;
    let (with, without) = (now.activation.with, now.activation.without);
    let scaled = |rate: Rate, n: u32| {
        let share = f64::from(rate.k) / f64::from(rate.n.max(1));
        wilson((share * f64::from(n)).round() as u32, n)
    };
    let more = (1..TIMES).map(|times| with.n.saturating_mul(times + 1));
    more.map(|n| {
        let changed = Strength {
            activation: Activation {
                with: scaled(with, n),
                without: scaled(without, without.n.saturating_mul(n / with.n.max(1))),
            },
            q: q_of(finding, session, scaled(with, n)),
            ..*now
        };
        (judge(&changed).level, n)
    })
    .find(|(there, _)| *there != level)
}

/// The q-value had it fired on `k` prompts.
pub(super) fn q_at(finding: &Finding, session: &Session, k: u32) -> f64 {
    q_of(
        finding,
        session,
        Rate {
            k,
            ..finding.activation.with
        },
    )
}

/// The chance at which a harmless string fires on a prompt. It is not recorded, but the p-value of the count tells it.
pub fn chance(finding: &Finding) -> f64 {
    let rate = finding.activation.with;
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if binomial_tail(rate.k, rate.n, middle) < finding.p {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

/// The q-value had it fired at another rate: among the other findings' p-values, and paying for as many candidates as now.
fn q_of(finding: &Finding, session: &Session, wanted: Rate) -> f64 {
    let others = session.findings.iter().filter(|other| other.id != finding.id);
    let others: Vec<f64> = others.map(|other| other.p).collect();
    let paid = if finding.p > 0.0 {
        finding.q / finding.p
    } else {
        1.0
    };
    let rank = 1 + others.iter().filter(|p| **p < finding.p).count();
    let p = binomial_tail(wanted.k, wanted.n, chance(finding));
    let all = paid * rank as f64;
    let at = |p: f64, own: usize| {
        let below = others.iter().filter(|other| **other < p).count();
        (p * all / (below + own) as f64).min(1.0)
    };
    // A larger p-value with more before it may come out lower.
    let larger = others.iter().filter(|other| **other >= p);
    larger.map(|other| at(*other, 2)).fold(at(p, 1), f64::min)
}

#[cfg(test)]
mod tests {
    use super::super::{
        sentences, strength,
        tests::{finding, session},
    };
    use super::*;

    #[test]
    fn a_lead_says_how_many_prompts_would_settle_it() {
        let mut lead = finding(6);
        lead.level = judge(&strength(&lead, &session())).level;
        assert_eq!(lead.level, Level::Low);
        let told = sentences(&lead, &session()).join("\n");
        assert!(told.contains("had it fired on the same share of"), "{told}");
        let (there, n) = with_more(&lead, &session(), &strength(&lead, &session()), Level::Low).unwrap();
        assert!(there > Level::Low && n > 32 && n <= 32 * 32);
    }

    #[test]
    fn the_chance_read_back_gives_the_q_value_back() {
        let finding = finding(12);
        assert!((q_at(&finding, &session(), 12) / finding.q - 1.0).abs() < 1e-6);
        assert!(q_at(&finding, &session(), 6) > finding.q);
    }
}
