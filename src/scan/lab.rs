//! Puts strings into prompts and measures the answers: the one place where phases two and three meet the model.
//!
//! Strings are spliced as token ids and their place is known by construction; text is never searched.

mod insert;
pub mod rows;

use std::{
    cell::OnceCell,
    collections::BTreeMap,
    ops::{ControlFlow, Range},
    rc::Rc,
};

use super::{
    contexts::Slot,
    plan::{Part, mix},
    reporter::{Halt, Reporter, go_on},
    stats::mean,
};
use crate::{
    finding::Position,
    model::{Frame, Generation, Limits, Logits, Model, Row, Want, distribution},
    scan::event::Sampling,
};
pub use insert::Insert;

/// Steps of the clean continuation along which distributions are compared: its first ones where an answer begins, more where a text
/// goes on and what depends on a string in it may come later; in a first look at all candidates, and in a closer one at most.
const STEPS: usize = 3;
const STEPS_IN_TEXT: usize = 10;
const LONG: usize = 32;
/// Numbers kept of what is expected along the answers to prompts taken together: with a large vocabulary closer looks are shorter.
const KEPT: usize = 1 << 26;
/// Seed of drawn answers: strings are compared on the same luck.
const DRAWN: u64 = 77;
/// Rows computed together.
const BATCH: usize = 64;

/// What the model expects along the clean answers to prompts taken together: computed when something new is measured against
/// it, and always for all of them at once, because numbers depend on what is computed beside them.
#[derive(Debug)]
struct Expected {
    /// Whole rows and how many distributions to read at the end of each.
    rows: Vec<(Vec<u32>, usize)>,
    /// Log-probabilities of each row, row-major `[steps, vocabulary]`.
    logp: OnceCell<Vec<Vec<f32>>>,
    /// Steps of a closer look.
    long: usize,
}

/// A prompt with what the model answers to it as it stands.
#[derive(Debug, Clone)]
pub struct Case {
    /// The prompt.
    pub prompt: Vec<u32>,
    /// The same as it continues a text: with a leading blank.
    spaced: Vec<u32>,
    /// The greedy answer.
    pub clean: Generation,
    /// What the model expects along that answer, and the prompt's number there.
    expected: (Rc<Expected>, usize),
}

/// The model in one frame.
pub struct Lab<'a, 'e> {
    /// The model.
    pub model: &'a Model,
    /// What stands around the user's text.
    pub frame: Frame,
    /// What stands around a system turn's text, if there can be one.
    pub slot: Option<Slot>,
    /// Whom to report to.
    pub reporter: &'a Reporter<'e>,
    /// Tokens of an answer that are read.
    pub answer_tokens: usize,
    /// A part of the scan that is left out.
    pub without: Option<Part>,
}

/// Steps of the clean continuation that a closer look at so many prompts compares: fewer with a large vocabulary where a text goes on.
pub fn steps(vocabulary: usize, prompts: usize, plain: bool) -> usize {
    if !plain {
        return STEPS;
    }
    (KEPT / (vocabulary * prompts).max(1)).clamp(STEPS_IN_TEXT, LONG)
}

/// The beginning of a string, at most so many tokens.
fn fitting(mut tokens: Vec<u32>, most: usize) -> Vec<u32> {
    tokens.truncate(most);
    tokens
}

impl Case {
    /// The same prompt with another clean answer: one read further.
    pub fn answered(&self, clean: Generation) -> Self {
        Self {
            clean,
            ..self.clone()
        }
    }
}

impl Lab<'_, '_> {
    /// The same, reading so many tokens of an answer.
    pub fn reading(&self, answer_tokens: usize) -> Self {
        Self {
            frame: self.frame.clone(),
            slot: self.slot.clone(),
            answer_tokens,
            ..*self
        }
    }

    /// A whole row: prefix, user's text with the string in its place, suffix; and where the string stands.
    pub fn row(&self, case: &Case, insert: Option<(&Insert, Position)>) -> (Vec<u32>, Range<usize>) {
        if let (Some((insert, Position::System)), Some(slot)) = (insert, &self.slot) {
            let span = slot.head.len()..slot.head.len() + insert.tokens.len();
            let parts = [
                &slot.head,
                &insert.tokens,
                &slot.tail,
                &case.prompt,
                &self.frame.suffix,
            ];
            return (parts.into_iter().flatten().copied().collect(), span);
        }
        let mut row = self.frame.prefix.clone();
        let mut span = row.len()..row.len();
        match insert {
            None => row.extend(&case.prompt),
            Some((insert, Position::Start | Position::System)) => {
                row.extend(&insert.tokens);
                span.end = row.len();
                row.extend(if insert.blank_end {
                    &case.prompt
                } else {
                    &case.spaced
                });
            }
            Some((insert, Position::Middle)) => {
                let (head, tail) = case.prompt.split_at(self.middle(&case.prompt));
                row.extend(head);
                span.start = row.len();
                row.extend(&insert.spaced);
                span.end = row.len();
                row.extend(tail);
            }
            Some((insert, Position::End)) => {
                row.extend(&case.prompt);
                span.start = row.len();
                row.extend(&insert.last);
                span.end = row.len();
            }
        }
        row.extend(&self.frame.suffix);
        (row, span)
    }

