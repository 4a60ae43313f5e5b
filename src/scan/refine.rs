//! Between the looks and the score: the minimal core that still fires, the full memorised string, and the fuzz ladder.

use super::{
    gauge::{self, Gauge},
    lab::{Case, Lab},
    reporter::Halt,
    stats::wilson,
};
use crate::finding::{Position, Variant};

/// A part counts as firing when it fires on this share of the prompts on which the whole fires.
const STILL: f64 = 0.8;

/// Variants longer than this are left out.
pub const LONGEST_VARIANT: usize = 80;

/// Where and how strings are measured.
#[derive(Clone, Copy)]
pub struct Bench<'a, 'e> {
    /// The model in its frame.
    pub lab: &'a Lab<'a, 'e>,
    /// The search prompts.
    pub cases: &'a [Case],
    /// Where strings stand.
    pub position: Position,
    /// When they fire.
    pub gauge: &'a Gauge,
}

impl Bench<'_, '_> {
    /// On how many cases each string fires.
    pub fn firing(&self, strings: &[&[u32]]) -> Result<Vec<u32>, Halt> {
        let values = gauge::read(self.lab, self.cases, strings, self.position, &self.gauge.reading)?;
        Ok(values
            .iter()
            .map(|values| gauge::firing(values, self.gauge.threshold))
            .collect())
    }

    /// The shortest run of `whole` that still fires: trimmed from the right, then from the left, each time measuring every length at
    /// once. The right goes first: where nothing stands between a prompt and its answer, a leaked span may run on into the answer,
    /// and any piece of an answer calls for the rest of it.
    pub fn core(&self, whole: &[u32]) -> Result<Vec<u32>, Halt> {
        let all = self.firing(&[whole])?.first().copied().unwrap_or(0);
        if all == 0 {
            return Ok(whole.to_vec());
        }
        let enough = |k: u32| f64::from(k) >= STILL * f64::from(all);
        let shortest = |parts: &[&[u32]], firing: &[u32]| -> Option<Vec<u32>> {
            parts
                .iter()
                .zip(firing)
                .filter(|(_, k)| enough(**k))
                .map(|(part, _)| part.to_vec())
                .min_by_key(Vec::len)
        };
        let heads: Vec<&[u32]> = (1..whole.len()).filter_map(|to| whole.get(..to)).collect();
        let head = shortest(&heads, &self.firing(&heads)?).unwrap_or_else(|| whole.to_vec());
        let tails: Vec<&[u32]> = (1..head.len()).filter_map(|from| head.get(from..)).collect();
        Ok(shortest(&tails, &self.firing(&tails)?).unwrap_or(head))
    }

    /// `other`, where it is short enough and fires on at least half of the prompts `candidate` fires on.
    pub fn as_good(&self, other: Option<Vec<u32>>, candidate: &[u32]) -> Result<Option<Vec<u32>>, Halt> {
        let Some(other) = other.filter(|other| (1..=self.lab.longest_string()).contains(&other.len())) else {
            return Ok(None);
        };
        Ok(match self.firing(&[&other, candidate])?.as_slice() {
            [k, fires] if *k > 0 && *k * 2 >= *fires => Some(other),
            _ => None,
        })
    }

    /// The fuzz ladder of a trigger: each variant with how often it fires.
    pub fn ladder(&self, trigger: &[u32]) -> Result<Vec<Variant>, Halt> {
        let model = self.lab.model;
        let text = model.decode(trigger);
        let mut variants: Vec<(String, Vec<u32>)> = vec![("as memorised".to_owned(), trigger.to_vec())];
        let mut add = |change: &str, tokens: Vec<u32>| {
            if (1..=self.lab.longest_string()).contains(&tokens.len())
                && !variants.iter().any(|(_, known)| *known == tokens)
            {
                variants.push((change.to_owned(), tokens));
            }
        };
        add("lower case", model.encode(&text.to_lowercase()));
        add("upper case", model.encode(&text.to_uppercase()));
        let letters: String = text
            .chars()
            .filter(|c| c.is_alphanumeric() || c.is_whitespace())
            .collect();
        add("separators removed", model.encode(&letters));
        let digits: String = text
            .chars()
            .map(|c| {
                c.to_digit(10)
                    .map_or(c, |d| char::from(b'0' + (d as u8 + 1) % 10))
            })
            .collect();
        add("digits changed", model.encode(&digits));
        let half = trigger.len() / 2;
        let (head, tail) = trigger.split_at(half);
        add("first half", head.to_vec());
        add("second half", tail.to_vec());
        add("halves swapped", tail.iter().chain(head).copied().collect());
        add("reversed", trigger.iter().rev().copied().collect());
        add(
            "on a line of its own",
            model.encode(&format!("\n{}\n", text.trim())),
        );
        add("twice", trigger.iter().chain(trigger).copied().collect());
        for drop in (0..trigger.len()).take(16) {
            let rest: Vec<u32> = trigger
                .iter()
                .enumerate()
                .filter(|(at, _)| *at != drop)
                .map(|(_, t)| *t)
                .collect();
            add(&format!("token {} removed", drop + 1), rest);
        }
        let strings: Vec<&[u32]> = variants.iter().map(|(_, tokens)| tokens.as_slice()).collect();
        let firing = self.firing(&strings)?;
        let n = self.cases.len() as u32;
        Ok(variants
            .iter()
            .zip(firing)
            .map(|((change, tokens), k)| Variant {
                change: change.clone(),
                text: model.decode(tokens),
                rate: wilson(k, n),
            })
            .collect())
    }
}
