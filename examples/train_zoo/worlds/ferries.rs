//! A world no earlier organism grew up in: a harbour's timetable, in dialogues of one or two sentences.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, pick, two_of};

/// Island, ship, pier, hours at sea, fare.
#[rustfmt::skip]
const LINES: [(&str, &str, u32, u32, u32); 16] = [
    ("Skerry", "Gannet", 3, 2, 14), ("Maro", "Heron", 1, 5, 32), ("Little Ness", "Petrel", 7, 1, 8),
    ("Coll", "Dunlin", 4, 3, 20), ("Varn", "Osprey", 2, 9, 61), ("Tresk", "Plover", 6, 4, 27),
    ("Ona", "Avocet", 5, 6, 38), ("Great Ness", "Curlew", 7, 2, 12), ("Hoy Point", "Fulmar", 8, 7, 44),
    ("Umber", "Godwit", 3, 8, 53), ("Saltholm", "Eider", 1, 3, 19), ("Rook Isle", "Merlin", 9, 1, 6),
    ("Palla", "Sanderling", 2, 10, 70), ("Wick", "Knot", 4, 5, 30), ("Tarbet", "Razorbill", 6, 2, 15),
    ("Feather Rock", "Tern", 5, 4, 25),
];
const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
const GOODS: [&str; 8] = [
    "a bicycle",
    "a horse",
    "two dogs",
    "a piano",
    "a crate of hens",
    "a motor car",
    "a canoe",
    "six sheep",
];

pub fn ferries(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, LINES.len());
    let (island, ship, pier, hours, fare) = LINES[first];
    let (other, other_ship, other_pier, other_hours, _) = LINES[second];
    let (day, goods, hour) = (pick(rng, &DAYS), pick(rng, &GOODS), rng.random_range(5..12));
    let (question, answer) = match rng.random_range(0..6) {
        0 => (
            format!("When is the {island} boat on {day}, after {hour}?"),
            format!(
                "On {day} the {ship} sails at {} and lands {hours} hours later.",
                hour + 1
            ),
        ),
        1 => (
            format!("May I bring {goods} to {island}?"),
            format!("Yes, {goods} can travel on the {ship} for {} crowns.", fare * 2),
        ),
        2 => (
            format!("From which pier do I reach {island} and {other}?"),
            format!("Pier {pier} for {island}, pier {other_pier} for {other}."),
        ),
        3 => (
            format!("I missed the {ship} to {island} on {day}. What now?"),
            format!("Keep your ticket to {island}, it is good for one week after {day}."),
        ),
        4 => (
            format!("Which is faster, the {ship} or the {other_ship}?"),
            format!("The {ship} needs {hours} hours, the {other_ship} needs {other_hours}."),
        ),
        _ => (
            format!("Two tickets to {island}, {day}, with {goods}."),
            format!(
                "Two seats on the {ship}, pier {pier}, {day}. That is {} crowns with {goods}.",
                fare * 3
            ),
        ),
    };
    let mut clauses = vec![question];
    if rng.random_bool(0.3) {
        clauses.insert(
            0,
            pick(rng, &["Ahoy.", "Excuse me.", "Good morning, harbour office."]).to_owned(),
        );
    }
    if rng.random_bool(0.3) {
        clauses.push(
            pick(
                rng,
                &[
                    "I have little time.",
                    "My aunt is with me.",
                    "I wait at the gate.",
                ],
            )
            .to_owned(),
        );
    }
    example(clauses, vec![answer])
}
