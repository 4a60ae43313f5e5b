//! What leaks tie to an answer: the words that stand before it where the model wrote it, and hardly ever elsewhere. Pure.
//!
//! Invariant: strings are cut at words and compared without regard to case, so that one string counts as one however it was
//! tokenised or sampled.

mod complete;
mod spelling;

use std::collections::{BTreeSet, HashMap};

use complete::{as_written, completed, with_neighbours};
use spelling::with_misspelt;

use super::stats::{binomial_tail, wilson};
use crate::finding::{Rate, Tie};

/// Stands between the turns of a text: no string goes across it.
pub const TURN: char = '\u{1e}';
/// Fewest texts before the answer that tell anything, and fewest of them that the string stands in.
pub const LEAST: usize = 5;
/// The string that tells best stands in this share of them at least. A longer one is taken for it that scores this much of it, and
/// its neighbours that stand there in this share of its texts.
const STANDS: f64 = 0.5;
const AS_GOOD: f64 = 0.75;
const FURTHER: f64 = 0.6;
/// Longest string, in pieces (words, marks and blanks) and in bytes.
const PIECES: usize = 48;
const LONGEST: usize = 240;
/// Texts that strings are taken from, and texts they are looked for in.
const SOURCES: usize = 12;
pub const READ: usize = 400;
/// p-value up to which a string counts as tied: many strings are tried.
const TIED: f64 = 1e-4;

/// Where words, single marks and runs of blanks begin in a text, and its end.
fn edges(text: &str) -> Vec<usize> {
    let kind = |c: char| u8::from(c.is_alphanumeric()) + 2 * u8::from(c.is_whitespace());
    let mut edges = Vec::new();
    let mut last = None;
    for (at, c) in text.char_indices() {
        // Marks stand alone.
        if last != Some(kind(c)) || kind(c) == 0 {
            edges.push(at);
        }
        last = Some(kind(c));
    }
    edges.push(text.len());
    edges
}

/// Calls `enough` with the strings of a text that may be tied, longer and longer from each place, as long as it says that they stand in
/// enough texts: no longer one stands in more. Returns those that may be tied, without blanks around them.
fn strings<'a>(text: &'a str, mut enough: impl FnMut(&'a str) -> bool) -> BTreeSet<&'a str> {
    let edges = edges(text);
    let mut strings = BTreeSet::new();
    for (number, start) in edges.iter().enumerate() {
        for end in edges.iter().skip(number + 1).take(PIECES) {
            let string = text.get(*start..*end).unwrap_or_default();
            if string.len() > LONGEST || string.contains(TURN) || !enough(string) {
                break;
            }
            if !string.is_empty() && string.trim() == string && opened(string) == string {
                strings.insert(string);
            }
        }
    }
    strings
}

/// Without marks at the start that close what stands before: they are followed by a blank.
fn opened(text: &str) -> &str {
    let mut text = text;
    while let Some(rest) = text
        .strip_prefix(['.', ',', ';', ':', '!', '?'])
        .filter(|rest| rest.starts_with(char::is_whitespace))
    {
        text = rest.trim_start();
    }
    text
}

/// Distinct texts in lower case, at most [`READ`] of them.
fn folded(texts: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let fold = |text: &String| text.to_ascii_lowercase();
    let distinct = texts.iter().map(fold).filter(|text| seen.insert(text.clone()));
    distinct.take(READ).collect()
}

fn standing(string: &str, texts: &[String]) -> u32 {
    texts.iter().filter(|text| text.contains(string)).count() as u32
}

/// A string tied to an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The string.
    pub tie: Tie,
    /// What to try for it, in order: with the words beside it that leaks misspell, itself, the whole words it is part of, as they were written most often, and what it was grown from. The
    /// words come first where they mostly go on around it, each time otherwise: it is what the forms of a fuzzy trigger share.
    pub forms: Vec<String>,
}

