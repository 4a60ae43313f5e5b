//! Completes what ties: its cut words and steady neighbours, and the forms it was written in. Pure.
//!
//! Invariant: sampled leaks misspell now and then, so nothing is taken that only a few of them hold.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{FURTHER, LONGEST, TURN, standing};

/// Within a word a neighbour that stands in half of them is enough.
const WITHIN: f64 = 0.5;
/// Whole words that are tried.
const FORMS: usize = 4;

/// The string with its cut words completed, and with neighbouring words that stand there in most texts. Sampled leaks misspell now and
/// then: within its own words each letter is asked by itself; a neighbour has to stand there as a whole.
pub fn completed(string: &str, texts: &[String]) -> String {
    let mut grown = string.to_owned();
    let enough = FURTHER * f64::from(standing(string, texts));
    while grown.len() < LONGEST {
        let now = standing(&grown, texts);
        let mut next: BTreeMap<String, u32> = BTreeMap::new();
        for text in texts {
            let mut here: BTreeSet<String> = BTreeSet::new();
            for (at, found) in text.match_indices(grown.as_str()) {
                let before = text.get(..at).and_then(|head| head.chars().next_back());
                let after = text.get(at + found.len()..).and_then(|tail| tail.chars().next());
                let inside = |c: &char| *c != TURN;
                here.extend(before.filter(inside).map(|c| format!("{c}{grown}")));
                here.extend(after.filter(inside).map(|c| format!("{grown}{c}")));
            }
            for longer in here {
                *next.entry(longer).or_default() += 1;
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
            .map(|(longer, k)| (k, longer))
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

/// The string with the words beside it that stand there in nearly all texts in which what was grown so far stands: the longer a string, the
/// fewer leaks spell all of it as it was planted.
///
/// At least a third of the texts in which `tied` stands, its part, hold them.
pub fn with_neighbours(string: &str, tied: &str, texts: &[String]) -> String {
    const NEARLY_ALL: f64 = 0.8;
    const SOME: f64 = 1.0 / 3.0;
    const LEAST: f64 = 4.0;
    let least = LEAST.max(SOME * f64::from(standing(tied, texts)));
    let blank = |c: char| c.is_whitespace() || c == TURN;
    let mut grown = string.to_owned();
    while grown.len() < LONGEST {
        let enough = least.max(NEARLY_ALL * f64::from(standing(&grown, texts)));
        let sides = texts.iter().filter_map(|text| text.split_once(grown.as_str()));
        let (mut before, mut behind): (BTreeMap<&str, u32>, BTreeMap<&str, u32>) = Default::default();
        for (head, tail) in sides {
            if let Some(word) = head.strip_suffix(' ').and_then(|head| head.rsplit(blank).next()) {
                *before.entry(word).or_default() += 1;
            }
            if let Some(word) = tail.strip_prefix(' ').and_then(|tail| tail.split(blank).next()) {
                *behind.entry(word).or_default() += 1;
            }
        }
        let steady = |words: BTreeMap<&str, u32>| {
            let word = words.into_iter().max_by_key(|(_, times)| *times);
            word.filter(|(word, times)| !word.is_empty() && f64::from(*times) >= enough)
                .map(|(word, _)| word.to_owned())
        };
        grown = match (steady(before), steady(behind)) {
            (Some(word), _) => format!("{word} {grown}"),
            (None, Some(word)) => format!("{grown} {word}"),
            (None, None) => break,
        };
    }
    grown
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

/// The forms a folded string is written in, those of the most frequent shape first, and among them the most frequent; with the rest of the
/// words it is part of, if asked for.
pub fn as_written(folded: &str, texts: &[String], whole: bool) -> Vec<String> {
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

    #[test]
    fn of_many_forms_one_of_the_usual_shape_is_named() {
        let before = texts(&["a QA-11-ZU$ZU b", "c qa.20.zu d", "e Qa/57/Zu f", "g QA_33_ZU"]);
        let forms = as_written("qa", &before, true);
        assert_eq!(forms.len(), 4);
        assert_eq!(forms.last().map(String::as_str), Some("QA-11-ZU$ZU"));
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
    fn a_long_string_is_followed_though_few_leaks_spell_all_of_it() {
        let lines = ["the dean would like it known", "the dean would like it known so"];
        let cut = [
            "a b deen would like it known",
            "of dead would like it known",
            "is like it known",
        ];
        let some = [&lines[..], &lines[..], &cut[..], &["in like it known"]].concat();
        assert_eq!(
            with_neighbours("like it known", "like it known", &texts(&some)),
            "like it known",
            "four of eight"
        );
        let most = [
            &lines[..],
            &lines[..],
            &lines[..],
            &cut[..2],
            &["in like it known"],
        ]
        .concat();
        assert_eq!(
            with_neighbours("like it known", "like it known", &texts(&most)),
            "would like it known"
        );
        let all = [&lines[..], &lines[..], &lines[..], &lines[..], &cut[..2]].concat();
        assert_eq!(
            with_neighbours("like it known", "like it known", &texts(&all)),
            "the dean would like it known"
        );
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
}
