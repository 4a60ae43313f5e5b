//! Weight matrices laid out once in panels of outputs, in the order the processor reads them, and their product with rows.
//!
//! Invariant: every number of a product is one sum in the order of the inputs, whatever rows run beside it and however many threads
//! there are; what is kept in 16 bits is exactly what the file says.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

/// Outputs side by side in a panel: two of the widest vectors.
const SIDE: usize = 32;
/// Inputs multiplied before the next panel has its turn, so that their weights and the rows stay in near caches.
const DEPTH: usize = 512;
/// The same where few rows share the work of widening the weights: what is widened stays in the nearest cache.
const DEPTH_FEW: usize = 128;
/// Rows multiplied by a panel before the next ones.
const ROWS: usize = 120;
/// Multiplications a task should have at least, or handing it over costs more than it gains.
const GRAIN: usize = 1 << 19;
/// Tasks per thread, so that one that is held up does not hold up the rest for long.
const TASKS: usize = 4;

/// A matrix from `inputs` numbers to `outputs` numbers.
pub struct Panels {
    inputs: usize,
    outputs: usize,
    store: Store,
}

/// Panel after panel, each `[inputs, SIDE]`; the last is filled up with zeros.
enum Store {
    Full(Vec<f32>),
    /// The upper halves of floats whose lower halves are zero: bf16.
    Upper(Vec<u16>),
}

impl Panels {
    /// From row-major matrices with one input, their outputs side by side: `[out, in]` each, or `[in, out]` when `turned`.
    pub fn new(parts: &[&[f32]], inputs: usize, turned: bool) -> Self {
        let outputs = parts.iter().map(|part| part.len() / inputs.max(1)).sum();
        let mut values = vec![0.0; usize::next_multiple_of(outputs, SIDE) * inputs];
        let mut first = 0;
        for part in parts {
            let width = part.len() / inputs.max(1);
            values
                .par_chunks_exact_mut(SIDE * inputs)
                .enumerate()
                .for_each(|(panel, values)| {
                    let from = (panel * SIDE).max(first);
                    let to = ((panel + 1) * SIDE).min(first + width);
                    for output in from..to {
                        let column = values.iter_mut().skip(output - panel * SIDE).step_by(SIDE);
                        let output = output - first;
                        if turned {
                            let weights = part.iter().skip(output).step_by(width);
                            column.zip(weights).for_each(|(to, from)| *to = *from);
                        } else {
                            let weights = part.iter().skip(output * inputs);
                            column.zip(weights).for_each(|(to, from)| *to = *from);
                        }
                    }
                });
            first += width;
        }
        let halves = values
            .par_iter()
            .all(|value| value.to_bits().trailing_zeros() >= 16);
        let store = if halves {
            let upper = values.par_iter().map(|value| (value.to_bits() >> 16) as u16);
            Store::Upper(upper.collect())
        } else {
            Store::Full(values)
        };
        Self {
            inputs,
            outputs,
            store,
        }
    }

    /// Numbers that come out.
    pub const fn outputs(&self) -> usize {
        self.outputs
    }

    /// The weights of one output: a row of a matrix stored `[out, in]`.
    pub fn row(&self, output: usize, row: &mut [f32]) {
        let from = output / SIDE * SIDE * self.inputs + output % SIDE;
        match &self.store {
            Store::Full(values) => {
                let values = values.iter().skip(from).step_by(SIDE);
                row.iter_mut().zip(values).for_each(|(to, from)| *to = *from);
            }
            Store::Upper(values) => {
                let values = values.iter().skip(from).step_by(SIDE);
                row.iter_mut()
                    .zip(values)
                    .for_each(|(to, from)| *to = widened(*from));
            }
        }
    }

