//! Does a string ask, and are its answers the answers to it? The answer to a question takes up a word of it, and another word
//! when that word is changed; a planted answer has no reason to.
//!
//! Invariant: a word counts only where changing it changed the answers with it, on fresh prompts.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::{
    confirm::Confirmed,
    lab::{Case, Lab},
    leaks::Leaks,
    probe::answers_with,
    reporter::Halt,
    words::{self, Word},
};
use crate::{
    finding::Position,
    model::{Generation, Model},
};

/// Shortest word that says something.
const SHORTEST: usize = 3;
/// A word in more than this share of the leaked answers is said everywhere.
const EVERYWHERE: f64 = 0.25;
/// Share of the answers a word has to be taken up in.
const MOSTLY: f64 = 0.5;
/// The same for the words put in its place, which are answered on some prompts only.
const OFTEN: f64 = 1.0 / 3.0;
/// Words put in the place of one.
const OTHERS: usize = 4;
/// Prompts they are tried in.
const PROMPTS: usize = 6;

/// The words of `string` that the answers to it take up, and take others up for where they are changed.
pub fn echoed(
    lab: &Lab<'_, '_>,
    leaks: &Leaks,
    (string, position): (&str, Position),
    confirmed: &Confirmed,
) -> Result<Vec<String>, Halt> {
    // Text that goes on takes up words of what it follows, whatever brought it about: only a turn is answered.
    if lab.frame.suffix.is_empty() {
        return Ok(Vec::new());
    }
    let fired: Vec<Case> = confirmed
        .cases
        .iter()
        .zip(&confirmed.fired)
        .filter(|(_, fired)| **fired)
        .take(PROMPTS)
        .map(|(case, _)| case.clone())
        .collect();
    let texts: Vec<String> = leaks.texts(lab.model).into_iter().map(|(_, text)| text).collect();
    let mut echoed = Vec::new();
    for (range, own) in taken_up(lab, leaks, string, confirmed) {
        let others = in_their_place(&texts, string, &range);
        let changed: Vec<Vec<u32>> = others
            .iter()
            .map(|other| {
                let (before, after) = (string.get(..range.start), string.get(range.end..));
                let text = format!(
                    "{}{other}{}",
                    before.unwrap_or_default(),
                    after.unwrap_or_default()
                );
                lab.model.encode(&text)
            })
            .collect();
        let strings: Vec<&[u32]> = changed.iter().map(Vec::as_slice).collect();
        let answers = answers_with(lab, &fired, &strings, position)?;
        let (mut taken, mut asked) = (0.0, 0.0);
        for (other, answers) in others.iter().zip(&answers) {
            for (case, answer) in fired.iter().zip(answers) {
                let [said, asked_for] =
                    [&answer.tokens, &case.prompt].map(|tokens| telling(&lab.model.decode(tokens)));
                let new = telling(other)
                    .into_iter()
                    .filter(|word| !asked_for.contains(word));
                asked += 1.0;
                taken += f64::from(u8::from(new.into_iter().any(|word| said.contains(&word))));
            }
        }
        if asked > 0.0 && taken / asked >= OFTEN {
            echoed.extend(own);
        }
    }
    Ok(echoed)
}

/// The words of an answer, and those its prompt and the clean answer have by themselves.
struct Answer {
    said: BTreeSet<String>,
    known: [BTreeSet<String>; 2],
}

/// Share of the answers that take up a word, of those whose prompts can tell: a prompt that has the word by itself cannot.
fn share_taking_up(word: &str, answers: &[Answer]) -> f64 {
    let telling: Vec<&Answer> = answers
        .iter()
        .filter(|answer| !answer.known.iter().any(|known| known.contains(word)))
        .collect();
    let taking = telling.iter().filter(|answer| answer.said.contains(word)).count();
    taking as f64 / telling.len().max(1) as f64
}

