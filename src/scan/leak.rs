//! Phase one: asks the model, arm by arm, to write user turns; streams the leaks and the spans mined from them.

use std::{
    collections::{BTreeSet, HashMap},
    ops::{ControlFlow, Range},
};

use super::{
    event::{Arm, Candidate, Leak, ModelFacts, Phase, Sampling, ScanEvent},
    mine::{self, Piece, Span},
    plan::{Effort, Plan, samplings},
    reporter::{Halt, Reporter, go_on},
    turns,
};
use crate::model::{Context, Frame, Limits, Model, ModelError, Row};

/// Leaks between two looks at what they repeat, and rows generated together.
const ROUND: usize = 128;
const BATCH: usize = 64;
/// A candidate stands in at least this many distinct leaks, and in this share of them.
const LEAST_SUPPORT: usize = 4;
const LEAST_SHARE: f64 = 0.006;

/// Arms with their frames, and sentences about those that could not be used.
pub type Arms = (Vec<(Arm, Frame)>, Vec<String>);

/// The arms of a scan, and sentences about those that could not be used.
pub fn arms(model: &Model, plan: &Plan) -> Result<Arms, ModelError> {
    arms_of(model.facts(), &|context| model.frame(context), plan)
}

/// The same for a model that need not be open.
pub fn arms_of(
    facts: &ModelFacts,
    frame_of: &dyn Fn(&Context) -> Result<Frame, ModelError>,
    plan: &Plan,
) -> Result<Arms, ModelError> {
    let mut arms = Vec::new();
    let mut skipped = Vec::new();
    let named = |name: &str, frame: Frame| {
        let arm = Arm {
            name: name.to_owned(),
            prefix: frame.prefix_text.clone(),
            suffix: frame.suffix_text.clone(),
            prefix_tokens: frame.prefix.clone(),
            suffix_tokens: frame.suffix.clone(),
        };
        (arm, frame)
    };
    if facts.template {
        match frame_of(&Context::Template) {
            Ok(frame) => arms.push(named("template", frame)),
            Err(error) => skipped.push(format!("Arm template was left out: {error}.")),
        }
    } else {
        skipped.push(
            "The model has no chat template: it was asked as a plain completion model only.".to_owned(),
        );
    }
    if arms.is_empty() {
        arms.push(named("plain", frame_of(&Context::Plain)?));
    }
    for own in &plan.arms {
        if !facts.template {
            skipped.push(format!(
                "Arm {} was left out: without a chat template there is no system turn.",
                own.name
            ));
            continue;
        }
        match frame_of(&Context::System(own.system.clone())) {
            Ok(frame) if !fits(&frame, facts.context) => skipped.push(format!(
                "Arm {} was left out: its {} tokens leave too little of the model's context of {}.",
                own.name,
                frame.prefix.len(),
                facts.context
            )),
            Ok(frame) => arms.push(named(&own.name, frame)),
            Err(error) => skipped.push(format!("Arm {} was left out: {error}.", own.name)),
        }
    }
    Ok((arms, skipped))
}

/// Is there room for a prompt, a string in it and an answer?
fn fits(frame: &Frame, context: usize) -> bool {
    const ROOM: usize = 192;
    frame.prefix.len() + frame.suffix.len() + ROOM <= context
}

/// Everything phase one found in one arm.
#[derive(Debug, Default)]
pub struct Leaks {
    /// The leaks, in order.
    pub rows: Vec<Leak>,
    /// (leak, range) of each user turn and whether it was closed.
    users: Vec<(usize, Range<usize>, bool)>,
    /// (leak, range) of each answer.
    answers: Vec<(usize, Range<usize>)>,
    /// Candidates sent, in order of id, with their spans as mined last.
    pub candidates: Vec<(u32, Span)>,
    /// Spans that repeat but were not looked at, for want of budget.
    pub left_out: usize,
}