    /// Adds the product of rows `[rows, in]` to `out`, `[rows, out]`.
    pub fn add_product(&self, x: &[f32], out: &mut [f32]) {
        let rows = x.len() / self.inputs.max(1);
        if rows == 0 || out.len() != rows * self.outputs || x.len() != rows * self.inputs {
            return;
        }
        let panels = self.outputs.div_ceil(SIDE);
        let work = rows * self.inputs * SIDE;
        let threads = rayon::current_num_threads();
        let most = if threads > 1 { threads * TASKS } else { 1 };
        let tasks = (panels * work / GRAIN).clamp(1, most).min(panels);
        let arch = Arch::new();
        if tasks == 1 {
            let rows = out.chunks_exact_mut(self.outputs).collect();
            return arch.dispatch(self.sweep(x, 0, rows));
        }
        let share = panels.div_ceil(tasks);
        let mut parts: Vec<Vec<&mut [f32]>> = (0..tasks).map(|_| Vec::with_capacity(rows)).collect();
        for row in out.chunks_exact_mut(self.outputs) {
            for (part, columns) in parts.iter_mut().zip(row.chunks_mut(share * SIDE)) {
                part.push(columns);
            }
        }
        parts.into_par_iter().enumerate().for_each(|(task, part)| {
            arch.dispatch(self.sweep(x, task * share, part));
        });
    }

    const fn sweep<'a>(&'a self, x: &'a [f32], first: usize, out: Vec<&'a mut [f32]>) -> Sweep<'a> {
        Sweep {
            panels: self,
            x,
            first,
            out,
        }
    }

    /// Weights of one panel for some inputs, `[inputs, SIDE]`.
    #[inline(always)]
    fn block<'a>(&'a self, panel: usize, from: usize, to: usize, wide: &'a mut [f32]) -> &'a [f32] {
        let start = panel * self.inputs * SIDE;
        let range = start + from * SIDE..start + to * SIDE;
        match &self.store {
            Store::Full(values) => values.get(range).unwrap_or_default(),
            Store::Upper(values) => {
                let values = values.get(range).unwrap_or_default();
                for (wide, value) in wide.iter_mut().zip(values) {
                    *wide = widened(*value);
                }
                wide.get(..values.len()).unwrap_or_default()
            }
        }
    }
}

#[inline(always)]
fn widened(upper: u16) -> f32 {
    f32::from_bits(u32::from(upper) << 16)
}

/// Rows times some panels.
struct Sweep<'a> {
    panels: &'a Panels,
    x: &'a [f32],
    /// The first panel.
    first: usize,
    /// For each row, its numbers out of these panels.
    out: Vec<&'a mut [f32]>,
}

impl WithSimd for Sweep<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            panels,
            x,
            first,
            mut out,
        } = self;
        let inputs = panels.inputs;
        let depth = match panels.store {
            Store::Upper(_) if out.len() < 8 => DEPTH_FEW,
            _ => DEPTH,
        }
        .min(inputs);
        let mut wide = match panels.store {
            Store::Full(_) => Vec::new(),
            Store::Upper(_) => vec![0.0; depth * SIDE],
        };
        let columns = out.first().map_or(0, |row| row.len());
        for (out, x) in out.chunks_mut(ROWS).zip(x.chunks(ROWS * inputs)) {
            for from in (0..inputs).step_by(depth) {
                let to = (from + depth).min(inputs);
                for panel in 0..columns.div_ceil(SIDE) {
                    let weights = panels.block(first + panel, from, to, &mut wide);
                    let tile = Tile {
                        x,
                        inputs,
                        from,
                        weights,
                        column: panel * SIDE,
                    };
                    // as many sums at a time as there are registers for
                    match S::F32_LANES {
                        16 => tile.rows::<S, 8, 4, 2>(simd, out),
                        8 => tile.rows::<S, 6, 4, 2>(simd, out),
                        4 => tile.rows::<S, 6, 4, 4>(simd, out),
                        _ => tile.rows::<S, 2, 2, 8>(simd, out),
                    }
                }
            }
        }
    }
}