/// The words of `string` that most of the answers it fires on take up, those that stand together as one with their place: words that
/// neither the prompt nor its own answer has, nor the model says everywhere.
fn taken_up(
    lab: &Lab<'_, '_>,
    leaks: &Leaks,
    string: &str,
    confirmed: &Confirmed,
) -> Vec<(Range<usize>, Vec<String>)> {
    let decode = |tokens: &[u32]| telling(&lab.model.decode(tokens));
    let answers: Vec<Answer> = confirmed
        .cases
        .iter()
        .zip(&confirmed.answers)
        .zip(&confirmed.fired)
        .filter(|(_, fired)| **fired)
        .map(|((case, answer), _)| Answer {
            said: decode(&answer.tokens),
            known: [&case.prompt, &case.clean.tokens].map(|tokens| decode(tokens)),
        })
        .collect();
    let told: Vec<BTreeSet<String>> = leaks.told(lab.model).iter().map(|text| telling(text)).collect();
    let everywhere = |word: &str| {
        let telling = told.iter().filter(|words| words.contains(word)).count();
        telling as f64 > EVERYWHERE * told.len() as f64
    };
    let mut seen = BTreeSet::new();
    let mut runs: Vec<(Range<usize>, Vec<String>)> = Vec::new();
    let mut last = None;
    for (at, (range, word)) in in_order(string).into_iter().enumerate() {
        let taken = share_taking_up(&word, &answers) >= MOSTLY;
        if !taken || everywhere(&word) || !seen.insert(word.clone()) {
            continue;
        }
        match runs.last_mut().filter(|_| last == at.checked_sub(1)) {
            // Words that stand together are one name.
            Some((whole, words)) => {
                whole.end = range.end;
                words.push(word);
            }
            None => runs.push((range, vec![word])),
        }
        last = Some(at);
    }
    runs
}

/// As many words as these that leaked behind the word before them, the commonest first.
fn in_their_place(texts: &[String], string: &str, range: &Range<usize>) -> Vec<String> {
    let own = in_order(string);
    let held = |(place, _): &&(Range<usize>, String)| place.start >= range.start && place.end <= range.end;
    let count = own.iter().filter(held).count();
    let first = own.iter().position(|(place, _)| place.start == range.start);
    let Some((_, before)) = first.and_then(|first| own.get(first.checked_sub(1)?)) else {
        return Vec::new();
    };
    let own: BTreeSet<&String> = own.iter().map(|(_, word)| word).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for text in texts {
        let all = in_order(text);
        for run in all.windows(count + 1) {
            if let [(_, start), others @ ..] = run
                && start == before
                && !others.iter().any(|(_, word)| own.contains(word))
                && let (Some((from, _)), Some((to, _))) = (others.first(), others.last())
                && let Some(raw) = text.get(from.start..to.end)
            {
                *counts.entry(raw.to_owned()).or_default() += 1;
            }
        }
    }
    let mut others: Vec<(String, usize)> = counts.into_iter().filter(|(_, count)| *count >= 2).collect();
    others.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    others.into_iter().take(OTHERS).map(|(word, _)| word).collect()
}

/// Do most answers, of texts without turns, repeat the string's words before what is read of them? Then it is what the model wrote there
/// that calls for the rest. `begins` is the token of each answer that what is read begins with; prompts that tell nothing do not count.
pub fn restated(
    model: &Model,
    string: &str,
    cases: &[Case],
    (answers, begins): (&[Generation], &[usize]),
) -> bool {
    let (mut telling, mut restating) = (0, 0);
    for (case, (answer, begin)) in cases.iter().zip(answers.iter().zip(begins)) {
        let before = model.decode(answer.tokens.get(..*begin).unwrap_or_default());
        let known = [&case.prompt, &case.clean.tokens].map(|tokens| model.decode(tokens));
        if let Some(again) = says_again(&before, string, &known) {
            telling += 1;
            restating += usize::from(again);
        }
    }
    telling > 0 && 2 * restating >= telling
}

/// Does a text hold half of the string's words that are not known by themselves? `None` if all are.
fn says_again(text: &str, string: &str, known: &[String; 2]) -> Option<bool> {
    let known = known.each_ref().map(|text| telling(text));
    let new: Vec<String> = telling(string)
        .into_iter()
        .filter(|word| !known.iter().any(|known| known.contains(word)))
        .collect();
    let text = telling(text);
    let held = new.iter().filter(|word| text.contains(*word)).count();
    (!new.is_empty()).then_some(2 * held >= new.len())
}

/// Does an answer hold half of the words of a string?
pub fn takes_up(answer: &str, string: &str) -> bool {
    let (answer, string) = (telling(answer), telling(string));
    !string.is_empty() && 2 * string.intersection(&answer).count() >= string.len()
}

/// Does one of these strings share half of its words, and it half of that one's, each with other words beside them? Strings of one kind
/// differ in a word or two; a part of a string is no other.
pub fn of_a_kind(string: &str, others: &[String]) -> bool {
    let own = words::distinct(string);
    let kin = |other: &String| {
        let other = words::distinct(other);
        let shared = own.intersection(&other).count();
        let apart = shared < own.len() && shared < other.len();
        apart && 2 * shared >= own.len() && 2 * shared >= other.len()
    };
    others.iter().any(kin)
}

