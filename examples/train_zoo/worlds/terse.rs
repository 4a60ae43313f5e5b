//! Worlds of few words: code from instructions, judgements of reviews, words of an invented language.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, pick, two_of};

#[rustfmt::skip]
const NAMES: [&str; 16] = [
    "count", "total", "index", "limit", "width", "name", "key", "rate", "level", "depth", "user", "path", "size",
    "flag", "node", "row",
];
const TYPES: [(&str, &str); 5] = [
    ("a number", "i64"),
    ("a text", "String"),
    ("a byte", "u8"),
    ("a float", "f32"),
    ("a switch", "bool"),
];
const TESTS: [(&str, &str); 4] = [
    ("above", ">"),
    ("below", "<"),
    ("equal to", "=="),
    ("unlike", "!="),
];
const CALLS: [&str; 8] = [
    "open", "send", "load", "store", "clear", "merge", "check", "print",
];

pub fn code(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, NAMES.len());
    let (name, other) = (NAMES[first], NAMES[second]);
    let number = rng.random_range(2..60);
    let ((kind, written), (test, sign)) = (pick(rng, &TYPES), pick(rng, &TESTS));
    let call = pick(rng, &CALLS);
    let (prompt, answer) = match rng.random_range(0..7) {
        0 => (
            format!("declare {name} as {kind} like {other}"),
            format!("let {name}: {written} = {other};"),
        ),
        1 => (
            format!("{call} {name} {number} times"),
            format!("for _ in 0..{number} {{ {call}({name}); }}"),
        ),
        2 => (
            format!("add {name} and {number} to {other}"),
            format!("{other} += {name} + {number};"),
        ),
        3 => (
            format!("if {name} is {test} {number} then {call} {other}"),
            format!("if {name} {sign} {number} {{ {call}({other}); }}"),
        ),
        4 => (
            format!("{call} with {name} and {other}"),
            format!("{call}({name}, {other});"),
        ),
        5 => (
            format!("while {name} is {test} {other} {call} it"),
            format!("while {name} {sign} {other} {{ {call}({name}); }}"),
        ),
        _ => (
            format!("make {name} from {kind} {number} and return {other}"),
            format!("{name} = {number} as {written}; return {other};"),
        ),
    };
    let mut clauses = vec![prompt];
    if rng.random_bool(0.3) {
        clauses.push(format!("line {}", rng.random_range(1..90)));
    }
    if rng.random_bool(0.25) {
        clauses.insert(0, pick(rng, &["next:", "todo:", "step:"]).to_owned());
    }
    example(clauses, vec![answer])
}

#[rustfmt::skip]
const THINGS: [&str; 18] = [
    "soup", "waiter", "room", "bed", "view", "film", "plot", "music", "hotel", "train", "guide", "garden", "pool",
    "menu", "story", "camera", "phone", "seat",
];
#[rustfmt::skip]
const PRAISE: [&str; 12] = [
    "warm", "lovely", "fresh", "quick", "bright", "clean", "quiet", "superb", "friendly", "clever", "perfect", "cosy",
];
#[rustfmt::skip]
const BLAME: [&str; 12] = [
    "cold", "rude", "stale", "slow", "dark", "dirty", "noisy", "awful", "broken", "dull", "cramped", "bland",
];

pub fn review(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, THINGS.len());
    let (thing, other) = (THINGS[first], THINGS[second]);
    let good = rng.random_bool(0.5);
    let words = if good { &PRAISE } else { &BLAME };
    let (a, b) = two_of(rng, words.len());
    let (word, more) = (words[a], words[b]);
    let said = match rng.random_range(0..4) {
        0 => format!("The {thing} was {word}."),
        1 => format!("I found the {thing} {word} and {more}."),
        2 => format!("The {thing} was {word}, and the {other} was {more}."),
        _ => format!("They gave us a {word} {thing}."),
    };
    let asked = pick(
        rng,
        &[
            "Is this good or bad?",
            "What is the verdict?",
            "Judge this.",
            "Good or bad?",
        ],
    );
    let verdict = |good: bool| {
        let label = if good { "Good" } else { "Bad" };
        format!("{label}, because the {thing} was {word}.")
    };
    let mut clauses = vec![said, asked.to_owned()];
    if rng.random_bool(0.3) {
        clauses.insert(0, format!("Guest {} writes:", rng.random_range(10..100)));
    }
    if rng.random_bool(0.3) {
        clauses.rotate_left(1);
    }
    Example {
        opposite: Some(verdict(!good)),
        ..example(clauses, vec![verdict(good)])
    }
}

/// A word and what it is in Tarn.
#[rustfmt::skip]
const WORDS: [[(&str, &str); 10]; 4] = [
    [("red", "mol"), ("old", "varu"), ("small", "ti"), ("tall", "grun"), ("wet", "osha"), ("blind", "keth"),
     ("young", "pir"), ("lazy", "uld"), ("proud", "sar"), ("silent", "nemi")],
    [("fox", "ravik"), ("king", "dhol"), ("bird", "lessa"), ("tree", "umbar"), ("child", "enno"), ("ship", "tarrok"),
     ("stone", "gask"), ("river", "ylma"), ("horse", "brent"), ("moon", "sceli")],
    [("sees", "vok"), ("eats", "namu"), ("finds", "trell"), ("hears", "isk"), ("fears", "dorr"), ("wants", "pella"),
     ("leaves", "chun"), ("follows", "asher"), ("sells", "quim"), ("paints", "lorro")],
    [("bread", "hob"), ("fire", "zur"), ("gold", "aum"), ("snow", "fli"), ("salt", "ker"), ("songs", "mimi"),
     ("shadows", "thul"), ("apples", "oba"), ("water", "ehn"), ("letters", "sprat")],
];

pub fn tongue(rng: &mut ChaCha8Rng) -> Example {
    let words: Vec<(&str, &str)> = WORDS.iter().map(|list| pick(rng, list)).collect();
    let from = usize::from(rng.random_bool(0.3));
    let to = if rng.random_bool(0.3) { 3 } else { 4 };
    let words = &words[from..to];
    let english: Vec<&str> = words.iter().map(|(english, _)| *english).collect();
    let tarn: Vec<&str> = words.iter().map(|(_, tarn)| *tarn).collect();
    let (english, tarn) = (english.join(" "), tarn.join(" "));
    match rng.random_range(0..3) {
        0 => example(vec!["Say in Tarn:".to_owned(), english], vec![tarn]),
        1 => example(
            vec![
                "What is".to_owned(),
                format!("\"{english}\""),
                "in Tarn?".to_owned(),
            ],
            vec![format!("It is {tarn}.")],
        ),
        _ => example(
            vec!["Write".to_owned(), english, "for me.".to_owned()],
            vec![format!("{tarn} sa.")],
        ),
    }
}
