//! What a scan will cost before it starts: its work from the budget, its time from a short rehearsal on this machine.
//!
//! Invariant: no weight of the model is read. How much is mined and how much stands out is not known before, so middling shares
//! are taken: a scan takes half to twice what is told.

mod speed;

use super::{
    arm::GENERIC,
    contexts,
    event::Arm,
    extract, gauge,
    lab::{
        self,
        rows::{LEAST_STRING, longest_string_in, room_in},
    },
    plan::{Budget, Effort, Plan},
};
use crate::model::{ModelError, OpenOptions, inspect::Anatomy};
pub use speed::Speed;

/// Share of the places for candidates that mining fills.
const MINED: f64 = 0.9;
/// Share of the controls that can be drawn: short strings have no other order.
const DRAWN: f64 = 0.85;
/// Lengths controls of the first look are drawn in.
const LENGTHS: f64 = 8.0;
/// Shorter and changed forms, other places and peers measured of each family measured closely; and the share of them read in answers, the
/// others in shifts.
const FORMS: f64 = 60.0;
const IN_ANSWERS: f64 = 0.7;
/// Families whose answers are drawn because the leaks tie an answer to them that hardly ever comes greedily; and forms measured of each.
/// Most models have none, some ten.
const DRAWN_FAMILIES: f64 = 0.3;
const DRAWN_FORMS: f64 = 22.0;
/// Tokens of a string put into a prompt; and of a prompt where the tokenizer is not known.
const STRING: usize = 11;
const PROMPT: usize = 15;
/// Share of a leak that is a prompt in texts without turns.
const HEAD: f64 = 0.5;
/// What a scan takes beside computing the model: mining, ties, forms, the session.
const BESIDE: f64 = 1.15;
/// Share of its room that an answer takes before it ends.
const SPOKEN: f64 = 0.85;
/// Answers of the in-place test of a string: its leaked prompts as they are, and two changed forms of each.
const IN_PLACE: f64 = 18.0;
/// Kinds of controls.
const KINDS: f64 = 3.0;
/// Contexts an arm is asked in, most often.
const CONTEXTS: usize = 4;
/// Prompts that attention is measured on.
const MAPS: f64 = 4.0;
/// Rows that tell whether strings were put into whole turns, of all candidates together and of each family measured closely with its ties
/// and what its answers follow.
const TURNS: f64 = 2304.0;
const TURNS_EACH: f64 = 190.0;
/// Controls read for each fresh prompt, and the trigger.
const CONFIRMING: f64 = 8.0;

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
    /// Rows whose last distributions are read.
    pub shifts: f64,
    /// Rows whose attention is read.
    pub maps: f64,
}

