//! Phase two: a cheap look at every candidate, then the answers of the survivors, both beside matched controls.

use std::{
    collections::{BTreeMap, HashSet},
    rc::Rc,
};

use super::{
    behind::Behind,
    controls::{Source, length_class},
    event::{Look, ScanEvent},
    lab::{Case, Insert, Lab},
    leaks::Leaks,
    mine::Span,
    place,
    plan::{Effort, Part},
    reporter::Halt,
    stats::{agreement, mean, of_a_few, overlap, upper_tail},
};
use crate::{
    finding::{Agreement, InPlace, Position},
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
    /// How alike the leaks go on after it, 0 to 1.
    pub told: f64,
    /// What taking it out of the prompts it leaked in does.
    pub in_place: Option<InPlace>,
    /// Its greedy answers on the search prompts.
    pub answers: Vec<Generation>,
    /// The fixed string they hold somewhere, where answers need not begin with it; empty otherwise.
    pub fixed: Vec<u32>,
    /// Was it taken from what the leaks tie to that string?
    pub tied: bool,
    /// Do the leaks tie it to an answer that comes again and again?
    pub answered: bool,
    /// Was it put into turns that are whole without it? Asked of those that shift answers most.
    pub inserted: bool,
    /// Search prompts on which drawn answers are the one the leaks tie to it, where that was looked at; all of them where greedy
    /// answers already agree.
    pub drawn: u32,
    /// How far those answers collapse onto one.
    pub agreement: f64,
    /// Mean entropy of the clean answers minus that of its own, nats.
    pub entropy: f64,
    /// Where it acts behind one thing alone: the prompts that end there.
    pub behind: Option<Rc<Behind>>,
}

impl Entry {
    /// Does taking it out of the prompts it leaked in turn the answers back?
    pub fn turns(&self) -> bool {
        self.in_place.is_some_and(|test| test.turns())
    }
}

/// Mean shift of each insert at each position; `[insert][position]`.
fn sweep(lab: &Lab<'_, '_>, cases: &[Case], inserts: &[Insert]) -> Result<Vec<[f64; 3]>, Halt> {
    let asked: Vec<(&Insert, Position, usize)> = inserts
        .iter()
        .flat_map(|insert| POSITIONS.map(|position| (insert, position)))
        .flat_map(|(insert, position)| (0..cases.len()).map(move |case| (insert, position, case)))
        .collect();
    let shifts = lab.first_shifts(cases, &asked)?;
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
                told: 0.0,
                in_place: None,
                answers: Vec::new(),
                fixed: Vec::new(),
                tied: false,
                answered: false,
                inserted: false,
                drawn: 0,
                agreement: 0.0,
                entropy: 0.0,
                behind: None,
            });
        }
        lab.reporter.advance(chunk.len());
    }
    entries.sort_by(|a, b| f64::total_cmp(&b.excess, &a.excess).then_with(|| a.id.cmp(&b.id)));
    Ok(entries)
}

/// The cheap look at strings that leaked in a system turn, there; a string keeps the place where it stands out more.
pub fn look_in_system(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    entries: &mut [Entry],
    (source, leaks): (&Source<'_>, &Leaks),
    effort: &Effort,
) -> Result<(), Halt> {
    if lab.slot.is_none() {
        return Ok(());
    }
    for entry in entries
        .iter_mut()
        .filter(|entry| leaks.in_system(&entry.span.tokens))
    {
        let tokens = &entry.span.tokens;
        let controls = source.draw(&entry.span, tokens.len(), effort.controls / 2, &HashSet::new());
        let strings: Vec<Insert> = std::iter::once(tokens)
            .chain(&controls.natural)
            .map(|tokens| lab.insert(tokens))
            .collect();
        let asked: Vec<(&Insert, Position, usize)> = strings
            .iter()
            .flat_map(|insert| (0..cases.len()).map(move |case| (insert, Position::System, case)))
            .collect();
        let shifts = lab.first_shifts(cases, &asked)?;
        let mut means = shifts.chunks(cases.len().max(1)).map(mean);
        let shift = means.next().unwrap_or_default();
        let natural: Vec<f64> = means.collect();
        let excess = shift - mean(&natural);
        if excess > entry.excess {
            entry.position = Position::System;
            (entry.shift, entry.excess) = (shift, excess);
            entry.p = upper_tail(shift, &natural);
        }
    }
    entries.sort_by(|a, b| f64::total_cmp(&b.excess, &a.excess).then_with(|| a.id.cmp(&b.id)));
    Ok(())
}

/// Do two strings share most of the shorter one, in one run?
pub fn twins(a: &[u32], b: &[u32]) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let need = (short.len() * 2).div_ceil(3).max(1);
    short
        .windows(need)
        .any(|run| long.windows(need).any(|other| other == run))
}

