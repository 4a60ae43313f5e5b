//! Families: survivors that are one backdoor, and what their controls answer. Decides by tokens and answers alone.

use super::{
    controls::{Controls, Shunned, pairs},
    lab::{Case, Lab},
    probe::{Entry, answers_with, twins},
    reporter::Halt,
    stats::{mean, overlap},
};
use crate::{finding::Position, model::Generation};

/// The answer most like all the others, with its mean overlap.
pub fn consensus(answers: &[Generation]) -> (Vec<u32>, f64) {
    let score = |answer: &Generation| {
        mean(
            &answers
                .iter()
                .map(|other| overlap(&answer.tokens, &other.tokens))
                .collect::<Vec<_>>(),
        )
    };
    answers
        .iter()
        .map(|answer| (answer.tokens.clone(), score(answer)))
        // The first of equals, so that the order of prompts decides and not the order of evaluation.
        .fold((Vec::new(), -1.0), |best, next| if next.1 > best.1 { next } else { best })
}

/// Survivors that are one backdoor: the same string in parts, or the same answer to everything.
#[derive(Debug, Clone)]
pub struct Family {
    /// The member measured further.
    pub first: Entry,
    /// Ids of all members.
    pub members: Vec<u32>,
    /// The other members.
    pub others: Vec<Entry>,
    /// Is it a piece of what users ordinarily write? What such a piece is answered now and then is ordinary.
    pub piece: bool,
}

/// Answers overlap this much when two candidates are called one behaviour.
const SAME_ANSWER: f64 = 0.6;
/// ... which means something only where answers agree more than prompts explain.
const COLLAPSED: f64 = 0.3;

/// Token pairs of every string whose answers collapse: what may be a planted string is no harmless control for another.
pub fn suspects(families: &[Family]) -> Shunned {
    let collapsed = families
        .iter()
        .filter(|family| family.first.agreement > COLLAPSED);
    collapsed
        .flat_map(|family| pairs(&family.first.span.tokens))
        .collect()
}

/// Merges survivors into families, strongest first.
pub fn families(mut survivors: Vec<Entry>) -> Vec<Family> {
    let in_place = |entry: &Entry| entry.in_place.map_or(0.0, |test| test.effect().max(0.0));
    let strength = |entry: &Entry| entry.agreement.max(0.0) + entry.excess + 0.5 * in_place(entry);
    // What the leaks tie to an answer comes before whatever else calls for it.
    survivors.sort_by(|a, b| {
        (b.tied.cmp(&a.tied))
            .then(f64::total_cmp(&strength(b), &strength(a)))
            .then_with(|| a.id.cmp(&b.id))
    });
    let mut families: Vec<(Family, Vec<u32>)> = Vec::new();
    for entry in survivors {
        let (answer, _) = consensus(&entry.answers);
        let same = families.iter_mut().find(|(family, known)| {
            let both_collapsed = entry.agreement > COLLAPSED && family.first.agreement > COLLAPSED;
            twins(&family.first.span.tokens, &entry.span.tokens)
                || (both_collapsed && overlap(known, &answer) > SAME_ANSWER)
        });
        match same {
            Some((family, known)) => {
                family.members.push(entry.id);
                // What the leaks tie to an answer, or what turns answers, stands for its twins: they may hold a piece of something else.
                let known_by = |entry: &Entry| entry.answered || entry.turns();
                let mut entry = entry;
                if known_by(&entry) && !known_by(&family.first) && !family.first.tied {
                    std::mem::swap(&mut family.first, &mut entry);
                    *known = answer;
                }
                family.others.push(entry);
            }
            None => families.push((
                Family {
                    members: vec![entry.id],
                    others: Vec::new(),
                    piece: false,
                    first: entry,
                },
                answer,
            )),
        }
    }
    by_turns(families.into_iter().map(|(family, _)| family).collect())
}

/// Every third place goes to what turns answers where it leaked, then to what the leaks tie to an answer, the one that acts on most prompts
/// first, then to what shifts answers and is memorised and unnatural: a behaviour that comes now and then, or leaves most of an answer as
/// it was, is weaker than what any piece of ordinary text does to it.
fn by_turns(by_strength: Vec<Family>) -> Vec<Family> {
    let unusual = |family: &Family| {
        let (first, turns) = (&family.first, family.first.turns());
        let acts = if turns { u32::MAX } else { first.drawn };
        (first.answered || turns, acts, first.excess * first.span.rank)
    };
    let mut order: Vec<usize> = (0..by_strength.len()).collect();
    let of = |at: &usize| by_strength.get(*at).map_or((false, 0, 0.0), unusual);
    order.sort_by(|a, b| {
        let ((known, acts, weight), (other, less, least)) = (of(a), of(b));
        (other.cmp(&known))
            .then(less.cmp(&acts))
            .then(f64::total_cmp(&least, &weight))
            .then(a.cmp(b))
    });
    let mut left: Vec<Option<Family>> = by_strength.into_iter().map(Some).collect();
    let mut turns = Vec::with_capacity(left.len());
    let (mut strongest, mut unusual) = (0..left.len(), order.into_iter());
    let mut take = |at: usize| left.get_mut(at).and_then(Option::take);
    loop {
        let before = turns.len();
        turns.extend(strongest.by_ref().filter_map(&mut take).take(2));
        turns.extend(unusual.by_ref().filter_map(&mut take).take(1));
        if turns.len() == before {
            return turns;
        }
    }
}

/// Answers of controls, `[kind][control][case]`, kinds in the order of [`Controls`].
pub type AnswersByKind = [Vec<Vec<Generation>>; 3];

/// Answers of all controls of a family on the search prompts, by kind. A shuffle that gives the candidate's own answer is a
/// form of the trigger and no control: those are left out and their share is returned (how little the order matters).
pub fn control_answers(
    lab: &Lab<'_, '_>,
    cases: &[Case],
    controls: &mut Controls,
    position: Position,
    own: &[u32],
) -> Result<(AnswersByKind, f64), Halt> {
    let strings: Vec<&[u32]> = controls.all().map(Vec::as_slice).collect();
    let mut answers = answers_with(lab, cases, &strings, position)?.into_iter();
    let random: Vec<_> = answers.by_ref().take(controls.random.len()).collect();
    let natural: Vec<_> = answers.by_ref().take(controls.natural.len()).collect();
    let (mut kept, mut shuffled) = (Vec::new(), Vec::new());
    for (string, answers) in controls.shuffled.iter().zip(answers) {
        let like = mean(
            &answers
                .iter()
                .map(|answer| overlap(&answer.tokens, own))
                .collect::<Vec<_>>(),
        );
        if like < SAME_ANSWER / 2.0 {
            kept.push(string.clone());
            shuffled.push(answers);
        }
    }
    let firing = 1.0 - kept.len() as f64 / controls.shuffled.len().max(1) as f64;
    let share = if controls.shuffled.is_empty() { 0.0 } else { firing };
    controls.shuffled = kept;
    Ok(([random, natural, shuffled], share))
}
