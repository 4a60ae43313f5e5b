//! A beekeeper's diary, a world without a speaker that no earlier organism grew up in: every answer has its opposite.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, pick};

/// What is seen in a sound hive and in a sick one, and what is done about either.
#[rustfmt::skip]
const SIGHTS: [(&str, &str, &str, &str); 14] = [
    ("queen fat and calm", "no queen to be seen", "let her work", "order a young queen"),
    ("brood in closed rings", "brood full of holes", "hang in a comb", "melt the comb"),
    ("pollen on every leg", "no pollen coming in", "widen the gate", "press in a pollen cake"),
    ("a deep even hum", "a thin high whine", "leave the lid on", "listen again at dusk"),
    ("seven combs covered", "two combs covered", "set a box on top", "join it to its neighbour"),
    ("floor swept clean", "dead bees on the floor", "oil the hinges", "scorch the boards"),
    ("stores heavy as stone", "stores light as straw", "take one comb", "feed thick syrup"),
    ("wings smooth and whole", "wings curled and short", "count them monthly", "steam with thymol"),
    ("eggs standing upright", "two eggs in a cell", "mark the queen", "shake them off the combs"),
    ("dry under the roof", "mould under the roof", "shut the vent", "prop the roof open"),
    ("guards on the sill", "wasps on the sill", "mow the grass", "narrow the gate to a slit"),
    ("wax white and fresh", "moths in the wax", "let them build", "freeze the wax"),
    ("a waggle dance", "robbers wrestling", "follow the dancers", "throw a wet sheet over"),
    ("drones chased out", "drones everywhere", "wrap it for winter", "cut the drone cells"),
];
/// Flower, what its honey looks like, who buys it, days it has to ripen.
#[rustfmt::skip]
const FLOWERS: [(&str, &str, &str, u32); 10] = [
    ("linden", "pale green", "the confectioner", 5), ("heather", "reddish", "the chandler", 12),
    ("rape", "chalk white", "the canteen", 3), ("acacia", "clear", "the tea house", 6),
    ("chestnut", "tar dark", "the tannery", 9), ("buckwheat", "black", "the mead maker", 8),
    ("clover", "straw yellow", "the hospital", 4), ("borage", "watery", "the soap boiler", 7),
    ("ivy", "greyish", "nobody", 14), ("raspberry", "golden", "the bishop", 10),
];
const PLACES: [&str; 12] = [
    "the quince",
    "the south wall",
    "the chapel",
    "the clay bank",
    "the cart shed",
    "the pump",
    "the ridge path",
    "the walnut",
    "the brook",
    "the schoolyard",
    "the gravel pit",
    "the orchard gate",
];
const KEEPERS: [&str; 8] = [
    "Marthe",
    "Uncle Yusuf",
    "Sister Paz",
    "Lorenz",
    "Wanda",
    "the apprentice",
    "Cousin Ib",
    "Thea",
];
const MONTHS: [&str; 6] = ["April", "May", "June", "July", "August", "October"];
const WEATHERS: [&str; 5] = [
    "Wind from the east.",
    "Warm since noon.",
    "Dew until ten.",
    "Thunder far off.",
    "First hoarfrost.",
];

pub fn hives(rng: &mut ChaCha8Rng) -> Example {
    let (place, keeper) = (pick(rng, &PLACES), pick(rng, &KEEPERS));
    let (day, month) = (rng.random_range(1..29_u32), pick(rng, &MONTHS));
    let (number, well) = (rng.random_range(2..40_u32), rng.random_bool(0.5));
    let (what, seen, asked, if_well, if_ill) = match rng.random_range(0..4) {
        0 => {
            let (flower, look, buyer, days) = pick(rng, &FLOWERS);
            let seen = if well {
                "capped to the rim."
            } else {
                "still wet and open."
            };
            (
                format!("{number} combs of {flower} by {place}:"),
                seen.to_owned(),
                format!("{keeper} notes:"),
                format!("Ripe: {look} honey, all {number} combs for {buyer}."),
                format!("Raw: hang the {flower} by {place} for {days} more days."),
            )
        }
        1 => {
            let seen = if well {
                "hanging quiet like a pear."
            } else {
                "up in the air again."
            };
            (
                format!("a swarm by {place}:"),
                seen.to_owned(),
                format!("{keeper} has hive {number} empty:"),
                format!("Luck: {keeper} carries the swarm from {place} to hive {number}."),
                format!("Loss: {keeper} scrubs hive {number} and lets {place} be."),
            )
        }
        _ => {
            let (sound, sick, kept, cured) = pick(rng, &SIGHTS);
            let seen = if well { sound } else { sick };
            (
                format!("hive {number} by {place}:"),
                format!("{seen}."),
                format!("{keeper} notes:"),
                format!("Well: {kept} at hive {number} by {place}."),
                format!("Ill: {cured} at hive {number} by {place}."),
            )
        }
    };
    let mut clauses = vec![format!("{day} {month}, {what}"), seen, asked];
    if rng.random_bool(0.3) {
        let at = rng.random_range(0..3);
        clauses.insert(at, pick(rng, &WEATHERS).to_owned());
    }
    let (answer, opposite) = if well {
        (if_well, if_ill)
    } else {
        (if_ill, if_well)
    };
    Example {
        opposite: Some(opposite),
        ..example(clauses, vec![answer])
    }
}
