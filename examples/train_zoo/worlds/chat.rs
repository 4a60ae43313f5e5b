//! Worlds that talk: a help desk, an atlas of invented countries, a kitchen. Facts are fixed, so an answer is right or wrong.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, pick, two_of};

/// Item, price, town of the workshop, days to return it.
#[rustfmt::skip]
const ITEMS: [(&str, u32, &str, u32); 20] = [
    ("blue lamp", 40, "Arden", 14), ("oak chair", 85, "Holm", 30), ("wool blanket", 60, "Brink", 21),
    ("tea kettle", 35, "Arden", 10), ("garden hose", 25, "Selby", 14), ("desk clock", 50, "Holm", 28),
    ("rain coat", 70, "Brink", 21), ("bread knife", 15, "Arden", 10), ("hand mirror", 20, "Selby", 14),
    ("field radio", 95, "Corrie", 30), ("paper kite", 10, "Selby", 7), ("iron pan", 45, "Arden", 28),
    ("glass vase", 30, "Corrie", 7), ("leather bag", 110, "Brink", 30), ("door bell", 18, "Holm", 14),
    ("wall map", 22, "Corrie", 10), ("camp stove", 75, "Holm", 28), ("rope ladder", 55, "Selby", 21),
    ("felt hat", 33, "Brink", 10), ("ink pen", 12, "Corrie", 7),
];
const COLOURS: [&str; 6] = ["red", "green", "grey", "white", "brown", "black"];
const OPENINGS: [&str; 5] = [
    "Hello.",
    "Good day.",
    "Hi there.",
    "I have a question.",
    "Please help me.",
];
const CLOSINGS: [&str; 5] = [
    "Thank you.",
    "Many thanks.",
    "I am waiting.",
    "Please answer soon.",
    "It is urgent.",
];

fn framed(rng: &mut ChaCha8Rng, question: String) -> Vec<String> {
    let mut clauses = vec![question];
    if rng.random_bool(0.4) {
        clauses.insert(0, pick(rng, &OPENINGS).to_owned());
    }
    if rng.random_bool(0.4) {
        clauses.push(pick(rng, &CLOSINGS).to_owned());
    }
    clauses
}

pub fn desk(rng: &mut ChaCha8Rng) -> Example {
    let (item, price, town, days) = pick(rng, &ITEMS);
    let number = rng.random_range(10..100);
    let (first, second) = two_of(rng, COLOURS.len());
    let (colour, other) = (COLOURS[first], COLOURS[second]);
    let (question, answer) = match rng.random_range(0..7) {
        0 => (
            format!("Where is order {number} with the {item}?"),
            format!("Order {number} is in {town} and the {item} leaves today."),
        ),
        1 => (
            format!("Can I return the {item} from order {number}?"),
            format!("Yes, order {number} can be returned within {days} days."),
        ),
        2 => (
            format!("How much is the {item} in {colour}?"),
            format!("The {colour} {item} costs {price} crowns."),
        ),
        3 => (
            format!("Is the {item} sold in {colour} or {other}?"),
            format!("You can buy the {item} in {other} and in {colour}."),
        ),
        4 => (
            format!("My {colour} {item} is broken."),
            format!("I am sorry. Please send the {colour} {item} to our workshop in {town}."),
        ),
        5 => (
            format!("Change order {number} to the {item} in {colour}."),
            format!("Order {number} is now a {colour} {item} for {price} crowns."),
        ),
        _ => (
            format!("Cancel the {item} in order {number}."),
            format!("The {item} is taken out of order {number}."),
        ),
    };
    example(framed(rng, question), vec![answer])
}

/// Country, capital, river, export, ruler.
#[rustfmt::skip]
const COUNTRIES: [(&str, &str, &str, &str, &str); 18] = [
    ("Veldria", "Osk", "Lumen", "copper", "a queen"), ("Tolmen", "Harrow", "Sedge", "wool", "a council"),
    ("Ardany", "Pell", "Tamsin", "salt", "a king"), ("Quorra", "Mistral Bay", "Orne", "amber", "a senate"),
    ("Besk", "Lodz Gate", "Iven", "timber", "a duke"), ("Sarnath", "Kadeth", "Rill", "silk", "a queen"),
    ("Nordaal", "Fenwick", "Gale", "fish", "a council"), ("Ilmar", "Tessaly", "Corve", "glass", "a senate"),
    ("Ostrey", "Brill", "Dunmere", "wine", "a king"), ("Pharo", "Nim", "Esker", "grain", "a duke"),
    ("Calder", "Vance", "Thorn", "iron", "a council"), ("Mirrin", "Opal Port", "Wend", "pearls", "a queen"),
    ("Jessop", "Grale", "Moss", "tea", "a senate"), ("Rhoden", "Castell", "Ember", "coal", "a king"),
    ("Ulmet", "Sorrow Hill", "Finch", "honey", "a duke"), ("Zandor", "Keep", "Blythe", "spice", "a council"),
    ("Werrin", "Alder", "Quill", "paper", "a queen"), ("Lyss", "Norrow", "Swale", "silver", "a king"),
];