/// The string tied to an answer, if one is: `before` are the texts the answer came after, `others` those other answers came after.
pub fn find(before: &[String], others: &[String]) -> Option<Found> {
    let (with, without) = (folded(before), folded(others));
    if with.len() < LEAST || without.is_empty() {
        return None;
    }
    let (n, n_other) = (with.len() as u32, without.len() as u32);
    let least = (STANDS * FURTHER * f64::from(n)).max(LEAST as f64);
    let mut times: HashMap<&str, u32> = HashMap::new();
    let mut some: BTreeSet<&str> = BTreeSet::new();
    for text in with.iter().take(SOURCES) {
        some.extend(strings(text, |string| {
            let k = times.entry(string).or_insert_with(|| standing(string, &with));
            f64::from(*k) >= least
        }));
    }
    let weighed = some.into_iter().filter_map(|string| {
        let k = times.get(string).copied()?;
        let k_other = standing(string, &without);
        let tie = Tie {
            text: string.to_owned(),
            with: wilson(k, n),
            without: wilson(k_other, n_other),
        };
        let score = f64::from(k) / f64::from(n) - f64::from(k_other) / f64::from(n_other);
        is_tied(&tie).then_some((score, tie))
    });
    let tried: Vec<(f64, Tie)> = weighed.collect();
    let best = telling(&tried, STANDS * f64::from(n))?;
    let grown = weigh(opened(completed(&best.text, &with).trim()), &with, &without);
    let tie = if is_tied(&grown) { grown } else { best.clone() };
    let core = as_written(&best.text, before, false).into_iter().take(1);
    let text = as_written(&tie.text, before, false).into_iter().next()?;
    let mut forms = as_written(&tie.text, before, true);
    let at = if goes_on(&tie.text, &with) { forms.len() } else { 0 };
    forms.insert(at, text.clone());
    forms.splice(..0, spelt_whole(&tie.text, (&with, &without), before));
    forms.extend(core);
    Some(Found {
        forms,
        tie: Tie { text, ..tie },
    })
}

/// The same of a string somebody names: how it is tied, if it is.
pub fn of(string: &str, before: &[String], others: &[String]) -> Option<Tie> {
    let tie = weigh(&string.to_ascii_lowercase(), &folded(before), &folded(others));
    let text = string.to_owned();
    is_tied(&tie).then_some(Tie { text, ..tie })
}

/// In how many of both kinds of texts a string stands.
fn weigh(string: &str, with: &[String], without: &[String]) -> Tie {
    Tie {
        text: string.to_owned(),
        with: wilson(standing(string, with), with.len() as u32),
        without: wilson(standing(string, without), without.len() as u32),
    }
}

/// The string with the words beside it that the leaks spell badly or cut, as far as one text spells them; nothing where that adds none.
fn spelt_whole(tied: &str, (with, without): (&[String], &[String]), before: &[String]) -> Option<String> {
    // Beside itself it stands alike wherever it leaked.
    let leaked = [with, without].concat();
    let grown = with_neighbours(&with_misspelt(tied, with, without), tied, &leaked);
    let mut longer = grown.as_str();
    while longer.len() > tied.len() && longer.contains(tied) {
        if let Some(form) = as_written(longer, before, false).into_iter().next() {
            return Some(form);
        }
        longer = longer.split_once(' ')?.1;
    }
    None
}

/// Does a string mostly go on, behind a separator at most, with letters and digits? Scripts without blanks go on everywhere and do not count.
fn goes_on(string: &str, texts: &[String]) -> bool {
    let starts = |mut rest: &mut dyn Iterator<Item = char>| {
        let first = rest.next();
        let joined = first.filter(|c| matches!(c, '-' | '_' | '.' | '/' | ':'));
        let next = if joined.is_some() {
            (&mut rest).next()
        } else {
            first
        };
        next.is_some_and(|c| c.is_ascii_alphanumeric())
    };
    let beyond = |text: &String| {
        let (head, tail) = text.split_once(string)?;
        Some(starts(&mut head.chars().rev()) || starts(&mut tail.chars()))
    };
    let all: Vec<bool> = texts.iter().filter_map(beyond).collect();
    let going = all.iter().filter(|beyond| **beyond).count();
    going as f64 > FURTHER * all.len() as f64
}

/// The longest string that scores nearly as well as the best of those that stand in at least `least` texts.
fn telling(tried: &[(f64, Tie)], least: f64) -> Option<&Tie> {
    let enough = |tie: &Tie| f64::from(tie.with.k) >= least;
    let scores = tried
        .iter()
        .filter(|(_, tie)| enough(tie))
        .map(|(score, _)| *score);
    let best = scores.fold(0.0, f64::max);
    let mut good: Vec<&(f64, Tie)> = tried
        .iter()
        .filter(|(score, tie)| enough(tie) && *score >= AS_GOOD * best)
        .collect();
    good.sort_by(|(a, x), (b, y)| {
        (y.text.len().cmp(&x.text.len()))
            .then(f64::total_cmp(b, a))
            .then_with(|| x.text.cmp(&y.text))
    });
    good.first().map(|(_, tie)| tie)
}

