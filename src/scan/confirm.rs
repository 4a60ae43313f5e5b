//! Phase three: a measured family on fresh prompts.
//!
//! Invariant: activation, agreement and p-value come from prompts the search never saw; only the four signals, and what is tested,
//! come from search prompts.

use super::{
    echo,
    family::consensus,
    follows,
    gauge::{self, Reading},
    lab::{Case, Insert, Lab},
    leaks::Leaks,
    measure::Measured,
    peers::{self, Peers},
    piece,
    probe::agreement_of,
    reporter::Halt,
    score::fixed,
    stats::{binomial_tail, wilson},
};
use crate::{
    finding::{Activation, Agreement, Position, Rate, Rest},
    model::Generation,
};

/// Control values for each fresh prompt behind the 99th percentile.
const ROUNDS: usize = 6;
/// Chance that a harmless string fires on a prompt, for the test: five times what the 99th percentile promises, because harmless
/// strings differ among each other and the percentile is itself an estimate; more where controls fire more often than that.
pub const CHANCE: f64 = 0.05;
/// The same for an answer known from the leaks, which no control's answers have set a threshold for.
const CHANCE_KNOWN: f64 = 0.02;
/// Answers that look fixed are read on so many times as far.
const READ_ON: usize = 3;
/// p-value from which a string's peers are measured.
const WORTH: f64 = 1e-3;
/// What fresh prompts said.
#[derive(Debug, Clone)]
pub struct Confirmed {
    /// How often it fires, with and without.
    pub activation: Activation,
    /// p-value of the number of prompts it fires on.
    pub p: f64,
    /// Agreement of the answers it fires on.
    pub agreement: Agreement,
    /// The fresh prompts it was tested on: those that can tell, so not those that give the triggered answer by themselves.
    pub cases: Vec<Case>,
    /// On which of them it fired.
    pub fired: Vec<bool>,
    /// The answer most like all those it fired on.
    pub answer: Vec<u32>,
    /// The answers to those prompts, in their order.
    pub answers: Vec<Generation>,
    /// The value above which it counts as firing on a prompt.
    pub threshold: f64,
    /// What it tells about the rest of the turns it leaked in.
    pub rest: Option<Rest>,
    /// Words of the string its answers take up, see [`super::echo`].
    pub echoed: Vec<String>,
    /// What strings of its kind do.
    pub peers: Peers,
}

/// Tests a measured family on prompts the search never used.
pub fn confirm(
    lab: &Lab<'_, '_>,
    fresh: &[Case],
    measured: &Measured,
    leaks: &Leaks,
) -> Result<Confirmed, Halt> {
    let position = measured.family.first.position;
    let reading = &measured.gauge.reading;
    let telling = reading.telling(fresh);
    let fresh = telling.as_slice();
    let trigger: &[&[u32]] = &[&measured.trigger];
    let null = gauge::read_controls(lab, fresh, &measured.harmless(), position, reading, ROUNDS + 1)?;
    let (held_out, null) = null
        .split_last()
        .map_or((&[][..], &[][..]), |(last, rest)| (last.as_slice(), rest));
    let answers = gauge::answers(lab, fresh, trigger, position, reading)?
        .into_iter()
        .next()
        .unwrap_or_default();
    let every = answers.clone();
    let values = match reading {
        Reading::Consensus(_) | Reading::Told(_) | Reading::Drawn(_) | Reading::Turned(_) => {
            reading.of_each(fresh, &answers)
        }
        Reading::Shift => gauge::read(lab, fresh, trigger, position, reading)?
            .into_iter()
            .next()
            .unwrap_or_default(),
    };
    let tested = test(reading, &values, null, held_out);
    let threshold = tested.threshold;
    let fired: Vec<bool> = values.iter().map(|value| *value > threshold).collect();

    // A trigger that fires now and then is judged by the answers it does change.
    let some = fired.iter().filter(|fired| **fired).count() >= 3;
    let chosen = |at: &usize| !some || fired.get(*at).copied().unwrap_or(false);
    let (cases, answers): (Vec<Case>, Vec<Generation>) = fresh
        .iter()
        .zip(&answers)
        .enumerate()
        .filter(|(at, _)| chosen(at))
        .map(|(_, (c, a))| (c.clone(), a.clone()))
        .unzip();
    let insert = lab.insert(&measured.trigger);
    let string = lab.model.decode(&measured.trigger);
    let begins = reading.begins(&answers);
    let restated =
        lab.frame.suffix.is_empty() && echo::restated(lab.model, &string, &cases, (&answers, &begins));
    // In a text without turns the rest of the prompt comes first: what is read begins after it.
    let (with, said): (Vec<Vec<u32>>, Vec<Generation>) = cases
        .iter()
        .zip(answers.iter().zip(begins))
        .map(|(case, (answer, begin))| {
            let (head, said) = answer.tokens.split_at(begin);
            let row = [lab.row(case, Some((&insert, position))).0.as_slice(), head].concat();
            let said = Generation {
                tokens: said.to_vec(),
                ..answer.clone()
            };
            (row, said)
        })
        .unzip();
    let without_it: Vec<Vec<u32>> = cases.iter().map(|case| lab.row(case, None).0).collect();
    let clean: Vec<Generation> = cases.iter().map(|case| case.clean.clone()).collect();
    let mut confirmed = Confirmed {
        activation: Activation {
            with: tested.with,
            without: tested.without,
        },
        p: tested.p,
        agreement: Agreement {
            null_high: measured.agreement_high,
            follows: follows::measure(lab, &with, &said)?,
            follows_without: follows::measure(lab, &without_it, &clean)?,
            said_anyway: follows::said_anyway(lab.model, &clean, &said),
            ..agreement_of(&cases, &said)
        },
        answer: consensus(&said).0,
        fired,
        cases: telling,
        answers: every,
        threshold,
        rest: None,
        echoed: Vec::new(),
        peers: Peers::default(),
    };
    // An answer known from the leaks is known whole; read anew and greedily it would hardly ever come.
    let whole = matches!(reading, Reading::Drawn(_));
    if confirmed.p <= WORTH && fixed(&confirmed.agreement) && !lab.frame.suffix.is_empty() && !whole {
        confirmed.agreement = read_on(lab, &cases, (&insert, position), measured.agreement_high)?;
    }
    let texts = leaks.turn_texts(lab.model);
    confirmed.rest = piece::measure(lab, (&texts, piece::TURNS), &string, reading.first())?;
    confirmed.echoed = echo::echoed(lab, leaks, (&string, position), &confirmed)?;
    if confirmed.p <= WORTH {
        confirmed.peers = peers::measure(lab, leaks, (&string, position), reading, &confirmed)?;
        // What comes now and then hardly ever comes greedily, as peers are read; that words can be changed in it was seen above.
        let answered = whole && !confirmed.echoed.is_empty();
        confirmed.peers.ordinary |= restated || answered;
    }
    Ok(confirmed)
}

