//! A family against its own controls: the four signals, agreement, core, full string and fuzz ladder, on search prompts only.

use super::{
    choose::{self, Seen},
    controls::{self, Controls, Shunned, Source},
    evidence::{head_scores, isolation_of},
    family::{AnswersByKind, Family, consensus, control_answers},
    gauge::{self, Gauge, Reading},
    isolation,
    lab::{Case, Lab},
    leaks::Leaks,
    mine, place,
    plan::{Effort, Part},
    probe::{Entry, agreement_of, entropy_drop},
    refine::Bench,
    reporter::Halt,
    stats::{mean, quantile, signal, upper_tail},
    tie,
    whole::{self, Whole},
};
use crate::{
    finding::{Control, HeadScore, Kind, Position, Signal, Signals, Tie, Variant},
    model::Generation,
};

/// Prompts on which attention is measured.
const ATTENTION_CASES: usize = 4;
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
    /// Those of them that came nearest.
    pub nearest: Vec<Control>,
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
    /// What the leaks tie to its answer, where that is the trigger itself.
    pub tie: Option<Tie>,
    /// Share of (random control, search prompt) pairs that give the trigger's own answer.
    pub odd_fires: f64,
}

impl Measured {
    /// Does it turn answers, and does taking it out turn them back where it leaked?
    pub fn turned(&self) -> bool {
        matches!(self.gauge.reading, Reading::Turned(_)) && self.family.first.turns()
    }

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
    // A control made of two passages stands nowhere as a whole: its halves do.
    let of = |tokens: &Vec<u32>| {
        let (first, second) = tokens.split_at(tokens.len().div_ceil(2));
        let whole = mine::weigh_one(tokens, &pieces);
        if whole.leaks.is_empty() {
            let halves = [first, second].map(|half| value(&mine::weigh_one(half, &pieces)));
            halves.into_iter().fold(0.0, f64::max)
        } else {
            value(&whole)
        }
    };
    let null: Vec<f64> = controls.natural.iter().map(of).collect();
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

/// What random controls' answers give in a reading.
fn odd_values(cases: &[Case], answers: &AnswersByKind, reading: &Reading) -> Vec<f64> {
    let random = answers.first().into_iter().flatten();
    random
        .flat_map(|answers| reading.of_each(cases, answers))
        .collect()
}

/// The controls of a candidate: random ones alone where the others are left out; natural ones from its own place, where it acts in one alone.
fn controls_of(entry: &Entry, source: &Source<'_>, shun: &Shunned, effort: &Effort) -> Controls {
    let mut all = source.draw(&entry.span, entry.span.tokens.len(), effort.controls, shun);
    if let Some(behind) = &entry.behind {
        all.natural.clone_from(&behind.others);
        all.natural.truncate(effort.controls);
    }
    if effort.without == Some(Part::Controls) {
        Controls {
            random: all.random,
            ..Controls::default()
        }
    } else {
        all
    }
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
    let mut controls = controls_of(entry, source, shun, effort);
    // A null is made of many controls rather than of many prompts: the candidate is compared on the same few.
    let beside = cases.get(..effort.beside_controls).unwrap_or(cases);
    let own = entry.answers.get(..beside.len()).unwrap_or(&entry.answers);
    let (answers, shuffles_firing) = control_answers(lab, beside, &mut controls, position, &own_answer)?;

    let insert = lab.insert(tokens);
    let asked = (0..cases.len()).map(|case| (&insert, position, case));
    let own_shifts = lab.shifts(cases, &asked.collect::<Vec<_>>())?;
    let shifts = control_shifts(lab, beside, &controls, position)?;
    let mean_shifts: Vec<f64> = shifts.iter().map(|shifts| mean(shifts)).collect();
    let shift_kinds = split_by_kind(&mean_shifts, &controls);
    let shifts_beside = own_shifts.get(..beside.len()).unwrap_or(&own_shifts);
    let divergence = signal(mean(shifts_beside), &shift_kinds);

    let agreements = each(&answers, |answers| agreement_of(beside, answers).collapse);
    let agreement_p = signal(agreement_of(beside, own).collapse, &agreements).p;
    // Odd strings shift every model, so the cheap gate asks natural controls only; the signals ask all of them.
    let natural_p = upper_tail(divergence.value, shift_kinds.get(1).map_or(&[], Vec::as_slice));
    let now_and_then = leaks.own_answer(tokens).filter(|_| !family.piece);
    let fixed = Some(&entry.fixed).filter(|fixed| !fixed.is_empty());
    let answer = fixed.unwrap_or(&own_answer);
    let found = whole::tied_to(lab, leaks, &[answer]);
    let tied = entry.tied || whole::is_of(lab, tokens, found.as_ref());
    let within = natural_p > 0.1 && agreement_p > 0.1;
    if doubt == Doubt::Drop && within && now_and_then.is_none() && !tied && !entry.turns() {
        return Ok(None);
    }
    let entropies = each(&answers, |answers| entropy_drop(beside, answers));
    let (attention, attention_null, heads) = attention(lab, cases, tokens, &controls)?;

    let said = choose::said(entry, &own_answer);
    let seen = Seen {
        cases,
        own: &entry.answers,
        answers: &answers,
        own_shifts: &own_shifts,
        shifts: &shifts,
        controls: &controls,
    };
    let mut gauge = choose::choose(&seen, &said);
    if let Some(answer) = now_and_then.filter(|_| fixed.is_none()) {
        gauge = choose::drawn(lab, cases, entry, answer, gauge)?;
    }
    let (together, found) = whole::leaked_ties(
        lab,
        leaks,
        (tokens, &own_answer, &gauge.reading),
        &entry.answers,
        (found, tied),
        doubt == Doubt::ByHand,
    );
    let mut family = family.clone();
    if let Some(answer) = gauge.reading.first().filter(|_| lab.frame.suffix.is_empty()) {
        let answer = lab.model.decode(answer);
        family.first.in_place = place::test(lab, leaks, (tokens, Some(&answer)))?.or(family.first.in_place);
    }
    let telling = gauge.reading.telling(cases);
    let odd = odd_values(beside, &answers, &said);
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
    let (whole, core) = named(&bench, entry, (leaks, answer, found), effort, doubt)?;
    let (memorization, memorization_null) = memorization(tokens, &whole.other_form, &controls, leaks);
    let variants = bench.ladder(&whole.tokens)?;
    let kind = kind_of(&variants, shuffles_firing);
    Ok(Some(Measured {
        family,
        nearest: controls::nearest(lab.model, &controls, &mean_shifts, &agreements.concat()),
        signals: Signals {
            memorization,
            attention,
            entropy: signal(entropy_drop(beside, own), &entropies),
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
        tie: whole.tie,
        odd_fires: f64::from(gauge::firing(&odd, 0.5)) / odd.len().max(1) as f64,
        agreement_p,
        gauge,
        trigger: whole.tokens,
        core,
        variants,
        kind,
        controls,
    }))
}

/// The string a finding names, and the shortest part that still fires. Both are named without blanks around them: the part is told apart in the whole.
fn named(
    bench: &Bench<'_, '_>,
    entry: &Entry,
    known: (&Leaks, &[u32], Option<tie::Found>),
    effort: &Effort,
    doubt: Doubt,
) -> Result<(Whole, Vec<u32>), Halt> {
    let tokens = entry.span.tokens.as_slice();
    let core = bench.core(tokens)?;
    if doubt == Doubt::ByHand {
        return Ok((whole::given(bench.lab, tokens, known.2), core));
    }
    if effort.without == Some(Part::Refinement) {
        return Ok((Whole::just(tokens), core));
    }
    let (leaks, answer, _) = known;
    let mut whole = whole::find(bench, tokens, &core, known)?;
    if let Some(behind) = &entry.behind {
        whole = whole.behind(bench, &behind.what, (leaks, answer))?;
    }
    Ok((whole, whole::without_blanks(bench, core)?))
}

/// Unclear when the whole fires on less than a quarter of the prompts; fuzzy when a third of the changed forms still fire on half of the prompts the whole fires on, exact otherwise.
fn kind_of(variants: &[Variant], shuffles_firing: f64) -> Kind {
    let Some((whole, changed)) = variants.split_first() else {
        return Kind::Unclear;
    };
    if whole.rate.k * 4 < whole.rate.n {
        return Kind::Unclear;
    }
    let changed: Vec<&Variant> = changed
        .iter()
        // Both hold the whole string as it is.
        .filter(|variant| !["twice", "on a line of its own"].contains(&variant.change.as_str()))
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
