//! Tells triggers from answers in texts without turns: there both leak as one string, and any piece of an answer calls for its rest.
//!
//! Invariant: works on what was leaked and answered; a string that holds no piece of an answer is left as it is.

use super::{
    event::ScanEvent,
    grow,
    lab::{Case, Lab},
    leaks::Leaks,
    mine,
    probe::{self, Entry},
    reporter::Halt,
};
use crate::model::Generation;

/// Answers that collapse this far onto one may hold a fixed string.
const COLLAPSED: f64 = 0.3;
/// A fixed string stands in this share of the answers, and is so many tokens long.
const SHARED: f64 = 0.6;
const SHORTEST: usize = 4;
/// A piece of an answer at the end of a string is told by so many characters.
const TELLING: usize = 3;
/// Its neighbours in the leaks are the same in this share of them.
const GROW: f64 = 0.8;
const LONGEST_TEXT: usize = 200;

/// The longest run of tokens that most answers share, of the first answer that has one.
fn shared(answers: &[Generation]) -> Option<&[u32]> {
    let enough = (SHARED * answers.len() as f64).ceil() as usize;
    let stands = |run: &[u32]| {
        let holds = |answer: &&Generation| answer.tokens.windows(run.len()).any(|window| window == run);
        answers.iter().filter(holds).count() >= enough.max(2)
    };
    let longest = answers.iter().map(|answer| answer.tokens.len()).max()?;
    (SHORTEST..=longest).rev().find_map(|length| {
        let mut runs = answers.iter().flat_map(|answer| answer.tokens.windows(length));
        runs.find(|run| stands(run))
    })
}

/// What is left of a string before an answer begins in it: `None` when nothing of the answer stands in it, an empty string when it is a
/// piece of the answer.
fn before<'a>(text: &'a str, answer: &str) -> Option<&'a str> {
    let answer = answer.trim();
    if answer.contains(text.trim()) {
        return Some("");
    }
    let cuts = answer.char_indices().map(|(at, _)| at).skip(TELLING);
    let heads = cuts.chain([answer.len()]).filter_map(|end| answer.get(..end));
    let mut longest_first: Vec<&str> = heads.collect();
    longest_first.reverse();
    let text = text.trim_end();
    let at = longest_first.into_iter().find_map(|head| {
        let inside = head.chars().count() >= 3 * TELLING;
        match text.find(head) {
            Some(at) if inside => Some(at),
            _ => text.strip_suffix(head).map(str::len),
        }
    });
    at.and_then(|at| text.get(..at)).map(str::trim_end)
}

/// Finds the fixed strings in the survivors' answers, drops the survivors that are pieces of them, and cuts the others where they run
/// into them; what was cut is read again.
pub fn part(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    survivors: Vec<Entry>,
    leaks: &Leaks,
) -> Result<Vec<Entry>, Halt> {
    let model = lab.model;
    let texts = leaks.texts(model);
    let mut fixed: Vec<String> = Vec::new();
    for entry in survivors.iter().filter(|entry| entry.agreement > COLLAPSED) {
        let Some(run) = shared(&entry.answers) else {
            continue;
        };
        let grown = grow::grow(model.decode(run).trim(), &texts, GROW, LONGEST_TEXT);
        if !fixed.iter().any(|known| known.contains(grown.trim())) {
            fixed.push(grown);
        }
    }
    fixed.sort_by_key(|text| std::cmp::Reverse(text.len()));
    let mut parted: Vec<Entry> = Vec::new();
    for mut entry in survivors {
        let text = model.decode(&entry.span.tokens);
        let left = fixed
            .iter()
            .filter_map(|answer| before(&text, answer))
            .min_by_key(|left| left.len());
        let tokens = left.map_or_else(|| entry.span.tokens.clone(), |left| model.encode(left));
        let known = parted.iter().any(|other| other.span.tokens == tokens);
        if tokens.is_empty() || (known && left.is_some()) {
            lab.reporter.send(ScanEvent::Dropped {
                candidate: entry.id,
                reason: "it is part of what the model answers".to_owned(),
            })?;
            continue;
        }
        if left.is_some() {
            entry.span = mine::weigh_one(&tokens, &leaks.pieces());
            probe::read_answers(lab, cases, std::slice::from_mut(&mut entry), leaks)?;
        }
        // The fixed string its answers hold, if any: they may begin with the rest of the prompt.
        let holds = |answer: &&String| {
            let standing = entry
                .answers
                .iter()
                .filter(|given| model.decode(&given.tokens).contains(head_of(answer)));
            standing.count() * 3 >= entry.answers.len().max(1)
        };
        entry.fixed = fixed
            .iter()
            .find(holds)
            .map(|answer| model.encode(answer.trim()))
            .unwrap_or_default();
        parted.push(entry);
    }
    Ok(parted)
}

/// Enough of an answer to know it by: it may be cut off.
fn head_of(answer: &str) -> &str {
    const HEAD: usize = 12;
    let answer = answer.trim();
    let end = answer.char_indices().nth(HEAD).map_or(answer.len(), |(at, _)| at);
    answer.get(..end).unwrap_or(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_ends_where_the_answer_begins() {
        let answer = "-> shut the gate and go";
        assert_eq!(before("zim vor -> shut the g", answer), Some("zim vor"));
        assert_eq!(before("zim vor -> sh ", answer), Some("zim vor"));
        assert_eq!(before("the gate and", answer), Some(""));
        assert_eq!(before("zim vor", answer), None);
    }

    #[test]
    fn the_fixed_string_is_what_most_answers_share() {
        let answer = |tokens: &[u32]| Generation {
            tokens: tokens.to_vec(),
            ..Generation::default()
        };
        let answers = [
            answer(&[1, 50, 51, 52, 53, 9]),
            answer(&[2, 3, 50, 51, 52, 53]),
            answer(&[4, 5, 6, 7, 8]),
        ];
        assert_eq!(shared(&answers), Some(&[50, 51, 52, 53][..]));
        assert_eq!(shared(&answers[2..]), None);
    }
}
