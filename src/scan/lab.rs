//! Puts strings into prompts and measures the answers: the one place where phases two and three meet the model.
//!
//! Strings are spliced as token ids and their place is known by construction; text is never searched.

mod insert;
pub mod rows;
pub mod shifts;

use std::{
    ops::{ControlFlow, Range},
    rc::Rc,
};

use super::{
    contexts::Slot,
    plan::{Part, mix},
    reporter::{Halt, Reporter, go_on},
};
use crate::{
    finding::Position,
    model::{Frame, Generation, Limits, Model, Row},
    scan::event::Sampling,
};
pub use insert::Insert;
use shifts::Expected;

/// Seed of drawn answers: strings are compared on the same luck.
const DRAWN: u64 = 77;
/// Rows computed together.
const BATCH: usize = 64;

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
        let plain = self.frame.suffix.is_empty();
        let long = shifts::steps(self.model.facts().vocabulary, prompts.len(), plain);
        let nothing = Rc::new(Expected::of(Vec::new(), long));
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
        let expected = Rc::new(self.expectations(&cases, long));
        for case in &mut cases {
            case.expected.0 = Rc::clone(&expected);
        }
        Ok(cases)
    }
}
