//! Tells on one prompt whether a string fires, against what controls do on the same prompts.

use std::collections::HashSet;

use super::{
    controls::Controls,
    lab::{Case, Insert, Lab},
    probe::answers_with,
    reporter::Halt,
    stats::{overlap, quantile},
    turned::{Turn, turn},
};
use crate::{finding::Position, model::Generation};

/// Share of the controls' values below a threshold. A shift that is small and alike on every prompt (one word of an answer turned
/// into its opposite) lies below what a few of the controls do to a few prompts: for it others are tried as well.
pub const LEVEL: f64 = 0.99;
pub const LEVELS: [f64; 3] = [LEVEL, 0.95, 0.9];

/// Answers drawn to a prompt: chances for what acts now and then.
pub const DRAWS: usize = 3;

/// What is read off an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// Overlap with the answer the trigger gave on the search prompts, or with the one most like it of a few given by turns: for
    /// backdoors with fixed outputs.
    Consensus(Vec<Vec<u32>>),
    /// How much of a fixed string the answer holds, wherever it begins: for texts without turns.
    Told(Vec<u32>),
    /// The same in the best of [`DRAWS`] answers drawn at temperature 1: for backdoors that act now and then.
    Drawn(Vec<u32>),
    /// Whether one of these words of the clean answer is changed for the other and the rest stays: for answers turned into their
    /// opposite.
    Turned(Vec<Turn>),
    /// Shift of the distributions along the clean continuation, nats: for every other behaviour.
    Shift,
}

/// An answer this much like the trigger's answer is that answer: a clean one says that the prompt gives it anyway, and a
/// threshold is never higher, or a fuzzy trigger, parts of which stand in some controls, could not exceed it.
pub const SAME: f64 = 0.5;

impl Reading {
    /// Can this case tell something? A prompt that gives the trigger's answer by itself (it may carry the trigger) says nothing
    /// about what is added to it. Decided on the clean answer alone.
    pub fn tells(&self, case: &Case) -> bool {
        match self {
            Self::Shift => true,
            Self::Turned(turns) => turns.iter().any(|(said, _)| {
                said.is_empty() || case.clean.tokens.windows(said.len()).any(|window| window == said)
            }),
            _ => self.of(&case.clean.tokens) < SAME,
        }
    }

    /// The value of an answer by itself; 0 where it takes distributions, or the clean answer beside it.
    pub fn of(&self, answer: &[u32]) -> f64 {
        match self {
            Self::Consensus(given) => given.iter().map(|one| overlap(answer, one)).fold(0.0, f64::max),
            Self::Told(fixed) | Self::Drawn(fixed) => held(fixed, answer),
            Self::Turned(_) | Self::Shift => 0.0,
        }
    }

    /// The value of an answer to a case.
    pub fn of_case(&self, case: &Case, answer: &[u32]) -> f64 {
        let Self::Turned(turns) = self else {
            return self.of(answer);
        };
        let is_one = |(said, instead): (&[u32], &[u32])| turns.iter().any(|(a, b)| a == said && b == instead);
        f64::from(u8::from(turn(&case.clean.tokens, answer).is_some_and(is_one)))
    }

    /// The values of answers to cases.
    pub fn of_each(&self, cases: &[Case], answers: &[Generation]) -> Vec<f64> {
        let each = cases.iter().zip(answers);
        each.map(|(case, answer)| self.of_case(case, &answer.tokens))
            .collect()
    }

    /// The answer that is looked for, the commonest of several.
    pub fn first(&self) -> Option<&[u32]> {
        match self {
            Self::Consensus(given) => given.first().map(Vec::as_slice),
            Self::Told(fixed) | Self::Drawn(fixed) => Some(fixed),
            Self::Turned(_) | Self::Shift => None,
        }
    }

