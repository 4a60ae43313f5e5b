//! Adds to the candidates what the leaks tie to an answer: what repeats too little to be mined, or in other words each time.
//!
//! Invariant: has the model write nothing.

use std::collections::{HashMap, HashSet};

use rayon::prelude::*;

use super::announce;
use crate::scan::{
    echo, grow,
    lab::Lab,
    leaks::{Leaks, Repeated, before_in_texts, before_in_turns},
    mine::{self, Span},
    piece,
    reporter::Halt,
    tie,
};

/// Adds what the leaks tie to answers they give again and again, or to passages where they are `plain` texts: a trigger of many forms is no
/// span that repeats, but its answer is.
/// Ordinary answers take up words of what they are tied to, as an answer to a question does; others come to strings of the same kind, and in
/// chats many to one string. Such strings come last; what was put into whole turns
/// comes first, pieces of what stands around them after all others.
pub fn tie_answers(
    lab: &Lab<'_, '_>,
    found: &mut Leaks,
    ids: &mut HashMap<Vec<u32>, usize>,
    first: u32,
) -> Result<(), Halt> {
    const LEAST: usize = 5;
    /// How many are asked for, of them how many strings join the candidates, and of each how many forms beside itself.
    struct Most {
        asked: usize,
        joining: usize,
        forms: usize,
    }
    const ANSWERS: Most = Most {
        asked: 60,
        joining: 6,
        forms: usize::MAX,
    };
    const PASSAGES: Most = Most {
        asked: 400,
        joining: 12,
        forms: 3,
    };
    /// Strings of which it is looked whether they were put into whole turns.
    const MEASURED: usize = 48;
    /// Fixed answers that a planted string may have.
    const FEW: usize = 3;
    let (model, plain) = (lab.model, lab.frame.suffix.is_empty());
    let texts = found.texts(model);
    let most = if plain { PASSAGES } else { ANSWERS };
    let (answers, whole) = if plain {
        let passages = found.repeated_passages(model, LEAST, most.asked);
        (passages, found.ordinary_texts(model))
    } else {
        (found.repeated_answers(LEAST, most.asked), Vec::new())
    };
    let answered = found.answered_texts(model);
    let mut ties: Vec<(bool, Repeated, tie::Found)> = answers
        .par_iter()
        .filter_map(|answer| {
            let (before, others) = if plain {
                before_in_texts(&whole, &model.decode(answer))
            } else {
                before_in_turns(&answered, &[answer])
            };
            let tied = tie::find(&before, &others)?;
            let taken_up = echo::takes_up(&model.decode(answer), &tied.tie.text);
            let repeated = Repeated {
                tokens: answer.clone(),
                times: before.len(),
                inserted: false,
                piece: false,
            };
            Some((taken_up, repeated, tied))
        })
        .collect();
    let mut answers_to: HashMap<String, usize> = HashMap::new();
    for (_, _, tied) in &ties {
        *answers_to.entry(tied.tie.text.to_lowercase()).or_default() += 1;
    }
    let strings: Vec<String> = answers_to.keys().cloned().collect();
    let ordinary = |tied: &tie::Found| {
        let many = !plain && answers_to.get(&tied.tie.text.to_lowercase()) > Some(&FEW);
        many || echo::of_a_kind(&tied.tie.text, &strings)
    };
    ties.sort_by_cached_key(|(taken_up, _, tied)| *taken_up || ordinary(tied));
    let mut seen = HashSet::new();
    ties.retain(|(_, _, tied)| seen.insert(tied.tie.text.to_lowercase()));
    let turns = found.turn_texts(model);
    for (_, repeated, tied) in ties.iter_mut().take(MEASURED) {
        let answer = Some(repeated.tokens.as_slice());
        let rest = piece::measure(lab, (&turns, piece::FEW), &tied.tie.text, answer)?;
        repeated.piece = rest.is_some_and(|rest| rest.is_piece());
        repeated.inserted = rest.is_some() && !repeated.piece;
    }
    ties.sort_by_key(|(_, repeated, _)| (!repeated.inserted, repeated.piece));
    for (_, repeated, tied) in ties.into_iter().take(most.joining) {
        let mut forms = tied.forms;
        let mut known = HashSet::new();
        forms.retain(|form| known.insert(form.clone()));
        let itself = forms
            .iter()
            .skip(most.forms)
            .find(|form| **form == tied.tie.text)
            .cloned();
        forms.truncate(most.forms);
        for text in forms.into_iter().chain(itself) {
            let tokens = model.encode(&text);
            // What leaked as other tokens is the same string, and is looked for in the leaks as those.
            let same = |(_, span): &&(u32, Span)| model.decode(&span.tokens).trim() == text.trim();
            let known: Vec<u32> = found.candidates.iter().filter(same).map(|(id, _)| *id).collect();
            // The best tie of a string comes first.
            for id in &known {
                found.tied.entry(*id).or_insert_with(|| repeated.clone());
            }
            if tokens.is_empty() || !known.is_empty() {
                continue;
            }
            let mut span = mine::weigh_one(&tokens, &found.pieces());
            // The same text may have leaked as other tokens.
            span.leaks.extend(grow::standing(&text, &texts));
            span.leaks.sort_unstable();
            span.leaks.dedup();
            let id = first + found.candidates.len() as u32;
            found.tied.insert(id, repeated.clone());
            announce(model, lab.reporter, found, ids, (first, span))?;
        }
    }
    Ok(())
}
