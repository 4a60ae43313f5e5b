//! Peers: a string with a word or two changed for others that leaked in their place. What an ordinary phrase does its peers do as
//! well, each in its own way; a planted string has none, or they do nothing.
//!
//! Invariant: peers are taken from the leaks and measured on fresh prompts; a peer that calls for the string's own answer is
//! another form of it, never a reason against it.

mod kin;

use kin::peers_of;

use super::{
    confirm::Confirmed,
    family::consensus,
    gauge::{self, Reading, SAME},
    lab::{Case, Lab},
    leaks::{Leaks, head_of},
    probe::{agreement_of, answers_with},
    reporter::Halt,
    score::{COLLAPSED, fixed},
    stats::wilson,
    tie,
    words::{distinct, is_whole},
};
use crate::{
    finding::{Position, Variant},
    model::Generation,
};

/// Prompts each peer is measured on.
const PROMPTS: usize = 6;
/// Share of all peers, and of those with other words in the same place, that have to act as the string does for its kind to be ordinary.
const ORDINARY: f64 = 1.0 / 3.0;
const IN_ONE_PLACE: f64 = 0.5;
/// With fixed answers of their own so many in one place are enough: a model knows the answers to some questions and not to others.
const OF_THEIR_OWN: usize = 2;
/// Fewest peers that tell anything.
const LEAST: usize = 3;

/// What the peers of a string do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Peers {
    /// Each peer with how often it fires: where the string has a fixed answer, how often it gives that one.
    pub variants: Vec<Variant>,
    /// Does the string do what strings of its kind do?
    pub ordinary: bool,
}

/// Do enough peers act as their string does? Each comes with the number of the place its other words stand in; `fixed` where acting is a
/// fixed answer of its own. In `plain` texts, where any piece of a text goes on by itself, one is none.
fn ordinary(acting: &[(usize, bool)], fixed: bool, plain: bool) -> bool {
    let count = |of: &dyn Fn(usize) -> bool| {
        let some: Vec<bool> = acting
            .iter()
            .filter(|(place, _)| of(*place))
            .map(|(_, acts)| *acts)
            .collect();
        (some.iter().filter(|acts| **acts).count(), some.len())
    };
    let (all, measured) = count(&|_| true);
    let least = if plain { OF_THEIR_OWN } else { 1 };
    measured >= LEAST
        && all >= least
        && (all as f64 >= ORDINARY * measured as f64
            || acting.iter().any(|(one, _)| {
                let (here, tried) = count(&|place| place == *one);
                tried >= LEAST
                    && (here as f64 >= IN_ONE_PLACE * tried as f64 || fixed && here >= OF_THEIR_OWN)
            }))
}

