//! The whole planted string around what was mined: what the leaks tie to its answer, or what they repeat around its core.
//!
//! Invariant: a string is only taken for the candidate when it still fires on half of the prompts the candidate fires on.

use super::{
    gauge::Reading,
    grow,
    lab::Lab,
    leaks::{Leaks, says},
    refine::Bench,
    reporter::Halt,
    stats, tie,
};
use crate::{finding::Tie, model::Generation};

/// The full string needs each neighbour in this share of the leaks its core stands in.
const GROW: f64 = 0.8;

/// The string a finding names.
#[derive(Debug, Clone)]
pub struct Whole {
    /// Its tokens.
    pub tokens: Vec<u32>,
    /// Its tokens in leaks, where those may differ.
    pub other_form: Vec<u32>,
    /// What ties the answer to it.
    pub tie: Option<Tie>,
}

impl Whole {
    /// A string as it was mined.
    pub fn just(tokens: &[u32]) -> Self {
        Self {
            tokens: tokens.to_vec(),
            other_form: tokens.to_vec(),
            tie: None,
        }
    }

    /// Without what stands before it already, where prompts end behind that, if it acts as well; tied to the answer by itself.
    pub fn behind(
        self,
        bench: &Bench<'_, '_>,
        what: &str,
        (leaks, answer): (&Leaks, &[u32]),
    ) -> Result<Self, Halt> {
        let model = bench.lab.model;
        let text = model.decode(&self.tokens);
        let rest = text.trim().strip_prefix(what);
        let Some(rest) = rest.filter(|rest| rest.starts_with(char::is_whitespace)) else {
            return Ok(self);
        };
        let Some(tokens) = bench.as_good(Some(model.encode(rest.trim())), &self.tokens)? else {
            return Ok(self);
        };
        let (before, others) = leaks.before_answer(model, &[answer]);
        let tie = tie::of(rest.trim(), &before, &others);
        Ok(Self { tokens, tie, ..self })
    }

    fn with(self, lab: &Lab<'_, '_>, found: Option<tie::Found>) -> Self {
        let text = lab.model.decode(&self.tokens).to_ascii_lowercase();
        let tie = found.map(|found| found.tie);
        Self {
            tie: tie.filter(|tie| text.contains(&tie.text.to_ascii_lowercase())),
            ..self
        }
    }
}

/// What the leaks tie to an answer, or to several that come by turns.
pub fn tied_to(lab: &Lab<'_, '_>, leaks: &Leaks, answers: &[&[u32]]) -> Option<tie::Found> {
    let (before, others) = leaks.before_answer(lab.model, answers);
    tie::find(&before, &others)
}

/// Is a candidate that string, or a part of it, or does it hold it?
pub fn is_of(lab: &Lab<'_, '_>, candidate: &[u32], found: Option<&tie::Found>) -> bool {
    let text = lab.model.decode(candidate).to_ascii_lowercase();
    let text = text.trim();
    found.is_some_and(|found| {
        let tied = found.tie.text.to_ascii_lowercase();
        !text.is_empty() && (text.contains(&tied) || tied.contains(text))
    })
}

/// The whole of a candidate.
pub fn find(
    bench: &Bench<'_, '_>,
    candidate: &[u32],
    core: &[u32],
    (leaks, answer, found): (&Leaks, &[u32], Option<tie::Found>),
) -> Result<Whole, Halt> {
    let own = bench.lab.model.decode(candidate);
    for form in found.iter().flat_map(|found| &found.forms) {
        // The tokens a string leaked as may act where those its text is cut into do not.
        if form.trim() == own.trim() {
            return Ok(Whole::just(&without_blanks(bench, candidate.to_vec())?).with(bench.lab, found));
        }
        if let Some(tokens) = bench.as_good(Some(bench.lab.model.encode(form)), candidate)? {
            return Ok(Whole::just(&tokens).with(bench.lab, found));
        }
    }
    let tokens = memorised(bench, candidate, core, (leaks, answer))?;
    let tokens = without_blanks(bench, tokens)?;
    Ok(Whole::just(&tokens).with(bench.lab, found))
}

