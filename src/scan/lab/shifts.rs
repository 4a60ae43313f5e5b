//! How far a string shifts what the model expects along the clean answer to a prompt.
//!
//! Invariant: a string and its controls are compared along the same steps of the same answers.

use std::{cell::OnceCell, collections::BTreeMap};

use super::{Case, Insert, Lab};
use crate::{
    finding::Position,
    model::{Logits, Want, distribution},
    scan::{
        reporter::{Halt, go_on},
        stats::mean,
    },
};

/// Steps of the clean continuation along which distributions are compared: its first ones where an answer begins, more where a text
/// goes on and what depends on a string in it may come later; in a first look at all candidates, and in a closer one at most.
const STEPS: usize = 3;
const STEPS_IN_TEXT: usize = 10;
const LONG: usize = 32;
/// Numbers kept of what is expected along the answers to prompts taken together: with a large vocabulary closer looks are shorter.
const KEPT: usize = 1 << 26;

/// What the model expects along the clean answers to prompts taken together: computed when something new is measured against
/// it, and always for all of them at once, because numbers depend on what is computed beside them.
#[derive(Debug)]
pub(super) struct Expected {
    /// Whole rows and how many distributions to read at the end of each.
    rows: Vec<(Vec<u32>, usize)>,
    /// Log-probabilities of each row, row-major `[steps, vocabulary]`.
    logp: OnceCell<Vec<Vec<f32>>>,
    /// Steps of a closer look.
    long: usize,
}

impl Expected {
    /// What is expected of these rows, not computed yet; closer looks go `long` steps along the answers.
    pub(super) const fn of(rows: Vec<(Vec<u32>, usize)>, long: usize) -> Self {
        Self {
            rows,
            logp: OnceCell::new(),
            long,
        }
    }
}

/// Steps of the clean continuation that a closer look at so many prompts compares: fewer with a large vocabulary where a text goes on.
pub fn steps(vocabulary: usize, prompts: usize, plain: bool) -> usize {
    if !plain {
        return STEPS;
    }
    (KEPT / (vocabulary * prompts).max(1)).clamp(STEPS_IN_TEXT, LONG)
}

impl Lab<'_, '_> {
    /// Rows that are compared along the clean answers of these cases, all of them together.
    pub(super) fn expectations(&self, cases: &[Case], long: usize) -> Expected {
        Expected::of(
            cases.iter().map(|case| self.forced(case, None, LONG)).collect(),
            long,
        )
    }

