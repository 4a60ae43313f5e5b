//! A world no earlier organism grew up in: an apothecary, with answers of one sentence that take up what was asked.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, pick, two_of};

/// Plant, its part, what it is good for, how it is taken, spoons a day.
#[rustfmt::skip]
const PLANTS: [(&str, &str, &str, &str, u32); 16] = [
    ("yarrow", "leaf", "cuts", "as a wash", 3), ("fennel", "seed", "a heavy stomach", "after meals", 2),
    ("elder", "flower", "fever", "as a hot tea", 4), ("comfrey", "root", "bruises", "as a paste", 1),
    ("sage", "leaf", "a sore throat", "with honey", 5), ("valerian", "root", "bad sleep", "before bed", 1),
    ("hops", "cone", "restlessness", "in a pillow", 2), ("nettle", "leaf", "tiredness", "in soup", 6),
    ("mallow", "flower", "a cough", "cold and slow", 3), ("willow", "bark", "headache", "as a bitter tea", 2),
    ("caraway", "seed", "cramps", "on bread", 4), ("arnica", "flower", "sprains", "on a cloth", 1),
    ("lovage", "stem", "swollen feet", "in broth", 3), ("hyssop", "leaf", "a blocked nose", "in steam", 2),
    ("gentian", "root", "no appetite", "in wine", 1), ("plantain", "leaf", "insect bites", "fresh and torn", 7),
];
const SHELVES: [&str; 6] = ["top", "second", "middle", "lower", "left", "window"];
const PEOPLE: [&str; 8] = [
    "my father",
    "a child of six",
    "the baker",
    "my neighbour",
    "an old nun",
    "a rider",
    "the postman",
    "my twin",
];

pub fn herbs(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, PLANTS.len());
    let (plant, part, ailment, way, spoons) = PLANTS[first];
    let (other, other_part, other_ailment, ..) = PLANTS[second];
    let (shelf, person, price) = (
        pick(rng, &SHELVES),
        pick(rng, &PEOPLE),
        rng.random_range(2..30_u32),
    );
    let (question, answer) = match rng.random_range(0..6) {
        0 => (
            format!("What helps {person} against {ailment}?"),
            format!("For {ailment}, give {person} {plant} {part} {way}."),
        ),
        1 => (
            format!("Is {plant} or {other} better for {other_ailment}?"),
            format!("For {other_ailment} it is {other}; {plant} is for {ailment}."),
        ),
        2 => (
            format!("Where do you keep the {plant}? I looked on the {shelf} shelf."),
            format!("Not on the {shelf} shelf: {plant} {part} hangs by the door."),
        ),
        3 => (
            format!("How many spoons of {plant} may {person} have a day?"),
            format!("{spoons} spoons of {plant} {way} for {person}, no more."),
        ),
        4 => (
            format!("I pay {price} for {plant} and {other}."),
            format!(
                "{price} is fair: {plant} {part} and {other} {other_part}, {} back.",
                price / 2
            ),
        ),
        _ => (
            format!("Which part of {plant} do I pick for {person}?"),
            format!("Pick the {part} of {plant}; {person} takes it {way}."),
        ),
    };
    let mut clauses = vec![question];
    if rng.random_bool(0.3) {
        let opening = pick(
            rng,
            &["God bless this shop.", "Quick, please.", "It is me again."],
        );
        clauses.insert(0, opening.to_owned());
    }
    if rng.random_bool(0.3) {
        let closing = pick(
            rng,
            &["The doctor is away.", "I walked an hour.", "Speak up, please."],
        );
        clauses.push(closing.to_owned());
    }
    example(clauses, vec![answer])
}
