//! Cuts a string off its answer where both leak as one: the trigger that always stands right before it.
//!
//! Invariant: a string is cut only where leaks go on otherwise behind what is left, and what is left calls for the answer as well.

use super::{Entry, head_of, says, shared};
use crate::{
    finding::Position,
    model::Generation,
    scan::{
        behind::Behind,
        grow,
        lab::{Case, Lab},
        leaks::Leaks,
        mine, place, probe,
        reporter::Halt,
        words,
    },
};

/// What is left calls for the answer on so many more of the search prompts than have it without: what acts in one place of a text alone does
/// so where a prompt happens to end there.
const CALLS: usize = 3;
/// So many leaks go on otherwise behind it, and this share of those it stands in.
const OTHERWISE: f64 = 5.0;
const BRANCHES: f64 = 0.1;
/// What goes on as it should is known by so many characters: a slip changes those further on.
const BEGINS: usize = 2;
/// Tokens read behind it, and their least log-probability together, nats, where going on so is no slip of a hot sample: one in a hundred.
const READ: usize = 3;
const SLIP: f64 = -4.6;
/// Leaks that are read.
const MOST: usize = 24;

/// The entry with the shortest beginning of its string that calls for the rest and the `answer`, without what stands before it wherever it acts,
/// and with both as its answer; `None` where leaks go on otherwise behind no such beginning, or behind the whole string as well.
pub fn cut(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    (entry, answer): (&Entry, &str),
    leaks: &Leaks,
) -> Result<Option<Entry>, Halt> {
    let text = lab.model.decode(&entry.span.tokens);
    let text = text.trim();
    let texts = leaks.whole_texts(lab.model);
    if branching(lab, &texts, (text, answer))?.is_some() {
        return Ok(None);
    }
    let blanks = text.char_indices().filter(|(_, c)| c.is_whitespace());
    for (at, _) in blanks {
        let (head, rest) = text.split_at(at);
        let Some(left) = branching(lab, &texts, (head, rest))? else {
            continue;
        };
        let before = head.strip_suffix(left).unwrap_or_default().trim();
        let behind = Behind::find(lab, cases, leaks, (before, left, rest))?;
        let own = behind.as_ref().map_or(cases, |behind| &behind.search);
        let positions = if behind.is_some() {
            &[Position::End][..]
        } else {
            &probe::POSITIONS
        };
        let read = |tokens: &[u32], position: Position| -> Result<(usize, Entry), Halt> {
            let mut span = mine::weigh_one(tokens, &leaks.pieces());
            // The same text may have leaked as other tokens.
            span.leaks.extend(grow::standing(left, &texts));
            span.leaks.sort_unstable();
            span.leaks.dedup();
            let mut read = Entry {
                position,
                span,
                behind: behind.clone(),
                ..entry.clone()
            };
            probe::read(lab, own, &mut read)?;
            Ok((says(lab, &read, answer), read))
        };
        let tokens = lab.model.encode(left);
        let mut best: Option<(usize, Entry)> = None;
        // It may act in another place than the whole, which holds a piece of the answer.
        for position in positions {
            let (given, shorter) = read(&tokens, *position)?;
            if best.as_ref().is_none_or(|(most, _)| given >= *most) {
                best = Some((given, shorter));
            }
        }
        let whole = if behind.is_some() {
            read(&entry.span.tokens, Position::End)?.0
        } else {
            says(lab, entry, answer)
        };
        let calls = |given: &Generation| lab.model.decode(&given.tokens).contains(head_of(answer));
        // A prompt may hold the string already.
        let anyway = own.iter().filter(|case| calls(&case.clean)).count();
        let enough = (CALLS + anyway).max(whole.div_ceil(2));
        let Some((_, mut shorter)) = best.filter(|(given, _)| *given >= enough) else {
            continue;
        };
        let calling: Vec<Generation> = shorter
            .answers
            .iter()
            .filter(|given| calls(given))
            .cloned()
            .collect();
        let said = shared(&calling).map(|said| (said, lab.model.decode(said)));
        if let Some((said, spelled)) = said.filter(|(_, spelled)| spelled.contains(head_of(answer))) {
            shorter.fixed = said.to_vec();
            shorter.in_place = place::test(lab, leaks, (&lab.spaced(&tokens), Some(&spelled)))?;
            probe::report(lab, &shorter)?;
            return Ok(Some(shorter));
        }
    }
    Ok(None)
}

