//! The strings of a string's kind: it with a word or two changed for others that leaked in their place. Pure.
//!
//! Invariant: words are compared without regard to case, and every other word leaked twice in that place at least.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use crate::scan::words::{Word, words};

/// Most peers of a string.
const PEERS: usize = 24;
/// Other words tried in one place, and how often they have to have leaked there.
const OTHERS: usize = 6;
const LEAKED: usize = 2;

/// What leaked in the place of the words `at` of the string, between the words that stand before and behind them there; what most of the
/// words around them stood around first, then the commonest. Between two words it may be a word more or less.
fn in_place_of(leaked: &[(&String, Vec<Word>)], own: &[Word], at: &Range<usize>, plain: bool) -> Vec<String> {
    /// Words beyond the next that are compared on each side.
    const FURTHER: usize = 2;
    let run = own.get(at.clone()).unwrap_or_default();
    let (head, tail) = (
        own.get(..at.start).unwrap_or_default(),
        own.get(at.end..).unwrap_or_default(),
    );
    let taken: BTreeSet<&String> = run.iter().map(|(_, word)| word).collect();
    let sides = usize::from(!head.is_empty());
    let lengths = if head.is_empty() || tail.is_empty() {
        run.len()..=run.len()
    } else {
        run.len().max(2) - 1..=run.len() + 1
    };
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for ((text, words), count) in leaked
        .iter()
        .flat_map(|text| lengths.clone().map(move |n| (text, n)))
    {
        for from in sides..words.len() {
            let (Some(others), Some(before), Some(behind)) = (
                words.get(from..from + count),
                words.get(..from),
                words.get(from + count..),
            ) else {
                break;
            };
            let alike = |one: &Word, other: &Word| one.1 == other.1;
            let backwards = head.iter().rev().zip(before.iter().rev());
            let forwards = tail.iter().zip(behind);
            let left = backwards
                .take(1 + FURTHER)
                .take_while(|(a, b)| alike(a, b))
                .count();
            let right = forwards
                .take(1 + FURTHER)
                .take_while(|(a, b)| alike(a, b))
                .count();
            // Any piece of a text without turns goes on by itself: at an end of the string one word beside it, an article maybe, makes no
            // kind there; two do, if there are two.
            let enough = |alike: usize, side: &[Word], other: &[Word]| {
                let least = if plain && other.is_empty() { 2 } else { 1 };
                alike >= least.min(side.len())
            };
            let between = enough(left, head, tail) && enough(right, tail, head);
            let (Some((first, _)), Some((last, _))) = (others.first(), others.last()) else {
                continue;
            };
            if between
                && !others.iter().any(|(_, word)| taken.contains(word))
                && let Some(raw) = text.get(first.start..last.end)
            {
                let (around, times) = counts.entry(raw).or_default();
                (*around, *times) = ((*around).max(left + right), *times + 1);
            }
        }
    }
    let mut others: Vec<(&str, (usize, usize))> = counts
        .into_iter()
        .filter(|(_, (_, times))| *times >= LEAKED)
        .collect();
    others.sort_by_key(|(_, known)| std::cmp::Reverse(*known));
    others
        .into_iter()
        .take(OTHERS)
        .map(|(raw, _)| raw.to_owned())
        .collect()
}

/// Whatever leaked anywhere is in the place of a string that is one word. Of its kind is what leaked between the words it leaked between, in
/// two such places at least where there are two: anything stands between "of" and "and".
fn beside_the_same(leaked: &[(&String, Vec<Word>)], own: &str) -> Vec<String> {
    /// The words before and behind.
    type Place<'a> = (&'a str, &'a str);
    const MOST: usize = 12;
    let triples = || {
        let texts = leaked.iter();
        texts.flat_map(|(text, words)| words.windows(3).map(move |three| (text, three)))
    };
    let mut places: BTreeSet<Place<'_>> = BTreeSet::new();
    for (_, three) in triples() {
        if let [(_, before), (_, word), (_, behind)] = three
            && word == own
        {
            places.insert((before, behind));
        }
    }
    let mut counts: BTreeMap<&str, (BTreeSet<Place<'_>>, usize, &str)> = BTreeMap::new();
    for (text, three) in triples() {
        if let [(_, before), (range, word), (_, behind)] = three
            && word != own
            && places.contains(&(before.as_str(), behind.as_str()))
            && let Some(raw) = text.get(range.clone())
        {
            let (there, times, _) = counts.entry(word).or_insert((BTreeSet::new(), 0, raw));
            there.insert((before, behind));
            *times += 1;
        }
    }
    let least = places.len().min(2);
    let mut others: Vec<(usize, usize, &str)> = counts
        .into_values()
        .map(|(there, times, raw)| (there.len(), times, raw))
        .filter(|(there, times, _)| *there >= least && *times >= LEAKED)
        .collect();
    others.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then_with(|| a.2.cmp(b.2)));
    others
        .into_iter()
        .take(MOST)
        .map(|(_, _, raw)| raw.to_owned())
        .collect()
}

