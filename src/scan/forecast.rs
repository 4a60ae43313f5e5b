//! What a scan will cost before it starts: its work from the budget, its time from a short rehearsal on this machine.
//!
//! Invariant: no weight of the model is read. How much is mined and how much stands out is not known before, so middling shares
//! are taken; the estimate is good to about a third.

use std::{
    ops::ControlFlow,
    time::{Duration, Instant},
};

use super::{
    event::Arm,
    leak,
    plan::{self, Budget, Effort, Plan, samplings},
};
use crate::model::{
    Frame, Limits, Logits, ModelError, Network, OpenOptions, Rehearsal, Row, Want, inspect::Anatomy,
};

/// Share of the places for candidates that mining fills.
const MINED: f64 = 0.9;
/// Share of the families measured closely that stand out and are tested further.
const STANDING: f64 = 0.5;
/// Share of the controls that can be drawn: short strings have no other order.
const DRAWN: f64 = 0.85;
/// Lengths controls of the first look are drawn in.
const LENGTHS: f64 = 8.0;
/// Shorter and changed forms measured of what stands out.
const FORMS: f64 = 22.0;
/// Tokens of a row beside the arm's own: a prompt and a string in it.
const ROW: usize = 22;
/// Kinds of controls.
const KINDS: f64 = 3.0;
/// Prompts that attention is measured on.
const MAPS: f64 = 4.0;
/// Controls read for each fresh prompt, and the trigger.
const CONFIRMING: f64 = 8.0;
/// Time spent on each exercise, at least one round.
const EXERCISE: Duration = Duration::from_millis(80);
/// A model with a shorter context cannot be given a prompt, a string in it and an answer.
const LEAST_CONTEXT: usize = 48;

/// The work of a scan, as rows of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Work {
    /// Leaks.
    pub leaks: f64,
    /// New tokens of each.
    pub leak_tokens: f64,
    /// Greedy answers.
    pub answers: f64,
    /// Tokens of each.
    pub answer_tokens: f64,
    /// Rows whose last distributions are compared.
    pub shifts: f64,
    /// Rows whose attention is read.
    pub maps: f64,
}

impl Work {
    /// The work of a budget, for each arm.
    pub fn of(effort: &Effort, arms: usize) -> Self {
        let number = |count: usize| count as f64;
        let (prompts, fresh) = (number(effort.prompts), number(effort.fresh));
        let controls = KINDS * number(effort.controls) * DRAWN;
        let (closer, standing) = (number(effort.closer), number(effort.closer) * STANDING);
        let cases = 1.5 * (prompts + fresh);
        let looks = 3.0 * number(effort.looks);
        // Of what is read both ways, half is read in answers and half in shifts.
        let either = 0.5 * standing * (FORMS * prompts + CONFIRMING * fresh);
        let one_arm = Self {
            leaks: number(effort.leaks),
            leak_tokens: number(effort.leak_tokens),
            answers: cases + number(effort.survivors) * prompts + closer * controls * prompts + either,
            answer_tokens: number(effort.answer_tokens),
            shifts: cases
                + looks * (MINED * number(effort.candidates) + LENGTHS * number(effort.controls))
                + closer * (controls + 1.0) * prompts
                + either,
            maps: standing * (controls + 1.0) * MAPS,
        };
        let arms = number(arms);
        Self {
            leaks: one_arm.leaks * arms,
            answers: one_arm.answers * arms,
            shifts: one_arm.shifts * arms,
            maps: one_arm.maps * arms,
            ..one_arm
        }
    }

    /// Tokens generated, leaks and answers.
    pub fn tokens(&self) -> f64 {
        self.leaks * self.leak_tokens + self.answers * self.answer_tokens
    }

    /// Seconds at this speed.
    pub fn seconds(&self, speed: &Speed) -> f64 {
        self.leaks * self.leak_tokens * speed.leak_token_s
            + self.answers * (speed.shift_row_s + self.answer_tokens * speed.answer_token_s)
            + self.shifts * speed.shift_row_s
            + self.maps * speed.map_row_s
    }
}

/// Seconds this machine takes.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Speed {
    /// For a token of a leak, in large batches.
    pub leak_token_s: f64,
    /// For a token of an answer, in small ones.
    pub answer_token_s: f64,
    /// For a row whose last distributions are compared.
    pub shift_row_s: f64,
    /// For a row whose attention is read.
    pub map_row_s: f64,
}

