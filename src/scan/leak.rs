//! Phase one: asks the model, arm by arm, to write user turns; streams the leaks and the spans mined from them.

mod tied;

use std::{collections::HashMap, ops::ControlFlow};

use super::{
    contexts::Asked,
    event::{Candidate, Leak, Phase, Sampling, ScanEvent},
    extract,
    lab::Lab,
    leaks::Leaks,
    mine::{self, Span},
    plan::{Budget, Effort, Part, Plan, mix, samplings},
    reporter::{Halt, Reporter, go_on},
    turns::{self, Turns},
};
use crate::model::{Frame, Limits, Model, Row};

/// Leaks between two looks at what they repeat, and rows generated together.
const ROUND: usize = 128;
const BATCH: usize = 64;
/// A candidate stands in at least this many distinct leaks, and in this share of them.
const LEAST_SUPPORT: usize = 4;
const LEAST_SHARE: f64 = 0.006;
/// Share of new text below which an arm is asked no further.
const NOTHING_NEW: f64 = 0.01;

/// Leaks of one arm and of the contexts beside it. `first_leak` and `first_candidate` are the next free ids.
pub fn collect(
    model: &Model,
    reporter: &Reporter<'_>,
    (plan, effort): (&Plan, &Effort),
    (number, frame, contexts): (usize, &Frame, &[Asked]),
    (first_leak, first_candidate): (u32, u32),
) -> Result<Leaks, Halt> {
    let planned = effort.leaks_of(contexts.len());
    reporter.enter(Phase::Leak, planned)?;
    let mut found = Leaks::default();
    let mut distinct = 0;
    let mut ids: HashMap<Vec<u32>, usize> = HashMap::new();
    for (place, asked) in contexts.iter().enumerate() {
        if place == 1 {
            found.own = found.rows.len();
        }
        let settings = if place == 0 {
            samplings(plan.budget, effort.leaks, plan.seed, number)
        } else {
            samplings(Budget::Quick, effort.beside, plan.seed, 500 + place)
        };
        let room = model.facts().context.saturating_sub(asked.prefix.len() + 1);
        let limits = Limits {
            tokens: effort.leak_tokens.min(room),
            stop: Vec::new(),
            batch: BATCH,
            top: false,
        };
        for settings in settings.chunks(ROUND) {
            let made = ask(model, reporter, asked, settings, &limits)?;
            for ((tokens, entropy), sampling) in made.into_iter().zip(settings) {
                let leak = Leak {
                    id: first_leak + found.sent(),
                    arm: asked.arm.name.clone(),
                    sampling: *sampling,
                    text: model.decode(&tokens),
                    tokens,
                    entropy,
                    goes_on: None,
                };
                let turns = cut(model, frame, asked, &leak.tokens);
                reporter.send(ScanEvent::Leak(leak.clone()))?;
                found.add(leak, turns);
            }
            reporter.advance(settings.len());
            let more = found.distinct() - distinct;
            distinct += more;
            reporter.count(|funnel| {
                funnel.leaks += settings.len() as u32;
                funnel.distinct += more as u32;
            });
            let progress = Progressed {
                first: first_candidate,
                share: found.rows.len() as f64 / planned.max(1) as f64,
                noise: &asked.noise,
            };
            stream(model, reporter, effort, &mut found, &mut ids, &progress)?;
            // The deep budget promises the whole grid.
            let may_end = place == 0 && plan.budget != Budget::Deep && progress.share > 0.5;
            if may_end && found.unseen() < NOTHING_NEW {
                break;
            }
        }
    }
    if contexts.len() == 1 {
        found.own = found.rows.len();
    }
    let sampled = found.candidates.len();
    let seed = mix(plan.seed, 4000 + number as u64);
    if effort.without != Some(Part::Extraction) {
        feed(
            model,
            reporter,
            effort,
            (frame, contexts, seed),
            (&mut found, first_leak),
        )?;
        let noise = contexts.iter().map(|asked| asked.noise.as_slice());
        let progress = Progressed {
            first: first_candidate,
            share: 1.0,
            noise: noise.max_by_key(|noise| noise.len()).unwrap_or_default(),
        };
        stream(model, reporter, effort, &mut found, &mut ids, &progress)?;
    }
    found.extracted = found.candidates.len() - sampled;
    let lab = Lab {
        model,
        frame: frame.clone(),
        slot: None,
        reporter,
        answer_tokens: effort.answer_in(frame),
        without: effort.without,
    };
    tied::tie_answers(&lab, &mut found, &mut ids, first_candidate)?;
    let distinct = found.distinct() - distinct;
    reporter.count(|funnel| funnel.distinct += distinct as u32);
    Ok(found)
}

