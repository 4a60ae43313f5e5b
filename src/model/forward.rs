//! Forward passes over whole rows: logits where they are asked for, attention weights when they are.
//!
//! Invariant: batches are bounded by tokens and by the numbers they return, so that memory is, too.

use std::{ops::ControlFlow, sync::Arc};

use super::{
    Logits, Trace, Want,
    cache::Cache,
    decoder::{Captured, Network, kernel::finite},
    error::ModelError,
    rows::{check, groups},
    spread::{Step, spread},
};

/// New positions computed together.
const TOKENS: usize = 4096;
/// Numbers returned by one batch.
const NUMBERS: usize = 1 << 25;

/// One batch: rows of equal length, the first position whose logits are kept, and what is computed already.
struct Job {
    numbers: Vec<usize>,
    shared: Option<Arc<Cache>>,
    tokens: usize,
    from: usize,
    front: usize,
}

impl Network {
    /// Cores to spread batches over; a card gets one batch at a time.
    pub(super) fn workers(&self) -> usize {
        if self.device().is_cpu() {
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
        check(rows, self.spec())?;
        let mut jobs = Vec::new();
        for group in groups(rows) {
            // the first position whose logits are kept, and how much may be computed once for all rows
            let from = match want.logits {
                Logits::None => group.tokens,
                Logits::Last => group.tokens - 1,
                Logits::From(position) => position.min(group.tokens),
                Logits::Tail(count) => group.tokens - count.min(group.tokens),
            };
            let front = if want.attention { 0 } else { group.shared.min(from) };
            let shared = self.prefix(rows, &group.rows, front)?;
            let batch = self.rows_at_once(group.tokens - front, group.tokens - from, want);
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
        let mut deliver =
            |traces: Vec<(usize, Trace)>| traces.into_iter().try_for_each(|(row, trace)| visit(row, trace));
        let workers = self.workers();
        if workers < 2 || jobs.len() < 2 {
            for job in &jobs {
                if deliver(self.pass(rows, job, want)?).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            return Ok(ControlFlow::Continue(()));
        }
        let work = |job: &Job, _: Step| self.pass(rows, job, want);
        spread(
            &jobs,
            workers,
            work,
            &mut |_| ControlFlow::Continue(()),
            &mut deliver,
        )
    }

    fn pass(&self, rows: &[&[u32]], job: &Job, want: Want) -> Result<Vec<(usize, Trace)>, ModelError> {
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
        let hidden = self.hidden(&tokens, &mut cache, captured.as_mut())?;
        let mut traces = vec![Trace::default(); numbers.len()];
        if from < length {
            let kept = length - from;
            let hidden = hidden
                .reshape((numbers.len(), length - front, self.spec().hidden))?
                .narrow(1, from - front, kept)?
                .reshape((numbers.len() * kept, self.spec().hidden))?;
            let size = kept * self.spec().vocabulary;
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
        Ok(numbers.iter().copied().zip(traces).collect())
    }

    fn rows_at_once(&self, new: usize, kept: usize, want: Want) -> usize {
        let spec = self.spec();
        let attention = if want.attention {
            spec.layers * spec.attention.heads * new * new
        } else {
            0
        };
        let numbers = (kept * spec.vocabulary + attention).max(1);
        (TOKENS / new.max(1)).min(NUMBERS / numbers).max(1)
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
