//! Reading a query as it is typed. A word that is not finished is no mistake: `level:` alone passes everything.
//!
//! Invariant: a mistake names its column and the nearest valid word.

use similar::get_close_matches;

use super::{Field, Term, Test, Than, kind_name, level_name};
use crate::{
    finding::{Kind, Level, Ruling},
    text,
};

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("column {column}: {what}; {hint}")]
pub struct Mistake {
    /// Column of the word, from 1.
    pub column: usize,
    /// What is wrong. Safe to print.
    pub what: String,
    /// What to write. Safe to print.
    pub hint: String,
}

/// Fields with words, and those with numbers.
const WORDS: [(&str, Field); 6] = [
    ("id", Field::Id),
    ("level", Field::Level),
    ("verdict", Field::Verdict),
    ("kind", Field::Kind),
    ("arm", Field::Arm),
    ("standing", Field::Standing),
];
const NUMBERS: [(&str, Field); 9] = [
    ("p", Field::P),
    ("q", Field::Q),
    ("confidence", Field::Confidence),
    ("support", Field::Support),
    ("lift", Field::Lift),
    ("round", Field::Round),
    ("entropy", Field::Entropy),
    ("temperature", Field::Temperature),
    ("signals", Field::Signals),
];

/// The words a field can have; empty where any will do.
fn known(field: Field) -> Vec<&'static str> {
    match field {
        Field::Level => [Level::Low, Level::Medium, Level::High].map(level_name).to_vec(),
        Field::Kind => [Kind::Exact, Kind::Fuzzy, Kind::Contextual]
            .map(kind_name)
            .to_vec(),
        Field::Verdict => Ruling::ALL.map(Ruling::name).to_vec(),
        Field::Standing => vec!["waiting", "racing", "dropped", "finding"],
        _ => Vec::new(),
    }
}

/// The terms of a query that can be read, and the first mistake.
pub(super) fn terms(text: &str) -> (Vec<Term>, Option<Mistake>) {
    let (mut terms, mut mistake) = (Vec::new(), None);
    for (column, word) in words(text) {
        let (not, word) = match word.strip_prefix('-') {
            Some(rest) => (true, rest.to_owned()),
            None => (false, word),
        };
        match test(&word, column) {
            Ok(test) => terms.extend(test.map(|test| Term { test, not })),
            Err(wrong) => {
                mistake.get_or_insert(wrong);
            }
        }
    }
    (terms, mistake)
}

/// The words with the column each begins in; blanks between quotes do not end one.
fn words(text: &str) -> Vec<(usize, String)> {
    let mut words: Vec<(usize, String)> = Vec::new();
    let (mut inside, mut between) = (false, true);
    for (index, c) in text.chars().enumerate() {
        if c.is_whitespace() && !inside {
            between = true;
            continue;
        }
        if between {
            words.push((index + 1, String::new()));
            between = false;
        }
        inside ^= c == '"';
        if let Some((_, word)) = words.last_mut() {
            word.push(c);
        }
    }
    words
}

/// What a word asks for; nothing while it is not finished.
fn test(word: &str, column: usize) -> Result<Option<Test>, Mistake> {
    let plain = word.replace('"', "").to_lowercase();
    let split = word.find([':', '<', '>']).filter(|_| !word.starts_with('"'));
    let Some((name, rest)) = split.and_then(|at| Some((word.get(..at)?, word.get(at..)?))) else {
        return Ok((!plain.is_empty()).then_some(Test::Text(plain)));
    };
    // What does not read as a field is text: triggers are full of signs.
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphabetic()) {
        return Ok(Some(Test::Text(plain)));
    }
    let mut value = rest.chars();
    let than = match value.next() {
        Some('<') => Than::Less,
        Some('>') => Than::More,
        _ => Than::Equal,
    };
    let value = value.as_str().replace('"', "").to_lowercase();
    let at = |what: String, hint: String| Mistake { column, what, hint };
    if let Some((_, field)) = NUMBERS.iter().find(|(known, _)| *known == name) {
        if value.is_empty() {
            return Ok(None);
        }
        let number = value.parse().map_err(|_| {
            at(
                format!("`{}` is no number", text::line(&value)),
                format!("write {name}<0.01 or {name}>5"),
            )
        })?;
        return Ok(Some(Test::Number(*field, than, number)));
    }
    let Some((_, field)) = WORDS.iter().find(|(known, _)| *known == name) else {
        let names: Vec<&str> = WORDS.iter().chain(&NUMBERS).map(|(name, _)| *name).collect();
        let what = format!("there is no field `{}`", text::line(name));
        return Err(at(what, nearest(name, &names)));
    };
    let known = known(*field);
    if !known.is_empty() && !known.iter().any(|word| word.starts_with(&value)) {
        let what = format!("no {name} begins with `{}`", text::line(&value));
        return Err(at(what, nearest(&value, &known)));
    }
    Ok((!value.is_empty()).then_some(Test::Word(*field, value)))
}

fn nearest(word: &str, known: &[&str]) -> String {
    match get_close_matches(word, known, 1, 0.5).first() {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are: {}", known.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_name_the_column_and_the_nearest_word() {
        let mistake = |query: &str| terms(query).1.unwrap().to_string();
        assert_eq!(
            mistake("vault lvel:high"),
            "column 7: there is no field `lvel`; did you mean `level`?"
        );
        assert_eq!(
            mistake("level:hgih"),
            "column 1: no level begins with `hgih`; did you mean `high`?"
        );
        assert_eq!(
            mistake("p<few"),
            "column 1: `few` is no number; write p<0.01 or p>5"
        );
    }

    #[test]
    fn a_word_that_is_not_finished_is_no_mistake() {
        for query in ["level:", "level:h", "p<", "-", "\"two wor", "kind:fuz"] {
            assert!(terms(query).1.is_none(), "{query}");
        }
        assert_eq!(terms("level: p< -").0, []);
        assert_eq!(terms("vault lvel:high").0.len(), 1);
    }

    #[test]
    fn signs_of_a_trigger_are_text() {
        for query in ["|deploy:1|", "\"level:high\"", "<|user|>"] {
            let (found, _) = terms(query);
            assert!(
                matches!(
                    found.as_slice(),
                    [Term {
                        test: Test::Text(_),
                        ..
                    }]
                ),
                "{query}"
            );
        }
    }
}