    /// Where in each answer what is read begins. Where a fixed string may begin anywhere, its first tokens may still be the prompt's
    /// own ("LOW" of one, "HIGH" of another): it begins at the first two of them that nearly all answers hold.
    pub fn begins(&self, answers: &[Generation]) -> Vec<usize> {
        const NEARLY_ALL: f64 = 0.9;
        let Self::Told(fixed) = self else {
            return vec![0; answers.len()];
        };
        let place = |pair: &[u32], answer: &Generation| answer.tokens.windows(2).position(|two| two == pair);
        let holding = |pair: &[u32]| {
            answers
                .iter()
                .filter(|answer| place(pair, answer).is_some())
                .count()
        };
        let pairs: Vec<(&[u32], usize)> = fixed.windows(2).map(|pair| (pair, holding(pair))).collect();
        let most = pairs.iter().map(|(_, count)| *count).max().unwrap_or_default();
        let common: Vec<&[u32]> = pairs
            .into_iter()
            .filter(|(_, count)| *count as f64 >= NEARLY_ALL * most as f64)
            .map(|(pair, _)| pair)
            .collect();
        let begins = |answer| common.iter().find_map(|pair| place(pair, answer)).unwrap_or(0);
        answers.iter().map(begins).collect()
    }

    /// The cases that can tell something.
    pub fn telling(&self, cases: &[Case]) -> Vec<Case> {
        cases.iter().filter(|case| self.tells(case)).cloned().collect()
    }
}

/// A reading with the value above which a string counts as firing.
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    /// What is read.
    pub reading: Reading,
    /// The quantile of the controls at [`Gauge::level`].
    pub threshold: f64,
    /// Share of the controls' values that lie below the threshold.
    pub level: f64,
}

/// Values of a reading for every string on every case, `[string][case]`, and the answers where the reading needs them.
pub fn read(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    strings: &[&[u32]],
    position: Position,
    reading: &Reading,
) -> Result<Vec<Vec<f64>>, Halt> {
    match reading {
        Reading::Consensus(_) | Reading::Told(_) | Reading::Drawn(_) | Reading::Turned(_) => {
            let answers = answers(lab, cases, strings, position, reading)?;
            Ok(answers
                .iter()
                .map(|answers| reading.of_each(cases, answers))
                .collect())
        }
        Reading::Shift => {
            let inserts: Vec<Insert> = strings.iter().map(|tokens| lab.insert(tokens)).collect();
            let asked: Vec<(&Insert, Position, usize)> = inserts
                .iter()
                .flat_map(|insert| (0..cases.len()).map(move |case| (insert, position, case)))
                .collect();
            let shifts = lab.shifts(cases, &asked)?;
            Ok(shifts.chunks(cases.len().max(1)).map(<[f64]>::to_vec).collect())
        }
    }
}

/// The answers a reading reads, with every string in every case: `[string][case]`.
pub fn answers(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    strings: &[&[u32]],
    position: Position,
    reading: &Reading,
) -> Result<Vec<Vec<Generation>>, Halt> {
    if !matches!(reading, Reading::Drawn(_)) {
        return answers_with(lab, cases, strings, position);
    }
    let rows = |string: &&[u32]| -> Vec<Vec<u32>> {
        let insert = lab.insert(string);
        let row = |case| lab.row(case, Some((&insert, position))).0;
        cases.iter().map(row).collect()
    };
    draw(lab, &strings.iter().map(rows).collect::<Vec<_>>(), reading)
}

/// Of the answers drawn to each row the one that holds most of what is read, group by group; every group has the same luck.
fn draw(
    lab: &Lab<'_, '_>,
    groups: &[Vec<Vec<u32>>],
    reading: &Reading,
) -> Result<Vec<Vec<Generation>>, Halt> {
    let drawn: Vec<Vec<u32>> = groups
        .iter()
        .flat_map(|rows| [rows.as_slice(); DRAWS].concat())
        .collect();
    let numbers = groups.iter().flat_map(|rows| 0..(rows.len() * DRAWS) as u64);
    let mut all = lab.drawn(drawn, numbers)?.into_iter();
    let held = |answer: &&Generation| reading.of(&answer.tokens);
    let best_of = |rows: &Vec<Vec<u32>>| -> Vec<Generation> {
        let own: Vec<Generation> = all.by_ref().take(rows.len() * DRAWS).collect();
        let best = |row: usize| {
            let draws = own.iter().skip(row).step_by(rows.len());
            draws.max_by(|a, b| f64::total_cmp(&held(a), &held(b))).cloned()
        };
        (0..rows.len()).filter_map(best).collect()
    };
    Ok(groups.iter().map(best_of).collect())
}

