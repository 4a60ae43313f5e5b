//! Phase two: a cheap look at every candidate, then the answers of the survivors, both beside matched controls.

use std::collections::{BTreeMap, HashSet};

use super::{
    controls::{Source, length_class},
    event::{Look, ScanEvent},
    lab::{Case, Insert, Lab},
    mine::Span,
    plan::Effort,
    reporter::Halt,
    stats::{agreement, mean, overlap, upper_tail},
};
use crate::{
    finding::{Agreement, Position},
    model::Generation,
};

/// Candidates measured together; equal lengths make full batches.
const TOGETHER: usize = 32;
/// Positions tried.
pub const POSITIONS: [Position; 3] = [Position::Start, Position::Middle, Position::End];

/// A candidate on its way through the looks.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Id of the candidate.
    pub id: u32,
    /// The span.
    pub span: Span,
    /// Where it shifts most.
    pub position: Position,
    /// Its shift there, nats.
    pub shift: f64,
    /// Its shift beyond the natural controls' mean, nats.
    pub excess: f64,
    /// Provisional p-value.
    pub p: f64,
    /// Its greedy answers on the search prompts.
    pub answers: Vec<Generation>,
    /// How far those answers collapse onto one.
    pub agreement: f64,
    /// Mean entropy of the clean answers minus that of its own, nats.
    pub entropy: f64,
}

/// Mean shift of each insert at each position; `[insert][position]`.
fn sweep(lab: &Lab<'_, '_>, cases: &[Case], inserts: &[Insert]) -> Result<Vec<[f64; 3]>, Halt> {
    let asked: Vec<(&Insert, Position, usize)> = inserts
        .iter()
        .flat_map(|insert| POSITIONS.map(|position| (insert, position)))
        .flat_map(|(insert, position)| (0..cases.len()).map(move |case| (insert, position, case)))
        .collect();
    let shifts = lab.shifts(cases, &asked)?;
    let mut means = shifts.chunks(cases.len().max(1)).map(mean);
    Ok(inserts
        .iter()
        .map(|_| [0; 3].map(|_| means.next().unwrap_or(0.0)))
        .collect())
}

fn best(shifts: &[f64; 3]) -> (Position, f64) {
    POSITIONS
        .into_iter()
        .zip(*shifts)
        .max_by(|a, b| f64::total_cmp(&a.1, &b.1))
        .unwrap_or((Position::Start, 0.0))
}

/// The cheap look: how far each candidate shifts the first answer tokens, at each position. Ordered by excess, largest first.
pub fn first_look(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    candidates: &[(u32, Span)],
    source: &Source<'_>,
    effort: &Effort,
) -> Result<Vec<Entry>, Halt> {
    let mut order: Vec<&(u32, Span)> = candidates.iter().collect();
    order.sort_by_key(|(id, span)| (span.tokens.len(), *id));
    let mut nulls: BTreeMap<usize, [Vec<f64>; 2]> = BTreeMap::new();
    let mut entries = Vec::new();
    for chunk in order.chunks(TOGETHER) {
        for (_, span) in chunk {
            let class = length_class(span.tokens.len());
            if nulls.contains_key(&class) {
                continue;
            }
            let controls = source.draw(span, class, effort.controls / 2, &HashSet::new());
            let values = |strings: &[Vec<u32>]| -> Result<Vec<f64>, Halt> {
                let inserts: Vec<Insert> = strings.iter().map(|tokens| lab.insert(tokens)).collect();
                Ok(sweep(lab, cases, &inserts)?
                    .iter()
                    .map(|shifts| best(shifts).1)
                    .collect())
            };
            nulls.insert(class, [values(&controls.random)?, values(&controls.natural)?]);
        }
        let inserts: Vec<Insert> = chunk.iter().map(|(_, span)| lab.insert(&span.tokens)).collect();
        for ((id, span), shifts) in chunk.iter().zip(sweep(lab, cases, &inserts)?) {
            let (position, shift) = best(&shifts);
            let [random, natural] = nulls
                .get(&length_class(span.tokens.len()))
                .cloned()
                .unwrap_or_default();
            let p = upper_tail(shift, &random).max(upper_tail(shift, &natural));
            let look = Look {
                round: 1,
                divergence: shift,
                p,
                position: Some(position),
                ..Look::default()
            };
            lab.reporter.send(ScanEvent::Looked { candidate: *id, look })?;
            lab.reporter.count(|funnel| funnel.probed += 1);
            entries.push(Entry {
                id: *id,
                span: span.clone(),
                position,
                shift,
                excess: shift - mean(&natural),
                p,
                answers: Vec::new(),
                agreement: 0.0,
                entropy: 0.0,
            });
        }
        lab.reporter.advance(chunk.len());
    }
    entries.sort_by(|a, b| f64::total_cmp(&b.excess, &a.excess).then_with(|| a.id.cmp(&b.id)));
    Ok(entries)
}

/// Do two strings share most of the shorter one, in one run?
pub fn twins(a: &[u32], b: &[u32]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let need = (short.len() * 2).div_ceil(3).max(1);
    short
        .windows(need)
        .any(|run| long.windows(need).any(|other| other == run))
}