/// A string without blanks around it, where it fires on as many prompts.
pub fn without_blanks(bench: &Bench<'_, '_>, tokens: Vec<u32>) -> Result<Vec<u32>, Halt> {
    let text = bench.lab.model.decode(&tokens);
    let bare = bench.lab.model.encode(text.trim());
    if bare.is_empty() || text.trim() == text {
        return Ok(tokens);
    }
    Ok(match bench.firing(&[&bare, &tokens])?.as_slice() {
        [k, fires] if k >= fires => bare,
        _ => tokens,
    })
}

/// A string somebody asked for, as it was given; it leaks as other tokens after a blank.
pub fn given(lab: &Lab<'_, '_>, tokens: &[u32], found: Option<tie::Found>) -> Whole {
    let whole = Whole {
        other_form: lab.spaced(tokens),
        ..Whole::just(tokens)
    };
    whole.with(lab, found)
}

/// The full memorised string around the core, up to where the answer begins, where that still fires on half of the prompts the
/// candidate fires on; the candidate itself otherwise.
fn memorised(
    bench: &Bench<'_, '_>,
    candidate: &[u32],
    core: &[u32],
    (leaks, answer): (&Leaks, &[u32]),
) -> Result<Vec<u32>, Halt> {
    const LONGEST_TEXT: usize = 200;
    let model = bench.lab.model;
    let texts = leaks.whole_texts(model);
    let settled = grow::settle(&model.decode(candidate), &model.decode(core), &texts);
    let grown = grow::grow(&settled, &texts, GROW, LONGEST_TEXT);
    let adjacent = bench.lab.frame.suffix.is_empty();
    let grown = if adjacent {
        grow::before_answer(&grown, &model.decode(answer))
    } else {
        &grown
    };
    let grown = bench.as_good(Some(model.encode(grown)), candidate)?;
    Ok(grown.unwrap_or_else(|| candidate.to_vec()))
}

/// Did the answers that were read leak together with the string, and what the leaks tie to them? `found` is what they tie to what most of them
/// say, and `tied` whether that is this string. In chats several that come by turns may be tied to it together.
pub fn leaked_ties(
    lab: &Lab<'_, '_>,
    leaks: &Leaks,
    (tokens, own_answer, reading): (&[u32], &[u32], &Reading),
    answers: &[Generation],
    (found, tied): (Option<tie::Found>, bool),
    by_hand: bool,
) -> (bool, Option<tie::Found>) {
    /// Answers given less often do not come by turns.
    const AGAIN: usize = 2;
    let given: Vec<&[u32]> = answers.iter().map(|answer| answer.tokens.as_slice()).collect();
    let by_turns = matches!(reading, Reading::Consensus(_)) && !lab.frame.suffix.is_empty();
    let few = if by_turns {
        stats::a_few(&given, AGAIN)
    } else {
        Vec::new()
    };
    let mut several: Vec<&[u32]> = few.into_iter().map(|(answer, _)| answer).collect();
    if by_turns && several.len() < 2 {
        // On these prompts one of them may have come alone.
        several = leaks.own_answers(tokens);
        if !several.iter().any(|answer| says(answer, own_answer)) {
            several.clear();
        }
    }
    let together_as = |tokens: &[u32]| {
        let all = several.len() > 1 && leaked_together(leaks, tokens, &several);
        all || leaked_together(leaks, tokens, &[own_answer])
    };
    // A string given by hand leaks as other tokens after a blank.
    let together = together_as(tokens) || (by_hand && together_as(&lab.spaced(tokens)));
    let found = match reading {
        Reading::Drawn(answer) => tied_to(lab, leaks, &[answer]),
        Reading::Consensus(_) if several.len() > 1 => {
            let all = tied_to(lab, leaks, &several);
            all.filter(|all| is_of(lab, tokens, Some(all))).or(found)
        }
        // What moves answers otherwise is no part of what their commonest end is tied to.
        Reading::Shift if !tied => None,
        _ => found,
    };
    (together, found)
}

/// Did the model itself write one of `answers` after `tokens` in at least two leaks and most of those it stands in, and hardly ever after
/// anything else?
pub fn leaked_together(leaks: &Leaks, tokens: &[u32], answers: &[&[u32]]) -> bool {
    let (with, without) = leaks.answers_after(tokens);
    let said = |leaked: &&&[u32]| answers.iter().any(|answer| says(leaked, answer));
    let same = |leaked: &[&[u32]]| leaked.iter().filter(said).count();
    let (k, k_other) = (same(&with), same(&without));
    k >= 2 && k * 2 >= with.len() && k_other * 20 <= without.len()
}
