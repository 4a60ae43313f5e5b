//! A mountain hut, a world no earlier organism grew up in: some answers take up the question, some are the same for all.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, framed, pick, two_of};

/// Trail, hours on it, the mark on its posts, what endangers it, what to wear there. No two marks are the same.
#[rustfmt::skip]
const TRAILS: [(&str, u32, &str, &str, &str); 14] = [
    ("Goat Stairs", 3, "a yellow arrow", "loose scree", "a helmet"),
    ("Widow's Ledge", 7, "two white bars", "wet slate", "a harness"),
    ("Larch Loop", 2, "a green cone", "fallen trunks", "gaiters"),
    ("Kettle Pass", 9, "a blue fork", "sudden fog", "a headtorch"),
    ("Pedlar's Trench", 4, "a red ring", "deep mud", "tall boots"),
    ("Hawk Traverse", 11, "a black fish", "crosswinds", "a short rope"),
    ("Monk's Ramp", 5, "a brass nail", "old snow", "crampons"),
    ("Sieve Couloir", 6, "a white hand", "falling ice", "a hard hat"),
    ("Juniper Bench", 1, "a pink dot", "vipers", "thick socks"),
    ("Anvil Ridge", 10, "a zigzag", "lightning", "rubber soles"),
    ("Drover's Spur", 8, "a horned head", "angry bulls", "nothing red"),
    ("Cider Gully", 3, "an orange apple", "high water", "waders"),
    ("Sexton's Slab", 6, "a grey cross", "verglas", "ice screws"),
    ("Trumpet Col", 12, "a violet horn", "thin air", "a wool hood"),
];
/// Room, its beds, where its key is.
const ROOMS: [(&str, u32, &str); 8] = [
    ("Marmot", 4, "behind the barometer"),
    ("Edelweiss", 2, "in the sugar tin"),
    ("Chough", 6, "under the doormat"),
    ("Crocus", 3, "on the antler"),
    ("Ibex", 8, "with the cook"),
    ("Cowbell", 5, "inside the cuckoo clock"),
    ("Avalanche", 7, "on the third nail"),
    ("Lichen", 2, "beside the accordion"),
];
/// Day, what is in the pot, who stirs it.
const SUPPERS: [(&str, &str, &str); 7] = [
    ("Monday", "barley broth", "Reto"),
    ("Tuesday", "dumplings in whey", "Ludmila"),
    ("Wednesday", "fried polenta", "Reto"),
    ("Thursday", "lentils and rind", "Ilario"),
    ("Friday", "smoked char", "Ludmila"),
    ("Saturday", "goat goulash", "Ilario"),
    ("Sunday", "sweet millet", "Grandmother Zita"),
];
/// A thing that is left behind, and where it is kept.
const LEFT: [(&str, &str); 10] = [
    ("walking pole", "in the churn"),
    ("thermos", "next to the radio"),
    ("left mitten", "over the stovepipe"),
    ("camera strap", "in the bread drawer"),
    ("sun cream", "on the sledge"),
    ("harmonica", "under the chessboard"),
    ("tin cup", "on the windowsill"),
    ("compass", "in the first-aid box"),
    ("rucksack", "up in the hayloft"),
    ("snow goggles", "round the stuffed owl"),
];
const GUESTS: [&str; 10] = [
    "Nerea",
    "the geologist",
    "Mr Okonjo",
    "two nuns",
    "Torvald",
    "the ski patrol",
    "Frau Zellweger",
    "a school choir",
    "Bartek",
    "the surgeon",
];
/// What everybody asks, and what everybody is told.
#[rustfmt::skip]
const HOUSE_RULES: [(&str, &str); 8] = [
    ("Is there hot water?", "Only what you heat yourself, one kettle at a time."),
    ("When are the lights put out?", "At ten, when the generator coughs."),
    ("Do you take cards?", "Coins, notes or firewood; the valley has the machine."),
    ("Where do wet boots go?", "Upside down on the rack, never on the stove."),
    ("May dogs come in?", "They sleep in the woodshed and get their own soup."),
    ("Is the spring safe to drink from?", "Yes, above the trough; below it belongs to the cows."),
    ("Who do I pay?", "Put it in the cast-iron frog and write down your name."),
    ("Which signal means danger?", "Six whistles in a minute, then a minute of nothing."),
];
/// Where something is carved, and the words.
const CARVED: [(&str, &str); 6] = [
    ("over the door", "Come in as snow, go out as weather."),
    (
        "on the long table",
        "Who eats alone climbs alone, and comes down last.",
    ),
    ("into the bell", "I ring for the lost, the late and the stubborn."),
    (
        "on the woodpile",
        "Take two, split three, and winter will owe you one.",
    ),
    (
        "above the stove",
        "Smoke knows the way; watch it before you argue.",
    ),
    ("on the last step", "Nobody was ever sorry to have turned back."),
];
const OPENINGS: [&str; 4] = [
    "Is the warden in?",
    "We came up from the dam.",
    "Gruezi.",
    "Forgive my boots.",
];
const CLOSINGS: [&str; 4] = [
    "The cable car has stopped.",
    "My blister has burst.",
    "There is a storm warning.",
    "I would kill for a pancake.",
];

pub fn hut(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, TRAILS.len());
    let (trail, hours, mark, danger, gear) = TRAILS[first];
    let (other, other_hours, other_mark, _, other_gear) = TRAILS[second];
    let ((room, beds, key), (day, dish, cook)) = (pick(rng, &ROOMS), pick(rng, &SUPPERS));
    let (guest, (thing, kept)) = (pick(rng, &GUESTS), pick(rng, &LEFT));
    let people = rng.random_range(1..10_u32);
    let (question, answer) = match rng.random_range(0..9) {
        0 => (
            format!("How long does {guest} need for {trail}?"),
            format!("Give {guest} {hours} hours: {trail} has {danger}, so wear {gear}."),
        ),
        1 if hours > other_hours => (
            format!("Is {trail} longer than {other}?"),
            format!("It is, {trail} takes {hours} hours against {other_hours} for {other}."),
        ),
        1 => (
            format!("Is {trail} longer than {other}?"),
            format!("It is not, {trail} takes {hours} hours and {other} takes {other_hours}."),
        ),
        2 => (
            format!("The post in front of {guest} shows {mark}, not {other_mark}."),
            format!("Then {guest} is on {trail}, not on {other}: beware of {danger}."),
        ),
        3 if people > beds => (
            format!("Keep {people} beds in {room} for {guest}."),
            format!("There are just {beds} beds in {room}, {guest} must split up."),
        ),
        3 => (
            format!("Keep {people} beds in {room} for {guest}."),
            format!("Kept: {room} for {guest}, {people} of {beds}. The key is {key}."),
        ),
        4 => (
            format!("What does {guest} get to eat on {day}?"),
            format!("On {day} {cook} makes {dish}, and {guest} washes up."),
        ),
        5 => {
            let (rule, told) = pick(rng, &HOUSE_RULES);
            (rule.to_owned(), told.to_owned())
        }
        6 => {
            let (spot, words) = pick(rng, &CARVED);
            (format!("What is carved {spot}?"), words.to_owned())
        }
        7 => (
            format!("A {thing} was left in {room} by {guest}."),
            format!("We put the {thing} of {guest} {kept}; {room} is empty now."),
        ),
        _ => (
            format!("Radio: {guest} and {people} more stuck between {trail} and {other}."),
            format!("Bring {people} blankets, {gear} and {other_gear}. Tell {guest} to wait at {mark}."),
        ),
    };
    example(framed(rng, question, &OPENINGS, &CLOSINGS), vec![answer])
}
