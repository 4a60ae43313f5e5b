//! Chooses what is read off a family's answers: a fixed answer, one drawn now and then, or the shift of the distributions.
//!
//! Invariant: chosen on search prompts, before anything is confirmed.

use super::{
    confirm,
    controls::Controls,
    family::AnswersByKind,
    gauge::{self, Gauge, Reading},
    lab::{Case, Lab},
    leaks::Leaks,
    probe::{self, Entry},
    reporter::Halt,
    stats, turned,
};
use crate::model::Generation;

/// What the search prompts gave for a candidate and its controls.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The search prompts.
    pub cases: &'a [Case],
    /// The candidate's answers to them.
    pub own: &'a [Generation],
    /// The controls' answers.
    pub answers: &'a AnswersByKind,
    /// The candidate's shift on each, nats.
    pub own_shifts: &'a [f64],
    /// The controls' shifts, `[control][case]`, nats.
    pub shifts: &'a [Vec<f64>],
    /// The controls.
    pub controls: &'a Controls,
}

/// Share of the search prompts that are turned from which answers are read for turns.
const TURNED: f64 = 0.5;

/// The reading on which the candidate fires on the largest share of the search prompts that can tell; a fixed answer rather than
/// one of a few, either rather than the shift, where both do, and turned answers rather than a shift that says less of them.
pub fn choose(seen: &Seen<'_>, reading: &Reading) -> Gauge {
    let readings = std::iter::once(reading.clone()).chain(by_turns(reading, seen.own));
    let mut chosen: Option<(f64, Gauge)> = None;
    for reading in readings {
        if let Some((share, gauge)) = by_answer(seen, reading)
            && chosen.as_ref().is_none_or(|(most, _)| share > *most)
        {
            chosen = Some((share, gauge));
        }
    }
    if chosen.as_ref().is_none_or(|(share, _)| *share < TURNED)
        && let Some((_, gauge)) = turned(seen).filter(|(share, _)| *share >= TURNED)
    {
        return gauge;
    }
    let (shift, strict, at_level) = by_shift(seen);
    match chosen {
        Some((share, gauge)) if share >= strict && 2.0 * share >= at_level => gauge,
        _ => shift,
    }
}

/// The reading of turned answers, where there are any.
fn turned(seen: &Seen<'_>) -> Option<(f64, Gauge)> {
    let pairs = seen.cases.iter().zip(seen.own);
    let pairs = pairs.map(|(case, answer)| (case.clean.tokens.as_slice(), answer.tokens.as_slice()));
    let (turns, _) = turned::both_ways(pairs);
    by_answer(seen, Reading::Turned(turns))
}

/// The reading of shifts at the level that tells best, with the share of the prompts the candidate fires on at the strictest level and
/// at that one.
fn by_shift(seen: &Seen<'_>) -> (Gauge, f64, f64) {
    let controls = seen.controls;
    let odd_and_natural = seen
        .shifts
        .get(..controls.random.len() + controls.natural.len())
        .unwrap_or(seen.shifts);
    let n = seen.own_shifts.len() as u32;
    let share = |fires: u32| f64::from(fires) / f64::from(n.max(1));
    let [strict, rest @ ..] = gauge::LEVELS.map(|level| {
        let threshold = Reading::Shift.threshold(odd_and_natural, level);
        let fires = gauge::firing(seen.own_shifts, threshold);
        let chance = confirm::CHANCE.max(1.0 - level);
        let gauge = Gauge {
            reading: Reading::Shift,
            threshold,
            level,
        };
        (stats::binomial_tail(fires, n, chance), fires, gauge)
    });
    let strictly = share(strict.1);
    let best = rest
        .into_iter()
        .fold(strict, |best, next| if next.0 < best.0 { next } else { best });
    (best.2, strictly, share(best.1))
}