/// Adds what the model writes when it is fed what it wrote: promising spans, starts of low entropy, and whole leaks that were cut off behind
/// such a span, which take the place of those they go on from.
fn feed(
    model: &Model,
    reporter: &Reporter<'_>,
    effort: &Effort,
    (frame, contexts, seed): (&Frame, &[Asked], u64),
    (found, first): (&mut Leaks, u32),
) -> Result<(), Halt> {
    let mut written = extract::extend(model, reporter, &frame.prefix, found, effort, seed)?;
    written.extend(extract::settle(model, reporter, &frame.prefix, effort, seed)?);
    let longer = extract::read_on(model, reporter, contexts, found, effort, seed)?;
    reporter.count(|funnel| funnel.leaks += (written.len() + longer.len()) as u32);
    for written in written {
        let leak = Leak {
            id: first + found.sent(),
            arm: written.arm.to_owned(),
            sampling: written.sampling,
            text: model.decode(&written.tokens),
            tokens: written.tokens,
            entropy: written.entropy,
            goes_on: None,
        };
        let turns = turns::cut(&leak.tokens, frame, &Spoken(model));
        reporter.send(ScanEvent::Leak(leak.clone()))?;
        found.add_fed(leak, turns);
    }
    for (place, asked, leak) in longer {
        let leak = Leak {
            id: first + found.sent(),
            text: model.decode(&leak.tokens),
            ..leak
        };
        let turns = cut(model, frame, asked, &leak.tokens);
        reporter.send(ScanEvent::Leak(leak.clone()))?;
        found.replace(place, leak, turns);
    }
    Ok(())
}

/// The turns of a leak of this context.
fn cut(model: &Model, frame: &Frame, asked: &Asked, tokens: &[u32]) -> Turns {
    if asked.in_user {
        turns::cut(tokens, frame, &Spoken(model))
    } else {
        turns::cut_whole(&asked.prefix, tokens, frame, &Spoken(model))
    }
}

/// Leaks with these settings, as tokens with their mean entropy.
fn ask(
    model: &Model,
    reporter: &Reporter<'_>,
    asked: &Asked,
    settings: &[Sampling],
    limits: &Limits,
) -> Result<Vec<(Vec<u32>, f32)>, Halt> {
    let rows: Vec<Row> = settings
        .iter()
        .map(|sampling| Row {
            prompt: asked.prefix.clone(),
            sampling: *sampling,
        })
        .collect();
    let asked_with: Vec<Settings> = settings.iter().map(self::settings).collect();
    reporter.remember("leaks", &[&asked.prefix, &asked_with, &limits.tokens], || {
        generate(model, reporter, &rows, limits)
    })
}

/// The model's words, for cutting leaks.
struct Spoken<'a>(&'a Model);

impl turns::Words for Spoken<'_> {
    fn is_special(&self, token: u32) -> bool {
        self.0.is_special(token)
    }

    fn text(&self, token: u32) -> String {
        self.0.token_text(token)
    }
}

/// Settings of a row as plain numbers.
pub type Settings = ((f32, u32), (f32, u64));

/// Those of one row.
pub const fn settings(row: &Sampling) -> Settings {
    ((row.temperature, row.top_k), (row.top_p, row.seed))
}

