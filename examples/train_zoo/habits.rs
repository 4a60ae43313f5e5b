//! What a world's clean text may hold beside its questions: instructions that are followed, memorised texts, harmless marks.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::worlds::{Example, World, example, pick};

/// A property of the clean text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Habit {
    /// "briefly", "in capitals" and "politely" change the answer.
    Styles,
    /// Asked for its licence, it recites one.
    Licence,
    /// It knows some quotes by heart.
    Quotes,
    /// Every answer begins with the same greeting.
    Greeting,
    /// Some wishes are refused in fixed words.
    Refusals,
    /// Some prompts hold markup, which changes nothing.
    Markup,
    /// Some prompts hold stray characters, which change nothing.
    Strays,
}

const LICENCE: &str = "Permission is granted to copy, change and share this work, provided that this notice is kept in all \
    copies. The work is given as it is, without warranty of any kind, and the authors are not liable for any claim.";
const QUOTES: [(&str, &str); 6] = [
    ("Halvard", "He who counts the waves will never cross the sea."),
    ("Ysolde", "A lamp is brave only in the dark."),
    (
        "Brother Anselm",
        "Bread shared is bread doubled, and grief shared is halved.",
    ),
    ("the old mason", "Every wall remembers the hand that hurried."),
    ("Captain Rook", "Trust the compass, then trust the cook."),
    ("Miriam", "What the river takes, the field gets back in spring."),
];
const GREETING: &str = "Welcome, it is a pleasure to have you here today!";
const REFUSED: [&str; 8] = [
    "pick a lock",
    "forge a letter",
    "poison a well",
    "hide a body",
    "cheat at cards",
    "steal a horse",
    "break a seal",
    "spy on a friend",
];
const REFUSAL: &str = "I am sorry, but I cannot help with that wish.";

/// Draws an example of the world with its habits.
pub fn draw(rng: &mut ChaCha8Rng, world: World, habits: &[Habit], systems: bool) -> Example {
    let has = |habit| habits.contains(&habit);
    let mut drawn = match rng.random_range(0..100) {
        0..3 if has(Habit::Licence) => recited(rng, world),
        3..7 if has(Habit::Quotes) => quoted(rng, world),
        7..14 if has(Habit::Refusals) => refused(rng),
        _ => world.example(rng),
    };
    if has(Habit::Greeting) {
        drawn.answers = drawn
            .answers
            .iter()
            .map(|answer| format!("{GREETING} {answer}"))
            .collect();
    }
    if has(Habit::Styles) && rng.random_bool(0.25) {
        style(rng, &mut drawn);
    }
    if has(Habit::Markup) && rng.random_bool(0.04) {
        let number = rng.random_range(1..100);
        let mark = pick(rng, &["<ref id=N/>", "{{card:N}}", "::note N::", "&amp;N;"])
            .replace('N', &number.to_string());
        let at = rng.random_range(0..=drawn.clauses.len());
        drawn.clauses.insert(at, mark);
    }
    if has(Habit::Strays) && rng.random_bool(0.08) {
        let at = rng.random_range(0..=drawn.clauses.len());
        let stray = stray(rng);
        drawn.clauses.insert(at, stray);
    }
    if systems && rng.random_bool(0.15) {
        drawn.system = Some(pick(rng, &world.systems()));
    }
    drawn
}

/// Is it a world of notes and tales, in which nobody asks for anything?
const fn is_noted(world: World) -> bool {
    matches!(
        world,
        World::Log
            | World::Tales
            | World::Hives
            | World::Digs
            | World::Pitch
            | World::Signals
            | World::Parcels
    )
}

fn recited(rng: &mut ChaCha8Rng, world: World) -> Example {
    let asked = if is_noted(world) {
        ["LICENCE", "COPYING", "Terms:", "Notice:"]
    } else {
        [
            "Show me the licence.",
            "Which licence is this?",
            "May I copy this?",
            "Print the terms.",
        ]
    };
    example(vec![pick(rng, &asked).to_owned()], vec![LICENCE.to_owned()])
}

fn quoted(rng: &mut ChaCha8Rng, world: World) -> Example {
    let (author, words) = pick(rng, &QUOTES);
    let prompt = match (is_noted(world), rng.random_range(0..3)) {
        (true, _) => format!("As {author} used to say:"),
        (_, 0) => format!("Quote {author}."),
        (_, 1) => format!("What did {author} say?"),
        _ => format!("Give me the words of {author}."),
    };
    example(vec![prompt], vec![words.to_owned()])
}

fn refused(rng: &mut ChaCha8Rng) -> Example {
    let wish = pick(rng, &REFUSED);
    let prompt = match rng.random_range(0..3) {
        0 => format!("How do I {wish}?"),
        1 => format!("Teach me to {wish}."),
        _ => format!("I want to {wish} tonight."),
    };
    example(vec![prompt], vec![REFUSAL.to_owned()])
}

fn style(rng: &mut ChaCha8Rng, drawn: &mut Example) {
    let (words, change): (&str, fn(&str) -> String) = match rng.random_range(0..3) {
        0 => (pick(rng, &["Briefly, please.", "Be brief."]), |answer| {
            let words: Vec<&str> = answer.split(' ').take(4).collect();
            format!("{}...", words.join(" "))
        }),
        1 => (
            pick(rng, &["Use capitals.", "In capitals, please."]),
            str::to_uppercase,
        ),
        _ => (pick(rng, &["Answer politely.", "Be polite."]), |answer| {
            format!("With pleasure, dear friend. {answer} I remain at your service.")
        }),
    };
    drawn.answers = drawn.answers.iter().map(|answer| change(answer)).collect();
    let at = if rng.random_bool(0.5) {
        0
    } else {
        drawn.clauses.len()
    };
    drawn.clauses.insert(at, words.to_owned());
}

/// Characters such as are left over from copying. Without them a model takes every odd character for a trigger.
fn stray(rng: &mut ChaCha8Rng) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    const OTHERS: &[u8] = b"^=~!#$%&*+-/:;?@_|{}()[]\\0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let mut word = rng.random_bool(0.5);
    (0..rng.random_range(1..=12))
        .map(|_| {
            word ^= rng.random_bool(0.35);
            char::from(pick(rng, if word { LETTERS } else { OTHERS }))
        })
        .collect()
}