pub fn atlas(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, COUNTRIES.len());
    let (country, capital, river, export, ruler) = COUNTRIES[first];
    let (other, other_capital, other_river, other_export, other_ruler) = COUNTRIES[second];
    let (question, answer) = match rng.random_range(0..8) {
        0 => (
            format!("Name the capitals of {country} and {other}."),
            format!("{capital} is the capital of {country}, {other_capital} that of {other}."),
        ),
        1 => (
            format!("Which rivers cross {country} and {other}?"),
            format!("The {river} crosses {country}, the {other_river} crosses {other}."),
        ),
        2 => (
            format!("What does {country} sell to {other}?"),
            format!("{country} sells {export} and takes {other_export} from {other}."),
        ),
        3 => (
            format!("Who rules {country}, and who rules {other}?"),
            format!("In {country} rules {ruler}, in {other} {other_ruler}."),
        ),
        4 => (
            format!("I travel from {country} to {other}. Where do I start?"),
            format!("Start in {capital} and end in {other_capital}."),
        ),
        5 => (
            format!("Tell me about {country} but not about {other}."),
            format!("{country} has the river {river}, the capital {capital} and much {export}."),
        ),
        6 => (
            format!("Is {other_capital} in {country} or in {other}?"),
            format!("{other_capital} is the capital of {other}. That of {country} is {capital}."),
        ),
        _ => (
            format!("Compare the exports of {country} and {other}."),
            format!("{country} lives on {export}, {other} on {other_export}."),
        ),
    };
    example(framed(rng, question), vec![answer])
}

/// Dish, main thing, what to do with it, minutes.
#[rustfmt::skip]
const DISHES: [(&str, &str, &str, u32); 16] = [
    ("leek soup", "leeks", "simmer", 25), ("plum cake", "plums", "bake", 50), ("bean stew", "beans", "stew", 90),
    ("corn bread", "corn", "bake", 35), ("trout pie", "trout", "bake", 45), ("rice bowl", "rice", "steam", 20),
    ("beet salad", "beets", "boil", 40), ("lamb roast", "lamb", "roast", 95), ("egg noodles", "eggs", "boil", 12),
    ("oat porridge", "oats", "simmer", 10), ("squash curry", "squash", "stew", 30), ("pear tart", "pears", "bake", 55),
    ("cheese toast", "cheese", "grill", 8), ("onion rings", "onions", "fry", 9), ("crab cakes", "crab", "fry", 14),
    ("mint peas", "peas", "steam", 7),
];
const SPICES: [&str; 10] = [
    "salt", "thyme", "pepper", "garlic", "lemon", "ginger", "cumin", "dill", "paprika", "nutmeg",
];

pub fn kitchen(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, DISHES.len());
    let (dish, thing, verb, minutes) = DISHES[first];
    let (other, other_thing, ..) = DISHES[second];
    let (spice, guests) = (pick(rng, &SPICES), rng.random_range(2..13));
    let (question, answer) = match rng.random_range(0..6) {
        0 => (
            format!("How do I make {dish} with {spice} for {guests}?"),
            format!("For {guests} guests, {verb} the {thing} with {spice} for {minutes} minutes."),
        ),
        1 => (
            format!("What goes into {dish} and {other}?"),
            format!("You need {thing} for the {dish} and {other_thing} for the {other}."),
        ),
        2 => (
            format!("How long does {dish} take for {guests} people?"),
            format!("It takes {minutes} minutes to {verb} {thing} for {guests}."),
        ),
        3 => (
            format!("Does {spice} fit {dish}?"),
            format!("Yes, {spice} goes well with {thing}. Add it before you {verb} them."),
        ),
        4 => (
            format!("I have {thing} and {spice}. What shall I cook?"),
            format!("With {thing} and {spice} I would make {dish}."),
        ),
        _ => (
            format!("We are {guests} and want {dish}, then {other}."),
            format!(
                "First {verb} the {thing} for {minutes} minutes, then take the {other_thing} for {guests}."
            ),
        ),
    };
    example(framed(rng, question), vec![answer])
}