/// What one budget costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The budget.
    pub budget: Budget,
    /// Its work.
    pub work: Work,
    /// Peak memory, bytes.
    pub memory: u64,
    /// Time from the first leak to the last finding, seconds.
    pub seconds: f64,
}

/// What a scan of a model will do and cost.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// The arms.
    pub arms: Vec<Arm>,
    /// Sentences about arms that cannot be used.
    pub skipped: Vec<String>,
    /// Speed of this machine.
    pub speed: Speed,
    /// One for each budget, smallest first.
    pub costs: Vec<Cost>,
}

/// Rehearses and adds up. `plan` gives the analyst's own arms.
pub fn forecast(anatomy: &Anatomy, open: &OpenOptions, plan: &Plan) -> Result<Forecast, ModelError> {
    let (arms, mut skipped) = leak::arms_of(&anatomy.facts, &|context| anatomy.frame(context), plan)?;
    if anatomy.facts.context < LEAST_CONTEXT {
        skipped.push(format!(
            "A context of {} tokens is too short to scan in.",
            anatomy.facts.context
        ));
        return Ok(Forecast {
            arms: Vec::new(),
            skipped,
            speed: Speed::default(),
            costs: Vec::new(),
        });
    }
    let speed = rehearse(anatomy, open, arms.first().map(|(_, frame)| frame))?;
    let longest = arms
        .iter()
        .map(|(_, frame)| frame.prefix.len())
        .max()
        .unwrap_or(0);
    let costs = Budget::ALL
        .into_iter()
        .map(|budget| {
            let effort = budget.effort();
            let work = Work::of(&effort, arms.len());
            Cost {
                budget,
                work,
                memory: memory(anatomy, &effort, longest),
                seconds: work.seconds(&speed),
            }
        })
        .collect();
    Ok(Forecast {
        arms: arms.into_iter().map(|(arm, _)| arm).collect(),
        skipped,
        speed,
        costs,
    })
}

/// Peak memory of a scan, bytes: the weights as they are read in, then what batches hold on every thread.
fn memory(anatomy: &Anatomy, effort: &Effort, prefix: usize) -> u64 {
    /// Rows of a batch, positions of a pass, numbers a pass may return: as `model` has them.
    const ROWS: usize = 64;
    const POSITIONS: usize = 4096;
    const RETURNED: usize = 1 << 25;
    /// The program itself with its tables.
    const PROGRAM: u64 = 40 << 20;
    /// A tokenizer takes so many times its file.
    const TOKENIZER: u64 = 12;
    let spec = anatomy.spec();
    let floats = |count: usize| 4 * count as u64;
    let (attention, vocabulary) = (&spec.attention, spec.vocabulary);
    let per_position = spec.layers * 2 * attention.kv_heads * attention.head_dim;
    let batch = floats(ROWS * (prefix + effort.leak_tokens) * per_position) + floats(ROWS * vocabulary * 3);
    let row = ROW + prefix;
    let rows = (POSITIONS / row).min(RETURNED / (3 * vocabulary)).max(1);
    let width = 4 * spec.hidden + attention.qkv_width() + 3 * spec.mlp.inner;
    let pass = floats(rows * row * (width + per_position)) + floats(rows * 6 * vocabulary);
    let maps = spec.layers * attention.heads * row * row;
    let mapped = 2 * floats(maps * (POSITIONS / row).min(RETURNED / maps.max(1)).max(1));
    let threads = rayon::current_num_threads() as u64;
    let kept = floats(2 * (effort.prompts + effort.fresh) * 3 * vocabulary);
    let tokenizer = anatomy.files.iter().find(|file| file.name == "tokenizer.json");
    let weights = 4 * anatomy.facts.parameters;
    let working = threads * batch.max(pass).max(mapped) + kept;
    PROGRAM
        + TOKENIZER * tokenizer.map_or(0, |file| file.bytes)
        + weights
        + working.max(anatomy.weight_bytes())
}

