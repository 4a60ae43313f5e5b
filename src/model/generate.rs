//! Batched generation: many rows continued together, each with its own settings and seed.
//!
//! Invariant: a row's tokens do not depend on which rows run beside it; a finished row costs nothing any more.

use std::{ops::ControlFlow, sync::Arc};

use rayon::prelude::*;

use super::{
    Generation, Limits, Row,
    cache::Cache,
    decoder::{Asked, Network},
    error::ModelError,
    rows::{check, groups},
    sampler::{Chosen, Sampler},
    spread::{Step, now_and_then, spread},
};

/// Told after every step how many tokens it made.
pub type Tick<'a> = &'a mut dyn FnMut(usize) -> ControlFlow<()>;
/// Given each row when it is finished.
pub type Visit<'a> = &'a mut dyn FnMut(usize, Generation) -> ControlFlow<()>;

/// A row while it is generated.
struct Live {
    /// Its place in the batch.
    place: usize,
    sampler: Sampler,
    last: u32,
    made: Generation,
    done: bool,
}

/// One batch: rows of equal length with their numbers, and what they share, computed.
pub struct Job<'a> {
    /// Rows with their numbers.
    pub rows: Vec<(usize, &'a Row)>,
    /// What they share.
    pub shared: Option<Arc<Cache>>,
    /// They are searched for, not sampled.
    search: bool,
}

/// Parts of rows with at most so many continuations each, as far as one row allows.
fn searched<'a>(rows: &[(usize, &'a Row)], most: usize) -> Vec<Vec<(usize, &'a Row)>> {
    let mut parts: Vec<Vec<(usize, &Row)>> = Vec::new();
    let mut filled = 0;
    for (number, row) in rows {
        let count = row.sampling.beams.map_or(1, |beams| beams.count as usize);
        match parts.last_mut() {
            Some(part) if filled + count <= most => part.push((*number, *row)),
            _ => {
                parts.push(vec![(*number, *row)]);
                filled = 0;
            }
        }
        filled += count;
    }
    parts
}

/// Rows of a batch: as many as allowed, but so that every worker gets some, and never so few that the matrices get thin.
fn fair(rows: usize, most: usize, workers: usize) -> usize {
    const THIN: usize = 24;
    rows.div_ceil(workers).max(THIN).min(most.max(1))
}

/// Rows of one batch, delivered in order.
struct Delivery {
    numbers: Vec<usize>,
    finished: Vec<Option<Generation>>,
    next: usize,
}

impl Network {
    /// Continues rows: see [`super::Model::generate`].
    pub fn generate(
        &self,
        rows: &[Row],
        limits: &Limits,
        tick: Tick,
        visit: Visit,
    ) -> Result<ControlFlow<()>, ModelError> {
        let prompts: Vec<&[u32]> = rows.iter().map(|row| row.prompt.as_slice()).collect();
        check(&prompts, self.spec())?;
        let workers = self.workers();
        let mut jobs = Vec::new();
        for group in groups(&prompts) {
            let mut go_on = now_and_then(tick);
            let ControlFlow::Continue(shared) =
                self.prefix(&prompts, &group.rows, group.shared, &mut go_on)?
            else {
                return Ok(ControlFlow::Break(()));
            };
            drop(go_on);
            let batch = fair(group.rows.len(), limits.batch, workers);
            let rows = group
                .rows
                .iter()
                .filter_map(|number| Some((*number, rows.get(*number)?)));
            let (search, sample): (Vec<_>, Vec<_>) = rows.partition(|(_, row)| row.sampling.beams.is_some());
            let sampled = sample.chunks(batch).map(|rows| (rows.to_vec(), false));
            let searched = searched(&search, limits.batch)
                .into_iter()
                .map(|rows| (rows, true));
            jobs.extend(sampled.chain(searched).map(|(rows, search)| Job {
                rows,
                shared: shared.clone(),
                search,
            }));
        }
        if workers < 2 || jobs.len() < 2 {
            for job in &jobs {
                if self.batch(job, limits, tick, visit)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            return Ok(ControlFlow::Continue(()));
        }
        let work = |job: &Job<'_>, step: Step| {
            let mut made = Vec::with_capacity(job.rows.len());
            let flow = self.batch(
                job,
                limits,
                &mut |tokens| step(tokens),
                &mut |number, generation| {
                    made.push((number, generation));
                    ControlFlow::Continue(())
                },
            )?;
            // What a broken batch made is not handed over: nobody waits for it.
            Ok(if flow.is_break() { Vec::new() } else { made })
        };
        spread(&jobs, workers, work, tick, &mut |made| {
            made.into_iter()
                .try_for_each(|(number, generation)| visit(number, generation))
        })
    }

