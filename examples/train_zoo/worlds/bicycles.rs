//! A bicycle workshop, a world no earlier organism grew up in: every answer follows from the prompt and the tables here.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, pick, two_of};

/// Part, what is wrong with it, what is done to it, with which tool, its price. No two prices are the same.
#[rustfmt::skip]
const PARTS: [(&str, &str, &str, &str, u32); 18] = [
    ("chain", "slips under load", "shorten", "rivet press", 14), ("saddle", "creaks", "grease", "hex key", 38),
    ("front brake", "squeals", "sand", "flat file", 22), ("back brake", "hardly bites", "tighten", "cable puller", 27),
    ("pedal", "wobbles", "fasten", "long spanner", 17), ("crank", "knocks", "wedge", "rubber mallet", 41),
    ("hub", "grinds", "repack", "cone spanner", 56), ("rim", "is dented", "straighten", "truing stand", 33),
    ("spoke", "has snapped", "replace", "nipple key", 2), ("inner tube", "hisses", "patch", "tyre lever", 7),
    ("headlamp", "flickers", "rewire", "screwdriver", 29), ("dynamo", "hums", "oil", "thin nozzle", 44),
    ("gear lever", "jams", "rinse", "stiff brush", 35), ("mudguard", "rattles", "clamp", "round pliers", 19),
    ("carrier", "sags", "braze", "gas torch", 24), ("kickstand", "folds up", "bend", "bench vice", 11),
    ("handlebar", "turns loose", "lock", "torque wrench", 31), ("bell", "stays silent", "unscrew", "pin punch", 5),
];
/// Bicycle, inches of its wheels, rent for a day, where it stands.
#[rustfmt::skip]
const BIKES: [(&str, u32, u32, &str); 14] = [
    ("tandem", 26, 18, "beside the stove"), ("roadster", 28, 9, "under the stairs"),
    ("cargo bike", 20, 24, "out in the yard"), ("racer", 28, 15, "on the ceiling rail"),
    ("folding bike", 16, 11, "below the bench"), ("tricycle", 24, 13, "at the loading ramp"),
    ("unicycle", 20, 5, "on the coat rack"), ("milk bike", 26, 8, "next to the compressor"),
    ("post bike", 24, 7, "against the pillar"), ("recumbent", 20, 21, "across two trestles"),
    ("cruiser", 26, 10, "in the shop window"), ("track bike", 28, 12, "on the left hook"),
    ("pony bike", 16, 4, "inside the crate"), ("penny farthing", 54, 30, "in the museum corner"),
];
const RIDERS: [&str; 10] = [
    "Mr Achterberg",
    "Nadia",
    "the vicar",
    "Joost",
    "Mrs Pham",
    "the twins",
    "the courier",
    "Doctor Sall",
    "Wim",
    "the choirmaster",
];
/// Day and the hour of closing.
const DAYS: [(&str, u32); 6] = [
    ("Monday", 17),
    ("Tuesday", 19),
    ("Wednesday", 13),
    ("Thursday", 20),
    ("Friday", 18),
    ("Saturday", 15),
];
const OPENINGS: [&str; 4] = [
    "It is me again, with a puncture kit.",
    "Hallo, anyone there?",
    "Sorry to bother you.",
    "One thing before you close.",
];
const CLOSINGS: [&str; 4] = [
    "I am on foot until then.",
    "It is raining again.",
    "The race is next week.",
    "My cousin pays.",
];

pub fn bicycles(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, PARTS.len());
    let (part, fault, work, tool, price) = PARTS[first];
    let (other, _, _, other_tool, other_price) = PARTS[second];
    let (first, second) = two_of(rng, BIKES.len());
    let (bike, wheel, rent, spot) = BIKES[first];
    let (other_bike, other_wheel, ..) = BIKES[second];
    let (rider, (day, hour)) = (pick(rng, &RIDERS), pick(rng, &DAYS));
    let card = rng.random_range(10..100_u32);
    let (question, answer) = match rng.random_range(0..8) {
        0 => (
            format!("The {part} of my {bike} {fault}."),
            format!("Then we {work} the {part}. Leave the {bike} {spot}."),
        ),
        1 => (
            format!("What is a new {part} for the {bike}, and is it on by {day}?"),
            format!("The {part} is {price} crowns, and the {bike} is done on {day} at {hour}."),
        ),
        2 => (
            format!("Which tools do I need for the {part} and the {other}?"),
            format!("Take the {tool} for the {part} and the {other_tool} for the {other}."),
        ),
        3 if wheel == other_wheel => (
            format!("Do the wheels of the {bike} fit the {other_bike}?"),
            format!("They do, the {bike} and the {other_bike} both roll on {wheel} inches."),
        ),
        3 => (
            format!("Do the wheels of the {bike} fit the {other_bike}?"),
            format!("They do not, the {bike} has {wheel} inches and the {other_bike} has {other_wheel}."),
        ),
        4 => (
            format!("Rent the {bike} to {rider} until {day}."),
            format!("That is {rent} crowns a day. We close at {hour} on {day}, tell {rider}."),
        ),
        5 => (
            format!("Card {card}: {part} of {rider} {fault}."),
            format!("Card {card}: {work} the {part} with the {tool}, then ring {rider}."),
        ),
        6 => (
            format!("Where did you put the {bike} of {rider}?"),
            format!("The {bike} of {rider} stands {spot}."),
        ),
        _ if price > other_price => (
            format!("Is the {part} dearer than the {other}?"),
            format!("Yes, the {part} costs {price} and the {other} only {other_price}."),
        ),
        _ => (
            format!("Is the {part} dearer than the {other}?"),
            format!("No, the {other} costs {other_price} and the {part} only {price}."),
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
