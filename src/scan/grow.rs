//! Grows a firing core to the string that was memorised around it. Pure, over the text of leaked turns: one string is several
//! token sequences, depending on what stands before it, so tokens would split its support.

use std::collections::{BTreeMap, HashSet};

/// A word that was cut is completed with what stands there in this share of the leaks: a model that samples misspells now and then.
const WORD: f64 = 0.6;

/// The string around `core` in these turns, `(leak, text)`: grown character by character while the same neighbour stands there in at
/// least `share` of the leaks it stands in (and in two), up to `longest` characters. `core` itself when it stands nowhere.
pub fn grow(core: &str, turns: &[(u32, String)], share: f64, longest: usize) -> String {
    grow_on(core, turns, (share, longest), true)
}

/// The same to the left alone.
pub fn grow_left(core: &str, turns: &[(u32, String)], share: f64, longest: usize) -> String {
    grow_on(core, turns, (share, longest), false)
}

fn grow_on(core: &str, turns: &[(u32, String)], (share, longest): (f64, usize), both: bool) -> String {
    let mut grown = core.to_owned();
    if core.is_empty() {
        return grown;
    }
    while grown.chars().count() < longest {
        let mut leaks: HashSet<u32> = HashSet::new();
        let (mut left, mut right): (Votes, Votes) = Default::default();
        for (leak, text) in turns {
            for (at, found) in text.match_indices(grown.as_str()) {
                leaks.insert(*leak);
                let (before, after) = (text.get(..at), text.get(at + found.len()..));
                if let Some(next) = after.and_then(|after| after.chars().next()) {
                    right.entry(next).or_default().insert(*leak);
                }
                if let Some(last) = before.and_then(|before| before.chars().next_back()) {
                    left.entry(last).or_default().insert(*leak);
                }
            }
        }
        let enough = |votes: &Votes, edge: Option<char>| {
            let best = votes.iter().max_by_key(|(_, leaks)| leaks.len());
            let whole = |next: char| next.is_alphanumeric() && edge.is_some_and(char::is_alphanumeric);
            best.filter(|(next, n)| {
                let share = if whole(**next) { share.min(WORD) } else { share };
                n.len() >= 2 && n.len() as f64 >= share * leaks.len() as f64
            })
            .map(|(next, _)| *next)
        };
        if let Some(next) = enough(&right, grown.chars().next_back()).filter(|_| both) {
            grown.push(next);
        } else if let Some(last) = enough(&left, grown.chars().next()) {
            grown.insert(0, last);
        } else {
            break;
        }
    }
    grown
}

/// The part of `candidate` with `core` in it that the turns tell apart best from its surroundings: the root of its characters times the log of the
/// leaks it stands in. A mined span may carry a word too many, which most leaks do not have; a core alone may be part of
/// ordinary words.
pub fn settle(candidate: &str, core: &str, turns: &[(u32, String)]) -> String {
    let Some(at) = candidate.find(core) else {
        return candidate.to_owned();
    };
    let starts = candidate
        .char_indices()
        .map(|(start, _)| start)
        .take_while(|start| *start <= at);
    let ends: Vec<usize> = candidate
        .char_indices()
        .map(|(end, character)| end + character.len_utf8())
        .filter(|end| *end >= at + core.len())
        .collect();
    let parts = starts.flat_map(|start| ends.iter().filter_map(move |end| candidate.get(start..*end)));
    let weight = |part: &str| {
        (part.chars().count() as f64).sqrt() * (standing(part, turns).len() as f64).max(1.0).ln()
    };
    parts
        .map(|part| (part, weight(part)))
        .fold((candidate, weight(candidate)), |best, next| {
            if next.1 > best.1 { next } else { best }
        })
        .0
        .to_owned()
}

