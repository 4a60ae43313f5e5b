//! One query over everything it sees: scores, weights and the mix of values, in the widest vectors there are.
//!
//! Invariant: what comes out depends on the query and what it sees alone, whatever is computed beside it.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use pulp::{Simd, WithSimd};

use super::kernel::{bend, exp, sum};

/// Keys and values one head of one row sees, row after row as wide as the query.
#[derive(Clone, Copy, Default)]
pub struct Seen<'a> {
    /// Keys.
    pub keys: &'a [f32],
    /// Values.
    pub values: &'a [f32],
}

impl Seen<'_> {
    /// Without the first so many numbers.
    pub fn behind(self, numbers: usize) -> Self {
        Self {
            keys: self.keys.get(numbers..).unwrap_or_default(),
            values: self.values.get(numbers..).unwrap_or_default(),
        }
    }
}

/// The query and where its results go.
pub struct Attend<'a> {
    /// The query.
    pub query: &'a [f32],
    /// What products with keys are multiplied by.
    pub scale: f32,
    /// What scores are bent to, if anything.
    pub cap: Option<f32>,
    /// What it sees: what rows share first, then the row's own.
    pub seen: [Seen<'a>; 2],
    /// A weight for each key; they come to one.
    pub weights: &'a mut [f32],
    /// The weighted sum of the values.
    pub out: &'a mut [f32],
}

impl WithSimd for Attend<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            query,
            scale,
            cap,
            seen: [before, after],
            weights,
            out,
        } = self;
        let front = (before.keys.len() / query.len().max(1)).min(weights.len());
        let (front_scores, own_scores) = weights.split_at_mut(front);
        dots(simd, query, before.keys, scale, front_scores);
        dots(simd, query, after.keys, scale, own_scores);
        if let Some(cap) = cap {
            bend(cap, weights);
        }
        softmax(simd, weights);
        let (front_weights, own_weights) = weights.split_at(front);
        out.fill(0.0);
        mix(simd, front_weights, before.values, out);
        mix(simd, own_weights, after.values, out);
    }
}

/// Product of a query with each key, times a scale.
#[inline(always)]
fn dots<S: Simd>(simd: S, query: &[f32], keys: &[f32], scale: f32, scores: &mut [f32]) {
    let (whole, rest) = S::as_simd_f32s(query);
    let part = simd.partial_load_f32s(rest);
    for (score, key) in scores.iter_mut().zip(keys.chunks_exact(query.len().max(1))) {
        let (key, key_rest) = S::as_simd_f32s(key);
        let mut sum = simd.splat_f32s(0.0);
        for (query, key) in whole.iter().zip(key) {
            sum = simd.mul_add_e_f32s(*query, *key, sum);
        }
        if !key_rest.is_empty() {
            sum = simd.mul_add_e_f32s(part, simd.partial_load_f32s(key_rest), sum);
        }
        *score = simd.reduce_sum_f32s(sum) * scale;
    }
}

/// Turns scores into weights that sum to one.
#[inline(always)]
fn softmax<S: Simd>(simd: S, scores: &mut [f32]) {
    let (whole, rest) = S::as_simd_f32s(scores);
    let lowest = simd.splat_f32s(f32::NEG_INFINITY);
    let top = whole.iter().fold(lowest, |top, score| simd.max_f32s(top, *score));
    let top = rest
        .iter()
        .fold(simd.reduce_max_f32s(top), |top, score| top.max(*score));
    for score in scores.iter_mut() {
        *score = exp(*score - top);
    }
    let scale = 1.0 / sum(scores, |weight| weight);
    for score in scores.iter_mut() {
        *score *= scale;
    }
}

/// Adds each value, times its weight, to `out`; `values` holds rows as wide as `out`.
#[inline(always)]
fn mix<S: Simd>(simd: S, weights: &[f32], values: &[f32], out: &mut [f32]) {
    let width = out.len().max(1);
    let (blocks, rest) = S::as_mut_simd_f32s(out);
    let (fours, others) = blocks.as_chunks_mut::<4>();
    let (twos, ones) = others.as_chunks_mut::<2>();
    let mut from = 0;
    for out in fours {
        mix_blocks(simd, weights, values, (width, from), out);
        from += 4;
    }
    for out in twos {
        mix_blocks(simd, weights, values, (width, from), out);
        from += 2;
    }
    for out in ones.as_chunks_mut::<1>().0 {
        mix_blocks(simd, weights, values, (width, from), out);
    }
    if rest.is_empty() {
        return;
    }
    let mut sum = simd.partial_load_f32s(rest);
    for (weight, row) in weights.iter().zip(values.chunks_exact(width)) {
        let part = simd.partial_load_f32s(S::as_simd_f32s(row).1);
        sum = simd.mul_add_e_f32s(simd.splat_f32s(*weight), part, sum);
    }
    simd.partial_store_f32s(rest, sum);
}

