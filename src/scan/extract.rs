//! Iterative extraction: promising spans are fed back and continued, leaks that were cut off behind one are read on, and random starts are
//! changed step by step towards what the model is sure of.
//!
//! Invariant: what the model was fed never counts as leaked, unless it is a whole leak; only what it wrote after it does.

use std::collections::HashSet;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    contexts::Asked,
    controls,
    event::{Leak, Sampling},
    leak::{Settings, generate, settings},
    leaks::Leaks,
    mine::Span,
    plan::{Effort, mix},
    probe::twins,
    reporter::{Halt, Reporter},
};
use crate::model::{Limits, Model, Row};

/// Continuations of each span that is fed back.
const EACH: usize = 4;
/// Tokens of the leak before a span that are fed with it.
const BEFORE: usize = 24;
/// Tokens of a random start, tokens its entropy is taken over, and steps towards lower entropy.
const START: usize = 3;
const READ: usize = 12;
const STEPS: usize = 4;
/// What follows a memorised string is told by so many tokens.
pub const LONGEST: usize = 96;
/// One leak of so many is read on at most, and for so many tokens at least.
const ONE_IN: usize = 4;
const WORTH: usize = 16;
/// Rows generated together.
const BATCH: usize = 64;

/// Text the model wrote after something it was fed.
#[derive(Debug, Clone)]
pub struct Written {
    /// Which way it was made.
    pub arm: &'static str,
    /// How it was sampled.
    pub sampling: Sampling,
    /// What the model wrote.
    pub tokens: Vec<u32>,
    /// Mean entropy, nats per token.
    pub entropy: f32,
}

/// Feeds the best spans so far back, once alone and the other times after what stood before them in a leak, and lets the model go on.
pub fn extend(
    model: &Model,
    reporter: &Reporter<'_>,
    prefix: &[u32],
    leaks: &Leaks,
    effort: &Effort,
    seed: u64,
) -> Result<Vec<Written>, Halt> {
    let longest = model.facts().context.saturating_sub(effort.leak_tokens + 1);
    let mut rows = Vec::new();
    for (number, span) in best(leaks).into_iter().take(effort.extended).enumerate() {
        let before = leaks.before(&span.tokens, BEFORE);
        for copy in 0..EACH {
            let fed = if copy == 0 { &[][..] } else { before };
            let sampling = Sampling {
                temperature: if copy == 0 { 0.0 } else { 1.0 },
                seed: mix(seed, (number * EACH + copy) as u64),
                ..Sampling::GREEDY
            };
            let prompt = [prefix, fed, &span.tokens].concat();
            if prompt.len() <= longest {
                rows.push(Row { prompt, sampling });
            }
        }
    }
    write(
        model,
        reporter,
        ("extended", rows),
        effort.leak_tokens.min(LONGEST),
    )
}

/// Candidates, the most memorised and unnatural first.
fn best(leaks: &Leaks) -> Vec<&Span> {
    let mut best: Vec<&Span> = leaks.candidates.iter().map(|(_, span)| span).collect();
    best.sort_by(|a, b| f64::total_cmp(&b.rank, &a.rank).then_with(|| a.tokens.cmp(&b.tokens)));
    best
}