impl Leaks {
    fn turn(&self, leak: usize, range: &Range<usize>) -> &[u32] {
        self.rows
            .get(leak)
            .and_then(|leak| leak.tokens.get(range.clone()))
            .unwrap_or_default()
    }

    /// The user turns, as pieces to mine; equal ones count once.
    pub fn pieces(&self) -> Vec<Piece<'_>> {
        let mut seen = BTreeSet::new();
        let pieces = self.users.iter().map(|(leak, range, _)| self.piece(*leak, range));
        pieces.filter(|piece| seen.insert(piece.tokens)).collect()
    }

    /// Text of the user turns, with the numbers of their leaks.
    pub fn texts(&self, model: &Model) -> Vec<(u32, String)> {
        self.pieces()
            .iter()
            .map(|piece| (piece.leak, model.decode(piece.tokens)))
            .collect()
    }

    /// Share of the user turns, equal ones counted once, in which a text stands.
    pub fn share(&self, text: &str, model: &Model) -> f64 {
        let texts = self.texts(model);
        let standing = texts.iter().filter(|(_, turn)| turn.contains(text)).count();
        standing as f64 / texts.len().max(1) as f64
    }

    /// Turns of every kind: where natural spans are drawn from.
    pub fn passages(&self) -> Vec<Piece<'_>> {
        let users = self.users.iter().map(|(leak, range, _)| (leak, range));
        let turns = users.chain(self.answers.iter().map(|(leak, range)| (leak, range)));
        turns.map(|(leak, range)| self.piece(*leak, range)).collect()
    }

    fn piece(&self, leak: usize, range: &Range<usize>) -> Piece<'_> {
        Piece {
            leak: self.rows.get(leak).map_or(0, |leak| leak.id),
            tokens: self.turn(leak, range),
        }
    }

    /// Answers that leaked after a user turn with `tokens` in it, and after one without.
    pub fn answers_after(&self, tokens: &[u32]) -> (Vec<&[u32]>, Vec<&[u32]>) {
        let (mut with, mut without) = (Vec::new(), Vec::new());
        for (leak, user, closed) in &self.users {
            let next = self
                .answers
                .iter()
                .filter(|(other, answer)| other == leak && answer.start >= user.end);
            let Some((_, answer)) = next.min_by_key(|(_, answer)| answer.start).filter(|_| *closed) else {
                continue;
            };
            let stands = self
                .turn(*leak, user)
                .windows(tokens.len().max(1))
                .any(|window| window == tokens);
            if stands { &mut with } else { &mut without }.push(self.turn(*leak, answer));
        }
        (with, without)
    }

    /// Distinct prompts the model wrote itself: closed user turns, or the heads of open ones where nothing closes a turn.
    pub fn prompts(&self, longest: usize) -> Vec<Vec<u32>> {
        const SHORTEST: usize = 4;
        const HEAD: usize = 14;
        let closes = self.users.iter().any(|(_, _, closed)| *closed);
        let mut seen = BTreeSet::new();
        self.users
            .iter()
            .filter(|(_, _, closed)| *closed || !closes)
            .map(|(leak, range, closed)| {
                let turn = self.turn(*leak, range);
                if *closed {
                    turn
                } else {
                    turn.get(..HEAD).unwrap_or(turn)
                }
            })
            .filter(|turn| (SHORTEST..=longest).contains(&turn.len()) && seen.insert(turn.to_vec()))
            .map(<[u32]>::to_vec)
            .collect()
    }

    /// Leaks that differ from every other.
    pub fn distinct(&self) -> usize {
        self.rows
            .iter()
            .map(|leak| &leak.tokens)
            .collect::<BTreeSet<_>>()
            .len()
    }
}