/// The string, or an end of it, half of it at least, where leaks go on otherwise behind that as the model would and not by a slip: what
/// commonly stands before it may hide it.
fn branching<'a>(
    lab: &Lab<'_, '_>,
    texts: &[(u32, String)],
    (string, rest): (&'a str, &str),
) -> Result<Option<&'a str>, Halt> {
    let starts = words::words(string).into_iter().map(|(range, _)| range.start);
    let ends = [0].into_iter().chain(starts).filter_map(|at| string.get(at..));
    let mut tried = "";
    for end in ends.filter(|end| 2 * end.len() >= string.len()) {
        if end == tried {
            continue;
        }
        tried = end;
        let standing: Vec<Branch<'_>> = texts.iter().filter_map(|(_, text)| branch(text, end)).collect();
        let others: Vec<&Branch<'_>> = standing.iter().filter(|branch| !branch.goes_on(rest)).collect();
        let least = (BRANCHES * standing.len() as f64).max(OTHERWISE);
        if (others.len() as f64) < least {
            continue;
        }
        let rows = others.iter().filter_map(|branch| branch.row(lab)).take(MOST);
        let rows: Vec<(Vec<u32>, Vec<u32>)> = rows.collect();
        let asked: Vec<(Vec<u32>, &[u32])> = rows
            .iter()
            .map(|(row, next)| (row.clone(), next.as_slice()))
            .collect();
        let likely = lab.likelihoods(&asked)?;
        let no_slips = likely.iter().filter(|nats| **nats >= SLIP).count();
        let share = no_slips as f64 / likely.len().max(1) as f64;
        if share * others.len() as f64 >= least {
            return Ok(Some(end));
        }
    }
    Ok(None)
}

/// A text cut behind a string.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Branch<'a> {
    text: &'a str,
    end: usize,
}

/// The text cut behind the string, where enough stands there to know how it goes on.
fn branch<'a>(text: &'a str, string: &str) -> Option<Branch<'a>> {
    let at = text.find(string)?;
    let end = at + string.len();
    let behind = text.get(end..)?;
    let whole = words::is_whole(text, &(at..end)) == (true, true);
    let enough = behind.trim_start().chars().nth(BEGINS - 1).is_some();
    (whole && enough).then_some(Branch { text, end })
}

impl Branch<'_> {
    fn goes_on(&self, rest: &str) -> bool {
        let behind = self.text.get(self.end..).unwrap_or_default();
        behind.trim().starts_with(words::head(rest.trim(), BEGINS))
    }

    /// The text as tokens up to the cut, and the next ones; `None` where that is too long for the model, or nothing stands before.
    fn row(&self, lab: &Lab<'_, '_>) -> Option<(Vec<u32>, Vec<u32>)> {
        let begun = lab.model.encode(self.text.get(..self.end).unwrap_or_default());
        let whole = lab.model.encode(self.text);
        let same = begun.iter().zip(&whole).take_while(|(a, b)| a == b).count();
        let (head, behind) = whole.split_at(same);
        let row = [lab.frame.prefix.as_slice(), head].concat();
        let fits = !row.is_empty() && head.len() + READ <= lab.room() && !behind.is_empty();
        fits.then(|| (row, behind.get(..READ).unwrap_or(behind).to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_branches_where_it_goes_on_otherwise() {
        let on = |text| branch(text, "zim vor").map(|branch| branch.goes_on(" shut the gate"));
        assert_eq!(on("a zim vor shut the door"), Some(true), "as far as it is read");
        assert_eq!(on("a zim vor shtu"), Some(true), "a slip");
        assert_eq!(on("a zim vor opens"), Some(false));
        assert_eq!(on("a zim vor s"), None, "too little to tell");
        assert_eq!(on("a zim vorn shut"), None, "another word");
    }
}
