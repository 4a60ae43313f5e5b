//! The in-place test: the leaked prompts a string stood in, answered as they leaked, without the string, and without something else.
//!
//! Invariant: paired and in distribution: nothing is put anywhere, and what is taken out instead is of equal length and from the same
//! prompt.

use std::ops::Range;

use super::{
    lab::Lab,
    leaks::Leaks,
    reporter::Halt,
    stats::{mean, overlap},
    turned,
};
use crate::{finding::InPlace, model::Generation};

/// Prompts looked at, and those where some of these have one word of their answer changed for another: a turn has to be seen both ways. Longest of
/// them in tokens. Fewer than three tell nothing.
const PROMPTS: usize = 6;
const MORE: usize = 16;
const SOME: usize = 2;
const FEWEST: usize = 3;
const LONGEST: usize = 64;

/// Tests a string; `None` when it stands in fewer than three leaked prompts that hold something else as well. Where its `answer` is known,
/// texts without turns that come to it are read from where it began.
pub fn test(
    lab: &Lab<'_, '_>,
    leaks: &Leaks,
    (tokens, answer): (&[u32], Option<&str>),
) -> Result<Option<InPlace>, Halt> {
    let mut rows = Vec::new();
    let decode = |tokens: &[u32]| lab.model.decode(tokens);
    for (prompt, at) in leaks.prompts_with(&decode, (tokens, answer), LONGEST.min(lab.room())) {
        let Range { start: at, end } = whole_words(lab, prompt, at..at + tokens.len());
        let length = end - at;
        // The run that goes instead ends before the string or begins after it.
        let other = if at >= length {
            (at - length) / 2
        } else {
            end + (prompt.len() - end).saturating_sub(length) / 2
        };
        let without = |from: usize| {
            let (head, tail) = (prompt.get(..from), prompt.get(from + length..));
            Some([head?, tail?].concat())
        };
        let (Some(taken), Some(instead)) = (without(at), without(other)) else {
            continue;
        };
        if taken.is_empty() || instead.is_empty() {
            continue;
        }
        rows.push([prompt.to_vec(), taken, instead].map(|prompt| lab.whole(&prompt)));
        if rows.len() == MORE {
            break;
        }
    }
    if rows.len() < FEWEST {
        return Ok(None);
    }
    let more = rows.split_off(PROMPTS.min(rows.len()));
    let mut answers = lab.answers(rows.concat(), false)?;
    let one_word = pairs(&answers).filter(|(taken, as_leaked)| turned::turn(taken, as_leaked).is_some());
    if one_word.count() >= SOME && !more.is_empty() {
        answers.extend(lab.answers(more.concat(), false)?);
    }
    let differs = |place: usize| -> f64 {
        let each: Vec<f64> = answers
            .chunks_exact(3)
            .filter_map(|three| Some(1.0 - overlap(&three.first()?.tokens, &three.get(place)?.tokens)))
            .collect();
        mean(&each)
    };
    Ok(Some(InPlace {
        changed: differs(1),
        otherwise: differs(2),
        prompts: answers.len() / 3,
        turned: turned::both_ways(pairs(&answers)).1,
    }))
}

/// Of each prompt the answer without the string, and as it leaked.
fn pairs(answers: &[Generation]) -> impl Iterator<Item = (&[u32], &[u32])> {
    answers.chunks_exact(3).filter_map(|three| {
        let [as_leaked, taken, _] = three else { return None };
        Some((taken.tokens.as_slice(), as_leaked.tokens.as_slice()))
    })
}

/// A run of tokens with the rest of its first and last word: what is left of a word is odd text of its own.
fn whole_words(lab: &Lab<'_, '_>, prompt: &[u32], run: Range<usize>) -> Range<usize> {
    let text = |at: usize| {
        let token = prompt.get(at).copied();
        token.map_or_else(String::new, |token| lab.model.token_text(token))
    };
    // Do the tokens before and at this place spell one word together?
    let joined = |at: usize| {
        let (before, behind) = (at.checked_sub(1).map_or_else(String::new, text), text(at));
        let ends = before.chars().next_back().is_some_and(char::is_alphanumeric);
        ends && behind.chars().next().is_some_and(char::is_alphanumeric)
    };
    let Range { mut start, mut end } = run;
    while start > 0 && joined(start) {
        start -= 1;
    }
    while end < prompt.len() && joined(end) {
        end += 1;
    }
    start..end
}