/// The same for the vectors that begin with number `from` of rows so wide: their sums stay in registers over all rows, several at a
/// time, so that none waits for its own last addition.
#[inline(always)]
fn mix_blocks<S: Simd, const BLOCKS: usize>(
    simd: S,
    weights: &[f32],
    values: &[f32],
    (width, from): (usize, usize),
    out: &mut [S::f32s; BLOCKS],
) {
    let mut sums = *out;
    for (weight, row) in weights.iter().zip(values.chunks_exact(width)) {
        let row = S::as_simd_f32s(row).0.get(from..).unwrap_or_default();
        let Some(row) = row.first_chunk::<BLOCKS>() else {
            return;
        };
        let weight = simd.splat_f32s(*weight);
        for (sum, values) in sums.iter_mut().zip(row) {
            *sum = simd.mul_add_e_f32s(weight, *values, *sum);
        }
    }
    *out = sums;
}

#[cfg(test)]
mod tests {
    use pulp::Arch;

    use super::*;

    /// The same with plain sums in double precision.
    fn plainly(query: &[f32], scale: f32, rows: &[(Vec<f32>, Vec<f32>)]) -> (Vec<f64>, Vec<f64>) {
        let scores: Vec<f64> = rows
            .iter()
            .map(|(key, _)| {
                let products = query.iter().zip(key).map(|(q, k)| f64::from(*q) * f64::from(*k));
                (products.sum::<f64>() * f64::from(scale)).exp()
            })
            .collect();
        let all: f64 = scores.iter().sum();
        let weights: Vec<f64> = scores.iter().map(|score| score / all).collect();
        let mut out = vec![0.0; query.len()];
        for (weight, (_, value)) in weights.iter().zip(rows) {
            for (out, value) in out.iter_mut().zip(value) {
                *out += weight * f64::from(*value);
            }
        }
        (weights, out)
    }

    #[test]
    fn heads_of_any_width_see_every_key_and_value() {
        // a few numbers, less than a vector, one and a rest, four of the widest and all kinds of rest
        for width in [3, 7, 16, 28, 64, 117] {
            for (front, own) in [(0, 1), (5, 0), (9, 24)] {
                let number = |at: usize| ((at * 7919 % 1000) as f32 / 500.0) - 1.0;
                let query: Vec<f32> = (0..width).map(number).collect();
                let rows: Vec<(Vec<f32>, Vec<f32>)> = (0..front + own)
                    .map(|row| {
                        let of = |salt: usize| (0..width).map(|at| number(at + salt + row * width)).collect();
                        (of(13), of(77))
                    })
                    .collect();
                let joined = |from: usize, to: usize, value: bool| -> Vec<f32> {
                    let part = rows.get(from..to).unwrap();
                    part.iter()
                        .flat_map(|(k, v)| if value { v } else { k })
                        .copied()
                        .collect()
                };
                let [front_keys, front_values] = [false, true].map(|value| joined(0, front, value));
                let [own_keys, own_values] = [false, true].map(|value| joined(front, front + own, value));
                let (mut weights, mut out) = (vec![0.0; front + own], vec![7.0; width]);
                Arch::new().dispatch(Attend {
                    query: &query,
                    scale: 0.3,
                    cap: None,
                    seen: [
                        Seen {
                            keys: &front_keys,
                            values: &front_values,
                        },
                        Seen {
                            keys: &own_keys,
                            values: &own_values,
                        },
                    ],
                    weights: &mut weights,
                    out: &mut out,
                });
                let (exact_weights, exact) = plainly(&query, 0.3, &rows);
                for (found, exact) in weights.iter().zip(&exact_weights).chain(out.iter().zip(&exact)) {
                    assert!(
                        (f64::from(*found) - exact).abs() < 2e-6,
                        "width {width}: {found}, not {exact}"
                    );
                }
            }
        }
    }
}
