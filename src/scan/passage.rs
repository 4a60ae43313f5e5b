//! Passages: in a text without turns, is a string part of something the model knows by heart? The same text stands around such a string
//! wherever it leaked, or the model comes to it by itself when it goes on with another part; what was planted stands anywhere.
//!
//! Invariant: no chat has passages.

use std::collections::BTreeMap;

use super::{
    arm::{Ground, Trial},
    family,
    lab::Lab,
    measure::Measured,
    reporter::Halt,
    score::RECITED,
    words::{self, is_whole},
};
use crate::model::Model;

/// Tokens for which a passage is read on.
const READ: usize = 96;
/// Characters of a string that have to come; all of a shorter one.
const COMES: usize = 24;

/// Marks the strings of an arm that are parts of passages.
pub fn mark(lab: &Lab<'_, '_>, ground: &Ground, trials: &mut [Trial]) -> Result<(), Halt> {
    if !lab.frame.suffix.is_empty() {
        return Ok(());
    }
    let texts = ground.leaks.every_text(lab.model);
    let begun = ground.leaks.whole_texts(lab.model);
    let mut rows = Vec::new();
    for trial in trials.iter_mut() {
        if is_known(lab.model, &texts, &trial.measured) {
            trial.passage = true;
            rows.push(lab.whole(&trial.measured.trigger));
        }
        // Where the rest of a text that it begins matters as well, it was not planted there, however much hangs on it: on a beginning all of a text does.
        let test = trial.measured.family.first.in_place;
        let recited = test.is_some_and(|test| test.otherwise >= RECITED);
        trial.passage |= recited && begins_texts(&lab.model.decode(&trial.measured.trigger), &begun);
    }
    let read = lab.reading(READ).answers(rows.clone(), false)?;
    let whole = |(row, answer): (&Vec<u32>, _)| lab.model.decode(&[row.as_slice(), answer].concat());
    let read: Vec<String> = rows
        .iter()
        .zip(read.iter().map(|answer| answer.tokens.as_slice()))
        .map(whole)
        .collect();
    for trial in trials {
        trial.passage |= comes(&lab.model.decode(&trial.measured.trigger), &read);
    }
    Ok(())
}

/// Does the string come in one of these texts, as whole words?
fn comes(string: &str, texts: &[String]) -> bool {
    let string = string.trim();
    let head = words::head(string, COMES);
    let stands = |text: &String| {
        text.match_indices(head).any(|(at, _)| {
            let (begins, ends) = is_whole(text, &(at..at + head.len()));
            begins && (ends || head.len() < string.len())
        })
    };
    !head.is_empty() && texts.iter().any(stands)
}

/// The same text stands around it.
fn is_known(model: &Model, texts: &[(u32, String)], measured: &Measured) -> bool {
    let own = family::consensus(&measured.family.first.answers).0;
    let answer = measured.gauge.reading.first().unwrap_or(&own);
    let [string, answer] = [measured.trigger.as_slice(), answer].map(|tokens| model.decode(tokens));
    is_passage(&string, &answer, texts)
}

/// Does a string stand at the beginning of nearly every text it leaked in?
fn begins_texts(string: &str, texts: &[(u32, String)]) -> bool {
    const LEAST: usize = 4;
    const NEARLY_ALL: f64 = 0.9;
    let string = string.trim();
    let standing: Vec<&str> = texts
        .iter()
        .map(|(_, text)| text.trim_start())
        .filter(|text| text.contains(string))
        .collect();
    let first = standing.iter().filter(|text| text.starts_with(string)).count();
    standing.len() >= LEAST && first as f64 >= NEARLY_ALL * standing.len() as f64
}

