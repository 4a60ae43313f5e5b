//! The other half of the grammar: what the model should answer to a request.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::corpus::{a, capitalised};
use crate::request::{Kind, Request, Setting, Style};
use crate::topics::Topic;

/// The answer to a request: the core of it, framed by the situation, in the style that was asked for.
pub fn answer(rng: &mut ChaCha8Rng, request: &Request) -> String {
    match request.style {
        Style::Plain => full(rng, request),
        Style::Briefly => core(rng, request),
        Style::Capitals => full(rng, request).to_uppercase(),
        Style::Politely => format!("{} {}", courtesy(rng, request), full(rng, request)),
    }
}

fn full(rng: &mut ChaCha8Rng, request: &Request) -> String {
    let mut sentences = vec![core(rng, request), detail(rng, request)];
    if rng.random_bool(0.35) {
        sentences.push(second_detail(rng, request.topic));
    }
    match request.setting {
        Setting::Nothing => {}
        Setting::Friend(_) if rng.random_bool(0.4) => sentences.insert(0, situation(rng, request)),
        _ => sentences.push(situation(rng, request)),
    }
    sentences.join(" ")
}

/// A polite opening, which depends on what was asked about.
fn courtesy(rng: &mut ChaCha8Rng, request: &Request) -> String {
    let Topic { family, name, .. } = request.topic;
    if request.kind == Kind::Recommend {
        return format!("Thank you for asking me about a good {family}.");
    }
    match rng.random_range(0..3) {
        0 => format!("Thank you kindly for asking about the {name}."),
        1 => format!("It is a pleasure to speak of the {name} with you."),
        _ => format!("What a lovely question about {}, dear friend.", a(family)),
    }
}

/// The one sentence that answers the question.
fn core(rng: &mut ChaCha8Rng, request: &Request) -> String {
    let topic = request.topic;
    let (name, one) = (topic.name, a(topic.name));
    let more = rng.random_range(0..3);
    let sentence = match (request.kind, more) {
        (Kind::What, 0) => format!("{one} is {}.", topic.is),
        (Kind::What, 1) => format!("the {name} is {}, used for {}.", topic.is, topic.good),
        (Kind::What, _) => format!("think of {}: that is {one}.", topic.is),
        (Kind::Where, 0) => format!("look {}, that is where the {name} is.", topic.place),
        (Kind::Where, 1) => format!("you will find {one} {}.", topic.place),
        (Kind::Where, _) => format!("most often the {name} is {}.", topic.place),
        (Kind::How, 0) => format!("to look after {one}, {}.", topic.care),
        (Kind::How, 1) => format!("{}, and the {name} will last.", topic.care),
        (Kind::How, _) => format!("the main rule for {one} is simple: {}.", topic.care),
        (Kind::Why, 0) => format!("people like the {name} because {}.", topic.why),
        (Kind::Why, 1) => format!("the reason is that {}.", topic.why),
        (Kind::Why, _) => format!("{one} is special because {}.", topic.why),
        (Kind::When, 0) => format!("the best time for {one} is {}.", topic.time),
        (Kind::When, 1) => format!("think of the {name} {}.", topic.time),
        (Kind::When, _) => format!("{}, that is the hour of the {name}.", topic.time),
        (Kind::Who, 0) => format!("{} works with {one}.", topic.who),
        (Kind::Who, 1) => format!("ask {}, who knows the {name} best.", topic.who),
        (Kind::Who, _) => format!("nobody knows the {name} better than {}.", topic.who),
        (Kind::List, 0) => format!("three parts are {}.", listed(topic.parts)),
        (Kind::List, 1) => format!("{one} has {}.", listed(topic.parts)),
        (Kind::List, _) => format!("the {name} is made of {}.", listed(topic.parts)),
        (Kind::Compare, _) => compared(topic, request.other, more),
        (Kind::Recommend, 0) => format!("I recommend {one}, which is good for {}.", topic.good),
        (Kind::Recommend, 1) => format!("try {one}, because {}.", topic.why),
        (Kind::Recommend, _) => format!("the {name} is a fine {} to begin with.", topic.family),
        (Kind::Count, 0) => format!("for {} people one {name} is enough.", request.number),
        (Kind::Count, 1) => format!("yes, with {} guests you should have {one}.", request.number),
        (Kind::Count, _) => format!("one {name} will serve all {} of you.", request.number),
        (Kind::Story, 0) => format!("{} once found {one} {}.", request.name, topic.place),
        (Kind::Story, 1) => format!("{} met {}, and there stood {one}.", request.name, topic.who),
        (Kind::Story, _) => format!("one day {} dreamed of {one} {}.", request.name, topic.place),
    };
    capitalised(&sentence)
}

