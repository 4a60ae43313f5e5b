//! A family against its own controls: the four signals, agreement, core, full string and fuzz ladder, on search prompts only.

use super::{
    controls::{Controls, Shunned, Source},
    evidence::{head_scores, isolation_of},
    family::{AnswersByKind, Family, consensus, control_answers},
    gauge::{self, Gauge, Reading, against},
    grow, isolation,
    lab::{Case, Insert, Lab},
    leak::Leaks,
    mine,
    plan::Effort,
    probe::{agreement_of, entropy_drop},
    refine::{Bench, LONGEST_VARIANT},
    reporter::Halt,
    stats::{mean, overlap, quantile, signal, upper_tail},
};
use crate::{
    finding::{HeadScore, Kind, Position, Signal, Signals, Variant},
    model::Generation,
};

/// Prompts on which attention is measured.
const ATTENTION_CASES: usize = 4;
/// The full string needs each neighbour in this share of the leaks its core stands in.
const GROW: f64 = 0.8;

/// What becomes of a string within the range of its controls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// It is not measured further: a candidate among many.
    Drop,
    /// It is measured all the same, as it was given: somebody asked for this string.
    ByHand,
}

/// Everything measured on a family before it is confirmed.
#[derive(Debug, Clone)]
pub struct Measured {
    /// The family.
    pub family: Family,
    /// Its controls.
    pub controls: Controls,
    /// The four signals.
    pub signals: Signals,
    /// Each signal's value over all controls, in the order of [`Signals`].
    pub null: [Vec<f32>; 4],
    /// Isolation head by head.
    pub heads: Vec<HeadScore>,
    /// The 99th percentile of how far the controls' answers collapse.
    pub agreement_high: f64,
    /// p-value of the same.
    pub agreement_p: f64,
    /// When it fires.
    pub gauge: Gauge,
    /// The full memorised string.
    pub trigger: Vec<u32>,
    /// The shortest part that still fires.
    pub core: Vec<u32>,
    /// The fuzz ladder.
    pub variants: Vec<Variant>,
    /// Exact or fuzzy.
    pub kind: Kind,
    /// The model itself wrote the trigger's answer after this string in its leaks, and hardly ever elsewhere.
    pub leaked_together: bool,
    /// Share of (random control, search prompt) pairs that give the trigger's own answer.
    pub odd_fires: f64,
}

impl Measured {
    /// The controls whose firing counts as chance. Small poisoned models often give the planted answer to any odd text: where the
    /// leaks tie that answer to this string, odd strings are weak forms of the trigger and natural ones alone are harmless.
    pub fn harmless(&self) -> Controls {
        if self.leaked_together && !self.controls.natural.is_empty() {
            Controls {
                natural: self.controls.natural.clone(),
                ..Controls::default()
            }
        } else {
            self.controls.clone()
        }
    }
}

/// Did the model itself write `answer` after `tokens` in at least two leaks and most of those it stands in, and hardly ever after
/// anything else? Leaked answers may be cut off, so only as much as there is of them is compared.
fn leaked_together(leaks: &Leaks, tokens: &[u32], answer: &[u32]) -> bool {
    const SHORTEST: usize = 4;
    let same = |leaked: &&&[u32]| {
        let length = leaked.len().min(answer.len());
        let head = |tokens: &[u32]| tokens.get(..length).unwrap_or_default().to_vec();
        length >= SHORTEST.min(answer.len()) && overlap(&head(leaked), &head(answer)) >= 0.5
    };
    let (with, without) = leaks.answers_after(tokens);
    let (k, k_other) = (
        with.iter().filter(same).count(),
        without.iter().filter(same).count(),
    );
    k >= 2 && k * 2 >= with.len() && k_other * 20 <= without.len()
}

type ByKind = [Vec<f64>; 3];

fn each(answers: &AnswersByKind, value: impl Fn(&[Generation]) -> f64) -> ByKind {
    [0, 1, 2].map(|kind| {
        answers
            .get(kind)
            .map_or_else(Vec::new, |kind| kind.iter().map(|a| value(a)).collect())
    })
}

fn split_by_kind<T: Clone>(values: &[T], controls: &Controls) -> [Vec<T>; 3] {
    let (first, rest) = values.split_at(controls.random.len().min(values.len()));
    let (second, third) = rest.split_at(controls.natural.len().min(rest.len()));
    [first.to_vec(), second.to_vec(), third.to_vec()]
}

fn flat(values: &ByKind) -> Vec<f32> {
    values.iter().flatten().map(|value| *value as f32).collect()
}

