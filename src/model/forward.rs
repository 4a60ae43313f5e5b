//! Forward passes over whole rows: logits where they are asked for, attention weights when they are.
//!
//! Invariant: batches are bounded by tokens and by the bytes they hold, all workers together, so that memory is bounded whatever the number of cores.

use std::{ops::ControlFlow, sync::Arc};

use super::{
    Logits, Trace, Want,
    cache::Cache,
    decoder::{Asked, Captured, Network, kernel::finite},
    error::ModelError,
    generate::Tick,
    rows::{branches, check, groups},
    spread::{Step, now_and_then, spread},
};

/// New positions computed together: enough for full products, and few enough that what a layer makes of them stays in the caches and in
/// memory the process already holds (8 times as many halve the speed: docs/performance.md).
const TOKENS: usize = 512;
/// Weights of a layer from which on all cores work on one batch.
const LARGE: usize = 1 << 20;
/// Bytes that all batches computed at one time may hold; a single row may take more.
const BYTES: usize = 1 << 29;

/// What was measured on rows, by their numbers.
type Traces = Vec<(usize, Trace)>;

/// One batch: rows of equal length, the first position whose logits are kept, and what is computed already.
struct Job {
    numbers: Vec<usize>,
    shared: Option<Arc<Cache>>,
    tokens: usize,
    from: usize,
    front: usize,
}

impl Network {
    /// Batches computed side by side: one a core for a small network, otherwise one at a time.
    pub(super) fn workers(&self) -> usize {
        // large products split well over the cores; small ones run faster one batch a core
        let spec = self.spec();
        let large = spec.hidden * (spec.attention.qkv_width() + 3 * spec.mlp.inner) > LARGE;
        if self.device().is_cpu() && !large {
            rayon::current_num_threads()
        } else {
            1
        }
    }

    /// One pass over each row: see [`super::Model::forward`].
    pub fn forward(
        &self,
        rows: &[&[u32]],
        want: Want,
        visit: &mut dyn FnMut(usize, Trace) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ModelError> {
        self.forward_while(rows, want, &mut |_| ControlFlow::Continue(()), visit)
    }

    /// The same, with a tick that may break: see [`super::Model::forward_while`].
    pub fn forward_while(
        &self,
        rows: &[&[u32]],
        want: Want,
        tick: Tick,
        visit: &mut dyn FnMut(usize, Trace) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ModelError> {
        check(rows, self.spec())?;
        let mut jobs = Vec::new();
        let workers = self.workers();
        for group in branches(rows, groups(rows)) {
            // the first position whose logits are kept, and how much may be computed once for all rows
            let from = match want.logits {
                Logits::None => group.tokens,
                Logits::Last => group.tokens - 1,
                Logits::From(position) => position.min(group.tokens),
                Logits::Tail(count) => group.tokens - count.min(group.tokens),
            };
            let front = if want.attention { 0 } else { group.shared.min(from) };
            let mut go_on = now_and_then(tick);
            let ControlFlow::Continue(shared) = self.prefix(rows, &group.rows, front, &mut go_on)? else {
                return Ok(ControlFlow::Break(()));
            };
            drop(go_on);
            let positions = (group.tokens - front, group.tokens - from, group.tokens);
            let batch = self.rows_at_once(positions, want, workers);
            for numbers in group.rows.chunks(batch) {
                let (numbers, shared) = (numbers.to_vec(), shared.clone());
                jobs.push(Job {
                    numbers,
                    shared,
                    tokens: group.tokens,
                    from,
                    front,
                });
            }
        }
        let mut deliver = |traces: Traces| traces.into_iter().try_for_each(|(row, trace)| visit(row, trace));
        if workers < 2 || jobs.len() < 2 {
            for job in &jobs {
                let flow = self.pass(rows, job, want, &mut now_and_then(tick))?;
                let ControlFlow::Continue(traces) = flow else {
                    return Ok(ControlFlow::Break(()));
                };
                if deliver(traces).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            return Ok(ControlFlow::Continue(()));
        }
        let work = |job: &Job, step: Step| {
            let mut tick = |tokens| step(tokens);
            let flow = self.pass(rows, job, want, &mut now_and_then(&mut tick))?;
            // nobody waits for what a broken batch measured
            Ok(flow.continue_value().unwrap_or_default())
        };
        spread(&jobs, workers, work, tick, &mut deliver)
    }

    fn pass(
        &self,
        rows: &[&[u32]],
        job: &Job,
        want: Want,
        go_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Traces>, ModelError> {
        let Job {
            numbers,
            shared,
            tokens: length,
            from,
            front,
        } = job;
        let mut tokens = Vec::with_capacity(numbers.len() * (length - front));
        for row in numbers.iter().filter_map(|number| rows.get(*number)) {
            tokens.extend_from_slice(row.get(*front..).unwrap_or_default());
        }
        let mut cache = self.cache(numbers.len(), length - front, shared.clone())?;
        let mut captured = want.attention.then(Captured::default);
        let asked = Asked {
            last: length - from,
            captured: captured.as_mut(),
        };
        let ControlFlow::Continue(hidden) = self.hidden(&tokens, &mut cache, asked, go_on)? else {
            return Ok(ControlFlow::Break(()));
        };
        let mut traces = vec![Trace::default(); numbers.len()];
        if from < length {
            let size = (length - from) * self.spec().vocabulary;
            self.logits(&hidden, |logits| {
                for (trace, logits) in traces.iter_mut().zip(logits.chunks_exact(size)) {
                    trace.logits = logits.to_vec();
                }
            })?;
        }
        if let Some(captured) = captured {
            by_row(captured, &mut traces);
        }
        for (number, trace) in numbers.iter().zip(&traces) {
            if !finite(&trace.logits) || !finite(&trace.attention) {
                return Err(ModelError::NotFinite { row: *number });
            }
        }
        Ok(ControlFlow::Continue(
            numbers.iter().copied().zip(traces).collect(),
        ))
    }

    /// Rows of a batch: of (new, kept, all) positions each, when so many workers hold a batch of their own.
    fn rows_at_once(&self, (new, kept, all): (usize, usize, usize), want: Want, workers: usize) -> usize {
        let spec = self.spec();
        let attention = if want.attention {
            spec.layers * spec.attention.heads * new * all
        } else {
            0
        };
        // what a layer holds at its widest, with the stream it adds to and what is normed
        let passing = 3 * spec.hidden + spec.attention.qkv_width() + 3 * spec.mlp.inner;
        let cached = 2 * spec.layers * spec.attention.kv_heads * spec.attention.head_dim;
        let row = 2 * kept * spec.vocabulary + attention + new * (passing + cached);
        let most = BYTES / size_of::<f32>() / workers.max(1);
        (TOKENS / new.max(1)).min(most / row.max(1)).max(1)
    }
}

/// From layer by layer to row by row.
fn by_row(captured: Captured, traces: &mut [Trace]) {
    for layer in captured.layers {
        let size = layer.len() / traces.len().max(1);
        for (trace, weights) in traces.iter_mut().zip(layer.chunks_exact(size.max(1))) {
            trace.attention.extend_from_slice(weights);
        }
    }
}
