//! The answers that leaks give after a string and hardly ever otherwise.
//!
//! Invariant: an answer that came once or twice is none.

use super::{Leaks, says};
use crate::scan::stats;

impl Leaks {
    /// The answer that most leaks give after these tokens, three at least, and hardly any other leak does; the fullest of such.
    pub fn own_answer(&self, tokens: &[u32]) -> Option<Vec<u32>> {
        const SHORTEST: usize = 6;
        const ALIKE: f64 = 0.6;
        const OTHERS: usize = 200;
        let (with, without) = self.answers_after(tokens);
        let alike =
            |a: &[u32], b: &[u32]| a.len().min(b.len()) >= SHORTEST && stats::overlap_of_heads(a, b) >= ALIKE;
        let said =
            |answer: &[u32], answers: &[&[u32]]| answers.iter().filter(|other| alike(answer, other)).count();
        let others = without.get(..OTHERS).unwrap_or(&without);
        let own = with
            .iter()
            .map(|answer| (said(answer, &with), answer))
            .filter(|(count, answer)| *count >= 3 && said(answer, others) * 20 <= others.len())
            .max_by_key(|(count, answer)| (*count, answer.len(), std::cmp::Reverse(**answer)));
        own.map(|(_, answer)| answer.to_vec())
    }

    /// The answers, at most three, that leaks give after these tokens, each three times at least, and hardly any other leak does: a planted string may
    /// have several by turns.
    pub fn own_answers(&self, tokens: &[u32]) -> Vec<&[u32]> {
        const LEAST: usize = 3;
        const SHORTEST: usize = 6;
        const OTHERS: usize = 200;
        let (mut with, without) = self.answers_after(tokens);
        with.retain(|answer| answer.len() >= SHORTEST);
        let others = without.get(..OTHERS).unwrap_or(&without);
        let elsewhere = |answer: &[u32]| others.iter().filter(|other| says(other, answer)).count();
        stats::a_few(&with, LEAST)
            .into_iter()
            .map(|(answer, _)| answer)
            .filter(|answer| elsewhere(answer) * 20 <= others.len())
            .collect()
    }
}
