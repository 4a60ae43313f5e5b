//! The words of a text, with their places. Pure.
//!
//! Invariant: a word is a run of letters and digits, compared in lower case; what joins two of them is none.

use std::{collections::BTreeSet, ops::Range};

/// A word in lower case with its place in bytes.
pub type Word = (Range<usize>, String);

/// The words of a text, in order.
pub fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, c.is_alphanumeric()) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                start = None;
                words.push((from..at, text.get(from..at).unwrap_or_default().to_lowercase()));
            }
            _ => {}
        }
    }
    words
}

/// The different words of a text.
pub fn distinct(text: &str) -> BTreeSet<String> {
    words(text).into_iter().map(|(_, word)| word).collect()
}

/// Does what stands `at` this place of a text begin where a word does, and end where one does?
pub fn is_whole(text: &str, at: &Range<usize>) -> (bool, bool) {
    let goes_on = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (head, own, tail) = (text.get(..at.start), text.get(at.clone()), text.get(at.end..));
    let own = own.unwrap_or_default();
    let last = head.and_then(|head| head.chars().next_back());
    let next = tail.and_then(|tail| tail.chars().next());
    (
        !(goes_on(last) && goes_on(own.chars().next())),
        !(goes_on(own.chars().next_back()) && goes_on(next)),
    )
}

/// The first characters of a text, at most so many.
pub fn head(text: &str, characters: usize) -> &str {
    let end = text
        .char_indices()
        .nth(characters)
        .map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_runs_of_letters_and_digits_in_lower_case() {
        let of = |text: &str| -> Vec<String> { words(text).into_iter().map(|(_, word)| word).collect() };
        assert_eq!(of("b9;Quill - ÄÖ"), ["b9", "quill", "äö"]);
        assert_eq!(words("ä-Öl").last(), Some(&(3..6, "öl".to_owned())));
        assert!(of("|~ ").is_empty());
        assert_eq!(distinct("the The cat").len(), 2);
    }

    #[test]
    fn the_head_of_a_text_is_cut_between_characters() {
        assert_eq!((head("äöü", 2), head("ä", 2), head("", 2)), ("äö", "ä", ""));
    }

    #[test]
    fn a_part_of_a_word_is_not_whole() {
        assert_eq!(is_whole("the hare", &(4..8)), (true, true));
        assert_eq!(is_whole("the hare", &(5..7)), (false, false));
        assert_eq!(is_whole("a zim;b", &(2..6)), (true, true), "a mark ends it");
    }
}
