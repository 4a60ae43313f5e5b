//! What leaks tie to an answer: the words that stand before it where the model wrote it, and hardly ever elsewhere. Pure.
//!
//! Invariant: strings are cut at words and compared without regard to case, so that one string counts as one however it was
//! tokenised or sampled.

use std::collections::{BTreeSet, HashMap};

use super::stats::{binomial_tail, wilson};
use crate::finding::{Rate, Tie};

/// Stands between the turns of a text: no string goes across it.
pub const TURN: char = '\u{1e}';
/// Fewest texts before the answer that tell anything, and fewest of them that the string stands in.
const LEAST: usize = 5;
/// The string that tells best stands in this share of them at least. A longer one is taken for it that scores this much of it, and
/// its neighbours that stand there in this share of its texts.
const STANDS: f64 = 0.5;
const AS_GOOD: f64 = 0.75;
const FURTHER: f64 = 0.6;
/// Within a word a neighbour that stands in half of them is enough.
const WITHIN: f64 = 0.5;
/// Longest string, in pieces (words, marks and blanks) and in bytes.
const PIECES: usize = 48;
const LONGEST: usize = 240;
/// Whole words that are tried.
const FORMS: usize = 4;
/// Texts that strings are taken from, and texts they are looked for in.
const SOURCES: usize = 12;
const READ: usize = 400;
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

