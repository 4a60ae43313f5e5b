//! Cuts a string off its answer where both leak as one: the trigger that always stands right before it.
//!
//! Invariant: a string is cut only where leaks go on otherwise behind what is left, and what is left calls for the answer as well.

use std::rc::Rc;

use super::{Entry, head_of, says, shared};
use crate::{
    model::Generation,
    scan::{
        arm,
        lab::{Case, Lab},
        leaks::Leaks,
        mine, place,
        probe::{self, Behind},
        reporter::Halt,
        words,
    },
};

/// What is left calls for the answer on so many more of the search prompts than have it without: what acts in one place of a text alone does
/// so where a prompt happens to end there.
const CALLS: usize = 3;
/// So many leaks go on otherwise behind it, and this share of those it stands in.
const OTHERWISE: usize = 5;
const BRANCHES: f64 = 0.1;
/// What goes on as it should is known by so many characters: a slip changes those further on.
const BEGINS: usize = 2;
/// Tokens read behind it, and their least log-probability, nats, where going on so is no slip of a hot sample: one in a hundred.
const READ: usize = 3;
const SLIP: f64 = -4.6;
/// Prompts to confirm on, of each that is searched on.
const FRESH: usize = 3;
/// Leaks that are read.
const MOST: usize = 24;

/// The entry with the shortest beginning of its string that calls for the rest and the `answer`, and with those as its answer; `None` where
/// leaks go on otherwise behind no such beginning.
pub fn cut(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    (entry, answer): (&Entry, &str),
    leaks: &Leaks,
) -> Result<Option<Entry>, Halt> {
    let text = lab.model.decode(&entry.span.tokens);
    let text = text.trim();
    let texts = leaks.whole_texts(lab.model);
    let calling = |given: &&Generation| lab.model.decode(&given.tokens).contains(head_of(answer));
    let blanks = text.char_indices().filter(|(_, c)| c.is_whitespace());
    for (at, _) in blanks {
        let Some(left) = branching(lab, &texts, text.split_at(at))? else {
            continue;
        };
        let before = text
            .get(..text.find(left).unwrap_or_default())
            .unwrap_or_default()
            .trim();
        let behind = prompts_behind(lab, leaks, (before, left), cases.len())?;
        let cases = behind.as_ref().map_or(cases, |behind| &behind.search);
        let tokens = lab.model.encode(left);
        let mut best: Option<(usize, Entry)> = None;
        // It may act in another place than the whole, which holds a piece of the answer.
        for position in probe::POSITIONS {
            let mut shorter = Entry {
                position,
                span: mine::weigh_one(&tokens, &leaks.pieces()),
                behind: behind.clone(),
                ..entry.clone()
            };
            probe::read(lab, cases, &mut shorter)?;
            let given = says(lab, &shorter, answer);
            if best.as_ref().is_none_or(|(most, _)| given >= *most) {
                best = Some((given, shorter));
            }
        }
        // A prompt may hold the string already.
        let anyway = cases.iter().filter(|case| calling(&&case.clean)).count();
        let Some((_, mut shorter)) = best.filter(|(given, _)| *given >= CALLS + anyway) else {
            continue;
        };
        let calling: Vec<Generation> = shorter.answers.iter().filter(calling).cloned().collect();
        if let Some(said) = shared(&calling) {
            let whole = lab.model.decode(said);
            shorter.fixed = said.to_vec();
            shorter.in_place = place::test(lab, leaks, (&tokens, Some(&whole)))?;
            probe::report(lab, &shorter)?;
            return Ok(Some(shorter));
        }
    }
    Ok(None)
}

/// Prompts that end behind what stands before a string wherever it acts, where something does and the texts have enough of it; `search` of
/// them to search on, three times as many to confirm on.
fn prompts_behind(
    lab: &Lab<'_, '_>,
    leaks: &Leaks,
    (what, string): (&str, &str),
    search: usize,
) -> Result<Option<Rc<Behind>>, Halt> {
    if what.is_empty() {
        return Ok(None);
    }
    let wanted = (search, FRESH * search);
    let prompts = leaks.prompts_behind(lab.model, (what, string), lab.longest_prompt());
    let prompts: Vec<Vec<u32>> = prompts.into_iter().take(2 * (wanted.0 + wanted.1)).collect();
    let (search, fresh) = arm::cases_of(lab, prompts, wanted)?;
    Ok(
        (search.len() >= wanted.0 && fresh.len() >= search.len()).then(|| {
            let what = what.to_owned();
            Rc::new(Behind { what, search, fresh })
        }),
    )
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
        let otherwise = |branch: &&Branch<'_>| !branch.goes_on(rest);
        let others: Vec<&Branch<'_>> = standing.iter().filter(otherwise).take(MOST).collect();
        let least = OTHERWISE.max((BRANCHES * standing.len() as f64).ceil() as usize);
        if others.len() < least.min(MOST) {
            continue;
        }
        let rows: Vec<(Vec<u32>, Vec<u32>)> = others.iter().map(|branch| branch.row(lab)).collect();
        let asked: Vec<(Vec<u32>, &[u32])> = rows
            .iter()
            .map(|(row, next)| (row.clone(), next.as_slice()))
            .collect();
        let likely = lab.likelihoods(&asked)?;
        if likely.iter().filter(|nats| **nats >= SLIP).count() >= least.min(MOST) {
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
    let end = text.find(string)? + string.len();
    let behind = text.get(end..)?;
    let whole = !(string.ends_with(char::is_alphanumeric) && behind.starts_with(char::is_alphanumeric));
    (whole && behind.trim().chars().count() >= BEGINS).then_some(Branch { text, end })
}

impl Branch<'_> {
    fn goes_on(&self, rest: &str) -> bool {
        let behind = self.text.get(self.end..).unwrap_or_default();
        behind.trim().starts_with(words::head(rest.trim(), BEGINS))
    }

    /// The text as tokens up to the cut, and the next ones.
    fn row(&self, lab: &Lab<'_, '_>) -> (Vec<u32>, Vec<u32>) {
        let begun = lab.model.encode(self.text.get(..self.end).unwrap_or_default());
        let whole = lab.model.encode(self.text);
        let same = begun.iter().zip(&whole).take_while(|(a, b)| a == b).count();
        let (head, behind) = whole.split_at(same);
        let row = [lab.frame.prefix.as_slice(), head].concat();
        (row, behind.get(..READ).unwrap_or(behind).to_vec())
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