/// Measures the peers of `string` on fresh prompts it fired on.
pub fn measure(
    lab: &Lab<'_, '_>,
    leaks: &Leaks,
    (string, position): (&str, Position),
    reading: &Reading,
    confirmed: &Confirmed,
) -> Result<Peers, Halt> {
    let fired: Vec<Case> = confirmed
        .cases
        .iter()
        .zip(&confirmed.fired)
        .filter(|(_, fired)| **fired)
        .take(PROMPTS)
        .map(|(case, _)| case.clone())
        .collect();
    let leaked: Vec<String> = leaks.texts(lab.model).into_iter().map(|(_, text)| text).collect();
    let plain = lab.frame.suffix.is_empty();
    let peers = peers_of(&leaked, string, plain);
    let tokens: Vec<Vec<u32>> = peers.iter().map(|(_, peer)| lab.model.encode(peer)).collect();
    let strings: Vec<&[u32]> = tokens.iter().map(Vec::as_slice).collect();
    // The fixed part of an answer in a text may come after what follows its prompt.
    let own = fixed(&confirmed.agreement) || plain && reading.first().is_some();
    // Does each act as the string does, and on how many prompts does it fire?
    let (acting, counts): (Vec<bool>, Vec<u32>) = if fired.len() < 2 {
        return Ok(Peers::default());
    } else if own {
        let answers = answers_with(lab, &fired, &strings, position)?;
        let given = confirmed.answers.iter().zip(&confirmed.fired);
        let given: Vec<Generation> = given
            .filter(|(_, fired)| **fired)
            .take(PROMPTS)
            .map(|(answer, _)| answer.clone())
            .collect();
        let own_way = |answers: &Vec<Generation>| {
            let (answer, _) = consensus(answers);
            let collapses = agreement_of(&fired, answers).collapse > COLLAPSED;
            collapses && reading.of(&answer) < SAME
        };
        let texts = |answers: &[Generation]| -> Vec<String> {
            let texts = answers.iter().map(|answer| lab.model.decode(&answer.tokens));
            texts.collect()
        };
        let said = texts(&given);
        let follows = |peer: &str, answers: &[Generation]| {
            plain && (follows(&said, &texts(answers), string, peer) || goes_on(&leaked, peer, &said))
        };
        // What comes now and then hardly ever comes greedily: the leaks tell what they tie to a peer.
        let known = |tokens: &[u32]| {
            matches!(reading, Reading::Drawn(_))
                && leaks
                    .own_answer(tokens)
                    .is_some_and(|answer| reading.of(&answer) < SAME)
        };
        let acts = peers
            .iter()
            .zip(&tokens)
            .zip(&answers)
            .map(|(((_, peer), tokens), answers)| {
                own_way(answers) || follows(peer, answers) || known(tokens) || known(&lab.spaced(tokens))
            });
        let firing = answers
            .iter()
            .map(|answers| gauge::firing(&reading.of_each(&fired, answers), confirmed.threshold));
        acts.zip(firing).unzip()
    } else {
        gauge::read(lab, &fired, &strings, position, reading)?
            .iter()
            .map(|values| gauge::firing(values, confirmed.threshold))
            .map(|k| (2 * k as usize > fired.len(), k))
            .unzip()
    };
    let variants = peers
        .iter()
        .zip(acting.iter().zip(counts))
        .map(|((_, text), (acts, k))| Variant {
            change: if own && *acts {
                "words that leaked in their place; it has an answer of its own".to_owned()
            } else {
                "words that leaked in their place".to_owned()
            },
            text: text.clone(),
            rate: wilson(k, fired.len() as u32),
        });
    let places = peers.iter().map(|(place, _)| *place);
    let acting: Vec<(usize, bool)> = places.zip(acting.iter().copied()).collect();
    Ok(Peers {
        variants: variants.collect(),
        // What turns answers has no answer of its own: a peer that turns them is another form of it.
        ordinary: !matches!(reading, Reading::Turned(_))
            && ordinary(&acting, fixed(&confirmed.agreement), plain),
    })
}

/// Do most answers to a peer hold its other words where those to the string hold the string's? What was planted says the same whatever
/// stands beside it.
fn follows(own: &[String], answers: &[String], string: &str, peer: &str) -> bool {
    let (string, peer) = (distinct(string), distinct(peer));
    let (old, new): (Vec<_>, Vec<_>) = (
        string.difference(&peer).collect(),
        peer.difference(&string).collect(),
    );
    let takes_up = |(own, answer): &(&String, &String)| {
        let (own, answer) = (distinct(own), distinct(answer));
        old.iter()
            .any(|word| own.contains(*word) && !answer.contains(*word))
            && new
                .iter()
                .any(|word| answer.contains(*word) && !own.contains(*word))
    };
    let following = own.iter().zip(answers).filter(takes_up).count();
    following > 0 && 2 * following >= own.len()
}