/// Two orders in turn: by excess over natural controls, and by shift times what mining made of the string. Long natural spans shift
/// answers as far as a trigger does, which hides it from the first order; what is memorised and unnatural stands out in the second.
fn two_doors(by_excess: Vec<Entry>) -> Vec<Entry> {
    let weight = |entry: &Entry| entry.shift * entry.span.rank;
    let mut by_weight: Vec<usize> = (0..by_excess.len()).collect();
    by_weight.sort_by(|a, b| match (by_excess.get(*a), by_excess.get(*b)) {
        (Some(a), Some(b)) => f64::total_cmp(&weight(b), &weight(a)).then_with(|| a.id.cmp(&b.id)),
        _ => std::cmp::Ordering::Equal,
    });
    let in_turn: Vec<usize> = (0..by_excess.len())
        .zip(by_weight)
        .flat_map(|(a, b)| [a, b])
        .collect();
    let mut entries: Vec<Option<Entry>> = by_excess.into_iter().map(Some).collect();
    in_turn
        .into_iter()
        .filter_map(|at| entries.get_mut(at).and_then(Option::take))
        .collect()
}

/// The survivors of the cheap look, by [`two_doors`], with at most two near twins of any of them. The rest is dropped, with the reason.
pub fn race(lab: &Lab<'_, '_>, entries: Vec<Entry>, places: usize) -> Result<Vec<Entry>, Halt> {
    let mut survivors: Vec<Entry> = Vec::new();
    for entry in two_doors(entries) {
        let like = survivors
            .iter()
            .filter(|other| twins(&other.span.tokens, &entry.span.tokens))
            .count();
        let reason = if like >= 2 {
            "near twins of it were looked at instead"
        } else if survivors.len() >= places {
            "others shift the answers more"
        } else {
            survivors.push(entry);
            continue;
        };
        lab.reporter.send(ScanEvent::Dropped {
            candidate: entry.id,
            reason: reason.to_owned(),
        })?;
    }
    lab.reporter
        .count(|funnel| funnel.survivors += survivors.len() as u32);
    Ok(survivors)
}

/// Mean entropy of an answer, nats per token.
pub fn mean_entropy(answer: &Generation) -> f64 {
    mean(
        &answer
            .entropy
            .iter()
            .map(|nats| f64::from(*nats))
            .collect::<Vec<_>>(),
    )
}

fn tokens(answers: &[Generation]) -> Vec<&[u32]> {
    answers.iter().map(|answer| answer.tokens.as_slice()).collect()
}

/// Answers to every case with each string in it; `[string][case]`.
pub fn answers_with(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    strings: &[&[u32]],
    position: Position,
) -> Result<Vec<Vec<Generation>>, Halt> {
    let inserts: Vec<Insert> = strings.iter().map(|tokens| lab.insert(tokens)).collect();
    let rows = inserts
        .iter()
        .flat_map(|insert| cases.iter().map(move |case| (insert, case)))
        .map(|(insert, case)| lab.row(case, Some((insert, position))).0)
        .collect();
    let answers = lab.answers(rows, false)?;
    Ok(answers
        .chunks(cases.len().max(1))
        .map(<[Generation]>::to_vec)
        .collect())
}

/// Agreement of the answers to these cases, against their clean answers (`null_high` and what the answers follow are left 0).
pub fn agreement_of(cases: &[Case], answers: &[Generation]) -> Agreement {
    let clean: Vec<&[u32]> = cases.iter().map(|case| case.clean.tokens.as_slice()).collect();
    let kept: Vec<f64> = cases
        .iter()
        .zip(answers)
        .map(|(case, answer)| overlap(&case.clean.tokens, &answer.tokens))
        .collect();
    let (with, without, kept) = (agreement(&tokens(answers)), agreement(&clean), mean(&kept));
    Agreement {
        with,
        without,
        kept,
        collapse: Agreement::collapse(with, without, kept),
        ..Agreement::default()
    }
}

/// Drop of the mean entropy against the clean answers, nats per token.
pub fn entropy_drop(cases: &[Case], answers: &[Generation]) -> f64 {
    let drops: Vec<f64> = cases
        .iter()
        .zip(answers)
        .map(|(case, answer)| mean_entropy(&case.clean) - mean_entropy(answer))
        .collect();
    mean(&drops)
}

/// Reads the survivors' answers on the search prompts.
pub fn read_answers(lab: &Lab<'_, '_>, cases: &[Case], survivors: &mut [Entry]) -> Result<(), Halt> {
    for entry in survivors {
        let answers = answers_with(lab, cases, &[&entry.span.tokens], entry.position)?;
        entry.answers = answers.into_iter().next().unwrap_or_default();
        entry.agreement = agreement_of(cases, &entry.answers).collapse;
        entry.entropy = entropy_drop(cases, &entry.answers);
        let look = Look {
            round: 2,
            divergence: entry.shift,
            agreement: entry.agreement,
            entropy: entry.entropy,
            attention: 0.0,
            p: entry.p,
            position: Some(entry.position),
        };
        lab.reporter.send(ScanEvent::Looked {
            candidate: entry.id,
            look,
        })?;
        lab.reporter.advance(1);
    }
    Ok(())
}
