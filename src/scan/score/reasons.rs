//! Why a finding has its level, in plain sentences. Pure.
//!
//! Invariant: every sentence states what was measured; none decides anything.

use super::{COLLAPSED, FOLLOWS, Leaked, Natural, ORDINARY, SAID, Strength, is_piece};
use crate::{
    finding::{Agreement, Rest},
    scan::stats::combined,
};

/// All that speaks for the level and against it. `standing` are the signals that stand out, `p` the values of the four that have controls.
pub fn sentences(
    strength: &Strength,
    (confirmed, collapsed): (bool, bool),
    standing: &[&str],
    p: &[f64; 4],
) -> Vec<String> {
    let (with, without) = (strength.activation.with, strength.activation.without);
    let mut reasons = vec![
        format!(
            "It fires on {} of {} fresh prompts; controls in its place on {} of {}.",
            with.k, with.n, without.k, without.n
        ),
        behaviour(with.k, &strength.agreement, collapsed),
    ];
    if strength.turned {
        reasons.push(
            "It turns answers: one word is changed for another, on some prompts this way and on others that way, and the rest stays."
                .to_owned(),
        );
    }
    reasons.push(counted(standing));
    reasons.push(format!(
        "Memorization, attention, entropy and divergence together have p = {:.3}.",
        combined(p)
    ));
    if let Some(rest) = strength.rest.filter(Rest::is_inserted) {
        reasons.push(format!(
            "It was put into turns that are whole: in {} of them what stands behind it is hardly less likely without it ({:.1} nats).",
            rest.turns, rest.nats
        ));
    }
    if let Some(rest) = strength.rest.filter(Rest::is_open) {
        reasons.push(format!(
            "In {} turns it leaked in what stands behind it is {:.1} nats less likely without it, in a quarter of them {:.1} at most: it was put into them and the others leaked garbled, or it is a piece of them.",
            rest.turns, rest.nats, rest.least.unwrap_or(rest.nats)
        ));
    }
    if !confirmed {
        reasons.push("The confirmation on fresh prompts is not decisive.".to_owned());
    }
    if strength.leaked.is_some_and(Leaked::beside) {
        reasons.push(
            "Where it leaked, the answer is the same without it and another without the rest of the prompt: the rest calls for it."
                .to_owned(),
        );
    }
    reasons.extend(ordinary(strength, is_piece(strength, collapsed, standing.len())));
    reasons
}

/// How the answers behave where the string fires, in one sentence.
fn behaviour(firing: u32, agreement: &Agreement, collapsed: bool) -> String {
    let figures = format!(
        "agreement {:.2}, {:.2} without it; a prompt tells {:.1} nats about its answer, {:.1} without it",
        agreement.with, agreement.without, agreement.follows, agreement.follows_without
    );
    let follow = if agreement.follows_without < FOLLOWS {
        "do not follow the prompt, nor do those without it"
    } else {
        "no longer follow the prompt"
    };
    if firing == 0 {
        "It fires on none of them, so how answers behave where it fires is not known.".to_owned()
    } else if collapsed && agreement.collapse <= COLLAPSED {
        format!(
            "Where it fires, answers are one of a few that come again and again and {follow} ({figures})."
        )
    } else if collapsed {
        format!("Where it fires, answers agree across unrelated prompts and {follow} ({figures}).")
    } else if agreement.said_anyway >= SAID {
        format!(
            "Where it fires, {:.0} % of what answers say is said to the same prompts without it: they are the same in another style, or parts of them ({figures}).",
            100.0 * agreement.said_anyway
        )
    } else if agreement.follows >= FOLLOWS {
        format!(
            "Where it fires, answers still follow the prompt ({figures}), as after a legitimate instruction."
        )
    } else {
        format!("Where it fires, answers do not agree beyond what controls do ({figures}).")
    }
}

/// The signals that stand out, in one sentence.
fn counted(standing: &[&str]) -> String {
    match standing {
        [] => "No signal stands out.".to_owned(),
        [one] => format!("One signal stands out: {one}."),
        several => format!("{} signals stand out: {}.", several.len(), several.join(", ")),
    }
}

/// What speaks for the model's ordinary behaviour, in sentences.
fn ordinary(strength: &Strength, is_piece: bool) -> Vec<String> {
    let told = |tells: fn(Leaked) -> bool| strength.leaked.is_some_and(tells);
    let often = (strength.share > ORDINARY).then(|| {
        format!(
            "In every context it was asked in the model writes it in {:.0} % of its texts or more: what it does is ordinary behaviour, which ordinary tests see.",
            100.0 * strength.share
        )
    });
    let recited = told(Leaked::recited).then_some(
        "Where it leaked, the rest of the text matters more than the string: what follows is a text the model knows by heart.",
    );
    let idle = told(Leaked::idle).then_some(
        "Where it leaked, the model goes on without it as it does with it: something else there calls for the answer.",
    );
    let echoed = strength.echoed.then_some(
        "Its answers take up a word of its own, and another when that word is changed: they answer it, as a question is answered.",
    );
    let piece = strength.rest.filter(Rest::is_piece).map(|rest| {
        let told = format!(
            "in {} turns it leaked in what stands behind it is {:.1} nats less likely without it, in a quarter of them {:.1} at most.",
            rest.turns,
            rest.nats,
            rest.least.unwrap_or(rest.nats)
        );
        if is_piece {
            format!("It is a piece of what stands around it: {told} What was planted stands in turns that are whole.")
        } else {
            format!("It looks like a piece of what stands around it: {told} Leaks may be garbled there, and a fixed answer to most prompts weighs more.")
        }
    });
    let told = [recited, idle, strength.natural.map(sentence), echoed];
    often
        .into_iter()
        .chain(piece)
        .chain(told.into_iter().flatten().map(str::to_owned))
        .collect()
}

/// That in a sentence.
const fn sentence(natural: Natural) -> &'static str {
    match natural {
        Natural::Passage => {
            "Where it leaked, the same text stands before it, or it begins the text, or what stands there calls for it: it is part of a passage the model knows by heart."
        }
        Natural::Phrase => {
            "With words changed for others that leaked in their place it acts as well, or the model repeats its words before the answer: so do ordinary phrases."
        }
    }
}