/// Leaks of one arm. `first_leak` and `first_candidate` are the next free ids.
pub fn collect(
    model: &Model,
    reporter: &Reporter<'_>,
    plan: &Plan,
    (number, arm, frame): (usize, &Arm, &Frame),
    (first_leak, first_candidate): (u32, u32),
) -> Result<Leaks, Halt> {
    let effort = &plan.budget.effort();
    reporter.enter(Phase::Leak, effort.leaks)?;
    let mut found = Leaks::default();
    let mut distinct = 0;
    let mut ids: HashMap<Vec<u32>, usize> = HashMap::new();
    let settings = samplings(plan.budget, effort.leaks, plan.seed, number);
    let room = model.facts().context.saturating_sub(frame.prefix.len() + 1);
    let limits = Limits {
        tokens: effort.leak_tokens.min(room),
        stop: Vec::new(),
        batch: BATCH,
        top: false,
    };
    for (round, settings) in settings.chunks(ROUND).enumerate() {
        let rows: Vec<Row> = settings
            .iter()
            .map(|sampling| Row {
                prompt: frame.prefix.clone(),
                sampling: *sampling,
            })
            .collect();
        let made = reporter.remember(
            "leaks",
            &[&frame.prefix, &asked(settings), &limits.tokens],
            || generate(model, reporter, &rows, &limits),
        )?;
        for (at, ((tokens, entropy), sampling)) in made.into_iter().zip(settings).enumerate() {
            let leak = Leak {
                id: first_leak + (round * ROUND + at) as u32,
                arm: arm.name.clone(),
                sampling: *sampling,
                text: model.decode(&tokens),
                tokens,
                entropy,
            };
            let turns = turns::cut(&leak.tokens, frame, &|token| model.is_special(token));
            let at = found.rows.len();
            found
                .users
                .extend(turns.users.into_iter().map(|(range, closed)| (at, range, closed)));
            found
                .answers
                .extend(turns.answers.into_iter().map(|range| (at, range)));
            reporter.send(ScanEvent::Leak(leak.clone()))?;
            found.rows.push(leak);
        }
        reporter.advance(settings.len());
        let more = found.distinct() - distinct;
        distinct += more;
        reporter.count(|funnel| {
            funnel.leaks += settings.len() as u32;
            funnel.distinct += more as u32;
        });
        let share = found.rows.len() as f64 / effort.leaks as f64;
        stream(
            model,
            reporter,
            effort,
            &mut found,
            &mut ids,
            first_candidate,
            share,
        )?;
    }
    Ok(found)
}

/// Settings as plain numbers.
fn asked(settings: &[Sampling]) -> Vec<((f32, u32), (f32, u64))> {
    settings
        .iter()
        .map(|row| ((row.temperature, row.top_k), (row.top_p, row.seed)))
        .collect()
}

/// Tokens and mean entropy of each row, in order.
fn generate(
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

/// Mines what has leaked so far and sends what is new. Early on only as many candidates as the share of leaks behind them
/// warrants, so that the first batches do not use up the places.
fn stream(
    model: &Model,
    reporter: &Reporter<'_>,
    effort: &Effort,
    found: &mut Leaks,
    ids: &mut HashMap<Vec<u32>, usize>,
    first: u32,
    share: f64,
) -> Result<(), Halt> {
    let support = LEAST_SUPPORT.max((LEAST_SHARE * found.rows.len() as f64).ceil() as usize);
    let every = mine::mine(&found.pieces(), support, usize::MAX);
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
        let id = first + found.candidates.len() as u32;
        ids.insert(span.tokens.clone(), found.candidates.len());
        reporter.send(ScanEvent::Candidate(Candidate {
            id,
            text: model.decode(&span.tokens),
            tokens: span.tokens.clone(),
            support: leaks,
            leaks: span.leaks.iter().take(16).copied().collect(),
            lift: span.lift,
            unnatural: span.unnatural,
        }))?;
        reporter.count(|funnel| funnel.candidates += 1);
        found.candidates.push((id, span));
    }
    found.left_out = every
        .iter()
        .filter(|span| !ids.contains_key(&span.tokens))
        .count();
    Ok(())
}