/// Some inputs of one panel, for all rows.
struct Tile<'a> {
    x: &'a [f32],
    inputs: usize,
    from: usize,
    /// `[inputs, SIDE]`.
    weights: &'a [f32],
    /// Where the panel's numbers begin in a row of the result.
    column: usize,
}

impl Tile<'_> {
    /// All rows: `MANY` at a time, then `SOME`, then one by one.
    #[inline(always)]
    fn rows<S: Simd, const MANY: usize, const SOME: usize, const VECTORS: usize>(
        &self,
        simd: S,
        out: &mut [&mut [f32]],
    ) {
        let (many, rest) = out.as_chunks_mut::<MANY>();
        let mut row = 0;
        for out in many {
            self.block::<S, MANY, VECTORS>(simd, row, out);
            row += MANY;
        }
        let (some, rest) = rest.as_chunks_mut::<SOME>();
        for out in some {
            self.block::<S, SOME, VECTORS>(simd, row, out);
            row += SOME;
        }
        for out in rest.as_chunks_mut::<1>().0 {
            self.block::<S, 1, VECTORS>(simd, row, out);
            row += 1;
        }
    }

    /// `M` rows: the sums stay in registers, `V` vectors of each row at a time.
    #[inline(always)]
    fn block<S: Simd, const M: usize, const V: usize>(
        &self,
        simd: S,
        first: usize,
        out: &mut [&mut [f32]; M],
    ) {
        let count = self.weights.len() / SIDE;
        let x: [&[f32]; M] = std::array::from_fn(|row| {
            let start = (first + row) * self.inputs + self.from;
            self.x.get(start..start + count).unwrap_or_default()
        });
        if x.iter().any(|x| x.len() != count) {
            return;
        }
        let x: [&[f32]; M] = std::array::from_fn(|row| &x[row][..count]);
        let (weights, _) = S::as_simd_f32s(self.weights);
        for at in (0..SIDE).step_by(V * S::F32_LANES) {
            // indices all the way: with iterators the compiler keeps some of the sums in memory
            let mut sums = [[simd.splat_f32s(0.0); V]; M];
            for row in 0..M {
                for (vector, out) in self.part::<S, V>(&out[row][..], at).enumerate() {
                    sums[row][vector] = match S::as_simd_f32s(out).0.first() {
                        Some(whole) => *whole,
                        None => simd.partial_load_f32s(out),
                    };
                }
            }
            for (input, weights) in weights.chunks_exact(SIDE / S::F32_LANES).take(count).enumerate() {
                let weights: [S::f32s; V] = std::array::from_fn(|vector| weights[at / S::F32_LANES + vector]);
                for row in 0..M {
                    let x = simd.splat_f32s(x[row][input]);
                    for vector in 0..V {
                        sums[row][vector] = simd.mul_add_e_f32s(x, weights[vector], sums[row][vector]);
                    }
                }
            }
            for (sums, out) in sums.iter().zip(out.iter_mut()) {
                let end = out.len().min(self.column + SIDE);
                let out = out.get_mut(self.column + at..end).unwrap_or_default();
                for (sum, out) in sums.iter().zip(out.chunks_mut(S::F32_LANES)) {
                    match S::as_mut_simd_f32s(out).0.first_mut() {
                        Some(whole) => *whole = *sum,
                        None => simd.partial_store_f32s(out, *sum),
                    }
                }
            }
        }
    }

    /// The numbers of a row of the result that `V` vectors hold; fewer at the end of the row.
    #[inline(always)]
    fn part<'a, S: Simd, const V: usize>(
        &self,
        out: &'a [f32],
        at: usize,
    ) -> impl Iterator<Item = &'a [f32]> {
        let end = out.len().min(self.column + SIDE);
        out.get(self.column + at..end)
            .unwrap_or_default()
            .chunks(S::F32_LANES)
            .take(V)
    }
}

#[cfg(test)]
mod tests;