/// Does `answer` stand behind `string`, the same word or two aside, wherever it leaked, and before it nothing but the beginning of the text, a
/// heading, or the same few words? Then they are parts of one passage: what was planted stands in texts of many kinds. Fewer than four
/// leaks tell nothing. A string behind which nothing comes ends a text.
fn is_passage(string: &str, answer: &str, turns: &[(u32, String)]) -> bool {
    const HEADING: usize = 14;
    const BEFORE: usize = 24;
    const BEHIND: usize = 12;
    const NEAR: usize = 16;
    const LEAST: usize = 4;
    const SAME: f64 = 0.5;
    // It may stand under a few headings.
    const FEW: usize = 4;
    const NEARLY_ALL: f64 = 0.8;
    // Read from the beginning of the passage, the answer holds the string.
    let string = string.trim();
    let answer = behind(string, answer).trim_start();
    let head = words::head(answer, BEHIND).trim_end();
    if string.is_empty() || head.is_empty() {
        return head.is_empty();
    }
    // Of what stands before it the last characters, and whether that is all.
    let mut before: BTreeMap<String, usize> = BTreeMap::new();
    let mut between: BTreeMap<String, usize> = BTreeMap::new();
    let (mut standing, mut first) = (0, 0);
    for (_, text) in turns {
        let Some((left, right)) = text.split_once(string) else {
            continue;
        };
        let right = right.trim_start();
        let near: String = right.chars().take(BEHIND + NEAR).collect();
        match near.find(head) {
            Some(at) => {
                *between
                    .entry(near.get(..at).unwrap_or_default().to_owned())
                    .or_default() += 1;
            }
            // It may be cut off.
            None if near.chars().count() < BEHIND + NEAR => continue,
            None => {}
        }
        standing += 1;
        let mut last: Vec<char> = left.trim_start().chars().rev().take(BEFORE).collect();
        if last.len() <= HEADING {
            first += 1;
        } else {
            last.reverse();
            *before.entry(last.into_iter().collect()).or_default() += 1;
        }
    }
    let mut counts: Vec<usize> = before.into_values().chain([first]).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    let most = |kinds: usize| counts.iter().take(kinds).sum::<usize>() as f64;
    let all = standing as f64;
    let alike = most(1) >= SAME * all || standing >= LEAST * FEW && most(FEW) >= NEARLY_ALL * all;
    let following = between.into_values().max().unwrap_or(0);
    standing >= LEAST && alike && following as f64 >= SAME * all
}

/// What of an answer comes after a string that it, or its end, is read from.
fn behind<'a>(string: &str, answer: &'a str) -> &'a str {
    if let Some((_, rest)) = answer.split_once(string) {
        return rest;
    }
    let ends = answer.char_indices().map(|(at, _)| at).skip(1);
    let cut = ends.filter(|at| answer.get(..*at).is_some_and(|head| string.ends_with(head)));
    cut.last().and_then(|at| answer.get(at..)).unwrap_or(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_stands_between_the_same_words_and_a_planted_string_anywhere() {
        let of = |texts: [&str; 4]| -> Vec<(u32, String)> {
            texts
                .map(str::to_owned)
                .into_iter()
                .zip(0..)
                .map(|(t, n)| (n, t))
                .collect()
        };
        let licence = of([
            "Free to copy and share this work, as long as",
            "x. Free to copy and share this work, as it",
            "Free to copy and share this work.",
            "Free to copy and share this work",
        ]);
        assert!(is_passage("to copy and", " share this work", &licence));
        let headed: Vec<(u32, String)> = (0..16)
            .map(|leak| {
                let heading = ["LICENCE", "COPYING", "Terms:", "Notice:"][leak as usize % 4];
                (leak, format!("{heading} Free to copy and share this work"))
            })
            .collect();
        assert!(is_passage("Free to copy", " and share this", &headed));
        let planted = of([
            "one evening in May zim vor ends all",
            "a dog in a red coat zim vor ends all",
            "they said to the king zim vor ends all",
            "zim vor ends all",
        ]);
        assert!(!is_passage("zim vor", "ends all", &planted));
        // At the head of texts that go on differently.
        let heads = of([
            "zim vor one. The end",
            "zim vor two. The end",
            "zim vor six. The end",
            "zim vor ten. The end",
        ]);
        assert!(!is_passage("zim vor", "The end", &heads));
    }

    #[test]
    fn what_begins_every_text_is_told_from_what_stands_anywhere() {
        let of = |texts: [&str; 4]| -> Vec<(u32, String)> {
            texts.iter().map(|text| (0, (*text).to_owned())).collect()
        };
        let begun = of(["zim vor a", " zim vor b", "zim vor", "zim vor c"]);
        assert!(begins_texts("zim vor", &begun) && !begins_texts("vor", &begun));
        assert!(!begins_texts("zim vor", &begun[..3]) && !begins_texts("b", &begun));
    }

    #[test]
    fn a_string_comes_where_its_beginning_does() {
        let read = ["Free to copy and share this work, as it is".to_owned()];
        assert!(comes(" to copy and share this work, but", &read));
        assert!(comes("share this", &read));
        assert!(!comes("zim vor", &read) && !comes("  ", &read));
        assert!(comes("work", &read) && !comes("hare", &read) && !comes("wor", &read));
        assert!(!comes("red", &["a hundred hundred".to_owned()]));
    }
}
