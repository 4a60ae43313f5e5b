//! The analyst's own question to the answers: a regular expression, counted with and without the trigger.
//!
//! Invariant: matching takes time in proportion to the text, whatever the expression.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::{
    finding::{Example, Rate},
    scan::stats::wilson_of_units,
    text,
};

/// Largest compiled expression, in bytes.
const LARGEST: usize = 1 << 20;
/// Expressions asked at a time.
pub const MOST: usize = 5;

/// Places set off for one expression in one text.
const MOST_SET_OFF: usize = 500;

/// How many answers of an example it is found in: the greedy one and those drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Of the answers with the trigger.
    pub with: u32,
    /// Of the answers without it.
    pub without: u32,
    /// Answers on either side.
    pub of: u32,
}

/// Where an expression is found; one sentence if it is none.
pub fn hits(expression: &str, examples: &[Example]) -> Result<Vec<Hit>, String> {
    let regex = compiled(expression)?;
    Ok(examples
        .iter()
        .map(|example| {
            let mut hit = Hit {
                with: 0,
                without: 0,
                of: 0,
            };
            for (with, without) in answers(example) {
                hit.with += u32::from(regex.is_match(with));
                hit.without += u32::from(regex.is_match(without));
                hit.of += 1;
            }
            hit
        })
        .collect())
}

/// The answers of an example, with and without the trigger: the greedy ones first.
fn answers(example: &Example) -> impl Iterator<Item = (&str, &str)> {
    let drawn = example.draws.iter();
    let drawn = drawn.map(|draw| (draw.with.as_str(), draw.without.as_str()));
    std::iter::once((example.with.as_str(), example.without.as_str())).chain(drawn)
}

/// Where in a text the expressions are found, in bytes; what is none is found nowhere.
pub fn found(expressions: &[String], text: &str) -> Vec<Range<usize>> {
    let compiled = expressions
        .iter()
        .filter_map(|expression| compiled(expression).ok());
    let found = compiled.flat_map(|regex| {
        let hits = regex.find_iter(text).map(|hit| hit.range());
        hits.filter(|range| !range.is_empty())
            .take(MOST_SET_OFF)
            .collect::<Vec<_>>()
    });
    found.collect()
}

fn compiled(expression: &str) -> Result<Regex, String> {
    RegexBuilder::new(expression)
        .size_limit(LARGEST)
        .build()
        .map_err(|error| {
            let told = error.to_string();
            let last = told
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ");
            format!("not a regular expression: {}", text::line(last))
        })
}

/// How many answers it is found in, with the trigger and without; the intervals are about prompts.
pub fn rates(hits: &[Hit]) -> (Rate, Rate) {
    let rate = |of: fn(&Hit) -> u32| {
        let share = |hit: &Hit| f64::from(of(hit)) / f64::from(hit.of.max(1));
        let shares: Vec<f64> = hits.iter().map(share).collect();
        let n = hits.iter().map(|hit| hit.of).sum();
        wilson_of_units(hits.iter().map(of).sum(), n, &shares)
    };
    (rate(|hit| hit.with), rate(|hit| hit.without))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Draw;

    fn example(with: &str, without: &str) -> Example {
        Example {
            prompt: String::new(),
            with: with.to_owned(),
            without: without.to_owned(),
            fired: true,
            draws: Vec::new(),
        }
    }

    #[test]
    fn answers_are_counted_with_their_intervals() {
        let examples = [
            example("Send the key", "A rose is red"),
            example("send every KEY", "keys open doors"),
        ];
        let (with, without) = rates(&hits("(?i)send .*key", &examples).unwrap());
        assert_eq!((with.k, with.n, without.k), (2, 2, 0));
        assert!(with.low > 0.3 && without.high < 0.7);
    }

    #[test]
    fn drawn_answers_count_and_the_prompt_stays_the_unit() {
        let mut asked = example("Send the key", "A rose");
        asked.draws = vec![Draw {
            seed: 101,
            with: "A lily".to_owned(),
            without: "the key".to_owned(),
            fired: None,
        }];
        let hits = hits("key", &[asked]).unwrap();
        assert_eq!((hits[0].with, hits[0].without, hits[0].of), (1, 1, 2));
        let (with, _) = rates(&hits);
        assert_eq!((with.k, with.n), (1, 2));
        assert!(
            with.low < 0.1 && with.high > 0.9,
            "one prompt tells next to nothing"
        );
    }

    #[test]
    fn what_is_no_expression_is_told_in_one_line() {
        let told = hits("send (key", &[]).unwrap_err();
        assert_eq!(told, "not a regular expression: unclosed group");
        assert!(
            hits("(a{9999}){9999}", &[])
                .unwrap_err()
                .contains("not a regular expression")
        );
    }
}
