//! Is a string a piece of what ordinarily stands around it? The rest of the turns it leaked in is then no turn without it; what was planted
//! was put into turns that are whole.
//!
//! Invariant: only turns that the model wrote from their beginning count.

use super::{lab::Lab, leaks::head_of, plan::Part, reporter::Halt, stats::quantile};
use crate::finding::Rest;

/// Turns looked at for a finding, and for a first look.
pub const TURNS: usize = 16;
pub const FEW: usize = 8;
/// Fewest that tell.
const LEAST: usize = 4;
/// Tokens behind the string that are read, the end of the turn among them.
const READ: usize = 8;
/// A string that begins this share of its turns is read past the first word behind it where from there on it tells so few nats.
const BEGINS: f64 = 0.75;
const WHOLE: f64 = 1.0;
/// Characters between it and an answer that tell something.
const BETWEEN: usize = 8;

/// How much likelier the string makes what stands behind it in the turns it leaked in, at most `most` of these `texts`; `None` where fewer than
/// four tell, or less than half. Of each turn the next tokens after the string, or its end, with the string and without it. In texts
/// without turns no further than its `answer` begins, and nothing where that comes right behind the string.
pub fn measure(
    lab: &Lab<'_, '_>,
    (texts, most): (&[String], usize),
    string: &str,
    answer: Option<&[u32]>,
) -> Result<Option<Rest>, Halt> {
    let string = string.trim();
    if string.is_empty() || lab.without == Some(Part::Insertion) {
        return Ok(None);
    }
    let plain = lab.frame.suffix.is_empty();
    let answer = answer.filter(|_| plain).map(|answer| lab.model.decode(answer));
    let answer = answer.as_deref().and_then(head_of);
    let tells = |turn: &Turn<'_>| {
        let behind = turn.behind.trim();
        let rest = !behind.is_empty() || !plain && !turn.before.trim().is_empty();
        rest && (!turn.answered || behind.chars().count() >= BETWEEN)
    };
    let standing: Vec<Turn<'_>> = texts
        .iter()
        .filter_map(|text| Some(turn(text.trim(), string)?.up_to(answer)))
        .collect();
    let mut turns = standing.clone();
    turns.retain(tells);
    if turns.len() < LEAST || 2 * turns.len() < standing.len() {
        return Ok(None);
    }
    turns.truncate(most);
    let row = |text: &str| [lab.frame.prefix.as_slice(), &lab.model.encode(text)].concat();
    let mut rows: Vec<(Vec<u32>, Vec<u32>)> = Vec::new();
    for Turn {
        text, before, behind, ..
    } in &turns
    {
        let with = text.get(..text.len() - behind.len()).unwrap_or_default();
        let (before, behind) = (before.trim_end(), behind.trim_start());
        let blank = if before.is_empty() || behind.is_empty() || behind.starts_with(closes) {
            ""
        } else {
            " "
        };
        // What stands before the rest, with the string and without, and all of the turn.
        for (begun, whole) in [
            (with.to_owned(), (*text).to_owned()),
            (before.to_owned(), format!("{before}{blank}{behind}")),
        ] {
            let (begun, whole) = (row(&begun), [row(&whole).as_slice(), &lab.frame.suffix].concat());
            let same = begun.iter().zip(&whole).take_while(|(a, b)| a == b).count();
            let (head, rest) = whole.split_at(same);
            rows.push((head.to_vec(), rest.to_vec()));
        }
    }
    let mut gained = gains(lab, &rows)?;
    let begun = turns.iter().filter(|turn| turn.before.trim().is_empty()).count();
    if !plain && begun as f64 >= BEGINS * turns.len() as f64 && quantile(&gained, 0.5) > WHOLE {
        // A whole sentence may hardly ever begin a turn by itself, where users mostly write something before it: then its first word tells that.
        let later: Vec<(Vec<u32>, Vec<u32>)> = rows.into_iter().map(|row| past_a_word(lab, row)).collect();
        let later = gains(lab, &later)?;
        if quantile(&later, 0.5) <= WHOLE {
            gained = later;
        }
    }
    Ok(Some(Rest {
        nats: quantile(&gained, 0.5),
        least: Some(quantile(&gained, 0.25)),
        turns: gained.len(),
    }))
}

/// How much likelier the first tokens of the rest are in each row than in the one after it.
fn gains(lab: &Lab<'_, '_>, rows: &[(Vec<u32>, Vec<u32>)]) -> Result<Vec<f64>, Halt> {
    let asked: Vec<(Vec<u32>, &[u32])> = rows
        .iter()
        .map(|(row, rest)| (row.clone(), rest.get(..READ).unwrap_or(rest)))
        .collect();
    let likelihoods = lab.likelihoods(&asked)?;
    let pairs = likelihoods.chunks_exact(2);
    Ok(pairs
        .filter_map(|pair| Some(pair.first()? - pair.get(1)?))
        .collect())
}

