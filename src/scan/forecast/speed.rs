//! How fast this machine is at what a scan does: a stand-in of the model is put through rows like those of a scan.
//!
//! Invariant: the stand-in's weights and tokens are made up; nothing of the model is read.

use std::{
    ops::ControlFlow,
    time::{Duration, Instant},
};

use crate::{
    model::{
        Frame, Limits, Logits, ModelError, Network, OpenOptions, Rehearsal, Row, Want, inspect::Anatomy,
    },
    scan::{
        plan::{self, Budget, samplings},
        stats::quantile,
    },
};

/// Prompts that the rows of the rehearsal share, and places in them.
const PROMPTS: usize = 2;
const POSITIONS: usize = 3;
/// Time the rehearsal takes; a large model takes longer for its one round.
const REHEARSING: Duration = Duration::from_secs(2);

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

/// Measures the stand-in of the model at what a scan does most, in rows of `row` tokens beside the frame.
pub(super) fn rehearse(
    anatomy: &Anatomy,
    open: &OpenOptions,
    frame: Option<&Frame>,
    row: usize,
) -> Result<Speed, ModelError> {
    let stand_in = Rehearsal::new(anatomy, open)?;
    let facts = &anatomy.facts;
    // One layer of a large model is work enough for a round.
    let large = facts.parameters / facts.layers.max(1) as u64 > 1 << 22;
    let workers = rayon::current_num_threads();
    let rows = Rows::new(&stand_in, facts.context, frame, row);
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
    fn new(stand_in: &Rehearsal, context: usize, frame: Option<&Frame>, row: usize) -> Self {
        let (prefix, suffix) = frame.map_or((0, 0), |frame| (frame.prefix.len(), frame.suffix.len()));
        let known = stand_in.tokens().max(1) as u64;
        let some = |count: usize| (0..count).map(|at| token(at, known)).collect();
        let front: Vec<u32> = some(prefix.clamp(1, context / 2));
        let room = context - front.len() - 1;
        let back: Vec<u32> = some(suffix.min(room / 2));
        Self {
            own: row.min(room - back.len()),
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
    let mut times = vec![(Vec::new(), [Vec::new(), Vec::new()]); exercises.len()];
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
        for (exercise, (with, less)) in exercises.iter().zip(&mut times) {
            with.push(timed(*exercise, &stand_in.network)?);
            for (network, times) in stand_in.lesser.iter().flatten().zip(less) {
                times.push(timed(*exercise, network)?);
            }
        }
        if since.elapsed() > REHEARSING {
            break;
        }
    }
    let median = |times: &[f64]| quantile(times, 0.5);
    Ok(times
        .iter()
        .map(|(with, less)| {
            let lesser = stand_in
                .lesser
                .as_ref()
                .map(|_| less.each_ref().map(|times| median(times)));
            stand_in.scaled(median(with), lesser)
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