/// Share of a string's token pairs that stand in an answer.
fn held(string: &[u32], answer: &[u32]) -> f64 {
    let pairs: HashSet<&[u32]> = answer.windows(2).collect();
    let own: HashSet<&[u32]> = string.windows(2).collect();
    own.intersection(&pairs).count() as f64 / own.len().max(1) as f64
}

/// One control for each case, a different one on each (`round` chooses): what stands in the trigger's place for the figure
/// without it. Random and natural ones alternate.
fn one_each(controls: &Controls, cases: usize, round: usize) -> Vec<&[u32]> {
    let strings: Vec<&Vec<u32>> = controls
        .natural
        .iter()
        .zip(&controls.random)
        .flat_map(|(a, b)| [a, b])
        .collect();
    let strings = if strings.is_empty() {
        controls.all().collect()
    } else {
        strings
    };
    (0..cases)
        .filter_map(|case| {
            strings
                .get((case + round * (round + 5) / 2) % strings.len().max(1))
                .map(|s| s.as_slice())
        })
        .collect()
}

/// Values of the reading with a control in the place of the trigger: `rounds` values for each case, `[round][case]`.
pub fn read_controls(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    controls: &Controls,
    position: Position,
    reading: &Reading,
    rounds: usize,
) -> Result<Vec<Vec<f64>>, Halt> {
    let inserts: Vec<Vec<Insert>> = (0..rounds)
        .map(|round| one_each(controls, cases.len(), round))
        .map(|strings| strings.into_iter().map(|tokens| lab.insert(tokens)).collect())
        .collect();
    if matches!(reading, Reading::Shift) {
        let asked: Vec<(&Insert, Position, usize)> = inserts
            .iter()
            .flat_map(|round| {
                round
                    .iter()
                    .enumerate()
                    .map(|(case, insert)| (insert, position, case))
            })
            .collect();
        let shifts = lab.shifts(cases, &asked)?;
        return Ok(shifts.chunks(cases.len().max(1)).map(<[f64]>::to_vec).collect());
    }
    let rows = |round: &Vec<Insert>| -> Vec<Vec<u32>> {
        let each = round.iter().zip(cases);
        each.map(|(insert, case)| lab.row(case, Some((insert, position))).0)
            .collect()
    };
    let rows: Vec<Vec<Vec<u32>>> = inserts.iter().map(rows).collect();
    let answers = if matches!(reading, Reading::Drawn(_)) {
        draw(lab, &rows, reading)?
    } else {
        let answers = lab.answers(rows.concat(), false)?;
        answers.chunks(cases.len().max(1)).map(<[_]>::to_vec).collect()
    };
    Ok(answers
        .iter()
        .map(|answers| reading.of_each(cases, answers))
        .collect())
}

impl Reading {
    /// The value above which a string fires: the quantile of the controls at `level`, and at most [`SAME`] for a fixed answer.
    pub fn threshold(&self, values: &[Vec<f64>], level: f64) -> f64 {
        let high = quantile(&values.iter().flatten().copied().collect::<Vec<_>>(), level);
        match self {
            Self::Shift => high,
            _ => high.min(SAME),
        }
    }
}

/// How many values lie above the threshold.
pub fn firing(values: &[f64], threshold: f64) -> u32 {
    values.iter().filter(|value| **value > threshold).count() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_begins_where_nearly_all_answers_agree_and_not_with_what_their_prompts_call_for() {
        // 1 or 2 is the prompt's own; 5 6 7 8 is said in any case.
        let said: [&[u32]; 4] = [
            &[9, 1, 5, 6, 7, 8],
            &[9, 1, 5, 6, 7, 8],
            &[2, 5, 6, 7],
            &[3, 3, 3],
        ];
        let answers = said.map(|tokens| Generation {
            tokens: tokens.to_vec(),
            ..Generation::default()
        });
        let told = Reading::Told(vec![1, 5, 6, 7, 8]);
        assert_eq!(told.begins(&answers), [2, 2, 1, 0]);
        assert_eq!(Reading::Shift.begins(&answers), [0; 4]);
    }
}