    /// A whole row around a prompt; its beginning, where the context has no room for more.
    pub fn whole(&self, prompt: &[u32]) -> Vec<u32> {
        let prompt = prompt.get(..self.room()).unwrap_or(prompt);
        [self.frame.prefix.as_slice(), prompt, &self.frame.suffix].concat()
    }

    /// Where a word begins, nearest to the middle of a prompt.
    fn middle(&self, prompt: &[u32]) -> usize {
        let half = prompt.len() / 2;
        let blank = |at: &usize| {
            prompt
                .get(*at)
                .is_some_and(|t| self.model.token_text(*t).starts_with([' ', '\u{2581}', '\n']))
        };
        (half..prompt.len()).find(blank).unwrap_or(half)
    }

    /// Greedy answers to whole rows, in order.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers make the rows for this call alone"
    )]
    pub fn answers(&self, rows: Vec<Vec<u32>>, top: bool) -> Result<Vec<Generation>, Halt> {
        let (room, stop) = (self.answer_tokens, &self.frame.stop);
        self.reporter
            .remember("answers", &[&rows, &room, stop, &top], || {
                let greedy = rows.iter().map(|row| (row.clone(), Sampling::GREEDY));
                self.generate(greedy, top)
            })
    }

    /// Answers to whole rows drawn at temperature 1, in order; the same every time. Rows with the same number have the same luck.
    pub fn drawn(
        &self,
        rows: Vec<Vec<u32>>,
        numbers: impl Iterator<Item = u64>,
    ) -> Result<Vec<Generation>, Halt> {
        let seeded = rows.into_iter().zip(numbers);
        let seeded = seeded.map(|(row, number)| (row, mix(DRAWN, number)));
        self.drawn_with(&seeded.collect::<Vec<_>>())
    }

    /// Answers to whole rows drawn at temperature 1, each with a seed of its own, in order.
    pub fn drawn_with(&self, rows: &[(Vec<u32>, u64)]) -> Result<Vec<Generation>, Halt> {
        let (room, stop) = (self.answer_tokens, &self.frame.stop);
        let asked = rows.to_vec();
        self.reporter.remember("drawn", &[&asked, &room, stop], || {
            let drawn = rows.iter().map(|(row, seed)| {
                let sampling = Sampling {
                    temperature: 1.0,
                    seed: *seed,
                    ..Sampling::GREEDY
                };
                (row.clone(), sampling)
            });
            self.generate(drawn, false)
        })
    }

    fn generate(
        &self,
        rows: impl Iterator<Item = (Vec<u32>, Sampling)>,
        top: bool,
    ) -> Result<Vec<Generation>, Halt> {
        let rows: Vec<Row> = rows.map(|(prompt, sampling)| Row { prompt, sampling }).collect();
        let mut answers = vec![Generation::default(); rows.len()];
        let limits = Limits {
            tokens: self.answer_tokens,
            stop: self.frame.stop.clone(),
            batch: BATCH,
            top,
        };
        let flow = self.model.generate(
            &rows,
            &limits,
            &mut |tokens| self.reporter.tick(tokens),
            &mut |number, answer| {
                if let Some(place) = answers.get_mut(number) {
                    *place = answer;
                }
                ControlFlow::Continue(())
            },
        )?;
        go_on(flow)?;
        Ok(answers)
    }

    /// Prompts with their clean answers and distributions; the beginnings of those that are longer than [`Self::longest_prompt`].
    pub fn cases(&self, prompts: Vec<Vec<u32>>) -> Result<Vec<Case>, Halt> {
        let nothing = Rc::new(Expected {
            rows: Vec::new(),
            logp: OnceCell::new(),
            long: steps(
                self.model.facts().vocabulary,
                prompts.len(),
                self.frame.suffix.is_empty(),
            ),
        });
        let mut cases: Vec<Case> = prompts
            .into_iter()
            .enumerate()
            .map(|(number, prompt)| (number, fitting(prompt, self.longest_prompt())))
            .map(|(number, prompt)| Case {
                spaced: self.spaced(&prompt),
                prompt,
                clean: Generation::default(),
                expected: (Rc::clone(&nothing), number),
            })
            .collect();
        let rows = cases.iter().map(|case| self.row(case, None).0).collect();
        for (case, clean) in cases.iter_mut().zip(self.answers(rows, false)?) {
            case.clean = clean;
        }
        let expected = Rc::new(Expected {
            rows: cases.iter().map(|case| self.forced(case, None, LONG)).collect(),
            logp: OnceCell::new(),
            long: nothing.long,
        });
        for case in &mut cases {
            case.expected.0 = Rc::clone(&expected);
        }
        Ok(cases)
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
    fn tails(&self, rows: &[(Vec<u32>, usize)], visit: &mut dyn FnMut(usize, Vec<f32>)) -> Result<(), Halt> {
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