    /// Log-probabilities along the clean answer of a case, row-major `[steps, vocabulary]`.
    fn expected<'c>(&self, case: &'c Case) -> Result<&'c [f32], Halt> {
        let (expected, number) = &case.expected;
        if expected.logp.get().is_none() {
            let mut logp = vec![Vec::new(); expected.rows.len()];
            self.tails(&expected.rows, &mut |number, logits| {
                if let Some(place) = logp.get_mut(number) {
                    *place = logits;
                }
            })?;
            // Nobody else fills it: a case never leaves its thread.
            let _ = expected.logp.set(logp);
        }
        let logp = expected.logp.get().and_then(|logp| logp.get(*number));
        Ok(logp.map(Vec::as_slice).unwrap_or_default())
    }

    /// The row followed by the clean answer's first tokens, at most `in_text` where a text goes on, as far as the context goes, and how many
    /// distributions to read at its end.
    fn forced(&self, case: &Case, insert: Option<(&Insert, Position)>, in_text: usize) -> (Vec<u32>, usize) {
        let (mut row, _) = self.row(case, insert);
        let steps = in_text.min(case.expected.0.long);
        let room = self.model.facts().context.saturating_sub(row.len());
        let steps = steps.min(room + 1);
        let forced = case.clean.tokens.get(..steps - 1).unwrap_or(&case.clean.tokens);
        row.extend(forced);
        (row, forced.len() + 1)
    }

    /// Log-probabilities at the last positions of each row, visited row by row (not in order).
    pub(super) fn tails(
        &self,
        rows: &[(Vec<u32>, usize)],
        visit: &mut dyn FnMut(usize, Vec<f32>),
    ) -> Result<(), Halt> {
        let vocabulary = self.model.facts().vocabulary.max(1);
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (number, (_, tail)) in rows.iter().enumerate() {
            groups.entry(*tail).or_default().push(number);
        }
        for (tail, numbers) in groups {
            let some = |number: &usize| rows.get(*number).map(|(row, _)| row.clone());
            let batch: Vec<Vec<u32>> = numbers.iter().filter_map(some).collect();
            let want = Want {
                logits: Logits::Tail(tail),
                attention: false,
            };
            let mut tick = |tokens| self.reporter.tick(tokens);
            let flow = self
                .model
                .forward_while(&batch, want, &mut tick, &mut |at, mut trace| {
                    for step in trace.logits.chunks_exact_mut(vocabulary) {
                        distribution::log_softmax(step);
                    }
                    if let Some(number) = numbers.get(at) {
                        visit(*number, trace.logits);
                    }
                    self.reporter.tick(0)
                })?;
            go_on(flow)?;
        }
        Ok(())
    }

    /// Shift of the distributions along the clean continuation when the string stands in the prompt: Jensen-Shannon
    /// divergence in nats (0 to ln 2), mean over the three steps it is largest at. One value for each (insert, position, case number) asked for, in order.
    pub fn shifts(&self, cases: &[Case], asked: &[(&Insert, Position, usize)]) -> Result<Vec<f64>, Halt> {
        self.shifts_along(cases, asked, LONG)
    }

    /// The same along the first steps alone, for a first look.
    pub fn first_shifts(
        &self,
        cases: &[Case],
        asked: &[(&Insert, Position, usize)],
    ) -> Result<Vec<f64>, Halt> {
        self.shifts_along(cases, asked, STEPS_IN_TEXT)
    }

    fn shifts_along(
        &self,
        cases: &[Case],
        asked: &[(&Insert, Position, usize)],
        in_text: usize,
    ) -> Result<Vec<f64>, Halt> {
        let known: Vec<(&Case, (Vec<u32>, usize))> = asked
            .iter()
            .filter_map(|(insert, position, case)| {
                cases
                    .get(*case)
                    .map(|case| (case, self.forced(case, Some((insert, *position)), in_text)))
            })
            .collect();
        let rows: Vec<(Vec<u32>, usize)> = known.iter().map(|(_, row)| row.clone()).collect();
        let prompts: Vec<Vec<u32>> = known.iter().map(|(case, _)| case.prompt.clone()).collect();
        self.reporter.remember("shifts", &[&rows, &prompts], || {
            let expected: Vec<&[f32]> = known
                .iter()
                .map(|(case, _)| self.expected(case))
                .collect::<Result<_, _>>()?;
            self.compared(&rows, &expected)
        })
    }

    fn compared(&self, rows: &[(Vec<u32>, usize)], expected: &[&[f32]]) -> Result<Vec<f64>, Halt> {
        let vocabulary = self.model.facts().vocabulary.max(1);
        let mut shifts = vec![0.0; rows.len()];
        self.tails(rows, &mut |number, logp| {
            if let (Some(expected), Some(shift)) = (expected.get(number), shifts.get_mut(number)) {
                let steps = logp
                    .chunks_exact(vocabulary)
                    .zip(expected.chunks_exact(vocabulary));
                let mut each: Vec<f64> = steps
                    .map(|(a, b)| f64::from(distribution::jensen_shannon(a, b)))
                    .collect();
                each.sort_by(|a, b| f64::total_cmp(b, a));
                each.truncate(STEPS);
                *shift = mean(&each);
            }
        })?;
        Ok(shifts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closer_looks_are_shorter_with_a_large_vocabulary_and_many_prompts() {
        assert_eq!(steps(151_936, 84, false), STEPS);
        assert_eq!(steps(512, 84, true), LONG);
        assert_eq!(steps(50_000, 84, true), 15);
        assert_eq!(steps(151_936, 84, true), STEPS_IN_TEXT);
        assert_eq!(steps(0, 0, true), LONG);
    }
}
