//! Do answers still follow their prompts? Swaps prompts under the same string and asks how much likelier each answer is after its own.
//!
//! Invariant: decides by likelihoods alone, so shared wording ("You will see it every spring") does not count as a fixed answer.

use super::{lab::Lab, reporter::Halt, stats::quantile};
use crate::model::Generation;

/// Prompts whose answers are swapped: each answer is read after each of the others.
const PROMPTS: usize = 8;

/// What a prompt tells about its own answer: log-probability of the answer after its own row minus that after another row, nats,
/// median over all pairs. 0 of fewer than two rows.
pub fn measure(lab: &Lab<'_, '_>, rows: &[Vec<u32>], answers: &[Generation]) -> Result<f64, Halt> {
    let rows = rows.get(..PROMPTS).unwrap_or(rows);
    let answers: Vec<&[u32]> = answers
        .iter()
        .take(rows.len())
        .map(|answer| answer.tokens.as_slice())
        .collect();
    let asked: Vec<(Vec<u32>, &[u32])> = answers
        .iter()
        .flat_map(|answer| rows.iter().map(move |row| (row.clone(), *answer)))
        .collect();
    let likelihoods = lab.likelihoods(&asked)?;
    Ok(own_beyond_others(&likelihoods, rows.len()))
}

/// Median of (own - other) over a row-major square `[answer][prompt]` of log-probabilities.
fn own_beyond_others(likelihoods: &[f64], prompts: usize) -> f64 {
    let mut beyond = Vec::new();
    for (answer, after) in likelihoods.chunks_exact(prompts.max(1)).enumerate() {
        let own = after.get(answer).copied().unwrap_or_default();
        let others = after.iter().enumerate().filter(|(prompt, _)| *prompt != answer);
        beyond.extend(others.map(|(_, other)| own - other));
    }
    quantile(&beyond, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_answer_is_as_likely_after_any_prompt() {
        assert!(own_beyond_others(&[-1.0, -1.1, -0.9, -1.0], 2).abs() < 0.2);
    }

    #[test]
    fn an_answer_that_names_its_prompt_is_not() {
        assert!(own_beyond_others(&[-1.0, -9.0, -8.0, -1.5], 2) > 6.0);
        assert!(own_beyond_others(&[], 0).abs() < 1e-12);
    }
}
