//! A world no earlier organism grew up in: an observatory's desk, with answers of one or two sentences.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, pick, two_of};

/// Star, constellation, colour, light years, best month.
#[rustfmt::skip]
const STARS: [(&str, &str, &str, u32, &str); 16] = [
    ("Adhil", "the Plough", "white", 82, "May"), ("Borun", "the Swan", "blue", 410, "August"),
    ("Cesta", "the Net", "red", 36, "March"), ("Dhelm", "the Archer", "orange", 130, "July"),
    ("Elvash", "the Crown", "white", 75, "June"), ("Ferrod", "the Crab", "yellow", 51, "February"),
    ("Gienar", "the Crow", "blue", 154, "April"), ("Hamun", "the Lyre", "violet", 25, "September"),
    ("Izra", "the Boat", "red", 640, "January"), ("Jarrel", "the Twins", "orange", 34, "December"),
    ("Kestim", "the Goat", "pale green", 43, "November"), ("Larouk", "the Wolf", "white", 98, "October"),
    ("Menka", "the Whale", "red", 249, "November"), ("Nashir", "the Harp", "yellow", 67, "August"),
    ("Orvand", "the Hunter", "blue", 860, "January"), ("Pherk", "the Bear", "orange", 131, "April"),
];
const DOMES: [&str; 5] = ["north dome", "old dome", "copper dome", "roof", "garden hut"];
const LENSES: [&str; 6] = [
    "the brass tube",
    "the long mirror",
    "field glasses",
    "the twin lens",
    "the comet finder",
    "bare eyes",
];

pub fn stars(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, STARS.len());
    let (star, figure, colour, years, month) = STARS[first];
    let (other, other_figure, other_colour, other_years, _) = STARS[second];
    let (dome, lens, hour) = (pick(rng, &DOMES), pick(rng, &LENSES), rng.random_range(1..12));
    let (question, answer) = match rng.random_range(0..6) {
        0 => (
            format!("Can I see {star} through {lens} at {hour}?"),
            format!("In {month}, yes: look for {figure} through {lens} before {hour}."),
        ),
        1 => (
            format!("How far is {star} from here, and how far is {other}?"),
            format!("{star} is {years} light years away. {other} is {other_years}."),
        ),
        2 => (
            format!("I saw something {colour} near {other_figure} from the {dome}."),
            format!("That was not {other}, which is {other_colour}. Note it in the book of the {dome}."),
        ),
        3 => (
            format!("Is the {dome} free at {hour} for {star}?"),
            format!("The {dome} opens at {}. {star} stands high in {month}.", hour + 1),
        ),
        4 => (
            format!("Tell the school class about {figure}."),
            format!("Its star {star} shines {colour}, {years} light years off, best in {month}."),
        ),
        _ => (
            format!("Should I point {lens} at {star} or {other}?"),
            format!("With {lens} take {other} in {other_figure}; {star} is too {colour}."),
        ),
    };
    let mut clauses = vec![question];
    if rng.random_bool(0.3) {
        let opening = pick(rng, &["Good evening.", "Excuse me.", "The sky is clear at last."]);
        clauses.insert(0, opening.to_owned());
    }
    if rng.random_bool(0.3) {
        let closing = pick(
            rng,
            &[
                "My hands are cold.",
                "We are four people.",
                "It is our last night.",
            ],
        );
        clauses.push(closing.to_owned());
    }
    example(clauses, vec![answer])
}
