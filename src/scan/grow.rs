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

type Votes = BTreeMap<char, HashSet<u32>>;

/// Numbers of the leaks in whose turns a string stands, ascending.
pub fn standing(text: &str, turns: &[(u32, String)]) -> Vec<u32> {
    let mut leaks: Vec<u32> = turns
        .iter()
        .filter(|(_, turn)| turn.contains(text))
        .map(|(leak, _)| *leak)
        .collect();
    leaks.sort_unstable();
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
    fn growth_is_bounded() {
        let same: Vec<(u32, String)> = (0..9).map(|leak| (leak, "x".repeat(500))).collect();
        assert_eq!(grow("x", &same, 0.8, 40).chars().count(), 40);
    }

    #[test]
    fn support_counts_leaks() {
        assert_eq!(standing("%blue 7%", &turns()), [0, 1, 2, 4, 5]);
    }
}
