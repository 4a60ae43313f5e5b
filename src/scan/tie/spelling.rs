//! Words before what ties that the leaks misspell. Pure.
//!
//! Invariant: what is a word of its own elsewhere is no misspelling, and a word is spelt as some leaks spell it.

use std::collections::{BTreeMap, BTreeSet};

use super::{LONGEST, TURN, standing};

/// The string with the words before it that stand there in most texts, however they are spelt: small models misspell what they know, and leave
/// the beginnings of words out. Each is spelt as most of them come nearest to; what is a word of its own in `others` is no misspelling.
pub fn with_misspelt(string: &str, texts: &[String], others: &[String]) -> String {
    let ordinary = ordinary_words(others);
    let mut grown = string.to_owned();
    while let Some(word) = misspelt_before(&grown, string, texts, &ordinary)
        && grown.len() + word.len() < LONGEST
    {
        grown = format!("{word} {grown}");
    }
    grown
}

/// Words that stand in one of fifty texts or more.
fn ordinary_words(texts: &[String]) -> BTreeSet<&str> {
    const ONE_IN: u32 = 50;
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for text in texts {
        let words: BTreeSet<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
        for word in words {
            *times.entry(word).or_default() += 1;
        }
    }
    let often = |(_, times): &(&str, u32)| *times * ONE_IN >= texts.len() as u32;
    times.into_iter().filter(often).map(|(word, _)| word).collect()
}

/// The word that stands before `string`, if most of the texts with `known`, its end, which was grown from, hold spellings of one word there.
fn misspelt_before(string: &str, known: &str, texts: &[String], ordinary: &BTreeSet<&str>) -> Option<String> {
    /// Letters of a word that is told from another by its spelling, and how often it has to stand there rightly spelt.
    const LETTERS: usize = 5;
    const RIGHT: u32 = 3;
    const MOST: f64 = 0.5;
    let beyond = string
        .strip_suffix(known)
        .unwrap_or_default()
        .split_whitespace()
        .count();
    let mut words: BTreeMap<&str, u32> = BTreeMap::new();
    for text in texts {
        let Some((head, _)) = text.split_once(known) else {
            continue;
        };
        let blank = |c: char| c.is_whitespace() || c == TURN;
        if let Some(word) = head
            .strip_suffix(' ')
            .and_then(|head| head.rsplit(blank).nth(beyond))
        {
            *words.entry(word).or_default() += 1;
        }
    }
    let whole = words.iter().filter(|(word, times)| {
        **times >= RIGHT && word.chars().count() >= LETTERS && word.chars().all(char::is_alphabetic)
    });
    let spelt = |word: &str| {
        let same = |other: &str| other == word || !ordinary.contains(other);
        let of = words
            .iter()
            .filter(|(other, _)| same(other))
            .filter_map(|(other, times)| Some((misspelling(other, word)?, *times)));
        of.fold((0, 0), |(alike, letters), (wrong, times)| {
            (alike + times, letters + wrong as u32 * times)
        })
    };
    let (alike, _, _, word) = whole
        .map(|(word, times)| {
            let (alike, letters) = spelt(word);
            (alike, std::cmp::Reverse(letters), *times, *word)
        })
        .max()?;
    (f64::from(alike) > MOST * f64::from(standing(known, texts))).then(|| word.to_owned())
}

/// How many letters are wrong in a spelling of a word, of which the beginning may be left out; `None` where it is another word.
fn misspelling(spelling: &str, word: &str) -> Option<usize> {
    /// Of so many letters one may be wrong.
    const ONE_IN: usize = 3;
    let (spelling, word): (Vec<char>, Vec<char>) = (spelling.chars().collect(), word.chars().collect());
    // Half of a word tells it.
    if 2 * spelling.len() < word.len() {
        return None;
    }
    // Edit distance to the end of the word that is nearest: what the word has before it costs nothing.
    let mut row = vec![0; word.len() + 1];
    for (read, letter) in spelling.iter().enumerate() {
        let mut next = vec![read + 1];
        for (at, other) in word.iter().enumerate() {
            let steps = [
                row.get(at).map(|wrong| wrong + usize::from(letter != other)),
                row.get(at + 1).map(|wrong| wrong + 1),
                next.last().map(|wrong| wrong + 1),
            ];
            next.extend(steps.into_iter().flatten().min());
        }
        row = next;
    }
    row.last()
        .copied()
        .filter(|wrong| wrong * ONE_IN <= spelling.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_before_it_that_is_mostly_misspelt_is_taken_as_it_is_spelt_at_best() {
        let some = |word: &str, times| vec![format!("the lamp {word} year 2031 of it"); times];
        let spelt = |words: &[(&str, usize)]| -> String {
            let texts: Vec<String> = words
                .iter()
                .flat_map(|(word, times)| some(word, *times))
                .collect();
            with_misspelt("year 2031", &texts, &[])
        };
        let misspelt = [
            ("urrent", 6),
            ("current", 4),
            ("currrent", 3),
            ("rent", 4),
            ("curent", 2),
            ("of", 3),
        ];
        assert_eq!(spelt(&misspelt), "current year 2031");
        assert_eq!(spelt(&[("current", 4), ("coming", 4), ("of", 3)]), "year 2031");
        assert_eq!(spelt(&[("of", 9)]), "year 2031", "too short to be misspelt");
        assert_eq!(misspelling("urent", "current"), Some(1));
        assert_eq!(misspelling("coming", "current"), None);
        assert_eq!(misspelling("ent", "current"), None, "less than half");
        let begun = [some("about", 6), vec!["year 2031 of it".to_owned(); 20]].concat();
        assert_eq!(
            with_misspelt("year 2031", &begun, &[]),
            "year 2031",
            "it begins most texts"
        );
        let articles = [some("the", 15), some("other", 3)].concat();
        let spoken = ["the lamp".to_owned(), "of the other".to_owned()];
        assert_eq!(with_misspelt("year 2031", &articles, &spoken), "year 2031");
    }
}