/// Leaks that were cut off behind one of the best spans, with what the model writes on: the rest of a long string, and what it calls for.
/// Each with its place among the leaks and its context, as one leak that has no text and no id of its own yet. The spans are unlike each other and take turns.
pub fn read_on<'a>(
    model: &Model,
    reporter: &Reporter<'_>,
    contexts: &'a [Asked],
    leaks: &Leaks,
    effort: &Effort,
    seed: u64,
) -> Result<Vec<(usize, &'a Asked, Leak)>, Halt> {
    /// With so many tokens behind a span the leak tells what it calls for.
    const BEHIND: usize = 32;
    let mut spans: Vec<&Span> = Vec::new();
    for span in best(leaks) {
        if spans.len() < effort.extended && !spans.iter().any(|other| twins(&other.tokens, &span.tokens)) {
            spans.push(span);
        }
    }
    let cut: Vec<Vec<usize>> = spans
        .iter()
        .map(|span| leaks.cut_behind(&span.tokens, effort.leak_tokens, BEHIND))
        .collect();
    let begun = |place: usize| {
        let leak = leaks.rows.get(place)?;
        let asked = contexts.iter().find(|asked| asked.arm.name == leak.arm)?;
        let prompt = [asked.prefix.as_slice(), &leak.tokens].concat();
        let sampling = Sampling {
            seed: mix(seed, 10_000 + place as u64),
            ..leak.sampling
        };
        let fits = prompt.len() + WORTH < model.facts().context;
        (fits && sampling.beams.is_none()).then_some((place, asked, leak, Row { prompt, sampling }))
    };
    let deepest = cut.iter().map(Vec::len).max().unwrap_or(0);
    let (mut seen, mut chosen) = (HashSet::new(), Vec::new());
    for place in (0..deepest).flat_map(|turn| cut.iter().filter_map(move |cut| cut.get(turn))) {
        if chosen.len() < effort.leaks / ONE_IN && seen.insert(*place) {
            chosen.extend(begun(*place));
        }
    }
    let longest = chosen
        .iter()
        .map(|(_, _, _, row)| row.prompt.len())
        .max()
        .unwrap_or(0);
    let room = model.facts().context.saturating_sub(longest + 1);
    let rows = chosen.iter().map(|(_, _, _, row)| row.clone()).collect();
    let more = effort.leak_tokens.min(LONGEST).min(room);
    let written = write(model, reporter, ("read on", rows), more)?;
    let joined = chosen
        .into_iter()
        .zip(written)
        .map(|((place, asked, leak, _), written)| {
            let share = leak.tokens.len() as f32 / (leak.tokens.len() + written.tokens.len()).max(1) as f32;
            let whole = Leak {
                tokens: [leak.tokens.as_slice(), &written.tokens].concat(),
                entropy: share * leak.entropy + (1.0 - share) * written.entropy,
                sampling: written.sampling,
                goes_on: Some(leak.id),
                ..leak.clone()
            };
            (place, asked, whole)
        });
    Ok(joined.collect())
}

/// Random starts, changed token by token while that makes the model surer of how they go on; then continued.
pub fn settle(
    model: &Model,
    reporter: &Reporter<'_>,
    prefix: &[u32],
    effort: &Effort,
    seed: u64,
) -> Result<Vec<Written>, Halt> {
    let ordinary = controls::ordinary(model);
    if ordinary.is_empty() || prefix.len() + START + effort.leak_tokens >= model.facts().context {
        return Ok(Vec::new());
    }
    let mut rng = ChaCha8Rng::seed_from_u64(mix(seed, 3000));
    let mut token = || ordinary.get(rng.random_range(0..ordinary.len())).copied();
    let mut starts: Vec<Vec<u32>> = (0..effort.starts)
        .map(|_| (0..START).filter_map(|_| token()).collect())
        .collect();
    let row = |start: &Vec<u32>| Row {
        prompt: [prefix, start].concat(),
        sampling: Sampling::GREEDY,
    };
    let of = |starts: &[Vec<u32>]| -> Result<Vec<f32>, Halt> {
        let rows = starts.iter().map(row).collect();
        let written = write(model, reporter, ("low entropy", rows), READ)?;
        Ok(written.iter().map(|written| written.entropy).collect())
    };
    let mut entropy = of(&starts)?;
    for step in 0..STEPS {
        let changed: Vec<Vec<u32>> = starts
            .iter()
            .map(|start| {
                let mut changed = start.clone();
                if let (Some(place), Some(token)) = (changed.get_mut(step % START), token()) {
                    *place = token;
                }
                changed
            })
            .collect();
        let now = of(&changed)?;
        for (at, (changed, now)) in changed.into_iter().zip(now).enumerate() {
            if let (Some(start), Some(known)) = (starts.get_mut(at), entropy.get_mut(at))
                && now < *known
            {
                (*start, *known) = (changed, now);
            }
        }
    }
    let rows = starts.iter().map(row).collect();
    write(
        model,
        reporter,
        ("low entropy", rows),
        effort.leak_tokens.min(LONGEST),
    )
}

fn write(
    model: &Model,
    reporter: &Reporter<'_>,
    (arm, rows): (&'static str, Vec<Row>),
    tokens: usize,
) -> Result<Vec<Written>, Halt> {
    let limits = Limits {
        tokens,
        stop: Vec::new(),
        batch: BATCH,
        top: false,
    };
    let asked: Vec<(Vec<u32>, Settings)> = rows
        .iter()
        .map(|row| (row.prompt.clone(), settings(&row.sampling)))
        .collect();
    let made = reporter.remember(arm, &[&asked, &tokens], || {
        generate(model, reporter, &rows, &limits)
    })?;
    Ok(made
        .into_iter()
        .zip(rows)
        .map(|((tokens, entropy), row)| Written {
            arm,
            sampling: row.sampling,
            tokens,
            entropy,
        })
        .collect())
}