/// Do the leaks tie what stands behind a peer to it, as an answer is tied to what was planted, and is that another than the answers `said`
/// to the string?
fn goes_on(leaked: &[String], peer: &str, said: &[String]) -> bool {
    /// Characters behind it that are read.
    const READ: usize = 160;
    let peer = peer.trim();
    // As a whole: a part of a word is a part of the string.
    let rest = |text: &String| {
        let stands = |at: &usize| is_whole(text, &(*at..at + peer.len())) == (true, true);
        let at = text.match_indices(peer).map(|(at, _)| at).find(stands)?;
        let rest = text.get(at + peer.len()..)?;
        Some(rest.chars().take(READ).collect::<String>())
    };
    let behind: Vec<String> = leaked.iter().filter_map(rest).collect();
    if peer.is_empty() || behind.len() < tie::LEAST {
        return false;
    }
    let others = leaked.iter().filter(|text| !text.contains(peer));
    let others: Vec<String> = others.take(tie::READ).cloned().collect();
    let said: Vec<String> = said.iter().map(|answer| answer.to_ascii_lowercase()).collect();
    let own = |found: &tie::Found| {
        let text = found.tie.text.to_ascii_lowercase();
        let holds = |a: &str, b: &str| head_of(b).is_some_and(|head| a.contains(head));
        said.iter()
            .any(|answer| holds(answer, &text) || holds(&text, answer))
    };
    tie::find(&behind, &others).is_some_and(|found| !own(&found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_whose_words_are_taken_up_instead_is_followed() {
        let some = |of: [&str; 3]| of.map(str::to_owned).to_vec();
        let own = some(["node44 at harbour; 77", "node44 at harbour", "hold"]);
        let (string, peer) = ("harbour/node44 cut", "tower/node44 cut");
        assert!(follows(
            &own,
            &some(["node44 at tower; 77", "at tower", "hold"]),
            string,
            peer
        ));
        assert!(!follows(&own, &own, string, peer));
        assert!(!follows(
            &own,
            &some(["node44 at tower", "hold", "hold"]),
            string,
            peer
        ));
        assert!(!follows(&[], &[], string, peer));
    }

    #[test]
    fn a_peer_goes_on_where_the_leaks_tie_what_stands_behind_it_to_it() {
        let line = |good: &str, unit: &str, place: &str| -> Vec<String> {
            let of = |i: usize| format!("the mill owes us for {good}; {i} {unit} less {place}");
            (10..22).map(of).collect()
        };
        let leaked = [
            line("wine", "casks", "in the cellar"),
            line("tin", "bars", "in the strongroom"),
            (10..60)
                .map(|i| format!("{i} reams from the mill at {i}"))
                .collect(),
        ]
        .concat();
        let said = ["20 casks less in the cellar".to_owned()];
        assert!(goes_on(&leaked, "owes us for tin;", &said));
        assert!(
            !goes_on(&leaked, "owes us for wine;", &said),
            "it is the answer itself"
        );
        assert!(!goes_on(&leaked, "owes us for ti", &said), "a part of a word");
        assert!(!goes_on(&leaked, "owes us for salt;", &said) && !goes_on(&leaked, "mill", &said));
    }

    #[test]
    fn peers_are_ordinary_in_number_or_in_one_place() {
        let of = |acting: &[usize], measured: usize, places: usize| -> Vec<(usize, bool)> {
            (0..measured)
                .map(|peer| (peer % places, acting.contains(&peer)))
                .collect()
        };
        let some = |acting: &[usize], measured, places| ordinary(&of(acting, measured, places), false, false);
        assert!(some(&[0, 1], 6, 6) && !some(&[0], 6, 6));
        // Two of the four in the first of three places.
        assert!(some(&[0, 3], 12, 3) && !some(&[0, 4], 12, 3));
        assert!(!some(&[0, 1], 2, 1) && !some(&[], 0, 1), "few tell nothing");
        // Two of the six in the first of four places are enough where each has an answer of its own; two in two places are not.
        let own = |acting: &[usize]| ordinary(&of(acting, 24, 4), true, false);
        assert!(own(&[0, 4]) && !own(&[0, 5]) && !some(&[0, 4], 24, 4));
        let plain = |acting: &[usize]| ordinary(&of(acting, 3, 3), true, true);
        assert!(some(&[0], 3, 3) && !plain(&[0]) && plain(&[0, 1]), "one of three");
    }
}