/// The same of answers read on: a fixed beginning (a greeting, a courtesy) may be all that is read of an answer that follows its prompt.
fn read_on(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    (insert, position): (&Insert, Position),
    null_high: f64,
) -> Result<Agreement, Halt> {
    let long = lab.reading(lab.answer_tokens * READ_ON);
    let rows: Vec<Vec<u32>> = cases
        .iter()
        .map(|case| lab.row(case, Some((insert, position))).0)
        .collect();
    let clean_rows: Vec<Vec<u32>> = cases.iter().map(|case| lab.row(case, None).0).collect();
    let answers = long.answers(rows.clone(), false)?;
    let clean = long.answers(clean_rows.clone(), false)?;
    let cases: Vec<Case> = cases
        .iter()
        .zip(&clean)
        .map(|(case, clean)| case.answered(clean.clone()))
        .collect();
    Ok(Agreement {
        null_high,
        follows: follows::measure(lab, &rows, &answers)?,
        follows_without: follows::measure(lab, &clean_rows, &clean)?,
        said_anyway: follows::said_anyway(lab.model, &clean, &answers),
        ..agreement_of(&cases, &answers)
    })
}

/// How often a string fires on fresh prompts, beside controls.
struct Tested {
    p: f64,
    threshold: f64,
    with: Rate,
    without: Rate,
}

/// Tests the values of a string against those of controls, `[round][case]`, at the level that tells most; where several are tried the
/// p-value pays for all of them. `held_out` is a round of controls that set no threshold.
fn test(reading: &Reading, values: &[f64], null: &[Vec<f64>], held_out: &[f64]) -> Tested {
    let levels = match reading {
        Reading::Shift => gauge::LEVELS.as_slice(),
        _ => &[gauge::LEVEL],
    };
    let floor = match reading {
        Reading::Drawn(_) => CHANCE_KNOWN,
        _ => CHANCE,
    };
    let at = |level: &f64| {
        let threshold = reading.threshold(null, *level);
        let rate = |values: &[f64]| wilson(gauge::firing(values, threshold), values.len() as u32);
        let (with, chance) = (rate(values), rate(&null.concat()).high);
        Tested {
            p: (levels.len() as f64 * binomial_tail(with.k, with.n, floor.max(chance))).min(1.0),
            threshold,
            with,
            without: rate(held_out),
        }
    };
    let strictest = at(&gauge::LEVEL);
    let tested = levels.iter().skip(1).map(at);
    tested.fold(strictest, |best, next| if next.p < best.p { next } else { best })
}
