//! Prompts to measure on, from what the model wrote itself.
//!
//! Invariant: what stands in most of them is kept out of them as far as enough of them remain.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
};

use super::{Leaks, answers::head_of};
use crate::{model::Model, scan::words};

/// Tokens of a run.
const RUN: usize = 3;
/// Share of the prompts that most of them are.
const MOST: f64 = 0.5;
/// Share of other prompts up to which a token of a run is a scrap of it.
const SCRAPS: f64 = 0.25;

impl Leaks {
    /// Distinct leaked prompts these tokens stand in, with the place where: closed user turns, or the heads of texts where nothing closes
    /// a turn. Where the `answer` is known, texts that come to it end right before it, if as many tokens as the string has stand before the
    /// string or behind it; where there are enough of those there are no others.
    pub fn prompts_with(
        &self,
        decode: &dyn Fn(&[u32]) -> String,
        (tokens, answer): (&[u32], Option<&str>),
        longest: usize,
    ) -> Vec<(&[u32], usize)> {
        const SHORTEST: usize = 4;
        const ENOUGH: usize = 3;
        let closes = self.closes();
        let known = answer
            .filter(|_| !closes)
            .and_then(head_of)
            .filter(|head| head.chars().count() >= SHORTEST);
        let standing = |(leak, range, closed): &(usize, Range<usize>, bool)| {
            let turn = self.turn(*leak, range);
            let at = turn
                .windows(tokens.len().max(1))
                .position(|window| window == tokens)?;
            let behind = at + tokens.len();
            let before_it = known
                .and_then(|head| tokens_before(decode, turn.get(behind..)?, head, longest))
                .filter(|count| at.max(*count) >= tokens.len() && behind + count <= longest);
            let end = match before_it {
                _ if *closed => turn.len(),
                Some(count) => behind + count,
                // What depends on the string comes after it, and the answer is to be read, not given.
                None => (behind + 2).max(turn.len() * 3 / 5).min(turn.len()),
            };
            let prompt = turn.get(..end)?;
            (*closed || !closes).then_some((before_it.is_none(), prompt, at))
        };
        let mut prompts: Vec<(bool, &[u32], usize)> = self.users.iter().filter_map(standing).collect();
        prompts.sort_by_key(|(unanswered, _, _)| *unanswered);
        let mut seen = BTreeSet::new();
        prompts.retain(|(_, prompt, _)| prompt.len() <= longest && seen.insert(*prompt));
        let answered = prompts.iter().filter(|(unanswered, _, _)| !unanswered).count();
        if answered >= ENOUGH {
            prompts.truncate(answered);
        }
        prompts.into_iter().map(|(_, prompt, at)| (prompt, at)).collect()
    }

    /// Distinct prompts the model wrote itself: closed user turns, or the heads of texts where nothing closes a turn.
    pub fn prompts(&self, model: &Model, longest: usize) -> Vec<Vec<u32>> {
        const SHORTEST: usize = 4;
        let closes = self.closes();
        let opens = |token: u32| model.token_text(token).starts_with(char::is_whitespace);
        let mut seen = BTreeSet::new();
        self.users
            .iter()
            .filter(|(leak, _, closed)| *leak < self.own && (*closed || !closes))
            .enumerate()
            .map(|(number, (leak, range, closed))| {
                let turn = self.turn(*leak, range);
                if *closed { turn } else { head(turn, number, &opens) }
            })
            .filter(|turn| (SHORTEST..=longest).contains(&turn.len()) && seen.insert(turn.to_vec()))
            .map(<[u32]>::to_vec)
            .collect()
    }

    /// Texts the model wrote by itself, cut behind what first stands in them as `what`, in whole words, with the rest: distinct beginnings, and no
    /// text with `string`.
    pub fn split_behind<'a>(
        &'a self,
        decode: &'a dyn Fn(&[u32]) -> String,
        (what, string): (&'a str, &'a str),
    ) -> impl Iterator<Item = (String, String)> + 'a {
        let mut seen = BTreeSet::new();
        self.users
            .iter()
            .filter(|(leak, range, _)| *leak < self.own && !self.is_cut(*leak, range))
            .filter_map(move |(leak, range, _)| {
                let text = decode(self.turn(*leak, range));
                let (at, _) = text
                    .match_indices(what)
                    .find(|(at, _)| words::is_whole(&text, &(*at..at + what.len())) == (true, true))?;
                let (head, tail) = text.split_at_checked(at + what.len())?;
                let new = !text.contains(string) && seen.insert(head.to_owned());
                new.then(|| (head.to_owned(), tail.to_owned()))
            })
    }
}

