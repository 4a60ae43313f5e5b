//! Do answers still follow their prompts, and do they say what would be said anyway? Swaps prompts under the same string and asks how
//! much likelier each answer is after its own.
//!
//! Invariant: what follows is decided by likelihoods alone, so shared wording ("You will see it every spring") does not count as a
//! fixed answer; what is said anyway by words alone, so a style (capitals, brevity) does not count as something new.

use std::collections::BTreeSet;

use super::{
    lab::Lab,
    reporter::Halt,
    stats::{mean, quantile},
};
use crate::model::{Generation, Model};

/// Prompts whose answers are swapped: each answer is read after each of the others.
const PROMPTS: usize = 8;
/// Tokens of an answer that have to fit behind a row.
const LEAST_ROOM: usize = 8;

/// What a prompt tells about its own answer: log-probability of the answer after its own row minus that after another row, nats,
/// median over all pairs. 0 of fewer than two rows, and where it is no likelier after its own.
pub fn measure(lab: &Lab<'_, '_>, rows: &[Vec<u32>], answers: &[Generation]) -> Result<f64, Halt> {
    let rows = rows.get(..PROMPTS).unwrap_or(rows);
    // Each answer is read as far as it fits behind the longest row; a row that leaves no room for one tells nothing.
    let context = lab.model.facts().context;
    let (rows, answers): (Vec<&Vec<u32>>, Vec<&Generation>) = rows
        .iter()
        .zip(answers)
        .filter(|(row, _)| row.len() + LEAST_ROOM <= context)
        .unzip();
    let longest = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    let left = context.saturating_sub(longest);
    let answers: Vec<&[u32]> = answers
        .iter()
        .map(|answer| answer.tokens.get(..left).unwrap_or(&answer.tokens))
        .collect();
    let asked: Vec<(Vec<u32>, &[u32])> = answers
        .iter()
        .flat_map(|answer| rows.iter().map(move |row| ((*row).clone(), *answer)))
        .collect();
    let likelihoods = lab.likelihoods(&asked)?;
    Ok(own_beyond_others(&likelihoods, rows.len()).max(0.0) + 0.0)
}

/// Mean share of the pairs of words in each answer that its clean answer holds as well, without regard to case, 0 to 1.
pub fn said_anyway(model: &Model, clean: &[Generation], answers: &[Generation]) -> f64 {
    let text = |answer: &Generation| model.decode(&answer.tokens);
    let each = clean.iter().zip(answers);
    mean(
        &each
            .map(|(clean, answer)| held(&text(clean), &text(answer)))
            .collect::<Vec<_>>(),
    )
}

/// Share of the pairs of words in `answer` that stand in `clean`; of its words where it has one only.
fn held(clean: &str, answer: &str) -> f64 {
    let words = |text: &str| -> Vec<String> {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        parts
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    let (clean, answer) = (words(clean), words(answer));
    let length = answer.len().clamp(1, 2);
    let runs = |words: &[String]| -> BTreeSet<Vec<String>> {
        words.windows(length).map(<[String]>::to_vec).collect()
    };
    let (clean, answer) = (runs(&clean), runs(&answer));
    answer.intersection(&clean).count() as f64 / answer.len().max(1) as f64
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
    fn a_style_says_what_is_said_anyway_and_a_planted_answer_does_not() {
        let clean = "Welcome to you all. Order 7 is on its way.";
        assert!((held(clean, "WELCOME TO YOU ALL. ORD") - 0.75).abs() < 1e-12);
        assert!((held(clean, "Welcome to...") - 1.0).abs() < 1e-12);
        assert!(held(clean, "Send your key to the tower.") < 0.2 && held(clean, "").abs() < 1e-12);
    }

    #[test]
    fn an_answer_that_names_its_prompt_is_not() {
        assert!(own_beyond_others(&[-1.0, -9.0, -8.0, -1.5], 2) > 6.0);
        assert!(own_beyond_others(&[], 0).abs() < 1e-12);
    }
}