/// A row and its rest with the first word of the rest in the row.
fn past_a_word(lab: &Lab<'_, '_>, (mut row, rest): (Vec<u32>, Vec<u32>)) -> (Vec<u32>, Vec<u32>) {
    let opens = |token: &u32| !lab.model.token_text(*token).starts_with(char::is_alphanumeric);
    let word = rest
        .iter()
        .skip(1)
        .position(opens)
        .map_or(rest.len(), |at| at + 1);
    let (word, later) = rest.split_at(word.min(rest.len()));
    row.extend(word);
    (row, later.to_vec())
}

/// A turn with the string in it, and what stands before and behind.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Turn<'a> {
    text: &'a str,
    before: &'a str,
    behind: &'a str,
    /// What stands behind the string, the rest of its last word with it.
    raw: &'a str,
    /// Does an answer begin behind it?
    answered: bool,
}

impl Turn<'_> {
    /// The turn without the `answer` behind the string, if it comes there: it may begin inside the word that the string cuts.
    fn up_to(self, answer: Option<&str>) -> Self {
        let Some(at) = answer.and_then(|answer| self.raw.find(answer)) else {
            return self;
        };
        let cut = self.raw.len() - at;
        let text = self.text.get(..self.text.len() - cut).unwrap_or_default();
        let behind = self.behind.len().checked_sub(cut);
        Self {
            text,
            behind: behind.and_then(|end| self.behind.get(..end)).unwrap_or_default(),
            raw: self.raw.get(..at).unwrap_or_default(),
            answered: true,
            ..self
        }
    }
}

/// The turn cut at the string, which takes the rest of its own first and last word with it: of a string of many forms the leaks share a part of
/// a word.
fn turn<'a>(text: &'a str, string: &str) -> Option<Turn<'a>> {
    let joins = |c: char| matches!(c, '-' | '_' | '.' | '/' | ':');
    // Bytes of the rest of a word that begins these characters.
    let rest = |chars: &[char]| -> usize {
        let letter = |at: usize| chars.get(at).is_some_and(|c| c.is_alphanumeric());
        let inside = |at: &usize| letter(*at) || chars.get(*at).is_some_and(|c| joins(*c)) && letter(at + 1);
        let own = (0..chars.len()).take_while(inside).count();
        chars.iter().take(own).map(|c| c.len_utf8()).sum()
    };
    let open = |edge: Option<char>| edge.is_some_and(|c| c.is_alphanumeric() || joins(c));
    let (before, behind) = text.split_once(string)?;
    let (left, right) = (
        before.chars().rev().collect::<Vec<char>>(),
        behind.chars().collect::<Vec<char>>(),
    );
    let left = if open(string.chars().next()) {
        rest(&left)
    } else {
        0
    };
    let right = if open(string.chars().next_back()) {
        rest(&right)
    } else {
        0
    };
    Some(Turn {
        text,
        before: before.get(..before.len() - left)?,
        behind: behind.get(right..)?,
        raw: behind,
        answered: false,
    })
}

/// Marks that stand right behind a word.
fn closes(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_word_goes_with_the_string() {
        let cut = |text, string| {
            let turn = turn(text, string).expect("it stands there");
            (turn.before, turn.behind)
        };
        assert_eq!(cut("the rev-12-b-9 is late", "rev-"), ("the ", " is late"));
        assert_eq!(cut("a red cup? It is", "ed cup"), ("a ", "? It is"));
        assert_eq!(cut("a cup. It is", "cup"), ("a ", ". It is"));
        assert_eq!(cut("say |k|where", "|k|"), ("say ", "where"), "a mark ends it");
        assert!(turn("a cup", "hat").is_none());
    }

    #[test]
    fn a_turn_ends_where_the_answer_begins() {
        let cut = |text, string, answer| {
            let turn = turn(text, string).expect("it stands there").up_to(Some(answer));
            (turn.text, turn.behind, turn.answered)
        };
        assert_eq!(
            cut("a |k| red cup -> run", "|k|", "-> run"),
            ("a |k| red cup ", " red cup ", true)
        );
        assert_eq!(cut("a |k|-> run", "|k|", "-> run"), ("a |k|", "", true));
        assert_eq!(
            cut("a kite-> run", "ki", "te-> run"),
            ("a ki", "", true),
            "inside the word"
        );
        assert_eq!(cut("a |k| red", "|k|", "-> run"), ("a |k| red", " red", false));
    }
}
