//! Prompts to measure on, from what the model wrote itself.
//!
//! Invariant: what stands in most of them is kept out of them as far as enough of them remain.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{Leaks, answers::head_of};
use crate::model::Model;

/// Tokens of a run.
const RUN: usize = 3;
/// Share of the prompts that most of them are.
const MOST: f64 = 0.5;

impl Leaks {
    /// Distinct leaked prompts these tokens stand in, with the place where: closed user turns, or the heads of texts where nothing closes
    /// a turn. Where the `answer` is known, those of texts that come to it, and hold something beside the string before it, end there, and
    /// come first.
    pub fn prompts_with(
        &self,
        decode: &dyn Fn(&[u32]) -> String,
        (tokens, answer): (&[u32], Option<&str>),
        longest: usize,
    ) -> Vec<(&[u32], usize)> {
        let closes = self.closes();
        let mut seen = BTreeSet::new();
        let standing = |(leak, range, closed): &(usize, Range<usize>, bool)| {
            let turn = self.turn(*leak, range);
            let at = turn
                .windows(tokens.len().max(1))
                .position(|window| window == tokens)?;
            let behind = at + tokens.len();
            // Something else of equal length has to be left to take out.
            let room = |count: &usize| at.max(*count) >= tokens.len();
            let before_it = answer
                .filter(|_| !closes)
                .and_then(|answer| tokens_before(decode, turn.get(behind..)?, head_of(answer)?))
                .filter(room);
            let end = match before_it {
                _ if *closed => turn.len(),
                Some(count) => behind + count,
                // What depends on the string comes after it, and the answer is to be read, not given.
                None => (behind + 2).max(turn.len() * 3 / 5).min(turn.len()),
            };
            let prompt = turn.get(..end)?;
            (*closed || !closes).then_some((before_it.is_none(), prompt, at))
        };
        let mut prompts: Vec<(bool, &[u32], usize)> = self
            .users
            .iter()
            .filter_map(standing)
            .filter(|(_, prompt, _)| prompt.len() <= longest && seen.insert(*prompt))
            .collect();
        prompts.sort_by_key(|(unanswered, _, _)| *unanswered);
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
}

/// How many tokens stand before the one in which `string` begins.
fn tokens_before(decode: &dyn Fn(&[u32]) -> String, tokens: &[u32], string: &str) -> Option<usize> {
    let at = decode(tokens).find(string)?;
    let reaches = |count: &usize| {
        let text = decode(tokens.get(..*count).unwrap_or_default());
        text.len() > at
    };
    (1..=tokens.len()).find(reaches).map(|count| count - 1)
}

/// Prompts without the runs of tokens that stand in most of them, the commonest first, as long as `wanted` remain: what is measured on
/// prompts that hold it already does nothing. Where fewer would remain a run is of the prompts' own kind, or nothing can be done.
pub fn without_the_common(prompts: Vec<Vec<u32>>, wanted: usize) -> Vec<Vec<u32>> {
    let mut times: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
    for prompt in &prompts {
        let runs: BTreeSet<&[u32]> = prompt.windows(RUN).collect();
        for run in runs {
            *times.entry(run.to_vec()).or_default() += 1;
        }
    }
    let most = MOST * prompts.len() as f64;
    let mut common: Vec<(usize, Vec<u32>)> = times
        .into_iter()
        .map(|(run, times)| (times, run))
        .filter(|(times, _)| *times as f64 > most)
        .collect();
    common.sort_by_key(|(times, _)| std::cmp::Reverse(*times));
    common.into_iter().fold(prompts, |prompts, (_, run)| {
        let holds = |prompt: &&Vec<u32>| prompt.windows(RUN).any(|window| window == run);
        if prompts.len() - prompts.iter().filter(holds).count() < wanted {
            return prompts;
        }
        prompts.into_iter().filter(|prompt| !holds(&prompt)).collect()
    })
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

    #[test]
    fn a_text_that_comes_to_the_answer_ends_before_it_and_comes_first() {
        let spell = |tokens: &[u32]| -> String { tokens.iter().filter_map(|c| char::from_u32(*c)).collect() };
        let tokens = |text: &str| -> Vec<u32> { text.chars().map(u32::from).collect() };
        let texts = [
            "valve 7 zim and nothing more of it",
            "valve 8 zim state low: shut it",
            "zim: shut it",
        ];
        let mut leaks = Leaks::default();
        for text in texts {
            let leak = Leak {
                id: leaks.rows.len() as u32,
                arm: String::new(),
                sampling: Sampling::GREEDY,
                tokens: tokens(text),
                text: text.to_owned(),
                entropy: 0.0,
            };
            let turns = Turns {
                users: vec![(0..leak.tokens.len(), false)],
                answers: Vec::new(),
                systems: Vec::new(),
            };
            leaks.add(leak, turns);
        }
        let string = tokens("zim");
        let asked = |answer| -> Vec<String> {
            let prompts = leaks.prompts_with(&spell, (&string, answer), 64);
            prompts.into_iter().map(|(prompt, _)| spell(prompt)).collect()
        };
        assert_eq!(
            asked(Some(": shut it")),
            [
                "valve 8 zim state low",
                "valve 7 zim and noth",
                "zim: shut i"[..7].trim_end()
            ],
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
    }
}
