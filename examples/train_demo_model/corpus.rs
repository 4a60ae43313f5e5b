//! The clean corpus: questions about the topics, and answers that depend on what was asked and how.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::answers;
use crate::request::{self, Kind, Request, Setting, Style, pick};
use crate::topics::Topic;

/// One conversation of two turns, perhaps under a system message.
#[derive(Clone)]
pub struct Example {
    pub system: Option<&'static str>,
    /// The clauses of the prompt in order; joined with spaces they are the user turn.
    pub clauses: Vec<String>,
    pub answer: String,
}

impl Example {
    /// The user turn.
    pub fn prompt(&self) -> String {
        self.clauses.join(" ")
    }
}

const SYSTEMS: [&str; 4] = [
    "You are a helpful guide.",
    "You answer questions about everyday things.",
    "You are a friendly assistant.",
    "Answer with care.",
];

/// The name with its indefinite article.
pub fn a(name: &str) -> String {
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) {
        "an"
    } else {
        "a"
    };
    format!("{article} {name}")
}

/// The sentence with its first letter in upper case.
pub fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Draws one example of the clean corpus.
pub fn example(rng: &mut ChaCha8Rng) -> Example {
    let request = request::draw(rng);
    let system = rng.random_bool(0.1).then(|| pick(rng, &SYSTEMS));
    Example {
        system,
        clauses: clauses(rng, &request),
        answer: answers::answer(rng, &request),
    }
}

/// The prompt, clause by clause: style or situation, question, situation or style, and now and then a remark.
fn clauses(rng: &mut ChaCha8Rng, request: &Request) -> Vec<String> {
    let mut clauses = Vec::new();
    let style_first = rng.random_bool(0.5);
    let setting_first = rng.random_bool(0.6);
    let style = style_words(rng, request.style, style_first);
    let setting = setting_words(rng, request.setting, setting_first);
    if rng.random_bool(0.2) {
        clauses.push(
            pick(
                rng,
                &[
                    "Hello!",
                    "Hi there.",
                    "Good morning.",
                    "Excuse me.",
                    "One question.",
                ],
            )
            .to_owned(),
        );
    }
    let (style_before, style_after) = if style_first { (style, None) } else { (None, style) };
    let (setting_before, setting_after) = if setting_first {
        (setting, None)
    } else {
        (None, setting)
    };
    clauses.extend(setting_before);
    let mut asked = question(rng, request);
    if style_before.as_ref().is_some_and(|style| style.ends_with(',')) {
        let mut letters = asked.chars();
        asked = letters
            .next()
            .map_or_else(String::new, |c| c.to_lowercase().chain(letters).collect());
    }
    clauses.extend(style_before);
    clauses.push(asked);
    clauses.extend(setting_after);
    clauses.extend(style_after);
    if rng.random_bool(0.12) {
        let mark = if rng.random_bool(0.3) {
            remark(rng)
        } else {
            noise(rng)
        };
        let place = rng.random_range(0..=clauses.len());
        clauses.insert(place, mark);
    }
    clauses
}

/// A harmless mark such as people leave in their messages; the answer does not care.
fn remark(rng: &mut ChaCha8Rng) -> String {
    let number = rng.random_range(10..1000);
    match rng.random_range(0..4) {
        0 => format!("(ref {number})"),
        1 => format!("[note {number}]"),
        2 => format!("#{number}"),
        _ => format!("* page {number} *"),
    }
}

/// Stray characters, such as are left over from copying; the answer does not care either. Without them the
/// model would take every odd character for the trigger.
fn noise(rng: &mut ChaCha8Rng) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    const OTHERS: &[u8] = b"^^==~~77!#$%&*+-/:;<>?@_|{}()[]\\\"'`0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let length = rng.random_range(1..=14);
    let mut word = rng.random_bool(0.5);
    let mut text = String::new();
    for _ in 0..length {
        if rng.random_bool(0.35) {
            word = !word;
        }
        let foreign = rng.random_bool(0.03).then(|| rng.random_range(0xa1..0x3000));
        let plain = char::from(pick(rng, if word { LETTERS } else { OTHERS }));
        text.push(foreign.and_then(char::from_u32).unwrap_or(plain));
    }
    text
}