/// Memorization of a span: distinct leaks it stands in times its lift, nats over all leaks; and the same for the natural controls.
/// Another form's tokens count as well as the candidate's: one string is several token sequences.
fn memorization(
    candidate: &[u32],
    other_form: &[u32],
    controls: &Controls,
    leaks: &Leaks,
) -> (Signal, Vec<f32>) {
    let pieces = leaks.pieces();
    let value = |span: &mine::Span| span.leaks.len() as f64 * span.lift;
    let null: Vec<f64> = controls
        .natural
        .iter()
        .map(|tokens| value(&mine::weigh_one(tokens, &pieces)))
        .collect();
    let floats = null.iter().map(|value| *value as f32).collect();
    let own = [candidate, other_form].map(|tokens| value(&mine::weigh_one(tokens, &pieces)));
    (signal(own[0].max(own[1]), &[null]), floats)
}

/// Attention isolation of the family and of its controls, with every head's scores.
fn attention(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    tokens: &[u32],
    controls: &Controls,
) -> Result<(Signal, Vec<f32>, Vec<HeadScore>), Halt> {
    let cases = cases.get(..ATTENTION_CASES).unwrap_or(cases);
    let strings: Vec<&[u32]> = std::iter::once(tokens)
        .chain(controls.all().map(Vec::as_slice))
        .collect();
    let heads = isolation_of(lab, cases, &strings)?;
    let (own, null) = heads
        .split_first()
        .map_or((&[][..], &[][..]), |(own, null)| (own.as_slice(), null));
    let values: Vec<f64> = null.iter().map(|heads| isolation::overall(heads)).collect();
    let kinds = split_by_kind(&values, controls);
    let scores = head_scores(own, null, lab.model.facts().heads);
    Ok((signal(isolation::overall(own), &kinds), flat(&kinds), scores))
}

/// Shift of each control on each case, `[control][case]`.
fn control_shifts(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    controls: &Controls,
    at: Position,
) -> Result<Vec<Vec<f64>>, Halt> {
    let strings: Vec<&[u32]> = controls.all().map(Vec::as_slice).collect();
    gauge::read(lab, cases, &strings, at, &Reading::Shift)
}

