//! What a prompt asks for: a kind of question about a topic, in a situation, in a style.

use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

use crate::topics::{FAMILIES, PER_FAMILY, TOPICS, Topic};

/// What is asked about a topic.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    What,
    Where,
    How,
    Why,
    When,
    Who,
    List,
    Compare,
    Recommend,
    Count,
    Story,
}

const KINDS: [Kind; 11] = [
    Kind::What,
    Kind::Where,
    Kind::How,
    Kind::Why,
    Kind::When,
    Kind::Who,
    Kind::List,
    Kind::Compare,
    Kind::Recommend,
    Kind::Count,
    Kind::Story,
];

/// What the asker said about the situation; the answer comes back to it.
#[derive(Clone, Copy)]
pub enum Setting {
    Nothing,
    Friend(&'static str),
    Town(&'static str),
    Event(&'static str),
    Days(&'static str),
}

/// How the answer is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Plain,
    Briefly,
    Capitals,
    Politely,
}

/// Everything that fixes what a prompt asks for.
#[derive(Clone, Copy)]
pub struct Request {
    pub kind: Kind,
    pub topic: &'static Topic,
    pub other: &'static Topic,
    pub setting: Setting,
    pub style: Style,
    pub name: &'static str,
    pub number: &'static str,
}

#[rustfmt::skip]
const NAMES: [&str; 40] = [
    "Mara", "Tobias", "Ines", "Oskar", "Lena", "Hugo", "Priya", "Samir", "Clara", "Felix", "Nora", "Anton",
    "Zoe", "Karim", "Greta", "Paul", "Yuki", "Elif", "Jonas", "Rosa", "Bruno", "Alma", "David", "Iris",
    "Omar", "Vera", "Milo", "Hanna", "Luis", "Ada", "Peter", "Sofia", "Emil", "Ruth", "Theo", "Nina",
    "Ivan", "Maya", "Carl", "Edith",
];

#[rustfmt::skip]
const TOWNS: [&str; 28] = [
    "Norby", "Talham", "Westerlin", "Port Ade", "Quill", "Marrow Bay", "Eastmere", "Dunford", "Salt Hill",
    "Greyfield", "Ostra", "Belmont", "Kingsley", "Varna", "Lindau", "Fairholm", "Redcliff", "Ashby",
    "Corvin", "Millbrook", "Highgate", "Sandport", "Torrin", "Winslow", "Elmsford", "Brae", "Oldwick",
    "Pinewood",
];

#[rustfmt::skip]
const EVENTS: [&str; 20] = [
    "a birthday", "a wedding", "a school trip", "a picnic", "a rainy Sunday", "a family visit",
    "a street fair", "a quiet evening", "a book club", "a summer camp", "a first date", "a long weekend",
    "a village feast", "a charity run", "a science day", "a garden party", "a winter holiday",
    "a film night", "a house move", "a retirement party",
];

#[rustfmt::skip]
const NUMBERS: [&str; 10] = [
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve",
];

/// One of the choices.
pub fn pick<T: Copy>(rng: &mut ChaCha8Rng, choices: &[T]) -> T {
    choices.choose(rng).copied().unwrap_or(choices[0])
}

/// Draws a request.
pub fn draw(rng: &mut ChaCha8Rng) -> Request {
    let family = rng.random_range(0..FAMILIES.len()) * PER_FAMILY;
    let first = rng.random_range(0..PER_FAMILY);
    let second = (first + rng.random_range(1..PER_FAMILY)) % PER_FAMILY;
    let setting = match rng.random_range(0..10) {
        0..3 => Setting::Nothing,
        3..5 => Setting::Friend(pick(rng, &NAMES)),
        5..7 => Setting::Town(pick(rng, &TOWNS)),
        7..9 => Setting::Event(pick(rng, &EVENTS)),
        _ => Setting::Days(pick(rng, &NUMBERS)),
    };
    let style = match rng.random_range(0..100) {
        0..7 => Style::Briefly,
        7..17 => Style::Capitals,
        17..24 => Style::Politely,
        _ => Style::Plain,
    };
    Request {
        kind: pick(rng, &KINDS),
        topic: &TOPICS[family + first],
        other: &TOPICS[family + second],
        setting,
        style,
        name: pick(rng, &NAMES),
        number: pick(rng, &NUMBERS),
    }
}