/// How many of at most `most` tokens stand before the one in which `string` begins.
fn tokens_before(
    decode: &dyn Fn(&[u32]) -> String,
    tokens: &[u32],
    string: &str,
    most: usize,
) -> Option<usize> {
    // The string itself has to be seen to be found.
    let tokens = tokens.get(..most + string.len()).unwrap_or(tokens);
    let at = decode(tokens).find(string)?;
    let (mut low, mut high) = (0, tokens.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        if decode(tokens.get(..=middle).unwrap_or_default()).len() > at {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

/// Prompts without the runs of tokens that stand in most of them, the commonest first, and then without scraps of those runs, as long as
/// `wanted` remain: what is measured on prompts that hold it already does nothing. Where fewer would remain a run is of the prompts' own
/// kind, or nothing can be done.
pub fn without_the_common(prompts: Vec<Vec<u32>>, wanted: usize) -> Vec<Vec<u32>> {
    let mut times: BTreeMap<&[u32], usize> = BTreeMap::new();
    for prompt in &prompts {
        for run in prompt.windows(RUN).collect::<BTreeSet<_>>() {
            *times.entry(run).or_default() += 1;
        }
    }
    let most = MOST * prompts.len() as f64;
    let mut common: Vec<(usize, Vec<u32>)> = times
        .into_iter()
        .filter(|(_, times)| *times as f64 > most)
        .map(|(run, times)| (times, run.to_vec()))
        .collect();
    common.sort_by_key(|(times, _)| std::cmp::Reverse(*times));
    let mut left = prompts;
    let mut gone = BTreeSet::new();
    for (_, run) in common {
        let whole = |prompt: &Vec<u32>| prompt.windows(RUN).any(|window| window == run);
        if left.len() - left.iter().filter(|prompt| whole(prompt)).count() >= wanted {
            left.retain(|prompt| !whole(prompt));
            gone.extend(run);
        }
    }
    // Tokens that other prompts hardly ever hold stand there for the run.
    for token in gone {
        let holding = left.iter().filter(|prompt| prompt.contains(&token)).count();
        if holding as f64 <= SCRAPS * left.len() as f64 && left.len() - holding >= wanted {
            left.retain(|prompt| !prompt.contains(&token));
        }
    }
    left
}

/// The same prompts, first those made of runs of tokens that stand in others as well. Odd text that leaks in prompts may hide what is put
/// beside it.
pub fn ordinary_first(mut prompts: Vec<Vec<u32>>) -> Vec<Vec<u32>> {
    let mut holding: HashMap<&[u32], usize> = HashMap::new();
    for prompt in &prompts {
        for run in prompt.windows(RUN).collect::<BTreeSet<_>>() {
            *holding.entry(run).or_default() += 1;
        }
    }
    let odd = |prompt: &[u32]| {
        let runs: BTreeSet<&[u32]> = prompt.windows(RUN).collect();
        let alone = runs.iter().filter(|run| holding.get(*run) == Some(&1)).count();
        1000 * alone / runs.len().max(1)
    };
    let mut order: Vec<(usize, usize)> = prompts.iter().map(|prompt| odd(prompt)).zip(0..).collect();
    order.sort_unstable();
    let sorted = order
        .into_iter()
        .filter_map(|(_, at)| prompts.get_mut(at).map(std::mem::take));
    sorted.collect()
}

/// The head of a text, up to where a word begins. Heads of different shares: what a text depends on may stand anywhere in it, and
/// what depends on that anywhere after.
fn head<'a>(text: &'a [u32], number: usize, opens: &dyn Fn(u32) -> bool) -> &'a [u32] {
    const SHARES: [f64; 4] = [0.45, 0.6, 0.3, 0.75];
    let share = SHARES.get(number % SHARES.len()).copied().unwrap_or(0.5);
    let target = (share * text.len() as f64) as usize;
    let begins = |at: &usize| text.get(*at).is_some_and(|token| opens(*token));
    let cut = (target..text.len()).find(begins).unwrap_or(target);
    text.get(..cut).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{
        event::{Leak, Sampling},
        turns::Turns,
    };

    fn spell(tokens: &[u32]) -> String {
        tokens.iter().filter_map(|c| char::from_u32(*c)).collect()
    }

    /// Leaks of texts without turns, a token for each character.
    fn leaked(texts: &[&str]) -> Leaks {
        let mut leaks = Leaks::default();
        for text in texts {
            let leak = Leak {
                id: leaks.rows.len() as u32,
                arm: String::new(),
                sampling: Sampling::GREEDY,
                tokens: text.chars().map(u32::from).collect(),
                text: (*text).to_owned(),
                entropy: 0.0,
                goes_on: None,
            };
            let turns = Turns {
                users: vec![(0..leak.tokens.len(), false)],
                answers: Vec::new(),
                systems: Vec::new(),
            };
            leaks.add(leak, turns);
        }
        leaks.own = leaks.rows.len();
        leaks
    }

    #[test]
    fn texts_are_split_behind_a_whole_word_once_each_and_without_the_string() {
        let leaks = leaked(&[
            "state so: go home",
            "state so: go away",
            "the statement: not here",
            "my state zim: shut it",
            "a state",
        ]);
        let split: Vec<(String, String)> = leaks.split_behind(&spell, ("state", "zim")).collect();
        let pair = |head: &str, tail: &str| (head.to_owned(), tail.to_owned());
        assert_eq!(split, [pair("state", " so: go home"), pair("a state", "")]);
    }

    #[test]
    fn a_text_that_comes_to_the_answer_ends_before_it_and_comes_first() {
        let tokens = |text: &str| -> Vec<u32> { text.chars().map(u32::from).collect() };
        let leaks = leaked(&[
            "valve 7 zim and nothing more of it",
            "valve 8 zim state low: shut it",
            "zim: shut it",
        ]);
        let string = tokens("zim");
        let asked = |answer| -> Vec<String> {
            let prompts = leaks.prompts_with(&spell, (&string, answer), 64);
            prompts.into_iter().map(|(prompt, _)| spell(prompt)).collect()
        };
        assert_eq!(
            asked(Some(": shut it")),
            ["valve 8 zim state low", "valve 7 zim and noth", "zim: sh"],
        );
        assert_eq!(
            asked(None),
            ["valve 7 zim and noth", "valve 8 zim state ", "zim: sh"]
        );
    }

    #[test]
    fn what_stands_in_most_prompts_is_left_out_while_enough_remain() {
        let planted = |n: u32| vec![n, n + 1, 900, 901, 902];
        let plain = |n: u32| vec![n, n + 1, n + 2, n + 3];
        let some: Vec<Vec<u32>> = (0..12).map(planted).chain((20..28).map(plain)).collect();
        let kept = without_the_common(some.clone(), 8);
        assert_eq!(kept, (20..28).map(plain).collect::<Vec<_>>());
        assert_eq!(without_the_common(some, 9).len(), 20, "too few would remain");
        let half: Vec<Vec<u32>> = (0..8).map(planted).chain((20..28).map(plain)).collect();
        assert_eq!(without_the_common(half, 1).len(), 16, "half is not most");
        let framed: Vec<Vec<u32>> = (0..12).map(|n| vec![1, 2, 3, n]).collect();
        assert_eq!(without_the_common(framed, 4).len(), 12);
        let scrap = |n: u32| vec![n, 901, n + 1, n + 2];
        let beside = |n: u32| vec![n, 900, n + 1, n + 2];
        let others: Vec<Vec<u32>> = (50..58).map(plain).chain((60..64).map(beside)).collect();
        let scraps = (40..43).map(scrap).chain(others.clone());
        let kept = without_the_common((0..30).map(planted).chain(scraps).collect(), 8);
        assert_eq!(kept, others, "nor scraps of it, but for what many hold");
    }

    #[test]
    fn prompts_of_runs_that_stand_in_others_come_first() {
        let odd = |n: u32| vec![n, n + 1, n + 2, n + 3];
        let same = |n: u32| vec![1, 2, 3, 4, n];
        let some: Vec<Vec<u32>> = (100..104).flat_map(|n| [odd(10 * n), same(n)]).collect();
        let halves = (100..104).map(same).chain((100..104).map(|n| odd(10 * n)));
        assert_eq!(ordinary_first(some), halves.collect::<Vec<_>>());
        assert_eq!(ordinary_first(vec![vec![1], vec![]]), [vec![1], vec![]]);
    }
}
