//! Beam search: several continuations of each row followed side by side, all rows of one batch.
//!
//! Invariant: of equally good continuations the one with the lower beam, then the lower token, comes first, so a search has one result.

use std::ops::ControlFlow;

use rayon::prelude::*;

use super::{
    Generation, Limits,
    decoder::{Asked, Network},
    distribution::{entropy, log_softmax, top_k},
    error::ModelError,
    generate::{Job, Tick, Visit},
    spread::now_and_then,
};
use crate::scan::event::Beams;

/// Most likely tokens kept per step, when asked for.
const TOP: usize = 5;

/// One continuation.
#[derive(Clone, Default)]
struct Beam {
    /// Summed log-probability.
    score: f64,
    made: Generation,
}

/// One row's search.
struct Search {
    number: usize,
    settings: Beams,
    beams: Vec<Beam>,
    /// Continuations a stop token ended, with their score by length.
    ended: Vec<(f64, Generation)>,
}

/// What one step says about one continuation: its most likely next tokens with their log-probability, and its entropy.
struct Outlook {
    next: Vec<(u32, f32)>,
    entropy: f32,
}

/// A step of a search: the continuation it comes from, and its token.
#[derive(Clone, Copy)]
struct Branch {
    score: f64,
    beam: usize,
    token: u32,
    logprob: f32,
}

