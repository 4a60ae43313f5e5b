//! A theatre, a world no earlier organism grew up in: every answer follows from the question and the tables here.

use std::cmp::Ordering;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, pick, two_of};

/// Play, where it is set, its great part, who plays that, its last words.
#[rustfmt::skip]
const PLAYS: [(&str, &str, &str, &str, &str); 14] = [
    ("Glass Heron", "a flooded mill", "the gleaner", "Odile", "no more rain"),
    ("Cold Supper", "a boarding school", "the matron", "Ferenc", "pass the mustard"),
    ("Two Widows", "a lift", "the porter", "Imke", "going up"),
    ("Marsh King", "the reed beds", "the heir", "Tancred", "bury me standing"),
    ("Paper Duke", "a printing house", "the forger", "Solveig", "sign here"),
    ("Last Tram", "a depot", "the conductor", "Baptiste", "all change"),
    ("Blind Tailor", "a cloakroom", "the errand boy", "Rosalba", "it fits"),
    ("Ninth Cousin", "a country bank", "the notary", "Gideon", "read it again"),
    ("Salt Bride", "a lighthouse", "the diver", "Annika", "put out the lamp"),
    ("Iron Waltz", "a foundry", "the foreman", "Casimir", "strike once"),
    ("False Bishop", "a vestry", "the sexton", "Philippa", "lock the door"),
    ("Long Recess", "a courtroom", "the usher", "Matthis", "be seated"),
    ("Owl Street", "a pharmacy", "the lodger", "Yvette", "who is there"),
    ("Quiet Mutiny", "a galley", "the boatswain", "Leander", "row faster"),
];
/// Prop, what it is made of, the act in which it comes on, where it is kept.
#[rustfmt::skip]
const PROPS: [(&str, &str, u32, &str); 16] = [
    ("dagger", "painted cork", 3, "the umbrella stand"), ("crown", "brass wire", 4, "the hat box"),
    ("skull", "chewed paper", 2, "the coal bucket"), ("letter", "starched linen", 1, "the prompt desk"),
    ("goblet", "turned limewood", 3, "the sink"), ("lantern", "tin and gauze", 1, "the rope locker"),
    ("roast goose", "stuffed felt", 2, "the piano"), ("telephone", "varnished clay", 4, "the ticket safe"),
    ("violin", "plywood", 2, "the wig cupboard"), ("snow", "goose down", 4, "a pillowcase"),
    ("birdcage", "willow", 1, "the organ loft"), ("pistol", "cast lead", 3, "the fire bucket"),
    ("throne", "two beer crates", 4, "the scene dock"), ("moon", "oiled parchment", 2, "the gallery chest"),
    ("wedding cake", "plaster", 3, "the boiler room"), ("anchor", "balsa", 1, "the paint store"),
];
/// Row, the tier it belongs to, what a seat in it costs.
#[rustfmt::skip]
const ROWS: [(&str, &str, u32); 10] = [
    ("A", "pit", 12), ("C", "pit", 16), ("E", "stalls", 35), ("G", "stalls", 31), ("J", "stalls", 28),
    ("L", "circle", 44), ("N", "circle", 39), ("Q", "gallery", 9), ("S", "gallery", 7),
    ("V", "royal box", 80),
];
const GUESTS: [&str; 10] = [
    "the mayor",
    "Mrs Lindqvist",
    "the critic",
    "Professor Abara",
    "the florist",
    "Herr Voss",
    "the dentist",
    "Lady Quaife",
    "the chess club",
    "my godmother",
];
/// Evening and the hour of the curtain.
const EVENINGS: [(&str, u32); 5] = [
    ("Tuesday", 19),
    ("Thursday", 20),
    ("Friday", 21),
    ("Saturday", 18),
    ("Sunday", 15),
];
const OPENINGS: [&str; 4] = [
    "Is this the box office?",
    "I am calling from the lobby.",
    "Bravo for last night.",
    "Psst.",
];
const CLOSINGS: [&str; 4] = [
    "The gong has rung twice.",
    "My opera glasses are broken.",
    "Do not wake the prompter.",
    "I shall clap loudly.",
];

pub fn theatre(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, PLAYS.len());
    let (play, scene, part, player, words) = PLAYS[first];
    let (other, other_scene, other_part, other_player, _) = PLAYS[second];
    let (prop, stuff, act, home) = pick(rng, &PROPS);
    let (first, second) = two_of(rng, ROWS.len());
    let ((row, tier, price), (new_row, new_tier, new_price)) = (ROWS[first], ROWS[second]);
    let (guest, (day, hour)) = (pick(rng, &GUESTS), pick(rng, &EVENINGS));
    let (seat, seen) = (rng.random_range(1..31_u32), rng.random_range(1..5_u32));
    let (question, answer) = match rng.random_range(0..9) {
        0 => (
            format!("Does {player} act in {play} on {day}?"),
            format!("Yes, {player} is {part}, {day} at {hour}."),
        ),
        1 => (
            format!("Does {other_player} act in {play} on {day}?"),
            format!("No, {other_player} is {other_part} in {other}; {play} has {player}."),
        ),
        2 => {
            let side = if seat % 2 == 1 { "left" } else { "right" };
            (
                format!("I hold row {row}, seat {seat}. Which stairs do I climb?"),
                format!("The {side} stairs to the {tier}: row {row}, {price} crowns."),
            )
        }
        3 => (
            format!("What is the {prop} made of, asks {guest}."),
            format!("Whisper to {guest}: {stuff}. In act {act} nobody can tell."),
        ),
        4 => (
            format!("Where are {play} and {other} set?"),
            format!("{play} is set in {scene}, {other} in {other_scene}."),
        ),
        5 => (
            format!("In act {seen} I saw no {prop}, says {guest}."),
            match seen.cmp(&act) {
                Ordering::Less => format!("Too early for {guest}: until act {act} it waits in {home}."),
                Ordering::Equal => format!("Then {guest} must have slept: act {act} is full of the {prop}."),
                Ordering::Greater => format!("Too late for {guest}: since act {act} it is back in {home}."),
            },
        ),
        6 => (
            format!("Move {guest} from row {row} to row {new_row}."),
            format!("Moved to the {new_tier}: {guest} pays {new_price} instead of {price}."),
        ),
        7 => (
            format!("How does {play} end on {day}?"),
            format!("With {part}, who says \"{words}\". On {day} we begin at {hour}."),
        ),
        _ => (
            format!("Call sheet for {play} on {day}, row {row} kept free."),
            format!("{day}, {hour}: {player} plays {part} in {scene}. No tickets for the {tier}, row {row}."),
        ),
    };
    let mut clauses = vec![question];
    if rng.random_bool(0.3) {
        clauses.insert(0, pick(rng, &OPENINGS).to_owned());
    }
    if rng.random_bool(0.3) {
        clauses.push(pick(rng, &CLOSINGS).to_owned());
    }
    example(clauses, vec![answer])
}