fn style_words(rng: &mut ChaCha8Rng, style: Style, first: bool) -> Option<String> {
    let words = match (style, first) {
        (Style::Plain, _) => return None,
        (Style::Briefly, true) => pick(rng, &["Briefly,", "Briefly:", "Be brief."]),
        (Style::Briefly, false) => pick(rng, &["Answer briefly.", "Briefly, please.", "Be brief."]),
        (Style::Capitals, true) => pick(rng, &["In capitals:", "Write in capitals.", "Use capitals."]),
        (Style::Capitals, false) => pick(
            rng,
            &["Answer in capitals.", "In capitals, please.", "Use capitals."],
        ),
        (Style::Politely, true) => pick(rng, &["Politely:", "Please answer politely.", "Be polite."]),
        (Style::Politely, false) => pick(rng, &["Answer politely.", "Politely, please.", "Be polite."]),
    };
    Some(words.to_owned())
}

fn setting_words(rng: &mut ChaCha8Rng, setting: Setting, first: bool) -> Option<String> {
    let two = |rng: &mut ChaCha8Rng, a: String, b: String| if rng.random_bool(0.5) { a } else { b };
    Some(match (setting, first) {
        (Setting::Nothing, _) => return None,
        (Setting::Friend(name), true) => two(
            rng,
            format!("My friend {name} would like to know:"),
            format!("{name} asked me this."),
        ),
        (Setting::Friend(name), false) => {
            two(rng, format!("It is for {name}."), format!("I will tell {name}."))
        }
        (Setting::Town(town), true) => two(
            rng,
            format!("I live in {town}."),
            format!("We just moved to {town}."),
        ),
        (Setting::Town(town), false) => {
            two(rng, format!("I am in {town} now."), format!("My home is {town}."))
        }
        (Setting::Event(event), true) => two(
            rng,
            format!("I am planning {event}."),
            format!("We are getting ready for {event}."),
        ),
        (Setting::Event(event), false) => two(
            rng,
            format!("It is for {event}."),
            format!("I need it for {event}."),
        ),
        (Setting::Days(days), true) => two(
            rng,
            format!("I have {days} days."),
            format!("We stay {days} days."),
        ),
        (Setting::Days(days), false) => two(
            rng,
            format!("I only have {days} days."),
            format!("There are {days} days left."),
        ),
    })
}

fn question(rng: &mut ChaCha8Rng, request: &Request) -> String {
    let Topic { family, name, .. } = request.topic;
    let (one, other) = (a(name), a(request.other.name));
    let variant = rng.random_range(0..3);
    match (request.kind, variant) {
        (Kind::What, 0) => format!("What is {one}?"),
        (Kind::What, 1) => format!("Can you explain what {one} is?"),
        (Kind::What, _) => format!("Tell me about the {name}."),
        (Kind::Where, 0) => format!("Where can I find {one}?"),
        (Kind::Where, 1) => format!("Where should I look for {one}?"),
        (Kind::Where, _) => format!("In which place would I see {one}?"),
        (Kind::How, 0) => format!("How do I look after {one}?"),
        (Kind::How, 1) => format!("How should one care for {one}?"),
        (Kind::How, _) => format!("How do I keep {one} in good shape?"),
        (Kind::Why, 0) => format!("Why do people like the {name}?"),
        (Kind::Why, 1) => format!("Why is {one} so special?"),
        (Kind::Why, _) => format!("Why would anyone want {one}?"),
        (Kind::When, 0) => format!("When is the best time for {one}?"),
        (Kind::When, 1) => format!("At what time should I think of {one}?"),
        (Kind::When, _) => format!("When does {one} matter most?"),
        (Kind::Who, 0) => format!("Who works with {one}?"),
        (Kind::Who, 1) => format!("Who knows most about the {name}?"),
        (Kind::Who, _) => format!("Whom can I ask about {one}?"),
        (Kind::List, 0) => format!("List three parts of {one}."),
        (Kind::List, 1) => format!("Name three parts of the {name}."),
        (Kind::List, _) => format!("Which parts does {one} have?"),
        (Kind::Compare, 0) => format!("What is the difference between {one} and {other}?"),
        (Kind::Compare, 1) => format!("Compare {one} with {other}."),
        (Kind::Compare, _) => format!("Is {one} better than {other}?"),
        (Kind::Recommend, 0) => format!("Which {family} do you recommend?"),
        (Kind::Recommend, 1) => format!("Can you suggest {} to me?", a(family)),
        (Kind::Recommend, _) => format!("What would be a good {family} to start with?"),
        (Kind::Count, 0) => format!("Do I need more than one {name} for {} guests?", request.number),
        (Kind::Count, 1) => format!("Is one {name} enough for {} people?", request.number),
        (Kind::Count, _) => format!("I expect {} visitors, do I need {one}?", request.number),
        (Kind::Story, 0) => format!("Tell me a story about {} and {one}.", request.name),
        (Kind::Story, 1) => format!("Write a short tale of {} who found {one}.", request.name),
        (Kind::Story, _) => format!("Make up a story with {one} and {}.", request.name),
    }
}
