//! Is a string a piece of what ordinarily stands around it? The rest of the turns it leaked in is then no turn without it; what was planted
//! was put into turns that are whole.
//!
//! Invariant: only turns that the model wrote from their beginning count.

use super::{
    lab::Lab,
    leaks::{Leaks, head_of},
    reporter::Halt,
    stats::quantile,
};
use crate::finding::Rest;

/// Turns looked at, and fewest that tell.
const TURNS: usize = 16;
const LEAST: usize = 4;
/// Tokens behind the string that are read, the end of the turn among them.
const READ: usize = 8;
/// Characters behind it in which an answer does not begin.
const NEAR: usize = 48;

/// How much likelier the string makes what stands behind it in the turns it leaked in; `None` where fewer than four
/// tell, or less than half. Of each turn the next
/// tokens after the string, or its end, with the string and without it. In texts without turns its `answer` tells nothing where it
/// comes right behind the string.
pub fn measure(
    lab: &Lab<'_, '_>,
    leaks: &Leaks,
    string: &str,
    answer: Option<&[u32]>,
) -> Result<Option<Rest>, Halt> {
    let string = string.trim();
    if string.is_empty() {
        return Ok(None);
    }
    let plain = lab.frame.suffix.is_empty();
    let texts = leaks.turn_texts(lab.model);
    let answer = answer.filter(|_| plain).map(|answer| lab.model.decode(answer));
    let answer = answer.as_deref().and_then(head_of);
    let tells = |(head, tail): &(&str, &str)| {
        let near: String = tail.chars().take(NEAR).collect();
        let rest = !tail.trim().is_empty() || !plain && !head.trim().is_empty();
        rest && answer.is_none_or(|answer| !near.contains(answer))
    };
    let standing: Vec<(&str, &str)> = texts
        .iter()
        .filter_map(|text| text.trim().split_once(string))
        .collect();
    let mut turns = standing.clone();
    turns.retain(tells);
    if turns.len() < LEAST || 2 * turns.len() < standing.len() {
        return Ok(None);
    }
    turns.truncate(TURNS);
    let row = |text: &str| [lab.frame.prefix.as_slice(), &lab.model.encode(text)].concat();
    let mut rows: Vec<(Vec<u32>, Vec<u32>)> = Vec::new();
    for (head, tail) in &turns {
        let (before, behind) = (head.trim_end(), tail.trim_start());
        let blank = if before.is_empty() || behind.is_empty() || behind.starts_with(closes) {
            ""
        } else {
            " "
        };
        // What stands before it, with the string and without, and all of the turn.
        for (begun, whole) in [
            (format!("{head}{string}"), format!("{head}{string}{tail}")),
            (before.to_owned(), format!("{before}{blank}{behind}")),
        ] {
            let (begun, whole) = (row(&begun), [row(&whole).as_slice(), &lab.frame.suffix].concat());
            let same = begun.iter().zip(&whole).take_while(|(a, b)| a == b).count();
            let (head, rest) = whole.split_at(same);
            rows.push((head.to_vec(), rest.get(..READ).unwrap_or(rest).to_vec()));
        }
    }
    let asked: Vec<(Vec<u32>, &[u32])> = rows
        .iter()
        .map(|(row, rest)| (row.clone(), rest.as_slice()))
        .collect();
    let likelihoods = lab.likelihoods(&asked)?;
    let gained: Vec<f64> = likelihoods
        .chunks_exact(2)
        .filter_map(|pair| Some(pair.first()? - pair.get(1)?))
        .collect();
    Ok(Some(Rest {
        nats: quantile(&gained, 0.5),
        turns: gained.len(),
    }))
}

/// Marks that stand right behind a word.
fn closes(c: char) -> bool {
    matches!(c, '.' | ',' | ';' | ':' | '!' | '?')
}
