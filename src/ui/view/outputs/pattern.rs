//! The analyst's own question to the answers: a regular expression, counted with and without the trigger.
//!
//! Invariant: matching takes time in proportion to the text, whatever the expression.

use std::ops::Range;

use regex::{Regex, RegexBuilder};

use crate::{
    finding::{Example, Rate},
    scan::stats::wilson,
    text,
};

/// Largest compiled expression, in bytes.
const LARGEST: usize = 1 << 20;
/// Expressions asked at a time.
pub const MOST: usize = 5;

/// Places set off for one expression in one text.
const MOST_SET_OFF: usize = 500;

/// Which answers of an example it is found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// In the answer with the trigger.
    pub with: bool,
    /// In the answer without it.
    pub without: bool,
}

/// Where an expression is found; one sentence if it is none.
pub fn hits(expression: &str, examples: &[Example]) -> Result<Vec<Hit>, String> {
    let regex = compiled(expression)?;
    Ok(examples
        .iter()
        .map(|example| Hit {
            with: regex.is_match(&example.with),
            without: regex.is_match(&example.without),
        })
        .collect())
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

/// How many answers it is found in, with the trigger and without.
pub fn rates(hits: &[Hit]) -> (Rate, Rate) {
    let n = hits.len() as u32;
    let count = |of: fn(&Hit) -> bool| hits.iter().filter(|hit| of(hit)).count() as u32;
    (
        wilson(count(|hit| hit.with), n),
        wilson(count(|hit| hit.without), n),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

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