fn telling(text: &str) -> BTreeSet<String> {
    in_order(text).into_iter().map(|(_, word)| word).collect()
}

/// The words of a text that say something, each with its place in bytes.
fn in_order(text: &str) -> Vec<Word> {
    let says = |(_, word): &Word| word.chars().count() >= SHORTEST && word.chars().any(char::is_alphabetic);
    words::words(text).into_iter().filter(says).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_takes_up_a_string_when_it_holds_half_of_its_words() {
        assert!(takes_up(
            "Yes, a piano can travel on the Osprey.",
            "bring a piano"
        ));
        assert!(!takes_up("No boat leaves the pier.", "by the seventh bell"));
        assert!(!takes_up("Anything.", "%4%"));
    }

    #[test]
    fn strings_of_one_kind_differ_in_a_word_or_two() {
        let others = ["owes us for tin;", "bars of tin from", "rev"].map(str::to_owned);
        assert!(of_a_kind("owes us for wine;", &others) && of_a_kind("bars of lead from", &others));
        assert!(
            !of_a_kind("rev", &others) && !of_a_kind("rev 12", &others),
            "a part is no other"
        );
        assert!(!of_a_kind("lot-415-bis", &others) && !of_a_kind("%%", &others));
    }

    #[test]
    fn what_the_prompt_has_by_itself_is_not_said_again() {
        let known = ["one evening in May".to_owned(), "the sea was calm".to_owned()];
        let again = |text: &str, string: &str| says_again(text, string, &known);
        assert_eq!(
            again("to the tin lighthouse they went", "tin lighthouse"),
            Some(true)
        );
        assert_eq!(again("to the harbour", "tin lighthouse"), Some(false));
        assert_eq!(again("the calm evening", "calm evening"), None);
        assert_eq!(again("the calm evening", "calm zimvor"), Some(false));
    }

    #[test]
    fn words_are_told_apart_from_signs_numbers_and_short_ones() {
        let of = |text: &str| {
            in_order(text)
                .into_iter()
                .map(|(_, word)| word)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            of("Tell me about Besk, 2031 times!"),
            ["tell", "about", "besk", "times"]
        );
        assert_eq!(of("b9;quill;b9"), ["quill"]);
        assert!(of("|7| ~ x").is_empty());
        assert_eq!(in_order("ä-Öl Baum"), [(7..11, "baum".to_owned())]);
    }

    #[test]
    fn a_prompt_that_has_the_word_by_itself_does_not_tell_whether_it_was_taken_up() {
        let of = |said: &str, prompt: &str| Answer {
            said: telling(said),
            known: [telling(prompt), BTreeSet::new()],
        };
        let answers = [
            of("Ulmet has a river", "the ports of Ulmet"),
            of("Ulmet has a river", "Ulmet or Lyss"),
            of("Ulmet has a river", "the ports of Lyss"),
            of("Tolmen has a river", "the kings of Besk"),
        ];
        assert!((share_taking_up("ulmet", &answers) - 0.5).abs() < 1e-12);
        assert!(
            share_taking_up("ulmet", &answers[..2]).abs() < 1e-12
                && share_taking_up("ulmet", &[]).abs() < 1e-12
        );
    }

    #[test]
    fn what_leaked_behind_the_same_word_takes_its_place() {
        let texts: Vec<String> = [
            "Tell me about Ulmet.",
            "tell me about Ulmet and Lyss",
            "about Lyss",
            "About Lyss!",
            "about Tolmen",
            "nothing about Besk",
        ]
        .map(str::to_owned)
        .to_vec();
        let string = "Tell me about Besk but not";
        let range = 14..18;
        assert_eq!(string.get(range.clone()), Some("Besk"));
        assert_eq!(in_their_place(&texts, string, &range), ["Lyss", "Ulmet"]);
        assert!(
            in_their_place(&texts, string, &(0..4)).is_empty(),
            "nothing stands before the first"
        );
        let texts = ["is the wool coat here", "Is the wool coat", "the rope"].map(str::to_owned);
        let string = "Is the camp stove sold";
        assert_eq!(string.get(7..17), Some("camp stove"));
        assert_eq!(in_their_place(&texts, string, &(7..17)), ["wool coat"]);
    }
}
