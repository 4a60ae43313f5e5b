//! The sheets of a sorting office, a world no earlier organism grew up in: lines that end in what is stamped or shelved.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, aside, example, pick, two_of};

/// Town, what goes there, where its bags hang.
#[rustfmt::skip]
const TOWNS: [(&str, &str, &str); 12] = [
    ("Thornby", "the noon van", "under the clock"), ("Calder", "the mule", "by the stove"),
    ("Upper Nest", "the cable car", "on the brass hook"), ("Sile", "the slow barge", "behind the scales"),
    ("Roke", "a boy on foot", "near the hatch"), ("Menning", "the tram", "below the stairs"),
    ("Port Ives", "the steamer", "beside the safe"), ("Gant", "the doctor's cart", "over the sink"),
    ("Lessing", "the early bus", "at the long table"), ("Bramhope", "two cyclists", "in the alcove"),
    ("Ebb", "the lifeboat", "against the wall"), ("Fallow", "the hearse", "inside the porch"),
];
/// What is in a parcel, what it has to be given.
const GOODS: [(&str, &str); 10] = [
    ("wedding hat", "a round box"),
    ("live carp", "fresh ice"),
    ("church candle", "straw"),
    ("gramophone", "four hands"),
    ("sword", "a permit"),
    ("plum cake", "greased paper"),
    ("wig", "no damp"),
    ("globe", "a wide bag"),
    ("violin", "felt and string"),
    ("cactus", "thick gloves"),
];
/// What is wrong with a parcel, and what is done about it.
#[rustfmt::skip]
const FAULTS: [(&str, &str); 10] = [
    ("wet at one corner", "dry it over the boiler"), ("ticking", "carry it into the yard"),
    ("stamps missing", "charge double"), ("string undone", "tie three knots"),
    ("smells of cheese", "air it on the sill"), ("address smudged", "ask the postmistress"),
    ("seal broken", "weigh it again"), ("chewed by mice", "fetch the cat"),
    ("label upside down", "paste a new one"), ("leaking sand", "sweep and sew it up"),
];
/// Who asks for a parcel, what they show, what they pay.
const CALLERS: [(&str, &str, &str); 8] = [
    ("a nun", "a rosary", "nothing"),
    ("a corporal", "a pay book", "sixpence"),
    ("a dentist", "a brass plate", "a crown"),
    ("a widow", "a locket", "two farthings"),
    ("a jockey", "a licence", "a florin"),
    ("a schoolboy", "a satchel", "one penny"),
    ("a tenor", "a playbill", "half a guinea"),
    ("a farmer", "a ring", "three eggs"),
];
#[rustfmt::skip]
const CLERKS: [&str; 8] = [
    "Odile", "Mr Pask", "the new girl", "Ferenc", "tall Biddy", "Nkem", "the night clerk", "Soren",
];
const ASIDES: [&str; 5] = [
    "Scales checked.",
    "Ink running low.",
    "Hatch still shut.",
    "Second round done.",
    "Queue to the door.",
];

pub fn parcels(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, TOWNS.len());
    let ((town, carrier, hook), (origin, _, _)) = (TOWNS[first], TOWNS[second]);
    let ((thing, need), clerk) = (pick(rng, &GOODS), pick(rng, &CLERKS));
    let (sheet, bin) = (rng.random_range(10..100_u32), rng.random_range(2..48_u32));
    let (seen, asked, answer) = match rng.random_range(0..3) {
        0 => (
            format!("bin {bin}, nothing wrong."),
            format!("{clerk} stamps:"),
            format!("{carrier} to {town}; the {thing} wants {need}, bin {bin}."),
        ),
        1 => {
            let (fault, order) = pick(rng, &FAULTS);
            (
                format!("{fault}."),
                format!("{clerk} notes:"),
                format!("{order}, then hang the {thing} {hook} for {town}."),
            )
        }
        _ => {
            let (caller, paper, fee) = pick(rng, &CALLERS);
            (
                format!("{caller} asks for it."),
                format!("{clerk} replies:"),
                format!("show {paper} and pay {fee}; sheet {sheet} has the {thing} from {origin}."),
            )
        }
    };
    let what = format!("Sheet {sheet}, {thing}, {origin} to {town}:");
    let mut clauses = vec![what, seen, asked];
    let at = rng.random_range(0..clauses.len());
    aside(rng, &mut clauses, at, &ASIDES);
    example(clauses, vec![answer])
}
