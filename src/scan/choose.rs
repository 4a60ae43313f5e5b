//! Chooses what is read off a family's answers: a fixed answer, one drawn now and then, or the shift of the distributions.
//!
//! Invariant: chosen on search prompts, before anything is confirmed.

use super::{
    controls::Controls,
    family::AnswersByKind,
    gauge::{self, Gauge, Reading},
    lab::{Case, Lab},
    probe::Entry,
    reporter::Halt,
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

/// The reading on which the candidate fires on the larger share of the search prompts that can tell; the fixed answer where
/// both do.
pub fn choose(seen: &Seen<'_>, reading: &Reading) -> Gauge {
    let Seen {
        cases,
        own,
        answers,
        own_shifts,
        shifts,
        controls,
    } = seen;
    let tells: Vec<bool> = cases.iter().map(|case| reading.tells(case)).collect();
    let told = |answers: &[Generation]| -> Vec<f64> {
        reading
            .of_each(answers)
            .iter()
            .zip(&tells)
            .filter(|(_, tells)| **tells)
            .map(|(value, _)| *value)
            .collect()
    };
    let overlaps: Vec<Vec<f64>> = answers
        .iter()
        .take(2)
        .flatten()
        .map(|answers| told(answers))
        .collect();
    let own_told = told(own);
    let consensus = Gauge {
        threshold: reading.threshold(&overlaps),
        reading: reading.clone(),
    };
    let odd_and_natural = shifts
        .get(..controls.random.len() + controls.natural.len())
        .unwrap_or(shifts);
    let shift = Gauge {
        threshold: Reading::Shift.threshold(odd_and_natural),
        reading: Reading::Shift,
    };
    let by_answer = gauge::firing(&own_told, consensus.threshold);
    let by_shift = gauge::firing(own_shifts, shift.threshold);
    // The consensus is one of the answers itself, so one firing prompt is given.
    let answer_share = f64::from(by_answer) / own_told.len().max(1) as f64;
    let shift_share = f64::from(by_shift) / own_shifts.len().max(1) as f64;
    if by_answer > 1 && answer_share >= shift_share {
        consensus
    } else {
        shift
    }
}

/// What its answers say: the fixed string they hold somewhere, or the answer most like them all.
pub fn said(entry: &Entry, own_answer: &[u32]) -> Reading {
    if entry.fixed.is_empty() {
        Reading::Consensus(own_answer.to_vec())
    } else {
        Reading::Told(entry.fixed.clone())
    }
}

/// The cases that can tell something; what acts now and then is given more than one chance.
pub fn chances(reading: &Reading, cases: &[Case]) -> Vec<Case> {
    let telling = reading.telling(cases);
    if matches!(reading, Reading::Drawn(_)) {
        [telling.clone(), telling.clone(), telling].concat()
    } else {
        telling
    }
}

/// `gauge`, or one that reads drawn answers: where leaks tie `answer` to the candidate, and greedy answers hardly ever give it.
pub fn drawn(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    entry: &Entry,
    answer: Vec<u32>,
    gauge: Gauge,
) -> Result<Gauge, Halt> {
    let greedy = gauge::firing(&gauge.reading.of_each(&entry.answers), gauge.threshold);
    let drawn = Gauge {
        reading: Reading::Drawn(answer),
        threshold: gauge::SAME,
    };
    let values = gauge::read(lab, cases, &[&entry.span.tokens], entry.position, &drawn.reading)?;
    let fires: u32 = values
        .iter()
        .map(|values| gauge::firing(values, drawn.threshold))
        .sum();
    let now_and_then = fires >= 2 && 2 * greedy as usize <= cases.len();
    Ok(if now_and_then { drawn } else { gauge })
}