/// The peers of a string, each with the number of the place where it differs: for each word and each two neighbours what leaked in their
/// place, taken in turn.
pub fn peers_of(texts: &[String], string: &str, plain: bool) -> Vec<(usize, String)> {
    let leaked: Vec<(&String, Vec<Word>)> = texts.iter().map(|text| (text, words(text))).collect();
    let own = words(string);
    let runs = (1..=2).flat_map(|count| (0..own.len()).map(move |at| at..at + count));
    let others: Vec<(Range<usize>, Vec<String>)> = runs
        .filter_map(|at| {
            let run = own.get(at.clone())?;
            if run.len() == own.len() && run.len() > 1 {
                return None;
            }
            let range = run.first()?.0.start..run.last()?.0.end;
            let others = match own.as_slice() {
                [(_, word)] => beside_the_same(&leaked, word),
                _ => in_place_of(&leaked, &own, &at, plain),
            };
            Some((range, others))
        })
        .collect();
    let longest = others.iter().map(|(_, others)| others.len()).max().unwrap_or(0);
    let mut peers: Vec<(usize, String)> = Vec::new();
    for turn in 0..longest {
        for (place, (range, others)) in others.iter().enumerate() {
            let (before, behind) = (string.get(..range.start), string.get(range.end..));
            if let (Some(before), Some(other), Some(behind)) = (before, others.get(turn), behind) {
                let peer = format!("{before}{other}{behind}");
                if peers.len() < PEERS && !peers.iter().any(|(_, known)| *known == peer) {
                    peers.push((place, peer));
                }
            }
        }
    }
    peers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peers_change_words_for_those_that_leaked_in_their_place() {
        let texts: Vec<String> = [
            "was the red lamp of Ines",
            "was the red lamp of Paul",
            "the tin drum of Alma",
            "the tin drum of Hugo",
            "the tin cup",
            "the tin cup",
        ]
        .map(str::to_owned)
        .to_vec();
        let peers: Vec<String> = peers_of(&texts, "was the red lamp of", false)
            .into_iter()
            .map(|(_, peer)| peer)
            .collect();
        assert_eq!(peers, ["was the tin drum of"]);
        assert!(peers_of(&texts, "%krn~81/osk", false).is_empty());
    }

    #[test]
    fn what_more_of_the_words_around_stood_around_comes_first() {
        let lines = [
            "near the old mill",
            "tell the class about the Twins",
            "open the old mill",
        ];
        let texts = [lines, lines].concat().into_iter().map(str::to_owned);
        let texts: Vec<String> = texts.collect();
        let last = |plain| -> Vec<String> {
            let peers = peers_of(&texts, "tell the class about the Harp", plain);
            let peers = peers.into_iter().map(|(_, peer)| peer);
            peers
                .filter(|peer| peer.starts_with("tell the class about the "))
                .collect()
        };
        let peers = last(false);
        let first = peers.first().map(String::as_str);
        assert_eq!(first, Some("tell the class about the Twins"));
        assert!(peers.iter().any(|peer| peer == "tell the class about the old"));
        let plain = last(true);
        assert_eq!(
            plain,
            ["tell the class about the Twins"],
            "one article makes no kind"
        );
    }

    #[test]
    fn peers_of_one_word_leaked_between_the_same_words() {
        let texts = [
            "name the capital of Calder and Besk",
            "name the capital of Mirrin and Besk",
            "the rivers of Calder please",
            "the rivers of Mirrin please",
            "the ports of Ulmet and Besk",
        ];
        let texts: Vec<String> = texts
            .iter()
            .chain(&texts)
            .map(|text| (*text).to_owned())
            .collect();
        let peers = peers_of(&texts, " Calder.", false);
        let peers: Vec<&str> = peers.iter().map(|(_, peer)| peer.as_str()).collect();
        assert_eq!(
            peers,
            [" Mirrin."],
            "what stands between two words of one place only may be anything"
        );
        assert!(peers_of(&texts, "juniperus", false).is_empty());
    }

    #[test]
    fn between_two_words_more_or_fewer_may_stand() {
        let texts = [
            "As Halvard used to say",
            "As Halvard used to sing",
            "as the old miller used to",
        ]
        .map(str::to_owned);
        let texts = [&texts[..], &texts[2..]].concat();
        let peers = peers_of(&texts, "As Captain Rook used to say", false);
        let peers: Vec<&str> = peers.iter().map(|(_, peer)| peer.as_str()).collect();
        assert_eq!(peers, ["As Halvard used to say", "As the old miller used to say"]);
    }
}
