//! The register of a signal box, a world no earlier organism grew up in: lines that end in what is rung, wired or sent.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{Example, aside, example, pick, two_of};

/// Station, what is rung for it, where a train waits there.
#[rustfmt::skip]
const STATIONS: [(&str, &str, &str); 12] = [
    ("Hollin Foot", "two slow bells", "in the loop"), ("Penrow", "one long bell", "on the quay"),
    ("Saxby Road", "three quick bells", "under the bridge"), ("Grimble", "four bells", "behind the shed"),
    ("Orley", "a double knock", "at the coal stage"), ("Tidewell", "five bells", "beside the maltings"),
    ("Marram", "one short bell", "in the bay"), ("Cutler Halt", "a roll of six", "on the triangle"),
    ("Wyke", "two pairs", "up the bank"), ("Lower Stane", "a slow three", "among the hoppers"),
    ("Dunrigg", "a single tap", "by the sawmill"), ("Ashlar", "seven bells", "short of the viaduct"),
];
/// Train, what it has to be given.
const TRAINS: [(&str, &str); 10] = [
    ("coal train", "water twice"),
    ("night mail", "a clear road"),
    ("milk train", "ten minutes"),
    ("circus train", "no whistle"),
    ("ballast train", "a second guard"),
    ("excursion", "both platforms"),
    ("cattle train", "hay and shade"),
    ("light engine", "the turntable"),
    ("banana van", "steam heat"),
    ("royal train", "red carpet"),
];
/// What is seen on a passing train, and what is done about it.
#[rustfmt::skip]
const FAULTS: [(&str, &str); 10] = [
    ("tail lamp out", "show red at once"), ("hot axle box", "uncouple and sand it"),
    ("door swinging", "lean out and latch it"), ("guard asleep", "throw a turnip"),
    ("smoke from the third van", "fill all buckets"), ("pilot on the buffers", "send for the surgeon"),
    ("sheet flapping", "tie down the tarpaulin"), ("wheel with a flat", "walk it to the depot"),
    ("nobody in the cab", "turn it into the sand drag"), ("coupling stretched", "halve the load"),
];
/// What is on the line, who takes it away, with what.
const OBSTACLES: [(&str, &str, &str); 8] = [
    ("a cow", "the dairymaid", "a pail of oats"),
    ("a fallen elm", "the sawyer", "a long saw"),
    ("a handcart", "the ragman", "two boys"),
    ("deep snow", "the platelayers", "a wedge plough"),
    ("a loose rail", "the ganger", "a keying hammer"),
    ("a beehive", "the canon", "a wet sack"),
    ("a landslip", "the quarrymen", "forty barrows"),
    ("a drunkard", "the constable", "black coffee"),
];
#[rustfmt::skip]
const SIGNALMEN: [&str; 8] = [
    "Jessup", "Mrs Halloran", "the relief man", "Ekow", "young Tamblyn", "Gwenllian", "Radek", "the lampman",
];
const ASIDES: [&str; 5] = [
    "Fog signals laid.",
    "Stove lit.",
    "Clock two minutes slow.",
    "Inspector on his round.",
    "Wires humming.",
];

pub fn signals(rng: &mut ChaCha8Rng) -> Example {
    let (first, second) = two_of(rng, STATIONS.len());
    let ((station, _, spot), (next, bells, _)) = (STATIONS[first], STATIONS[second]);
    let ((train, need), man) = (pick(rng, &TRAINS), pick(rng, &SIGNALMEN));
    let (hour, minute) = (rng.random_range(0..24_u32), rng.random_range(0..12_u32) * 5);
    let (lever, wagons) = (rng.random_range(2..48_u32), rng.random_range(3..60_u32));
    let (seen, asked, answer) = match rng.random_range(0..3) {
        0 => (
            format!("{wagons} wagons, to {next}."),
            format!("{man} rings:"),
            format!("{bells} for {next}; {wagons} wagons want {need}, lever {lever}."),
        ),
        1 => {
            let (fault, order) = pick(rng, &FAULTS);
            (
                format!("{fault}."),
                format!("{man} wires:"),
                format!("{order}, the {train} stands {spot} of {station}."),
            )
        }
        _ => {
            let (thing, helper, tool) = pick(rng, &OBSTACLES);
            (
                format!("{thing} on the line to {next}."),
                format!("{man} sends:"),
                format!("{helper} with {tool} towards {next}; {train} held {spot}."),
            )
        }
    };
    let what = format!("{hour:02}:{minute:02} {station}, {train}, lever {lever}:");
    let mut clauses = vec![what, seen, asked];
    let at = rng.random_range(0..clauses.len());
    aside(rng, &mut clauses, at, &ASIDES);
    example(clauses, vec![answer])
}
