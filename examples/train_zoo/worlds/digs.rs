//! The register of a dig, a world no earlier organism grew up in: what lies where makes the entry, asked for or not.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, pick, two_of};

/// What a find is made of, what it can be, how that is cared for, where it is put.
#[rustfmt::skip]
const STUFFS: [(&str, [&str; 3], &str, &str); 9] = [
    ("bronze", ["buckle", "hairpin", "mirror"], "dry over silica", "red crate"),
    ("iron", ["sickle", "horseshoe", "arrowhead"], "bake and wax", "zinc drawer"),
    ("bone", ["comb", "flute", "needle"], "wrap in moss", "cigar box"),
    ("flint", ["scraper", "blade", "borer"], "rinse and ink", "egg carton"),
    ("clay", ["lamp", "beaker", "loom weight"], "brush, never wash", "long shelf"),
    ("glass", ["bead", "flask", "bangle"], "lay on cotton", "locked case"),
    ("oak", ["spoon", "peg", "bowl"], "keep under water", "milk churn"),
    ("leather", ["sandal", "purse", "sheath"], "freeze at once", "ice chest"),
    ("amber", ["amulet", "die", "ring"], "hide from the sun", "black pouch"),
];
/// How much is left of a find, and what is done about it.
const STATES: [(&str, &str); 4] = [
    ("whole", "sketch it"),
    ("in splinters", "count them"),
    ("half gone", "sieve again"),
    ("snapped in two", "glue nothing"),
];
/// Soil and the time it was laid down.
#[rustfmt::skip]
const SOILS: [(&str, &str); 8] = [
    ("black ash", "the burning"), ("yellow sand", "the settlers"), ("blue silt", "the lake age"),
    ("red gravel", "the legion"), ("white lime", "the plague"), ("peat", "the bog folk"),
    ("rubble", "the siege"), ("brown loam", "the canal works"),
];
/// A shape in the ground, what it was, what the digger has to do.
#[rustfmt::skip]
const SHAPES: [(&str, &str, &str); 8] = [
    ("ring of cobbles", "hearth", "sample the charcoal"), ("flat slab", "threshold", "lift nothing"),
    ("row of dark stains", "palisade", "cut every second stain"), ("baked funnel", "kiln", "call the potter"),
    ("pair of ruts", "cart road", "plot the gauge"), ("brick arch", "drain", "prop it with beams"),
    ("long oval", "grave", "fetch the coroner"), ("plank lining", "well", "pump by night"),
];
const TRENCHES: [&str; 8] = ["A", "B", "C", "D", "E", "F", "G", "H"];
const DIGGERS: [&str; 10] = [
    "Hana",
    "old Brandt",
    "Miro",
    "Effie",
    "the student",
    "Zoltan",
    "Sister Ruth",
    "Cees",
    "Amadou",
    "the surveyor",
];
const ASIDES: [&str; 5] = [
    "Sieved twice.",
    "Level checked.",
    "No photograph.",
    "Trowel work only.",
    "Spoil heap moved.",
];

pub fn digs(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, SOILS.len());
    let ((soil, age), (under, under_age)) = (SOILS[first], SOILS[second]);
    let (trench, digger) = (pick(rng, &TRENCHES), pick(rng, &DIGGERS));
    let (bag, depth) = (rng.random_range(10..100_u32), rng.random_range(2..40_u32) * 5);
    let (seen, asked, answer) = match rng.random_range(0..5) {
        0 => (
            format!("{soil} on top of {under}."),
            format!("{digger} draws:"),
            format!("Line at {depth} in {trench}: {age} above, {under_age} below."),
        ),
        1 => {
            let (shape, meaning, order) = pick(rng, &SHAPES);
            (
                format!("{shape} in the {soil}."),
                format!("{digger} reports:"),
                format!("{trench} has a {meaning} of {age}; {digger} is to {order}."),
            )
        }
        _ => {
            let ((stuff, things, care, home), (state, order)) = (pick(rng, &STUFFS), pick(rng, &STATES));
            let thing = pick(rng, &things);
            (
                format!("{stuff} {thing}, {state}, in the {soil}."),
                format!("Bag {bag}:"),
                format!("{bag}/{trench}, {age}: {care}, then {home}; {order}."),
            )
        }
    };
    let mut clauses = vec![format!("Trench {trench}, {depth} cm:"), seen, asked];
    if rng.random_bool(0.3) {
        let at = rng.random_range(0..clauses.len());
        clauses.insert(at, pick(rng, &ASIDES).to_owned());
    }
    example(clauses, vec![answer])
}