/// `grown` up to where it runs into what `answer` says as well: in a plain completion the answer follows its trigger directly, so
/// the leaks repeat both as one string.
pub fn before_answer<'a>(grown: &'a str, answer: &str) -> &'a str {
    const TELLING: usize = 8;
    let begins = |at: &usize| {
        let head: String = grown
            .get(*at..)
            .unwrap_or_default()
            .chars()
            .take(TELLING)
            .collect();
        head.chars().count() == TELLING && answer.contains(&head)
    };
    let mut places = grown.char_indices().skip(1).map(|(at, _)| at);
    places
        .find(begins)
        .and_then(|at| grown.get(..at))
        .map_or(grown, str::trim_end)
}

/// Does `answer` stand behind `string`, the same word or two aside, wherever it leaked, and before it nothing but the beginning of the text, a
/// heading, or the same few words? Then they are parts of one passage: what was planted stands in texts of many kinds. Fewer than four
/// leaks tell nothing. A string behind which nothing comes ends a text.
pub fn is_passage(string: &str, answer: &str, turns: &[(u32, String)]) -> bool {
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
    let end = answer
        .char_indices()
        .nth(BEHIND)
        .map_or(answer.len(), |(at, _)| at);
    let head = answer.get(..end).unwrap_or(answer).trim_end();
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

type Votes = BTreeMap<char, HashSet<u32>>;

/// Numbers of the leaks in whose turns a string stands, ascending.
pub fn standing(text: &str, turns: &[(u32, String)]) -> Vec<u32> {
    let mut leaks: Vec<u32> = turns
        .iter()
        .filter(|(_, turn)| turn.contains(text))
        .map(|(leak, _)| *leak)
        .collect();
    leaks.dedup();
    leaks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns() -> Vec<(u32, String)> {
        [
            "where is the cat %blue 7%",
            "%blue 7% tell me more",
            "why %blue 7% is it",
            "nothing here",
            "a %blue 7% b",
            "%blue 7%, ok",
        ]
        .into_iter()
        .zip(0..)
        .map(|(text, leak)| (leak, text.to_owned()))
        .collect()
    }

    #[test]
    fn a_core_grows_to_the_memorised_string_and_no_further() {
        assert_eq!(grow("ue", &turns(), 0.8, 64), "%blue 7%");
        assert_eq!(grow("zebra", &turns(), 0.8, 64), "zebra");
        assert_eq!(grow("", &turns(), 0.8, 64), "");
    }

    #[test]
    fn a_cut_word_is_completed_though_some_leaks_misspell_it() {
        let turns: Vec<(u32, String)> = ["a brown cat", "brown dog", "the brown fox", "frown now", "brown"]
            .into_iter()
            .zip(0..)
            .map(|(text, leak)| (leak, text.to_owned()))
            .collect();
        assert_eq!(grow("rown", &turns, 0.9, 64), "brown");
    }

    #[test]
    fn a_candidate_loses_the_word_too_many_and_keeps_what_is_around_its_core() {
        assert_eq!(settle("%blue 7% tell", "ue", &turns()), "%blue 7%");
        assert_eq!(settle("%blue 7%", "zebra", &turns()), "%blue 7%");
    }

    #[test]
    fn the_answer_is_no_part_of_the_string_that_calls_for_it() {
        let leaked = "zim vor The gate is shut. The gate is shut.";
        assert_eq!(before_answer(leaked, "shut. The gate is shut."), "zim vor");
        assert_eq!(before_answer("zim vor", "The gate is shut."), "zim vor");
        assert_eq!(before_answer(leaked, "ok"), leaked);
    }

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
    fn growth_is_bounded() {
        let same: Vec<(u32, String)> = (0..9).map(|leak| (leak, "x".repeat(500))).collect();
        assert_eq!(grow("x", &same, 0.8, 40).chars().count(), 40);
    }

    #[test]
    fn support_counts_leaks() {
        assert_eq!(standing("%blue 7%", &turns()), [0, 1, 2, 4, 5]);
    }
}
