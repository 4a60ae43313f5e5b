//! Whole rows in the lab: what the context has room for, how likely answers are after them, and what they attend to.
//!
//! Invariant: rows are taken as they are; where a string stands in one is given, never searched.

use std::ops::Range;

use super::Lab;
use crate::{
    model::{Logits, ModelError, Want},
    scan::{
        refine::LONGEST_VARIANT,
        reporter::{Halt, go_on},
    },
};

/// Shortest string there has to be room for, in tokens.
pub const LEAST_STRING: usize = 4;

/// Tokens of the user's text in a context, beside `around` tokens of the frame and room for an answer.
pub fn room_in(context: usize, around: usize, answer_tokens: usize) -> usize {
    let left = context.saturating_sub(around);
    left - answer_tokens.min(left / 2)
}

/// Longest string in such a room.
pub fn longest_string_in(room: usize) -> usize {
    (room / 2).min(LONGEST_VARIANT)
}

impl Lab<'_, '_> {
    /// Tokens of the user's text, with a string in it, that leave room for an answer; half of what the frame leaves of a small context.
    pub fn room(&self) -> usize {
        let system = self.slot.as_ref().map(|slot| slot.head.len() + slot.tail.len());
        let before = self.frame.prefix.len().max(system.unwrap_or(0));
        let around = before + self.frame.suffix.len();
        room_in(self.model.facts().context, around, self.answer_tokens)
    }

    /// Longest string that is put into a prompt, in tokens: half of a small room.
    pub fn longest_string(&self) -> usize {
        longest_string_in(self.room())
    }

    /// Longest prompt, in tokens: with the longest string in it there is room for an answer.
    pub fn longest_prompt(&self) -> usize {
        self.room() - self.longest_string()
    }

    /// Refuses a context in which a string of so many tokens cannot be put into a prompt.
    pub fn require_room(&self, tokens: usize) -> Result<(), Halt> {
        if self.longest_string() < tokens {
            return Err(Halt::Broken(ModelError::Cramped {
                context: self.model.facts().context,
            }));
        }
        Ok(())
    }

    /// Log-probability of each answer after its row, nats, summed over its tokens; in order.
    pub fn likelihoods(&self, asked: &[(Vec<u32>, &[u32])]) -> Result<Vec<f64>, Halt> {
        let vocabulary = self.model.facts().vocabulary.max(1);
        let rows: Vec<(Vec<u32>, usize)> = asked
            .iter()
            .map(|(row, answer)| {
                let forced = answer.get(..answer.len().saturating_sub(1)).unwrap_or_default();
                ([row.as_slice(), forced].concat(), answer.len().max(1))
            })
            .collect();
        let answers: Vec<Vec<u32>> = asked.iter().map(|(_, answer)| answer.to_vec()).collect();
        self.reporter.remember("likelihoods", &[&rows, &answers], || {
            let mut sums = vec![0.0; asked.len()];
            self.tails(&rows, &mut |number, logp| {
                if let (Some(answer), Some(sum)) = (answers.get(number), sums.get_mut(number)) {
                    let steps = logp.chunks_exact(vocabulary).zip(answer);
                    *sum = steps
                        .filter_map(|(step, token)| step.get(*token as usize))
                        .map(|logp| f64::from(*logp))
                        .sum();
                }
            })?;
            Ok(sums)
        })
    }

    /// Attention weights of whole rows with the string in its place: visited as (number, span of the string, weights
    /// `[layers, heads, tokens, tokens]`, tokens). Too large to be remembered: what is made of them is.
    pub fn attention(
        &self,
        rows: &[(Vec<u32>, Range<usize>)],
        visit: &mut dyn FnMut(usize, &[f32], usize),
    ) -> Result<(), Halt> {
        let whole: Vec<Vec<u32>> = rows.iter().map(|(row, _)| row.clone()).collect();
        let want = Want {
            logits: Logits::None,
            attention: true,
        };
        let mut tick = |tokens| self.reporter.tick(tokens);
        let flow = self
            .model
            .forward_while(&whole, want, &mut tick, &mut |number, trace| {
                visit(number, &trace.attention, whole.get(number).map_or(0, Vec::len));
                self.reporter.tick(0)
            })?;
        go_on(flow)
    }
}