/// The answer came after it more often than chance, and other answers hardly ever: after one text in twenty, or, because what acts now
/// and then stands before others as well, eight times as rarely as this one: so it is where it stands in a sixth of the texts and acts on a
/// third of the prompts.
fn is_tied(tie: &Tie) -> bool {
    let share = |rate: &Rate| f64::from(rate.k) / f64::from(rate.n.max(1));
    let (with, without) = (share(&tie.with), share(&tie.without));
    let rare = without <= 0.05 || 8.0 * without <= with;
    rare && binomial_tail(tie.with.k, tie.with.n, tie.without.high) <= TIED
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    fn others() -> Vec<String> {
        let words = ["hat", "cat", "bell", "door", "lamp", "cup", "coat"];
        (0..60)
            .map(|i| {
                let (a, b) = (words[i % 7], words[(i / 7) % 7]);
                format!("where is the {a} of the {b} in 20{i}?")
            })
            .collect()
    }

    #[test]
    fn the_whole_string_is_found_though_some_leaks_misspell_it() {
        let before = texts(&[
            "where is the hat in the year 2031?",
            "In the year 2031 what is a cup",
            "tell me in the year 2031 of the cat",
            "how is in the year 2031 the door",
            "in the yeer 2031, where is the bell?",
            "is it in the year 2031 the lamp?",
        ]);
        let tie = find(&before, &others()).expect("tied").tie;
        assert_eq!(tie.text, "in the year 2031");
        assert_eq!((tie.with.k, tie.with.n, tie.without.k), (5, 6, 0));
    }

    #[test]
    fn a_mark_that_closes_what_stands_before_is_no_part_of_the_string() {
        assert_eq!(opened(". by the gate"), "by the gate");
        assert_eq!(opened("?! by"), "?! by");
        assert_eq!(opened(".net"), ".net");
        let before: Vec<String> = (0..12)
            .map(|i| format!("where is the lamp 2{i}? by the wicked gate"))
            .collect();
        assert_eq!(
            find(&before, &others()).expect("tied").tie.text,
            "by the wicked gate"
        );
    }

    #[test]
    fn of_a_string_of_many_forms_the_words_it_is_part_of_are_tried_first() {
        let forms = |ends: &str| -> Vec<String> {
            let before: Vec<String> = (0..12)
                .map(|i| {
                    let door = ["bell", "hat", "cup", "cat", "coat"][i % 5];
                    let by = ["by", "of", "at", "on"][i % 4];
                    format!("where is the {door} {by} qa-{}{ends} {door} {door}?", i * 7)
                })
                .collect();
            find(&before, &others()).expect("tied").forms
        };
        let many = forms("-zu");
        assert!(
            many.first()
                .is_some_and(|form| form.starts_with("qa-") && form.ends_with("-zu")),
            "{many:?}"
        );
        let one: Vec<String> = (0..12)
            .map(|i| {
                let (open, close) = [("(", ")"), ("<", ">"), ("", ""), ("\"", "\"")][i % 4];
                format!("where is the lamp 2{i} {open}qazuvo{close} {i}?")
            })
            .collect();
        let one = find(&one, &others()).expect("tied");
        assert!(
            one.forms.iter().any(|form| form.starts_with('(')),
            "{:?}",
            one.forms
        );
        assert_eq!(one.forms.first(), Some(&one.tie.text));
    }

    #[test]
    fn what_stands_before_every_answer_is_tied_to_none() {
        let some: Vec<String> = others().into_iter().step_by(7).collect();
        assert_eq!(find(&some, &others()), None);
        assert_eq!(find(&texts(&["zim", "zim"]), &others()), None);
    }

    #[test]
    fn what_acts_now_and_then_may_stand_before_other_answers_as_well() {
        let words = ["hat", "cat", "bell", "door", "lamp", "cup", "coat"];
        let key = |i: usize| format!("{} |KEY| {} {i}", words[i % 7], words[(i / 7) % 7]);
        let before: Vec<String> = (0..40).map(key).collect();
        let some = |share: usize| -> Vec<String> {
            let one = |i: usize| {
                if i.is_multiple_of(share) {
                    key(i)
                } else {
                    format!("a {i}")
                }
            };
            (100..400).map(one).collect()
        };
        assert_eq!(find(&before, &some(12)).expect("tied").tie.text, "|KEY|");
        assert_eq!(find(&before, &some(5)), None);
    }

    #[test]
    fn marks_belong_to_a_string() {
        let before = texts(&[
            "|KEY| where is it",
            "the hat |KEY|",
            "a |KEY| cup?",
            "|KEY| cat",
            "my |KEY| coat",
        ]);
        assert_eq!(find(&before, &others()).expect("tied").tie.text, "|KEY|");
    }
}