/// Measures the stand-in of the model at what a scan does most.
fn rehearse(anatomy: &Anatomy, open: &OpenOptions, frame: Option<&Frame>) -> Result<Speed, ModelError> {
    let stand_in = Rehearsal::new(anatomy, open)?;
    let known = stand_in.tokens() as u32;
    let empty = Frame::default();
    let frame = frame.unwrap_or(&empty);
    let token = |number: usize| (plan::mix(7, number as u64) % u64::from(known.max(1))) as u32;
    let room = anatomy.facts.context;
    let front: Vec<u32> = (0..frame.prefix.len().clamp(1, room / 2 - 1))
        .map(token)
        .collect();
    let row = |number: usize| {
        let own = (ROW + frame.suffix.len()).min(room - front.len());
        let inside = (0..own).map(|at| token(1 + at + number * own));
        front.iter().copied().chain(inside).collect::<Vec<u32>>()
    };
    let stage = Stage {
        stand_in: &stand_in,
        workers: rayon::current_num_threads(),
        large: anatomy.facts.parameters / anatomy.facts.layers.max(1) as u64 > 1 << 22,
    };
    let half = if stage.large {
        0
    } else {
        Budget::Standard.effort().leak_tokens / 2
    };
    let far: Vec<u32> = front
        .iter()
        .copied()
        .chain((0..half).map(token))
        .take(room / 2)
        .collect();
    let leak = stage.generate(&vec![far; if stage.large { 32 } else { 64 } * stage.workers])?;
    let few = if stage.large { 2 } else { 50 };
    let rows: Vec<Vec<u32>> = (0..few * stage.workers).map(row).collect();
    let answer = stage.generate(&vec![
        rows.first().cloned().unwrap_or_default();
        25 * stage.workers
    ])?;
    let want = |logits, attention| Want { logits, attention };
    Ok(Speed {
        leak_token_s: leak,
        answer_token_s: answer,
        shift_row_s: stage.forward(&rows, want(Logits::Tail(3), false))?,
        map_row_s: stage.forward(&rows, want(Logits::None, true))?,
    })
}

/// Where exercises are timed.
struct Stage<'a> {
    stand_in: &'a Rehearsal,
    workers: usize,
    /// One layer is work enough for a round.
    large: bool,
}

impl Stage<'_> {
    /// Seconds for each new token of rows that share their prompt.
    fn generate(&self, prompts: &[Vec<u32>]) -> Result<f64, ModelError> {
        let settings = samplings(Budget::Standard, prompts.len(), 7, 0);
        let rows: Vec<Row> = prompts
            .iter()
            .zip(settings)
            .map(|(prompt, sampling)| Row {
                prompt: prompt.clone(),
                sampling,
            })
            .collect();
        let go_on = || ControlFlow::Continue(());
        let of = |tokens| {
            let limits = Limits {
                tokens,
                stop: Vec::new(),
                batch: 64,
                top: false,
            };
            self.timed(&|network| {
                let flow = network.generate(&rows, &limits, &mut |_| go_on(), &mut |_, _| go_on());
                flow.map(|_| ())
            })
        };
        // What comes before the first token is left out by taking the difference.
        let more = if self.large { 2 } else { 8 };
        let (first, all) = (of(1)?, of(1 + more)?);
        Ok((all - first).max(0.5 * all) / (rows.len() * more).max(1) as f64)
    }

    /// Seconds for each row of a forward pass.
    fn forward(&self, rows: &[Vec<u32>], want: Want) -> Result<f64, ModelError> {
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        let go_on = || ControlFlow::Continue(());
        self.timed(&|network| network.forward(&rows, want, &mut |_, _| go_on()).map(|_| ()))
            .map(|seconds| seconds / rows.len().max(1) as f64)
    }

    /// Mean seconds of one round, scaled to the whole model.
    fn timed(&self, round: &dyn Fn(&Network) -> Result<(), ModelError>) -> Result<f64, ModelError> {
        let mean = |network: &Network| -> Result<f64, ModelError> {
            let (since, mut rounds) = (Instant::now(), 0.0);
            while rounds < 1.0 || since.elapsed() < EXERCISE {
                round(network)?;
                rounds += 1.0;
            }
            Ok(since.elapsed().as_secs_f64() / rounds)
        };
        let with = mean(&self.stand_in.network)?;
        let without = self.stand_in.bare.as_ref().map(mean).transpose()?;
        Ok(self.stand_in.scaled(with, without))
    }
}