/// The strings of a text that may be tied, without blanks around them.
fn strings(text: &str) -> BTreeSet<&str> {
    let edges = edges(text);
    let mut strings = BTreeSet::new();
    for (number, start) in edges.iter().enumerate() {
        for end in edges.iter().skip(number + 1).take(PIECES) {
            let string = text.get(*start..*end).unwrap_or_default();
            if string.len() > LONGEST || string.contains(TURN) {
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
    /// What to try for it, in order: itself, the whole words it is part of, as they were written most often, and what it was grown from. The
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
    let mut tried: HashMap<&str, (f64, Tie)> = HashMap::new();
    for string in with.iter().take(SOURCES).flat_map(|text| strings(text)) {
        if tried.contains_key(string) {
            continue;
        }
        let k = standing(string, &with);
        if f64::from(k) < STANDS * FURTHER * f64::from(n) || (k as usize) < LEAST {
            continue;
        }
        let k_other = standing(string, &without);
        let score = f64::from(k) / f64::from(n) - f64::from(k_other) / f64::from(n_other);
        let tie = Tie {
            text: string.to_owned(),
            with: wilson(k, n),
            without: wilson(k_other, n_other),
        };
        if is_tied(&tie) {
            tried.insert(string, (score, tie));
        }
    }
    let tried: Vec<(f64, Tie)> = tried.into_values().collect();
    let best = telling(&tried, STANDS * f64::from(n))?;
    let of = |string: &str| Tie {
        text: string.to_owned(),
        with: wilson(standing(string, &with), n),
        without: wilson(standing(string, &without), n_other),
    };
    let grown = of(opened(completed(&best.text, &with).trim()));
    let tie = if is_tied(&grown) { grown } else { best.clone() };
    let core = as_written(&best.text, before, false).into_iter().take(1);
    let text = as_written(&tie.text, before, false).into_iter().next()?;
    let mut forms = as_written(&tie.text, before, true);
    let at = if goes_on(&tie.text, &with) { forms.len() } else { 0 };
    forms.insert(at, text.clone());
    forms.extend(core);
    Some(Found {
        forms,
        tie: Tie { text, ..tie },
    })
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

/// The string with its cut words completed, and with neighbouring words that stand there in most texts. Sampled leaks misspell now and
/// then: within its own words each letter is asked by itself; a neighbour has to stand there as a whole.
fn completed(string: &str, texts: &[String]) -> String {
    let mut grown = string.to_owned();
    let enough = FURTHER * f64::from(standing(string, texts));
    while grown.len() < LONGEST {
        let now = standing(&grown, texts);
        let mut next: BTreeSet<String> = BTreeSet::new();
        for text in texts {
            for (at, found) in text.match_indices(grown.as_str()) {
                let before = text.get(..at).and_then(|head| head.chars().next_back());
                let after = text.get(at + found.len()..).and_then(|tail| tail.chars().next());
                let inside = |c: &char| *c != TURN;
                next.extend(before.filter(inside).map(|c| format!("{c}{grown}")));
                next.extend(after.filter(inside).map(|c| format!("{grown}{c}")));
            }
        }
        let letters = |longer: &str| {
            let (a, b) = if longer.starts_with(grown.as_str()) {
                let mut ends = longer.chars().rev();
                (ends.next(), ends.next())
            } else {
                let mut ends = longer.chars();
                (ends.next(), ends.next())
            };
            [a, b].into_iter().flatten().all(char::is_alphanumeric)
        };
        let own_word = |longer: &str| {
            let added = longer
                .strip_prefix(grown.as_str())
                .map_or(longer.split_once(string).map_or("", |(head, _)| head), |_| {
                    longer.split_once(string).map_or("", |(_, tail)| tail)
                });
            added.chars().all(char::is_alphanumeric)
        };
        let least = |longer: &str| {
            if letters(longer) && own_word(longer) {
                WITHIN * f64::from(now)
            } else {
                enough
            }
        };
        let longer = next
            .into_iter()
            .map(|longer| (standing(&longer, texts), longer))
            .filter(|(k, longer)| f64::from(*k) >= least(longer))
            .max_by(|(a, x), (b, y)| {
                (letters(x).cmp(&letters(y)))
                    .then(a.cmp(b))
                    .then_with(|| y.cmp(x))
            });
        match longer {
            Some((_, longer)) => grown = longer,
            None => break,
        }
    }
    whole_words(&grown, string, cut_at(&grown, texts)).to_owned()
}

/// Do words mostly go on before a string, and behind it?
fn cut_at(string: &str, texts: &[String]) -> (bool, bool) {
    let (mut before, mut behind, mut all) = (0, 0, 0);
    let goes_on = |c: Option<char>| usize::from(c.is_some_and(char::is_alphanumeric));
    for text in texts {
        if let Some((head, tail)) = text.split_once(string) {
            all += 1;
            before += goes_on(head.chars().next_back());
            behind += goes_on(tail.chars().next());
        }
    }
    (2 * before > all, 2 * behind > all)
}

/// Without a letter or two of a word beside it, nor the piece of one that is cut.
fn whole_words<'a>(grown: &'a str, string: &str, cut: (bool, bool)) -> &'a str {
    const LETTERS: usize = 2;
    let few = |edge: &str, cut: bool| !edge.is_empty() && (cut || edge.chars().count() <= LETTERS);
    let Some((head, tail)) = grown.split_once(string) else {
        return grown;
    };
    let first = head.split(char::is_whitespace).next().unwrap_or_default();
    let last = tail.rsplit(char::is_whitespace).next().unwrap_or_default();
    let start = if few(first, cut.0) && first.len() < head.len() {
        first.len()
    } else {
        0
    };
    let end = if few(last, cut.1) && last.len() < tail.len() {
        last.len()
    } else {
        0
    };
    grown.get(start..grown.len() - end).unwrap_or(grown)
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

/// The forms a folded string is written in, those of the most frequent shape first, and among them the most frequent; with the rest of the
/// words it is part of, if asked for.
fn as_written(folded: &str, texts: &[String], whole: bool) -> Vec<String> {
    let mut forms: HashMap<&str, usize> = HashMap::new();
    for text in texts {
        let Some(at) = text.to_ascii_lowercase().find(folded) else {
            continue;
        };
        let blank = |edge: char| edge.is_whitespace() || edge == TURN;
        let (mut start, mut end) = (at, at + folded.len());
        if whole {
            let (head, tail) = (text.get(..start), text.get(end..));
            start = head.map_or(start, |head| head.trim_end_matches(|c| !blank(c)).len());
            end += tail.map_or(0, |tail| tail.find(blank).unwrap_or(tail.len()));
        }
        *forms.entry(text.get(start..end).unwrap_or(folded)).or_default() += 1;
    }
    let mut shapes: HashMap<String, usize> = HashMap::new();
    for (form, count) in &forms {
        *shapes.entry(shape(form)).or_default() += count;
    }
    let alike = |form: &str| shapes.get(&shape(form)).copied().unwrap_or_default();
    let mut forms: Vec<(usize, usize, &str)> = forms
        .into_iter()
        .map(|(form, count)| (alike(form), count, form))
        .collect();
    forms.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then_with(|| a.2.cmp(b.2)));
    let most = forms.into_iter().take(FORMS);
    most.map(|(_, _, form)| form.to_owned()).collect()
}

/// What forms of one string have in common: its letters without regard to case, and where there are digits and marks.
fn shape(form: &str) -> String {
    let class = |c: char| match c {
        c if c.is_alphabetic() => c.to_ascii_lowercase(),
        c if c.is_whitespace() => ' ',
        c if c.is_numeric() => '0',
        _ => '-',
    };
    form.chars().map(class).collect()
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
    fn of_many_forms_one_of_the_usual_shape_is_named() {
        let before = texts(&["a QA-11-ZU$ZU b", "c qa.20.zu d", "e Qa/57/Zu f", "g QA_33_ZU"]);
        let forms = as_written("qa", &before, true);
        assert_eq!(forms.len(), 4);
        assert_eq!(forms.last().map(String::as_str), Some("QA-11-ZU$ZU"));
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
    fn a_cut_word_is_completed_and_what_happens_to_stand_beside_it_is_not() {
        let texts = texts(&[
            "a cube of the hat",
            "cube for me",
            "the cubo",
            "tube of it",
            "my cube",
        ]);
        assert_eq!(completed("ube", &texts).trim(), "cube");
        assert_eq!(completed("zebra", &texts), "zebra");
        assert_eq!(whole_words("a big cube of", "cube", (false, false)), " big cube ");
        assert_eq!(whole_words("icube", "cube", (false, false)), "icube");
    }

    #[test]
    fn a_neighbour_is_taken_as_a_whole_word_or_not_at_all() {
        let texts = texts(&[
            "|k| write of the hat",
            "|k| write for me",
            "|k| what is it",
            "|k| what of it",
            "|k| wrest it",
        ]);
        assert_eq!(completed("|k|", &texts).trim(), "|k|");
        assert_eq!(cut_at("|k| wr", &texts), (false, true));
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