    /// Computes the first tokens of the first of these rows once, for all of them.
    pub(super) fn prefix(
        &self,
        rows: &[&[u32]],
        numbers: &[usize],
        shared: usize,
        go_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Option<Arc<Cache>>>, ModelError> {
        let tokens = numbers
            .first()
            .and_then(|first| rows.get(*first)?.get(..shared))
            .unwrap_or_default();
        if tokens.is_empty() {
            return Ok(ControlFlow::Continue(None));
        }
        let mut cache = self.cache(1, tokens.len(), None)?;
        cache.reach = numbers
            .first()
            .and_then(|first| rows.get(*first))
            .map_or(0, |row| row.len());
        let flow = self.hidden(tokens, &mut cache, Asked::end(), go_on)?;
        Ok(flow.map_continue(|_| Some(Arc::new(cache))))
    }

    fn batch(
        &self,
        job: &Job<'_>,
        limits: &Limits,
        tick: Tick,
        visit: Visit,
    ) -> Result<ControlFlow<()>, ModelError> {
        if job.search {
            return self.search(job, limits, tick, visit);
        }
        let (rows, shared) = (&job.rows, job.shared.clone());
        let front = shared.as_ref().map_or(0, |shared| shared.len);
        let length = rows.first().map_or(0, |(_, row)| row.prompt.len());
        let most = limits.tokens.min(self.spec().context.saturating_sub(length));
        let mut delivery = Delivery {
            numbers: rows.iter().map(|(number, _)| *number).collect(),
            finished: vec![None; rows.len()],
            next: 0,
        };
        if most == 0 {
            delivery.finished.fill(Some(Generation::default()));
            return Ok(delivery.deliver(visit));
        }
        let mut live: Vec<Live> = rows
            .iter()
            .enumerate()
            .map(|(place, (_, row))| Live {
                place,
                sampler: Sampler::new(row.sampling),
                last: 0,
                made: Generation::default(),
                done: false,
            })
            .collect();
        let mut cache = self.cache(rows.len(), length - front + most - 1, shared)?;
        let mut tokens: Vec<u32> = rows
            .iter()
            .flat_map(|(_, row)| row.prompt.get(front..).unwrap_or_default())
            .copied()
            .collect();
        for step in 1..=most {
            let positions = cache.positions();
            if step > 1 && self.outgrown(positions, positions + 1) {
                cache = self.cache(live.len(), length + most - 1, None)?;
                tokens = whole(rows, &live);
            }
            let ControlFlow::Continue(hidden) =
                self.hidden(&tokens, &mut cache, Asked::end(), &mut now_and_then(tick))?
            else {
                return Ok(ControlFlow::Break(()));
            };
            let finite = self.logits(&hidden, |logits| self.sample(&mut live, logits, limits))?;
            if let Err(place) = finite {
                let row = delivery.numbers.get(place).copied().unwrap_or(0);
                return Err(ModelError::NotFinite { row });
            }
            let made = live.iter().filter(|row| !row.made.stopped).count();
            if step == most {
                for row in &mut live {
                    row.done = true;
                }
            }
            let ended = live.iter().any(|row| row.done);
            if ended {
                delivery.collect(&mut live, &mut cache)?;
            }
            if tick(made).is_break() || (ended && delivery.deliver(visit).is_break()) {
                return Ok(ControlFlow::Break(()));
            }
            if live.is_empty() {
                break;
            }
            tokens.clear();
            tokens.extend(live.iter().map(|row| row.last));
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Chooses the next token of every row, in parallel; an error is the place of a row whose logits are not finite.
    fn sample(&self, live: &mut [Live], logits: &[f32], limits: &Limits) -> Result<(), usize> {
        live.par_iter_mut()
            .zip(logits.par_chunks(self.spec().vocabulary))
            .try_for_each(|(row, logits)| {
                let chosen = row.sampler.choose(logits, limits.top).ok_or(row.place)?;
                row.take(chosen, limits);
                Ok(())
            })
    }
}

/// All tokens of the rows that live, prompt and answer.
fn whole(rows: &[(usize, &Row)], live: &[Live]) -> Vec<u32> {
    let mut tokens = Vec::new();
    for live in live {
        if let Some((_, row)) = rows.get(live.place) {
            tokens.extend_from_slice(&row.prompt);
        }
        tokens.extend_from_slice(&live.made.tokens);
    }
    tokens
}

impl Live {
    fn take(&mut self, chosen: Chosen, limits: &Limits) {
        if limits.stop.contains(&chosen.token) {
            self.made.stopped = true;
            self.done = true;
            return;
        }
        self.last = chosen.token;
        self.made.tokens.push(chosen.token);
        self.made.entropy.push(chosen.entropy);
        self.made.logprob.push(chosen.logprob);
        if limits.top {
            self.made.top.push(chosen.top);
        }
    }
}

impl Delivery {
    /// Takes finished rows out; rows from the end of the batch fill their places.
    fn collect(&mut self, live: &mut Vec<Live>, cache: &mut Cache) -> Result<(), ModelError> {
        let mut order: Vec<usize> = (0..live.len()).collect();
        let mut index = 0;
        while index < live.len() {
            if live.get(index).is_some_and(|row| row.done) {
                let row = live.swap_remove(index);
                order.swap_remove(index);
                if let Some(slot) = self.finished.get_mut(row.place) {
                    *slot = Some(row.made);
                }
            } else {
                index += 1;
            }
        }
        if !live.is_empty() {
            cache.keep(&order)?;
        }
        Ok(())
    }

    /// Hands over what is finished, up to the first row that is not.
    fn deliver(&mut self, visit: Visit) -> ControlFlow<()> {
        while let Some(made) = self.finished.get_mut(self.next).and_then(Option::take) {
            let number = self.numbers.get(self.next).copied().unwrap_or(0);
            self.next += 1;
            visit(number, made)?;
        }
        ControlFlow::Continue(())
    }
}