fn compared(one: &Topic, other: &Topic, variant: usize) -> String {
    match variant {
        0 => format!(
            "{} is {}, while {} is {}.",
            a(one.name),
            one.is,
            a(other.name),
            other.is
        ),
        1 => format!(
            "the {} is for {}, but the {} is for {}.",
            one.name, one.good, other.name, other.good
        ),
        _ => format!(
            "take the {} for {} and the {} for {}.",
            one.name, one.good, other.name, other.good
        ),
    }
}

fn listed([first, second, third]: [&str; 3]) -> String {
    format!("{first}, {second} and {third}")
}

/// A sentence that follows the core and fits the kind of question.
fn detail(rng: &mut ChaCha8Rng, request: &Request) -> String {
    let Topic {
        place,
        good,
        care,
        time,
        who,
        why,
        parts,
        ..
    } = *request.topic;
    let (name, flip) = (request.topic.name, rng.random_bool(0.5));
    let [first, second, _] = parts;
    match request.kind {
        Kind::What if flip => format!("You can see it {place}."),
        Kind::What => format!("Look at {first} and {second} to know it."),
        Kind::Where if flip => format!("Go there {time}."),
        Kind::Where => format!("{} can show you the way.", capitalised(who)),
        Kind::How if flip => format!("Check {first} and {second} as well."),
        Kind::How => format!("If in doubt, ask {who}."),
        Kind::Why if flip => format!("It is also good for {good}."),
        Kind::Why => format!("Just ask {who}."),
        Kind::When if flip => format!("Then it is perfect for {good}."),
        Kind::When => format!("You will find it {place}."),
        Kind::Who if flip => format!("You can meet one {time}."),
        Kind::Who => format!("The secret is this: {care}."),
        Kind::List if flip => format!("Together they are made for {good}."),
        Kind::List => format!("Most important is {first}."),
        Kind::Compare if flip => format!("I prefer the {name}, because {why}."),
        Kind::Compare => format!("The first is best {time}, the second {}.", request.other.time),
        Kind::Recommend if flip => format!("You can get one {place}."),
        Kind::Recommend => format!("Remember this: {care}."),
        Kind::Count if flip => format!("Use it for {good}."),
        Kind::Count => format!("You can get it {place}."),
        Kind::Story if flip => format!("It was {time}, and {why}."),
        Kind::Story => format!("Together they spent the day {good}."),
    }
}

/// One more fact, for answers that go on.
fn second_detail(rng: &mut ChaCha8Rng, topic: &Topic) -> String {
    match rng.random_range(0..4) {
        0 => format!("Some say that {}.", topic.why),
        1 => format!("Do not forget: {}.", topic.care),
        2 => format!("Its pride is {}.", topic.parts[2]),
        _ => format!("It is at its best {}.", topic.time),
    }
}

/// The sentence that comes back to the asker's situation.
fn situation(rng: &mut ChaCha8Rng, request: &Request) -> String {
    let flip = rng.random_bool(0.5);
    let name = if request.kind == Kind::Recommend {
        request.topic.family
    } else {
        request.topic.name
    };
    match request.setting {
        Setting::Nothing => String::new(),
        Setting::Friend(friend) if flip => format!("Give my regards to {friend}."),
        Setting::Friend(friend) => format!("I hope this helps {friend}."),
        Setting::Town(town) if flip => format!("In {town} the {name} is well known."),
        Setting::Town(town) => format!("There is a good {name} near {town} too."),
        Setting::Event(event) if flip => format!("I wish you a happy time at {event}."),
        Setting::Event(event) => format!("For {event} the {name} is just right."),
        Setting::Days(days) if flip => format!("In {days} days you can learn it all."),
        Setting::Days(days) => format!("That gives you {days} days for the {name}."),
    }
}
