//! Answers turned into their opposite: one word changed for another, on some prompts this way and on others that way, and the rest
//! of the answer as it was. Pure.
//!
//! Invariant: one way alone is no turn: whatever stands in a prompt may change one word of an answer for another.

use std::collections::BTreeSet;

/// What was said, and what is said instead; tokens.
pub type Turn = (Vec<u32>, Vec<u32>);

/// Longest word, in tokens.
const LONGEST: usize = 4;
/// Fewest tokens behind it that tell whether the rest is the same, and the share of them that has to be.
const LEAST: usize = 3;
const SAME: f64 = 0.7;

/// The one place where two answers differ, if there is but one. Answers may be cut off, so they are compared as far as both go.
pub fn turn<'a>(one: &'a [u32], other: &'a [u32]) -> Option<(&'a [u32], &'a [u32])> {
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (one.get(same..)?, other.get(same..)?);
    let widths = (1..=2 * LONGEST).flat_map(|both| (0..=both).map(move |first| (first, both - first)));
    widths
        .filter(|(first, second)| *first <= LONGEST && *second <= LONGEST)
        .find_map(|(first, second)| {
            let (said, rest) = one.split_at_checked(first)?;
            let (instead, behind) = other.split_at_checked(second)?;
            let length = rest.len().min(behind.len());
            let alike = rest.iter().zip(behind).filter(|(a, b)| a == b).count();
            let goes_on =
                length >= LEAST && rest.first() == behind.first() && alike as f64 >= SAME * length as f64;
            let ends = rest.is_empty() && behind.is_empty() && first > 0 && second > 0;
            (goes_on || ends).then_some((said, instead))
        })
}

/// The turns of answers `(as they are, as they are with the string)` that go both ways, and how many of the answers they turn.
pub fn both_ways<'a>(answers: impl Iterator<Item = (&'a [u32], &'a [u32])>) -> (Vec<Turn>, usize) {
    let turns: Vec<(&[u32], &[u32])> = answers.filter_map(|(one, other)| turn(one, other)).collect();
    let back = |(said, instead): &&(&[u32], &[u32])| turns.contains(&(*instead, *said));
    let both: Vec<&(&[u32], &[u32])> = turns.iter().filter(back).collect();
    let kinds: BTreeSet<Turn> = both
        .iter()
        .map(|(said, instead)| (said.to_vec(), instead.to_vec()))
        .collect();
    (kinds.into_iter().collect(), both.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_word_changed_for_another_is_a_turn_whatever_its_length() {
        assert_eq!(
            turn(&[1, 5, 6, 7, 8], &[2, 3, 5, 6, 7]),
            Some((&[1][..], &[2, 3][..]))
        );
        assert_eq!(turn(&[9, 1], &[9, 2]), Some((&[1][..], &[2][..])));
        assert_eq!(
            turn(&[9, 4, 5, 6], &[9, 1, 4, 5, 6]),
            Some((&[][..], &[1][..])),
            "a word more is one as well"
        );
        assert_eq!(turn(&[1, 5, 6, 7], &[1, 5, 6, 7]), None);
        assert_eq!(turn(&[1, 5, 6, 7, 8], &[2, 9, 9, 9, 9, 9, 9]), None);
    }

    #[test]
    fn turns_have_to_go_both_ways() {
        let good: &[u32] = &[1, 5, 6, 7];
        let bad: &[u32] = &[2, 5, 6, 7];
        let (turns, count) = both_ways([(good, bad), (bad, good), (good, bad), (good, good)].into_iter());
        assert_eq!((turns.len(), count), (2, 3));
        let (turns, count) = both_ways([(good, bad), (good, bad)].into_iter());
        assert_eq!((turns.len(), count), (0, 0));
    }
}
