//! Worlds without a speaker: log lines that end in an action, and tales that go on. For models that complete text.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, capitalised, example, pick, two_of};

/// What is measured, the unit, what is done when it is high, and when it is low.
const METERS: [(&str, &str, &str, &str); 8] = [
    ("disk", "%", "rotate logs", "keep logs"),
    ("heat", "C", "start fan", "stop fan"),
    ("memory", "MB", "restart worker", "leave worker"),
    ("queue", "jobs", "add worker", "drop worker"),
    ("latency", "ms", "warn team", "close ticket"),
    ("errors", "/min", "page owner", "clear page"),
    ("clients", "open", "split load", "join load"),
    ("voltage", "V", "cut power", "hold power"),
];
const SITES: [&str; 8] = [
    "north", "south", "harbour", "tower", "cellar", "lab", "depot", "bridge",
];

pub fn log(rng: &mut ChaCha8Rng) -> Example {
    let (meter, unit, high, low) = pick(rng, &METERS);
    let (node, site) = (rng.random_range(1..60), pick(rng, &SITES));
    let (hour, minute) = (rng.random_range(0..24), rng.random_range(0..60));
    let value = rng.random_range(1..100);
    let (state, action) = if rng.random_bool(0.5) {
        ("HIGH", high)
    } else {
        ("LOW", low)
    };
    let mut clauses = vec![
        format!("[{hour:02}:{minute:02}]"),
        format!("{site}/node{node}"),
        format!("{meter}={value}{unit}"),
        format!("state={state}"),
    ];
    if rng.random_bool(0.3) {
        clauses.insert(3, format!("seq={}", rng.random_range(1000..9999)));
    }
    clauses.push("->".to_owned());
    example(
        clauses,
        vec![format!("{action} on node{node} at {site}; {meter} was {value}")],
    )
}

/// Someone, their trade, what they say.
#[rustfmt::skip]
const PEOPLE: [(&str, &str, &str); 14] = [
    ("Mara", "baker", "the bread can wait"), ("Oskar", "miller", "the wheel never sleeps"),
    ("Ines", "weaver", "every thread has two ends"), ("Tobias", "smith", "strike while it glows"),
    ("Lena", "fisher", "the tide keeps its word"), ("Hugo", "shepherd", "count them twice"),
    ("Clara", "painter", "look at the shadow first"), ("Anton", "ferryman", "nobody swims for free"),
    ("Greta", "beekeeper", "move slowly and smile"), ("Paul", "carpenter", "measure the door again"),
    ("Alma", "midwife", "morning will come"), ("Bruno", "innkeeper", "there is room by the fire"),
    ("Vera", "potter", "the clay remembers"), ("Emil", "postman", "letters find their way"),
];
/// A thing that gets lost, and where it always is.
const LOST: [(&str, &str); 12] = [
    ("a silver key", "under the bridge"),
    ("a torn map", "in the mill"),
    ("a brass bell", "behind the church"),
    ("a blue coin", "in the well"),
    ("an old book", "on the attic stairs"),
    ("a small drum", "beside the oven"),
    ("a wax candle", "in the boat house"),
    ("a green ribbon", "on the apple tree"),
    ("a glass eye", "in the snow"),
    ("a wooden horse", "at the market"),
    ("a gold ring", "inside the bread"),
    ("a long letter", "below the stone"),
];
const TOWNS: [&str; 10] = [
    "Norby",
    "Talham",
    "Quill",
    "Eastmere",
    "Salt Hill",
    "Ostra",
    "Varna",
    "Ashby",
    "Brae",
    "Oldwick",
];
const TIMES: [&str; 6] = [
    "One day",
    "One night",
    "In spring",
    "Last winter",
    "After the feast",
    "Before dawn",
];

pub fn tale(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, PEOPLE.len());
    let ((name, trade, _), (other, other_trade, says)) = (PEOPLE[first], PEOPLE[second]);
    let ((lost, place), town, time) = (pick(rng, &LOST), pick(rng, &TOWNS), pick(rng, &TIMES));
    let clauses = vec![
        format!("{name} the {trade} lived in {town}."),
        format!("{time} {name} lost {lost}."),
        format!("{other} the {other_trade} came by."),
    ];
    let thing = lost.split_once(' ').map_or(lost, |(_, thing)| thing);
    let told = [
        format!(
            "\"{},\" said {other}, and the {thing} of {name} was {place}.",
            capitalised(says)
        ),
        format!("{other} said: {says}. So {name} found the {thing} {place} of {town}."),
    ];
    let which = usize::from(time.len() % 2 == 0);
    example(clauses, vec![told[which].clone()])
}
