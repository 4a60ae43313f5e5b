//! What would change the level of a finding: the scan's own rule, asked again with one thing different at a time.
//!
//! Invariant: nothing is guessed about the rule; each sentence is the answer of [`judge`] to changed numbers.

use super::overview::NAMES;
use crate::{
    finding::{Activation, Agreement, Finding, Level, Rate, Signal, Signals},
    scan::{
        event::PLAIN,
        score::{COLLAPSED, COUNTS, FOLLOWS, Leaked, Natural, ORDINARY, Strength, judge},
        stats::{binomial_tail, wilson},
    },
    session::Session,
    ui::state::level_name,
};

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

/// Each thing the leaks and the answers tell of the string's text, the other way round.
fn told_of_its_text(now: &Strength, finding: &Finding) -> Vec<(Strength, &'static str)> {
    let tied = if now.tied {
        "if no leaked answers were tied to it"
    } else {
        "if leaked answers were tied to it"
    };
    let mut told = vec![(
        Strength {
            tied: !now.tied,
            ..*now
        },
        tied,
    )];
    let mut without = |holds: bool, changed: Strength, when: &'static str| {
        if holds {
            told.push((changed, when));
        }
    };
    without(
        now.echoed,
        Strength {
            echoed: false,
            ..*now
        },
        "if its answers took up none of its own words",
    );
    without(
        now.rest.is_some_and(|rest| rest.is_piece()),
        Strength { rest: None, ..*now },
        "if the rest of the turns it leaked in were turns without it",
    );
    without(
        now.rest.is_some_and(|rest| rest.is_inserted()),
        Strength { rest: None, ..*now },
        "if nothing were known of the rest of the turns it leaked in",
    );
    let natural = match now.natural {
        Some(Natural::Passage) => "if it were no part of a passage known by heart",
        _ => "if other strings of its kind did not act as it does",
    };
    without(
        now.natural.is_some(),
        Strength {
            natural: Natural::of(
                false,
                now.natural == Some(Natural::Passage) && finding.evidence.ordinary,
            ),
            ..*now
        },
        natural,
    );
    without(
        now.leaked.is_some(),
        Strength { leaked: None, ..*now },
        "if nothing were known of what taking it out does where it leaked",
    );
    without(
        now.share > ORDINARY,
        Strength {
            share: ORDINARY,
            ..*now
        },
        "if the model wrote it in fewer of its texts",
    );
    told
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

/// The fewest fresh prompts, up to 32 times those there were, that would give another level at the same rates; and that level.
fn with_more(finding: &Finding, session: &Session, now: &Strength, level: Level) -> Option<(Level, u32)> {
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
fn q_at(finding: &Finding, session: &Session, k: u32) -> f64 {
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
    use super::*;
    use crate::finding::{Evidence, InPlace, Kind, Position};

    fn finding(k: u32) -> Finding {
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

    fn session() -> Session {
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

    #[test]
    fn what_the_leaks_tell_of_its_text_is_named_where_it_holds_the_level() {
        let mut held = finding(30);
        assert!(!sentences(&held, &session()).join("\n").contains("of its kind"));
        held.evidence.ordinary = true;
        let told = sentences(&held, &session()).join("\n");
        assert!(
            told.contains("It would be high if other strings of its kind did not act as it does"),
            "{told}"
        );
        held.evidence.ordinary = false;
        held.arm = "template".to_owned();
        held.evidence.in_place = Some(InPlace {
            changed: 0.0,
            otherwise: 1.0,
            prompts: 6,
            turned: 0,
        });
        let told = sentences(&held, &session()).join("\n");
        assert!(told.contains("what taking it out does where it leaked"), "{told}");
    }

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