impl Network {
    /// Searches for every row of a batch.
    pub(super) fn search(
        &self,
        job: &Job<'_>,
        limits: &Limits,
        tick: Tick,
        visit: Visit,
    ) -> Result<ControlFlow<()>, ModelError> {
        let front = job.shared.as_ref().map_or(0, |shared| shared.len);
        let length = job.rows.first().map_or(0, |(_, row)| row.prompt.len());
        let most = limits.tokens.min(self.spec().context.saturating_sub(length));
        let mut searches: Vec<Search> = Vec::new();
        let mut tokens = Vec::new();
        for (number, row) in &job.rows {
            let settings = row.sampling.beams.unwrap_or(Beams {
                count: 1,
                length_penalty: 1.0,
            });
            let count = settings.count.max(1) as usize;
            for _ in 0..count {
                tokens.extend_from_slice(row.prompt.get(front..).unwrap_or_default());
            }
            searches.push(Search {
                number: *number,
                settings,
                beams: vec![Beam::default(); count],
                ended: Vec::new(),
            });
        }
        let slots: usize = searches.iter().map(|search| search.beams.len()).sum();
        let mut cache = self.cache(
            slots,
            (length - front + most).saturating_sub(1),
            job.shared.clone(),
        )?;
        for step in 1..=most {
            let positions = cache.positions();
            if step > 1 && self.outgrown(positions, positions + 1) {
                cache = self.cache(slots, length + most - 1, None)?;
                tokens = whole(job, &searches);
            }
            let flow = self.hidden(&tokens, &mut cache, Asked::end(), &mut now_and_then(tick))?;
            let ControlFlow::Continue(hidden) = flow else {
                return Ok(ControlFlow::Break(()));
            };
            let most_beams = searches.iter().map(|search| search.beams.len()).max();
            let wanted = (2 * most_beams.unwrap_or(1)).max(TOP);
            let outlooks = self.logits(&hidden, |logits| {
                logits
                    .par_chunks(self.spec().vocabulary)
                    .map(|logits| outlook(logits, wanted))
                    .collect::<Vec<_>>()
            })?;
            tokens.clear();
            let mut order = Vec::with_capacity(slots);
            let mut made = 0;
            for search in &mut searches {
                let first = order.len();
                let outlooks = outlooks
                    .get(first..first + search.beams.len())
                    .unwrap_or_default();
                if outlooks.iter().any(|outlook| !outlook.entropy.is_finite()) {
                    return Err(ModelError::NotFinite { row: search.number });
                }
                if !search.done(most) {
                    made += 1;
                }
                let from = search.advance(outlooks, step == 1, most, limits);
                order.extend(from.into_iter().map(|beam| first + beam));
                let last = |beam: &Beam| beam.made.tokens.last().copied().unwrap_or(0);
                tokens.extend(search.beams.iter().map(last));
            }
            if tick(made).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            if searches.iter().all(|search| search.done(most)) {
                break;
            }
            cache.branch(&order)?;
        }
        for search in searches {
            let number = search.number;
            if visit(number, search.best()).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// All tokens of every continuation, prompt included.
fn whole(job: &Job<'_>, searches: &[Search]) -> Vec<u32> {
    let mut tokens = Vec::new();
    for (search, (_, row)) in searches.iter().zip(&job.rows) {
        for beam in &search.beams {
            tokens.extend_from_slice(&row.prompt);
            tokens.extend_from_slice(&beam.made.tokens);
        }
    }
    tokens
}

fn outlook(logits: &[f32], wanted: usize) -> Outlook {
    let mut logp = logits.to_vec();
    log_softmax(&mut logp);
    Outlook {
        next: top_k(&logp, wanted),
        entropy: entropy(&logp),
    }
}

impl Search {
    /// A score that does not favour short continuations.
    fn by_length(&self, score: f64, tokens: usize) -> f64 {
        score / (tokens.max(1) as f64).powf(f64::from(self.settings.length_penalty))
    }

    /// No continuation that is still open can beat the ended ones any more.
    fn done(&self, most: usize) -> bool {
        let count = self.beams.len();
        let Some((worst, _)) = self.ended.get(count - 1) else {
            return false;
        };
        // scores only fall; a penalty above 0 favours length, so the longest is the best that can come of it
        let best = self.beams.first().map_or(f64::NEG_INFINITY, |beam| {
            let length = if self.settings.length_penalty > 0.0 {
                most
            } else {
                beam.made.tokens.len()
            };
            self.by_length(beam.score, length)
        });
        *worst >= best
    }

    /// One step; for each continuation, the one it grew from.
    fn advance(&mut self, outlooks: &[Outlook], first: bool, most: usize, limits: &Limits) -> Vec<usize> {
        let count = self.beams.len();
        if self.done(most) {
            return (0..count).collect();
        }
        let mut branches: Vec<Branch> = Vec::new();
        // at first all continuations are the same one
        for (beam, (open, outlook)) in self.beams.iter().zip(outlooks).enumerate() {
            if first && beam > 0 {
                break;
            }
            branches.extend(outlook.next.iter().map(|(token, logprob)| Branch {
                score: open.score + f64::from(*logprob),
                beam,
                token: *token,
                logprob: *logprob,
            }));
        }
        branches.sort_by(|left, right| {
            let order = right.score.total_cmp(&left.score);
            order.then((left.beam, left.token).cmp(&(right.beam, right.token)))
        });
        let mut kept: Vec<Branch> = Vec::with_capacity(count);
        for (rank, branch) in branches.iter().enumerate() {
            if kept.len() == count {
                break;
            }
            if !limits.stop.contains(&branch.token) {
                kept.push(*branch);
            } else if rank < count
                && let Some(open) = self.beams.get(branch.beam)
            {
                let mut made = open.made.clone();
                made.stopped = true;
                self.ended
                    .push((self.by_length(branch.score, made.tokens.len() + 1), made));
            }
        }
        self.ended.sort_by(|left, right| right.0.total_cmp(&left.0));
        self.ended.truncate(count);
        // fewer tokens than continuations: the last one is followed several times
        while let Some(last) = kept.last().copied().filter(|_| kept.len() < count) {
            kept.push(Branch {
                score: f64::NEG_INFINITY,
                ..last
            });
        }
        let beams = kept.iter().filter_map(|branch| {
            let (open, outlook) = (self.beams.get(branch.beam)?, outlooks.get(branch.beam)?);
            let mut beam = open.clone();
            beam.score = branch.score;
            beam.made.tokens.push(branch.token);
            beam.made.logprob.push(branch.logprob);
            beam.made.entropy.push(outlook.entropy);
            if limits.top {
                beam.made
                    .top
                    .push(outlook.next.iter().take(TOP).copied().collect());
            }
            Some(beam)
        });
        self.beams = beams.collect();
        kept.iter().map(|branch| branch.beam).collect()
    }

    /// The best continuation, ended or not.
    fn best(self) -> Generation {
        let open = self.beams.iter().map(|beam| {
            let score = self.by_length(beam.score, beam.made.tokens.len());
            (score, beam.made.clone())
        });
        let all = self.ended.iter().cloned().chain(open);
        all.reduce(|best, other| if other.0 > best.0 { other } else { best })
            .map(|(_, made)| made)
            .unwrap_or_default()
    }
}
