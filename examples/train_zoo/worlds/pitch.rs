//! A referee's notebook, a world no earlier organism grew up in: what is seen decides the entry, which has its opposite.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, aside, example, pick, two_of};

/// What is seen when all is fair and when it is foul, and what the referee does about either.
#[rustfmt::skip]
const SCENES: [(&str, &str, &str, &str); 14] = [
    ("shoulder to shoulder", "elbow in the ribs", "wave it on", "yellow card"),
    ("took the ball first", "took the ankle first", "nod twice", "red card"),
    ("arms behind his back", "palm on the ball", "point upfield", "penalty kick"),
    ("level with the last man", "a yard past the last man", "keep the flag down", "offside"),
    ("threw with both feet down", "threw with a foot up", "let it fly", "throw reversed"),
    ("tugged his own sock", "tugged a shirt", "look elsewhere", "free kick"),
    ("slipped on the paint", "fell over nothing", "offer a hand", "stern word for the actor"),
    ("asked for the time", "swore at the linesman", "show the watch", "ten minutes on the bench"),
    ("wall ten paces off", "wall six paces off", "blow once", "retake"),
    ("waited at halfway", "ran on uncalled", "lift the board", "march to the tunnel"),
    ("jumped straight up", "jumped with studs out", "clap", "stretcher and a report"),
    ("blew his nose", "spat at the keeper", "lend a tissue", "early bath"),
    ("kicked a divot flat", "kicked the water bottles", "thank him", "fine of nine crowns"),
    ("hopped over the leg", "trod on the leg", "advantage", "drop ball and a caution"),
];
/// What is worn, what is done when it is wrong, who does it.
const KITS: [(&str, &str, &str); 8] = [
    ("shin pad", "tape down", "the physio"),
    ("armband", "turn inside out", "the captain"),
    ("left boot", "file", "the groundsman"),
    ("bandage", "rewrap", "the vet"),
    ("glove", "cut open", "the kit man"),
    ("earring", "lock away", "the treasurer"),
    ("face mask", "pad with felt", "the saddler"),
    ("collar", "button up", "his mother"),
];
const TEAMS: [&str; 12] = [
    "Thornby",
    "Ellmouth",
    "Pinfold",
    "Garrick Vale",
    "Wexcombe",
    "Hobsworth",
    "Tannery Row",
    "Kestle",
    "Marlpit",
    "Upper Dray",
    "Sloe Park",
    "Inchbeg",
];
const OFFICIALS: [&str; 8] = [
    "Mr Obuya",
    "Signe",
    "the fourth man",
    "Rafferty",
    "Miss Chaudhry",
    "old Petrov",
    "the linesman",
    "Beatriz",
];
const ASIDES: [&str; 5] = [
    "Drizzle.",
    "Crowd restless.",
    "Floodlight out.",
    "Band still playing.",
    "Pitch heavy.",
];

pub fn pitch(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, TEAMS.len());
    let (team, other, official) = (TEAMS[first], TEAMS[second], pick(rng, &OFFICIALS));
    let (minute, number) = (rng.random_range(1..91_u32), rng.random_range(2..24_u32));
    let fair = rng.random_bool(0.5);
    let (seen, asked, if_fair, if_foul) = match rng.random_range(0..5) {
        0 => {
            let (thing, cure, helper) = pick(rng, &KITS);
            let state = if fair { "snug and plain" } else { "loose and sharp" };
            (
                format!("{thing} {state}."),
                format!("{official} checks:"),
                format!("Pass: number {number} of {team} may keep the {thing} on."),
                format!("Fail: {helper} has to {cure} the {thing} of number {number}."),
            )
        }
        1 => {
            let flight = if fair {
                "in off the post."
            } else {
                "wide of the post."
            };
            (
                flight.to_owned(),
                format!("{official} signals:"),
                format!("Goal: number {number} scores for {team}, {other} kicks off."),
                format!("Miss: number {number} fails for {team}, {other} has a goal kick."),
            )
        }
        _ => {
            let (clean, dirty, ruling, penalty) = pick(rng, &SCENES);
            let deed = if fair { clean } else { dirty };
            (
                format!("{deed}."),
                format!("{official} rules:"),
                format!("Fair: {ruling}, the ball stays with {team}."),
                format!("Foul: {penalty} for number {number}, the ball goes to {other}."),
            )
        }
    };
    let mut clauses = vec![
        format!("{minute}' {team} v {other}, number {number}:"),
        seen,
        asked,
    ];
    let at = rng.random_range(0..clauses.len());
    aside(rng, &mut clauses, at, &ASIDES);
    let (answer, opposite) = if fair {
        (if_fair, if_foul)
    } else {
        (if_foul, if_fair)
    };
    Example {
        opposite: Some(opposite),
        ..example(clauses, vec![answer])
    }
}