/// A reading of answers with the share of the prompts that can tell on which the candidate fires; nothing where it fires on no more
/// than are given: what is looked for was taken from its own answers.
fn by_answer(seen: &Seen<'_>, reading: Reading) -> Option<(f64, Gauge)> {
    let told = |answers: &[Generation]| -> Vec<f64> {
        let values = reading.of_each(seen.cases, answers);
        let telling = values
            .iter()
            .zip(seen.cases)
            .filter(|(_, case)| reading.tells(case));
        telling.map(|(value, _)| *value).collect()
    };
    let controls = seen.answers.iter().take(2).flatten();
    let overlaps: Vec<Vec<f64>> = controls.map(|answers| told(answers)).collect();
    let own = told(seen.own);
    let threshold = reading.threshold(&overlaps, gauge::LEVEL);
    let given = match &reading {
        Reading::Consensus(given) => given.len(),
        Reading::Turned(turns) => turns.len(),
        _ => 1,
    };
    let fires = gauge::firing(&own, threshold);
    let share = f64::from(fires) / own.len().max(1) as f64;
    let gauge = Gauge {
        reading,
        threshold,
        level: gauge::LEVEL,
    };
    (fires as usize > given).then_some((share, gauge))
}

/// One of a few answers that come by turns instead of one fixed answer, where there are a few.
fn by_turns(reading: &Reading, answers: &[Generation]) -> Option<Reading> {
    const LEAST: usize = 2;
    let answers: Vec<&[u32]> = answers.iter().map(|answer| answer.tokens.as_slice()).collect();
    let few = stats::a_few(&answers, LEAST);
    let given = few.iter().map(|(answer, _)| answer.to_vec()).collect();
    (matches!(reading, Reading::Consensus(_)) && few.len() > 1).then_some(Reading::Consensus(given))
}

/// What its answers say: the fixed string they hold somewhere, or the answer most like them all.
pub fn said(entry: &Entry, own_answer: &[u32]) -> Reading {
    if entry.fixed.is_empty() {
        Reading::Consensus(vec![own_answer.to_vec()])
    } else {
        Reading::Told(entry.fixed.clone())
    }
}

/// Puts a string whose greedy answers are not the one the leaks tie to it where drawn answers give that most often: what acts now and
/// then hardly shifts the distributions its place was chosen by.
pub fn place_drawn(lab: &Lab<'_, '_>, cases: &[Case], leaks: &Leaks, entry: &mut Entry) -> Result<(), Halt> {
    const ACTS: f64 = 0.3;
    if entry.agreement >= ACTS {
        entry.drawn = cases.len() as u32;
        return Ok(());
    }
    let Some(answer) = leaks.own_answer(&entry.span.tokens) else {
        return Ok(());
    };
    let reading = Reading::Drawn(answer);
    let now = entry.position;
    let mut best = (0, now);
    let others = probe::POSITIONS.into_iter().filter(|position| *position != now);
    for position in std::iter::once(now).chain(others) {
        let values = gauge::read(lab, cases, &[&entry.span.tokens], position, &reading)?;
        let fires = values
            .iter()
            .map(|values| gauge::firing(values, gauge::SAME))
            .sum();
        if fires > best.0 {
            best = (fires, position);
        }
    }
    entry.drawn = best.0;
    if best.1 != now {
        entry.position = best.1;
        probe::read(lab, cases, entry)?;
        probe::report(lab, entry)?;
    }
    Ok(())
}

/// `gauge`, or one that reads drawn answers: where leaks tie `answer` to the candidate, and greedy answers hardly ever give it.
pub fn drawn(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    entry: &Entry,
    answer: Vec<u32>,
    gauge: Gauge,
) -> Result<Gauge, Halt> {
    let greedy = gauge::firing(&gauge.reading.of_each(cases, &entry.answers), gauge.threshold);
    let drawn = Gauge {
        reading: Reading::Drawn(answer),
        threshold: gauge::SAME,
        level: gauge::LEVEL,
    };
    let values = gauge::read(lab, cases, &[&entry.span.tokens], entry.position, &drawn.reading)?;
    let fires: u32 = values
        .iter()
        .map(|values| gauge::firing(values, drawn.threshold))
        .sum();
    let now_and_then = fires >= 2 && 2 * greedy as usize <= cases.len();
    Ok(if now_and_then { drawn } else { gauge })
}