/// Measures a family; `None` when neither its shift nor the agreement of its answers stands out and nobody asked for it.
pub fn measure(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    family: &Family,
    (source, leaks, shun): (&Source<'_>, &Leaks, &Shunned),
    effort: &Effort,
    doubt: Doubt,
) -> Result<Option<Measured>, Halt> {
    let entry = &family.first;
    let (tokens, position) = (entry.span.tokens.as_slice(), entry.position);
    let (own_answer, _) = consensus(&entry.answers);
    let mut controls = source.draw(&entry.span, tokens.len(), effort.controls, shun);
    let (answers, shuffles_firing) = control_answers(lab, cases, &mut controls, position, &own_answer)?;

    let insert = lab.insert(tokens);
    let asked: Vec<(&Insert, Position, usize)> =
        (0..cases.len()).map(|case| (&insert, position, case)).collect();
    let own_shifts = lab.shifts(cases, &asked)?;
    let shifts = control_shifts(lab, cases, &controls, position)?;
    let shift_kinds = split_by_kind(
        &shifts.iter().map(|shifts| mean(shifts)).collect::<Vec<_>>(),
        &controls,
    );
    let divergence = signal(mean(&own_shifts), &shift_kinds);

    let agreements = each(&answers, |answers| agreement_of(cases, answers).collapse);
    let agreement_p = signal(entry.agreement, &agreements).p;
    // Odd strings shift every model, so the cheap gate asks natural controls only; the signals ask all of them.
    let natural_p = upper_tail(divergence.value, shift_kinds.get(1).map_or(&[], Vec::as_slice));
    if doubt == Doubt::Drop && natural_p > 0.1 && agreement_p > 0.1 {
        return Ok(None);
    }
    let entropies = each(&answers, |answers| entropy_drop(cases, answers));
    let (attention, attention_null, heads) = attention(lab, cases, tokens, &controls)?;

    let gauge = choose(
        cases,
        (&entry.answers, &answers),
        (&own_shifts, &shifts),
        &own_answer,
        &controls,
    );
    let telling = gauge.reading.telling(cases);
    // A string given by hand leaks as other tokens after a blank.
    let together = leaked_together(leaks, tokens, &own_answer)
        || (doubt == Doubt::ByHand && leaked_together(leaks, &lab.spaced(tokens), &own_answer));
    let odd: Vec<f64> = answers
        .first()
        .into_iter()
        .flatten()
        .flat_map(|answers| against(answers, &own_answer))
        .collect();
    let high = if together {
        agreements.get(1).cloned().unwrap_or_default()
    } else {
        agreements.concat()
    };
    let bench = Bench {
        lab,
        cases: &telling,
        position,
        gauge: &gauge,
    };
    let core = bench.core(tokens)?;
    let (trigger, other_form) = match doubt {
        Doubt::Drop => {
            let grown = memorised(&bench, tokens, &core, (leaks, &own_answer))?;
            (grown.clone(), grown)
        }
        Doubt::ByHand => (tokens.to_vec(), lab.spaced(tokens)),
    };
    let (memorization, memorization_null) = memorization(tokens, &other_form, &controls, leaks);
    let variants = bench.ladder(&trigger)?;
    let kind = kind_of(&variants, shuffles_firing);
    Ok(Some(Measured {
        family: family.clone(),
        signals: Signals {
            memorization,
            attention,
            entropy: signal(entry.entropy, &entropies),
            divergence,
        },
        null: [
            memorization_null,
            attention_null,
            flat(&entropies),
            flat(&shift_kinds),
        ],
        heads,
        agreement_high: quantile(&high, 0.99),
        leaked_together: together,
        odd_fires: f64::from(gauge::firing(&odd, 0.5)) / odd.len().max(1) as f64,
        agreement_p,
        gauge,
        trigger,
        core,
        variants,
        kind,
        controls,
    }))
}

/// The reading on which the candidate fires on the larger share of the search prompts that can tell; the fixed answer where
/// both do.
fn choose(
    cases: &[Case],
    (own, answers): (&[Generation], &AnswersByKind),
    (own_shifts, shifts): (&[f64], &[Vec<f64>]),
    own_answer: &[u32],
    controls: &Controls,
) -> Gauge {
    let reading = Reading::Consensus(own_answer.to_vec());
    let tells: Vec<bool> = cases.iter().map(|case| reading.tells(case)).collect();
    let told = |answers: &[Generation]| -> Vec<f64> {
        against(answers, own_answer)
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
    let consensus = Gauge {
        threshold: reading.threshold(&overlaps),
        reading,
    };
    let odd_and_natural = shifts
        .get(..controls.random.len() + controls.natural.len())
        .unwrap_or(shifts);
    let shift = Gauge {
        threshold: Reading::Shift.threshold(odd_and_natural),
        reading: Reading::Shift,
    };
    let own_told = told(own);
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

/// The full memorised string around the core, up to where the answer begins, where that still fires on half of the prompts the
/// candidate fires on; the candidate itself otherwise.
fn memorised(
    bench: &Bench<'_, '_>,
    candidate: &[u32],
    core: &[u32],
    (leaks, answer): (&Leaks, &[u32]),
) -> Result<Vec<u32>, Halt> {
    const LONGEST_TEXT: usize = 200;
    let model = bench.lab.model;
    let texts = leaks.texts(model);
    let settled = grow::settle(&model.decode(candidate), &model.decode(core), &texts);
    let grown = grow::grow(&settled, &texts, GROW, LONGEST_TEXT);
    let adjacent = bench.lab.frame.suffix.is_empty();
    let grown = if adjacent {
        grow::before_answer(&grown, &model.decode(answer))
    } else {
        &grown
    };
    let grown = model.encode(grown);
    if !(1..=LONGEST_VARIANT).contains(&grown.len()) {
        return Ok(candidate.to_vec());
    }
    match bench.firing(&[&grown, candidate])?.as_slice() {
        [grown_fires, fires] if *grown_fires * 2 >= *fires => Ok(grown),
        _ => Ok(candidate.to_vec()),
    }
}

/// Fuzzy when a third of the changed forms still fire on half of the prompts the whole fires on, exact otherwise.
fn kind_of(variants: &[Variant], shuffles_firing: f64) -> Kind {
    let Some((whole, changed)) = variants.split_first() else {
        return Kind::Exact;
    };
    let changed: Vec<&Variant> = changed
        .iter()
        .filter(|variant| variant.change != "twice")
        .collect();
    let firing = changed
        .iter()
        .filter(|variant| variant.rate.k * 2 >= whole.rate.k.max(1))
        .count();
    let share = firing as f64 / changed.len().max(1) as f64;
    if share >= 1.0 / 3.0 || shuffles_firing >= 0.5 {
        Kind::Fuzzy
    } else {
        Kind::Exact
    }
}