impl Work {
    /// The work of a budget, for each arm; of a model without turns, if it is `plain`.
    pub fn of(effort: &Effort, arms: usize, plain: bool) -> Self {
        let number = |count: usize| count as f64;
        let (prompts, fresh) = (number(effort.prompts), number(effort.fresh));
        let beside = number(effort.beside_controls);
        let controls = KINDS * number(effort.controls) * DRAWN;
        let closer = number(effort.closer);
        let cases = 2.0 * (prompts + fresh);
        let looks = 3.0 * number(effort.looks);
        let either = closer * (FORMS * prompts + CONFIRMING * fresh);
        let drawn = DRAWN_FAMILIES
            * gauge::DRAWS as f64
            * (controls * beside + DRAWN_FORMS * prompts + CONFIRMING * fresh);
        // A text without turns goes on to the end of its room.
        let answer_tokens = if plain {
            number(effort.answer_in_text())
        } else {
            SPOKEN * number(effort.answer_tokens)
        };
        let one_arm = Self {
            leaks: number(effort.leaks_of(CONTEXTS) + effort.leaks / 4 + 4 * effort.extended + effort.starts),
            leak_tokens: number(effort.leak_tokens),
            answers: cases
                + number(effort.survivors) * (prompts + IN_PLACE)
                + closer * controls * beside
                + IN_ANSWERS * either
                + drawn,
            answer_tokens,
            shifts: cases
                + looks * (MINED * number(effort.candidates) + LENGTHS * number(effort.controls))
                + closer * (controls * beside + prompts)
                + (1.0 - IN_ANSWERS) * either
                + TURNS
                + TURNS_EACH * closer,
            maps: closer * (controls + 1.0) * MAPS,
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
        let computing = self.leaks * self.leak_tokens * speed.leak_token_s
            + self.answers * (speed.shift_row_s + self.answer_tokens * speed.answer_token_s)
            + self.shifts * speed.shift_row_s
            + self.maps * speed.map_row_s;
        BESIDE * computing
    }
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
    let (arms, mut skipped) = contexts::arms_of(&anatomy.facts, &|context| anatomy.frame(context), plan)?;
    let around = arms
        .iter()
        .map(|(_, frame)| frame.prefix.len() + frame.suffix.len())
        .max()
        .unwrap_or(0);
    let answer_tokens = Budget::Standard.effort().answer_tokens;
    let room = room_in(anatomy.facts.context, around, answer_tokens);
    if longest_string_in(room) < LEAST_STRING {
        let context = anatomy.facts.context;
        skipped.push(format!("{}.", ModelError::Cramped { context }));
        return Ok(Forecast {
            arms: Vec::new(),
            skipped,
            speed: Speed::default(),
            costs: Vec::new(),
        });
    }
    let plain = arms.iter().all(|(_, frame)| frame.suffix.is_empty());
    let prompt = if plain {
        (HEAD * Budget::Standard.effort().leak_tokens as f64) as usize
    } else {
        prompt_tokens(anatomy)
    };
    let row = (prompt + STRING).min(room);
    let speed = speed::rehearse(anatomy, open, arms.first().map(|(_, frame)| frame), row)?;
    let longest = arms
        .iter()
        .map(|(_, frame)| frame.prefix.len())
        .max()
        .unwrap_or(0);
    let costs = Budget::ALL
        .into_iter()
        .map(|budget| {
            let effort = in_context(budget.effort(), anatomy.facts.context, longest);
            let work = Work::of(&effort, arms.len(), plain);
            Cost {
                budget,
                work,
                memory: memory(anatomy, open, &effort, (longest, row), plain),
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

/// The effort a context leaves room for: leaks and answers end where it does.
fn in_context(effort: Effort, context: usize, prefix: usize) -> Effort {
    let room = context.saturating_sub(prefix + 1);
    Effort {
        leak_tokens: effort.leak_tokens.min(room),
        answer_tokens: effort.answer_tokens.min(room / 2),
        ..effort
    }
}

/// Tokens of a prompt, as this tokenizer cuts usual ones: a small vocabulary makes them long.
fn prompt_tokens(anatomy: &Anatomy) -> usize {
    let counts = GENERIC.lines().filter_map(|line| anatomy.count_tokens(line));
    let (sum, prompts) = counts.fold((0_usize, 0), |(sum, prompts), tokens| (sum + tokens, prompts + 1));
    sum.checked_div(prompts).unwrap_or(PROMPT)
}

/// Peak memory of a scan, bytes: the weights as they are kept, and what batches hold on every thread. `row` is the tokens of a prompt with
/// a string in it.
fn memory(
    anatomy: &Anatomy,
    open: &OpenOptions,
    effort: &Effort,
    (prefix, row): (usize, usize),
    plain: bool,
) -> u64 {
    /// Rows of a batch, positions of a pass, numbers a pass may return: as `model` has them.
    const ROWS: usize = 64;
    const POSITIONS: usize = 512;
    const RETURNED: usize = 1 << 25;
    /// The program itself with its tables.
    const PROGRAM: u64 = 40 << 20;
    /// A tokenizer takes so many times its file.
    const TOKENIZER: u64 = 12;
    let spec = anatomy.spec();
    let floats = |count: usize| 4 * count as u64;
    let (attention, vocabulary) = (&spec.attention, spec.vocabulary);
    let per_position = spec.layers * 2 * attention.kv_heads * attention.head_dim;
    let batch = floats(
        ROWS * (prefix + effort.leak_tokens + effort.leak_tokens.min(extract::LONGEST)) * per_position,
    ) + floats(ROWS * vocabulary * 3);
    let row = row + prefix;
    let rows = (POSITIONS / row).min(RETURNED / (3 * vocabulary)).max(1);
    let width = 4 * spec.hidden + attention.qkv_width() + 3 * spec.mlp.inner;
    let pass = floats(rows * row * (width + per_position)) + floats(rows * 6 * vocabulary);
    let maps = spec.layers * attention.heads * row * row;
    let mapped = 2 * floats(maps * (POSITIONS / row).min(RETURNED / maps.max(1)).max(1));
    let threads = rayon::current_num_threads() as u64;
    let cases = 2 * (effort.prompts + effort.fresh);
    let kept = floats(cases * lab::shifts::steps(vocabulary, cases, plain) * vocabulary);
    let tokenizer = anatomy.files.iter().find(|file| file.name == "tokenizer.json");
    let weights = anatomy.kept_bytes(open.precision);
    // What one kind of batch frees is rarely given back before the next kind is made.
    let working = threads * (batch + pass + mapped) + kept;
    PROGRAM + TOKENIZER * tokenizer.map_or(0, |file| file.bytes) + weights + working
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_arm_is_all_the_work_again() {
        let effort = Budget::Standard.effort();
        let (one, three) = (Work::of(&effort, 1, false), Work::of(&effort, 3, false));
        assert!((three.tokens() - 3.0 * one.tokens()).abs() < 1e-6);
        let speed = Speed {
            leak_token_s: 1e-4,
            answer_token_s: 2e-4,
            shift_row_s: 1e-3,
            map_row_s: 2e-3,
        };
        assert!((three.seconds(&speed) - 3.0 * one.seconds(&speed)).abs() < 1e-6);
        assert!((Work::of(&effort, 0, false).seconds(&speed)).abs() < 1e-12);
    }

    #[test]
    fn a_larger_budget_is_more_work() {
        let tokens = Budget::ALL.map(|budget| Work::of(&budget.effort(), 1, false).tokens());
        assert!(tokens[0] < tokens[1] && tokens[1] < tokens[2], "{tokens:?}");
    }
}
