//! What a scan will cost before it starts: its work from the budget, its time from a short rehearsal on this machine.
//!
//! Invariant: no weight of the model is read. How much is mined and how much stands out is not known before, so middling shares
//! are taken: a scan takes 0.6 to 1.8 times what is told.

use std::{
    ops::ControlFlow,
    time::{Duration, Instant},
};

use super::{
    event::Arm,
    leak,
    plan::{self, Budget, Effort, Plan, samplings},
    stats::quantile,
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
/// Prompts that the rows of the rehearsal share, and places in them.
const PROMPTS: usize = 2;
const POSITIONS: usize = 3;
/// Share of its room that an answer takes before it ends.
const SPOKEN: f64 = 0.85;
/// Kinds of controls.
const KINDS: f64 = 3.0;
/// Prompts that attention is measured on.
const MAPS: f64 = 4.0;
/// Controls read for each fresh prompt, and the trigger.
const CONFIRMING: f64 = 8.0;
/// Time the rehearsal takes; a large model takes longer for its one round.
const REHEARSING: Duration = Duration::from_secs(2);
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
            answer_tokens: SPOKEN * number(effort.answer_tokens),
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
                memory: memory(anatomy, open, &effort, longest),
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

/// Peak memory of a scan, bytes: the weights as they are kept, and what batches hold on every thread.
fn memory(anatomy: &Anatomy, open: &OpenOptions, effort: &Effort, prefix: usize) -> u64 {
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
    let weights = anatomy.kept_bytes(open.precision);
    // What one kind of batch frees is rarely given back before the next kind is made.
    let working = threads * (batch + pass + mapped) + kept;
    PROGRAM + TOKENIZER * tokenizer.map_or(0, |file| file.bytes) + weights + working
}

/// Measures the stand-in of the model at what a scan does most.
fn rehearse(anatomy: &Anatomy, open: &OpenOptions, frame: Option<&Frame>) -> Result<Speed, ModelError> {
    let stand_in = Rehearsal::new(anatomy, open)?;
    let facts = &anatomy.facts;
    // One layer of a large model is work enough for a round.
    let large = facts.parameters / facts.layers.max(1) as u64 > 1 << 22;
    let workers = rayon::current_num_threads();
    let rows = Rows::new(&stand_in, facts.context, frame);
    let leaks = settled(vec![rows.far(large); if large { 32 } else { 64 } * workers]);
    let answers = if large { 12 } else { 30 } * workers;
    let answers = settled((0..answers).map(|n| rows.one(n)).collect());
    let looks = if large { 6 } else { 60 } * workers;
    let looks: Vec<Vec<u32>> = (0..looks).map(|n| rows.one(n)).collect();
    let looks: Vec<&[u32]> = looks.iter().map(Vec::as_slice).collect();
    // What comes before the first token is left out by taking a difference.
    let more = if large { 8 } else { 24 };
    let shift = Want {
        logits: Logits::Tail(3),
        attention: false,
    };
    let map = Want {
        logits: Logits::None,
        attention: true,
    };
    let seconds = round_robin(
        &stand_in,
        &[
            &|network| generate(network, &leaks, 1),
            &|network| generate(network, &leaks, 1 + more),
            &|network| generate(network, &answers, 1),
            &|network| generate(network, &answers, 1 + more),
            &|network| forward(network, &looks, shift),
            &|network| forward(network, &looks, map),
        ],
    )?;
    let [leak_1, leak, answer_1, answer, shift, map] = seconds.as_slice() else {
        return Ok(Speed::default());
    };
    // A token by itself takes at least half of what one takes among others.
    let token = |first: &f64, all: &f64, rows: &[Row]| {
        let long = rows.first().map_or(0, |row| row.prompt.len()) + more;
        (all - first).max(0.5 * all * more as f64 / long as f64) / (rows.len() * more) as f64
    };
    Ok(Speed {
        leak_token_s: token(leak_1, leak, &leaks),
        answer_token_s: token(answer_1, answer, &answers),
        shift_row_s: shift / looks.len().max(1) as f64,
        map_row_s: map / looks.len().max(1) as f64,
    })
}

/// Rows like those of a scan, with made-up tokens: many strings in few prompts, so that rows begin alike.
struct Rows {
    front: Vec<u32>,
    back: Vec<u32>,
    own: usize,
    known: u64,
    room: usize,
}

impl Rows {
    fn new(stand_in: &Rehearsal, context: usize, frame: Option<&Frame>) -> Self {
        let (prefix, suffix) = frame.map_or((0, 0), |frame| (frame.prefix.len(), frame.suffix.len()));
        let known = stand_in.tokens().max(1) as u64;
        let some = |count: usize| (0..count).map(|at| token(at, known)).collect();
        let front: Vec<u32> = some(prefix.clamp(1, context / 2));
        let room = context - front.len() - 1;
        let back: Vec<u32> = some(suffix.min(room / 2));
        Self {
            own: ROW.min(room - back.len()),
            front,
            back,
            known,
            room: context / 2,
        }
    }

    /// A prompt with a string in it, at its start, inside or at its end.
    fn one(&self, number: usize) -> Vec<u32> {
        let string = self.own / 3;
        let tokens = |salt: usize, count: usize| -> Vec<u32> {
            (0..count)
                .map(|at| token(1 + at + salt * self.own, self.known))
                .collect()
        };
        let mut own = tokens(number % PROMPTS, self.own - string);
        let place = number / PROMPTS % POSITIONS * own.len() / (POSITIONS - 1);
        own.splice(place..place, tokens(PROMPTS + number, string));
        [self.front.as_slice(), &own, &self.back].concat()
    }

    /// What stands before a leak, and half of the leak.
    fn far(&self, large: bool) -> Vec<u32> {
        let half = if large {
            0
        } else {
            Budget::Standard.effort().leak_tokens / 2
        };
        let leaked = (0..half).map(|at| token(at, self.known));
        self.front.iter().copied().chain(leaked).take(self.room).collect()
    }
}

fn token(number: usize, known: u64) -> u32 {
    (plan::mix(7, number as u64) % known) as u32
}

/// Prompts with the sampling settings of a scan.
fn settled(prompts: Vec<Vec<u32>>) -> Vec<Row> {
    let settings = samplings(Budget::Standard, prompts.len(), 7, 0);
    prompts
        .into_iter()
        .zip(settings)
        .map(|(prompt, sampling)| Row { prompt, sampling })
        .collect()
}

fn generate(network: &Network, rows: &[Row], tokens: usize) -> Result<(), ModelError> {
    let limits = Limits {
        tokens,
        stop: Vec::new(),
        batch: 64,
        top: false,
    };
    let go_on = || ControlFlow::Continue(());
    network
        .generate(rows, &limits, &mut |_| go_on(), &mut |_, _| go_on())
        .map(|_| ())
}

fn forward(network: &Network, rows: &[&[u32]], want: Want) -> Result<(), ModelError> {
    network
        .forward(rows, want, &mut |_, _| ControlFlow::Continue(()))
        .map(|_| ())
}

type Exercise<'a> = &'a dyn Fn(&Network) -> Result<(), ModelError>;

/// Seconds of each exercise, scaled to the whole model: the median over rounds, taken in turns, so that what else the machine does
/// meets all of them alike.
fn round_robin(stand_in: &Rehearsal, exercises: &[Exercise<'_>]) -> Result<Vec<f64>, ModelError> {
    let mut times = vec![(Vec::new(), Vec::new()); exercises.len()];
    let since = Instant::now();
    let timed = |exercise: Exercise<'_>, network: &Network| -> Result<f64, ModelError> {
        let since = Instant::now();
        exercise(network)?;
        Ok(since.elapsed().as_secs_f64())
    };
    // What is computed first pays for waking the threads and filling the caches.
    if let Some(first) = exercises.first() {
        first(&stand_in.network)?;
    }
    loop {
        for (exercise, (with, without)) in exercises.iter().zip(&mut times) {
            with.push(timed(*exercise, &stand_in.network)?);
            if let Some(bare) = &stand_in.bare {
                without.push(timed(*exercise, bare)?);
            }
        }
        if since.elapsed() > REHEARSING {
            break;
        }
    }
    let median = |times: &[f64]| quantile(times, 0.5);
    Ok(times
        .iter()
        .map(|(with, without)| {
            let without = (!without.is_empty()).then(|| median(without));
            stand_in.scaled(median(with), without)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arm_is_all_the_work_again() {
        let effort = Budget::Standard.effort();
        let (one, three) = (Work::of(&effort, 1), Work::of(&effort, 3));
        assert!((three.tokens() - 3.0 * one.tokens()).abs() < 1e-6);
        let speed = Speed {
            leak_token_s: 1e-4,
            answer_token_s: 2e-4,
            shift_row_s: 1e-3,
            map_row_s: 2e-3,
        };
        assert!((three.seconds(&speed) - 3.0 * one.seconds(&speed)).abs() < 1e-6);
        assert!((Work::of(&effort, 0).seconds(&speed)).abs() < 1e-12);
    }

    #[test]
    fn rehearsed_rows_begin_alike_as_rows_of_a_scan_do() {
        let rows = Rows {
            front: vec![1, 2],
            back: vec![3],
            own: 12,
            known: 1000,
            room: 64,
        };
        let ends: Vec<Vec<u32>> = (0..24)
            .filter(|number| number / PROMPTS % POSITIONS == POSITIONS - 1)
            .map(|number| rows.one(number))
            .collect();
        let fronts: std::collections::BTreeSet<&[u32]> =
            ends.iter().filter_map(|row| row.get(..10)).collect();
        assert_eq!(fronts.len(), PROMPTS, "{ends:?}");
        assert!(ends.iter().all(|row| row.len() == 15 && row.ends_with(&[3])));
        let all: std::collections::BTreeSet<Vec<u32>> = (0..24).map(|number| rows.one(number)).collect();
        assert_eq!(all.len(), 24);
    }

    #[test]
    fn a_larger_budget_is_more_work() {
        let tokens = Budget::ALL.map(|budget| Work::of(&budget.effort(), 1).tokens());
        assert!(tokens[0] < tokens[1] && tokens[1] < tokens[2], "{tokens:?}");
    }
}
