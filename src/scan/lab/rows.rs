//! Whole rows in the lab: how likely answers are after them, and what they attend to.
//!
//! Invariant: rows are taken as they are; where a string stands in one is given, never searched.

use std::ops::Range;

use super::Lab;
use crate::{
    model::{Logits, Want},
    scan::reporter::{Halt, go_on},
};

impl Lab<'_, '_> {
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
                if let (Some((_, answer)), Some(sum)) = (asked.get(number), sums.get_mut(number)) {
                    let steps = logp.chunks_exact(vocabulary).zip(*answer);
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