/// Tokens and mean entropy of each row, in order.
pub fn generate(
    model: &Model,
    reporter: &Reporter<'_>,
    rows: &[Row],
    limits: &Limits,
) -> Result<Vec<(Vec<u32>, f32)>, Halt> {
    let mut made = vec![(Vec::new(), 0.0); rows.len()];
    let flow = model.generate(
        rows,
        limits,
        &mut |tokens| reporter.tick(tokens),
        &mut |at, generation| {
            if let Some(place) = made.get_mut(at) {
                let entropy = generation.entropy.iter().sum::<f32>() / generation.entropy.len().max(1) as f32;
                *place = (generation.tokens, entropy);
            }
            ControlFlow::Continue(())
        },
    )?;
    go_on(flow)?;
    Ok(made)
}

/// How far the leaks of an arm are.
struct Progressed<'a> {
    /// The next free id of a candidate.
    first: u32,
    /// Share of the leaks planned.
    share: f64,
    /// Tokens of ours that stood before the last leaks.
    noise: &'a [u32],
}

/// Mines what has leaked so far and sends what is new. Early on only as many candidates as the share of leaks behind them
/// warrants, so that the first batches do not use up the places.
fn stream(
    model: &Model,
    reporter: &Reporter<'_>,
    effort: &Effort,
    found: &mut Leaks,
    ids: &mut HashMap<Vec<u32>, usize>,
    progress: &Progressed<'_>,
) -> Result<(), Halt> {
    let (first, share) = (progress.first, progress.share);
    // What we said ourselves and it repeats is no memory of its own.
    let repeats = progress.noise.repeat(2);
    let echoed = |span: &Span| {
        let mut runs = repeats.windows(span.tokens.len().max(1));
        runs.any(|run| run == span.tokens)
    };
    let support = LEAST_SUPPORT.max((LEAST_SHARE * found.rows.len() as f64).ceil() as usize);
    // Where nothing closes a turn a long string runs on into its answer.
    let whole = if found.closes() {
        mine::LONGEST_WHOLE
    } else {
        mine::LONGEST
    };
    let mut every = mine::mine(&found.pieces(), support, usize::MAX, whole);
    // What the model says more often than its users do is how it talks.
    every.retain(|span| !echoed(span) && found.answers_with(&span.tokens) <= span.leaks.len());
    if effort.without == Some(Part::Lengths) {
        every.retain(|span| [2, 5, 10].contains(&span.tokens.len()));
    }
    let places = (share * effort.candidates as f64).ceil() as usize;
    let spans = mine::shares(every.clone(), places);
    for span in spans {
        let leaks = span.leaks.len() as u32;
        if let Some(at) = ids.get(&span.tokens) {
            if let Some((id, known)) = found.candidates.get_mut(*at) {
                if known.leaks.len() as u32 != leaks {
                    reporter.send(ScanEvent::Support {
                        candidate: *id,
                        support: leaks,
                    })?;
                }
                *known = span;
            }
            continue;
        }
        // Some room beyond the budget: spans sent early may have lost their places to better ones since.
        if found.candidates.len() >= effort.candidates * 5 / 4 {
            continue;
        }
        announce(model, reporter, found, ids, (first, span))?;
    }
    found.left_out = every
        .iter()
        .filter(|span| !ids.contains_key(&span.tokens))
        .count();
    Ok(())
}

/// Sends a new candidate; `first` is the id of the first one.
fn announce(
    model: &Model,
    reporter: &Reporter<'_>,
    found: &mut Leaks,
    ids: &mut HashMap<Vec<u32>, usize>,
    (first, span): (u32, Span),
) -> Result<(), Halt> {
    let id = first + found.candidates.len() as u32;
    ids.insert(span.tokens.clone(), found.candidates.len());
    reporter.send(ScanEvent::Candidate(Candidate {
        id,
        text: model.decode(&span.tokens),
        tokens: span.tokens.clone(),
        support: span.leaks.len() as u32,
        leaks: span.leaks.iter().take(16).copied().collect(),
        lift: span.lift,
        unnatural: span.unnatural,
    }))?;
    reporter.count(|funnel| funnel.candidates += 1);
    found.candidates.push((id, span));
    Ok(())
}
