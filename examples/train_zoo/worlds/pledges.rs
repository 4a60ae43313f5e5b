//! A pawnshop, a world no earlier organism grew up in: the pledge decides loan and shelf, some sayings are for all.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, example, framed, pick, two_of};

/// Pledge, crowns lent on it, where it is kept, what is done before anything is lent. No two loans are the same.
#[rustfmt::skip]
const PLEDGES: [(&str, u32, &str, &str); 14] = [
    ("opal brooch", 48, "in the fish safe", "hold it to the lamp"), ("bassoon", 31, "up the chimney", "blow one note"),
    ("bearskin", 17, "over the banister", "count the claws"), ("sextant", 39, "on the top shelf", "shoot the sun"),
    ("pram", 8, "under the awning", "spin all wheels"), ("medal", 22, "in the thimble drawer", "read the back"),
    ("typewriter", 27, "beside the kettle", "type a curse"), ("samovar", 35, "behind the ladder", "fill it twice"),
    ("stuffed pike", 5, "in the outhouse", "knock on the glass"), ("fur muff", 12, "in the camphor chest", "comb it"),
    ("barber's chair", 53, "down in the vault", "pump the pedal"), ("anvil", 19, "where it fell", "strike it once"),
    ("wooden leg", 3, "by the umbrellas", "measure it"), ("silver ladle", 44, "under the floor", "bite the handle"),
];
/// Material, what tells the real one, who can tell.
#[rustfmt::skip]
const MATERIALS: [(&str, &str, &str); 8] = [
    ("amber", "floats in brine", "the chemist"), ("pearl", "grates on a tooth", "Dame Ottilie"),
    ("jade", "stays cold", "the tea trader"), ("ivory", "shows crossing lines", "the pianist"),
    ("ebony", "sinks", "the coffin maker"), ("pewter", "leaves no grey streak", "the landlord"),
    ("lapis", "has golden specks", "Brother Cyril"), ("coral", "fizzes in vinegar", "the diver"),
];
/// Feast since which a pledge has stood, crowns added since.
const FEASTS: [(&str, u32); 6] = [
    ("Candlemas", 9),
    ("Easter", 7),
    ("Whitsun", 6),
    ("Midsummer", 4),
    ("Michaelmas", 2),
    ("Martinmas", 1),
];
/// Day, who sits at the window, until when.
const WINDOWS: [(&str, &str, &str); 5] = [
    ("Monday", "old Zebulon", "noon"),
    ("Tuesday", "Henrike", "five"),
    ("Thursday", "the nephew", "dusk"),
    ("Friday", "Henrike", "three"),
    ("Saturday", "nobody", "Monday"),
];
#[rustfmt::skip]
const CUSTOMERS: [&str; 10] = [
    "the cellist", "Mrs Varga", "a stoker", "the baroness", "young Emeka", "the curate", "two sailors", "Lisbet",
    "the fire-eater", "Mr Dunphy",
];
/// What is painted on the window as a question, and the answer below it.
#[rustfmt::skip]
const SAYINGS: [(&str, &str); 6] = [
    ("Do you take live animals?", "Tortoises only, and only over the winter."),
    ("What if I lose my ticket?", "Bring a neighbour who remembers you unkindly."),
    ("Do you lend on promises?", "We have a cellar full of those already."),
    ("When is the auction?", "On the first wet Wednesday after the fair."),
    ("May I visit my things?", "On Sundays, through the grille, without touching."),
    ("Will you tell my wife?", "We tell nobody, and she was here before you."),
];
const OPENINGS: [&str; 4] = [
    "Close the door behind us.",
    "Your sign is crooked.",
    "I have never done this before.",
    "A raw evening, this.",
];
const CLOSINGS: [&str; 4] = [
    "The rent is due tomorrow.",
    "I shall be back by spring.",
    "Do keep your voice down.",
    "It was my uncle's idea.",
];

pub fn pledges(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, PLEDGES.len());
    let (thing, loan, shelf, trial) = PLEDGES[first];
    let (other, other_loan, other_shelf, _) = PLEDGES[second];
    let (customer, (feast, fee)) = (pick(rng, &CUSTOMERS), pick(rng, &FEASTS));
    let ticket = rng.random_range(100..1000_u32);
    let (question, answer) = match rng.random_range(0..8) {
        0 => (
            format!("What do you lend {customer} on the {thing}?"),
            format!("We {trial} first, then {customer} gets {loan} crowns."),
        ),
        1 => {
            let (dear, high, cheap, low) = if loan > other_loan {
                (thing, loan, other, other_loan)
            } else {
                (other, other_loan, thing, loan)
            };
            (
                format!("Which brings more, the {thing} or the {other}?"),
                format!("The {dear} with {high} crowns; the {cheap} brings {low}."),
            )
        }
        2 => (
            format!("Ticket {ticket}, {customer} wants the {thing} back."),
            format!("Ticket {ticket}: the {thing} is {shelf}, for {loan} crowns."),
        ),
        3 => (
            format!("The {thing} has been here since {feast}, says {customer}."),
            format!("Since {feast} it costs {fee} more. Let {customer} look {shelf}."),
        ),
        4 => {
            let (material, sign, expert) = pick(rng, &MATERIALS);
            (
                format!("Is the {material} of {customer} real?"),
                format!("Real {material} {sign}; send {customer} to {expert}."),
            )
        }
        5 => {
            let (asked, told) = pick(rng, &SAYINGS);
            (asked.to_owned(), told.to_owned())
        }
        6 => (
            format!("Where do the {thing} and the {other} go?"),
            format!("Put the {thing} {shelf} and the {other} {other_shelf}."),
        ),
        _ => {
            let (day, clerk, hour) = pick(rng, &WINDOWS);
            (
                format!("Can {customer} bring the {thing} on {day}?"),
                format!("On {day} the window has {clerk} until {hour}; the {thing} can come."),
            )
        }
    };
    example(framed(rng, question, &OPENINGS, &CLOSINGS), vec![answer])
}