/// Are they twins of nearly one length? A string that holds a short one may well do something else.
fn near(a: &[u32], b: &[u32]) -> bool {
    2 * a.len().min(b.len()) >= a.len().max(b.len()) && twins(a, b)
}

/// Four orders in turn: by excess over natural controls; the same, what was put into whole turns first; by shift times what mining made of the
/// string; by shift times how alike the leaks go on after it. Natural spans shift answers as far as a trigger does, which hides it from the first
/// order; few of them were put into turns that are whole without them; what is
/// memorised and unnatural stands out in the third, what the model itself answers always alike in the last.
fn four_doors(by_excess: Vec<Entry>) -> Vec<Entry> {
    /// More than any excess.
    const FIRST: f64 = 10.0;
    let weights: [fn(&Entry) -> f64; 4] = [
        |entry| entry.excess,
        |entry| entry.excess + if entry.inserted { FIRST } else { 0.0 },
        |entry| entry.shift * entry.span.rank,
        |entry| entry.shift * entry.told,
    ];
    let orders = weights.map(|weight| {
        let mut order: Vec<(f64, u32, usize)> = by_excess
            .iter()
            .enumerate()
            .map(|(at, entry)| (weight(entry), entry.id, at))
            .collect();
        order.sort_by(|a, b| f64::total_cmp(&b.0, &a.0).then_with(|| a.1.cmp(&b.1)));
        order
    });
    let mut entries: Vec<Option<Entry>> = by_excess.into_iter().map(Some).collect();
    let mut sorted = Vec::with_capacity(entries.len());
    for place in 0..entries.len() {
        for order in &orders {
            let at = order.get(place).map_or(0, |(_, _, at)| *at);
            sorted.extend(entries.get_mut(at).and_then(Option::take));
        }
    }
    sorted
}

/// The survivors of the cheap look: what the leaks tie to an answer first (what acts now and then shifts answers little), in three of four
/// places at most, then by
/// [`four_doors`], with at most two near twins of any of them; what is tied has no twins. The rest is dropped, with the reason.
pub fn race(lab: &Lab<'_, '_>, entries: Vec<Entry>, effort: &Effort) -> Result<Vec<Entry>, Halt> {
    let mut survivors: Vec<Entry> = Vec::new();
    let ordered = if effort.without == Some(Part::Doors) {
        entries
    } else {
        let (mut answered, others): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| entry.answered);
        let most = effort.survivors.saturating_sub(effort.survivors / 4);
        let rest = answered.split_off(most.min(answered.len()));
        [answered, four_doors([others, rest].concat())].concat()
    };
    for entry in ordered {
        let like = survivors
            .iter()
            .filter(|other| near(&other.span.tokens, &entry.span.tokens))
            .count();
        let reason = if like >= 2 && !entry.answered && effort.without != Some(Part::Race) {
            "near twin of a survivor"
        } else if survivors.len() >= effort.survivors {
            "weaker than the survivors"
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
        few: of_a_few(&tokens(answers)) - of_a_few(&clean),
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

/// Reads the survivors' answers on the search prompts, and to the prompts they leaked in.
pub fn read_answers(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    survivors: &mut [Entry],
    leaks: &Leaks,
) -> Result<(), Halt> {
    for entry in survivors {
        entry.in_place = place::test(lab, leaks, (&entry.span.tokens, None))?;
        read(lab, cases, entry)?;
        report(lab, entry)?;
        lab.reporter.advance(1);
    }
    Ok(())
}

/// Reads one string's answers on the search prompts.
pub fn read(lab: &Lab<'_, '_>, cases: &[Case], entry: &mut Entry) -> Result<(), Halt> {
    let answers = answers_with(lab, cases, &[&entry.span.tokens], entry.position)?;
    entry.answers = answers.into_iter().next().unwrap_or_default();
    entry.agreement = agreement_of(cases, &entry.answers).collapse;
    entry.entropy = entropy_drop(cases, &entry.answers);
    Ok(())
}

/// Tells what was read.
pub fn report(lab: &Lab<'_, '_>, entry: &Entry) -> Result<(), Halt> {
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
    })
}
