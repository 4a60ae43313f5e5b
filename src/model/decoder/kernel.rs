//! Norms and curves over slices, for the processor.
//!
//! Invariant: each works on whole rows and touches nothing else, so rows can be split over threads in any way with the same result.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use rayon::prelude::*;

use super::wide::wide;
use crate::model::spec::{Activation, Norm, NormKind};

/// Numbers a thread should have at least, or splitting costs more than it gains.
const GRAIN: usize = 1 << 13;
const LANES: usize = 16;

/// e to the x, to about one unit in the last place; 0 below -87.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // adding and taking away 1.5 * 2^23 rounds to a whole number without a call
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let whole = rounded - ROUND;
    // ln 2 in two parts, so that the product is exact
    let rest = (x - whole * 0.693_359_4) + whole * 2.121_944_4e-4;
    let mut sum = 1.987_569_1e-4;
    sum = sum * rest + 1.398_199_9e-3;
    sum = sum * rest + 8.333_452e-3;
    sum = sum * rest + 4.166_579_6e-2;
    sum = sum * rest + 1.666_666_5e-1;
    sum = sum * rest + 0.5;
    let fraction = sum * rest * rest + rest + 1.0;
    // the whole number stands in the lowest bits of the sum, and nothing above it survives the shift
    fraction * f32::from_bits((rounded.to_bits() << 23).wrapping_add(127 << 23))
}

/// Sum of the lanes, always in the same order.
#[inline(always)]
fn fold(mut lanes: [f32; LANES]) -> f32 {
    let mut width = LANES / 2;
    while width > 0 {
        for index in 0..width {
            lanes[index] += lanes[index + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// Sum of a term over all values, in lanes.
#[inline(always)]
pub fn sum(values: &[f32], term: impl Fn(f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    let rest: f32 = rest.iter().map(|value| term(*value)).sum();
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += term(*value);
        }
    }
    fold(lanes) + rest
}

/// Bends each number smoothly to within plus and minus the cap.
#[inline(always)]
pub fn bend(cap: f32, values: &mut [f32]) {
    for value in values {
        *value = tanh(*value / cap) * cap;
    }
}

/// The hyperbolic tangent, to 4e-7: a quotient of two polynomials.
#[inline(always)]
fn tanh(x: f32) -> f32 {
    let x = x.clamp(-7.9, 7.9);
    let square = x * x;
    let mut above = -2.760_768_5e-16;
    for term in [
        2.000_188e-13,
        -8.604_672e-11,
        5.122_297e-8,
        1.485_722_4e-5,
        6.372_619e-4,
        4.893_524_6e-3,
    ] {
        above = above * square + term;
    }
    let mut below = 1.198_258_4e-6;
    for term in [1.185_347_1e-4, 2.268_434_6e-3, 4.893_525e-3] {
        below = below * square + term;
    }
    x * above / below
}

/// [`bend`] for many numbers, split over threads.
pub fn bend_all(cap: f32, values: &mut [f32]) {
    values
        .par_chunks_mut(GRAIN)
        .for_each(|values| bend_chunk(cap, values));
}

wide! {
    fn bend_chunk<'a>(cap: f32, values: &'a mut [f32]) -> () {
        bend(cap, values);
    }
}

/// Norms a part of each row in place, group by group: the part begins at `from` and is as long as `weight`.
pub fn norm_part(
    norm: Norm,
    values: &mut [f32],
    row: usize,
    from: usize,
    group: usize,
    weight: &[f32],
    bias: Option<&[f32]>,
) {
    values
        .par_chunks_mut(row)
        .with_min_len(GRAIN / row + 1)
        .for_each(|row| {
            let part = row.get_mut(from..from + weight.len()).unwrap_or_default();
            let old = part.to_vec();
            let groups = part.chunks_mut(group).zip(old.chunks(group));
            for (index, ((out, old), weight)) in groups.zip(weight.chunks(group)).enumerate() {
                let bias = bias.and_then(|bias| bias.get(index * group..(index + 1) * group));
                norm_row(norm, old, weight, bias, out);
            }
        });
}

/// Norm of each row of `weight.len()` numbers.
pub fn norm(norm: Norm, values: &[f32], weight: &[f32], bias: Option<&[f32]>) -> Vec<f32> {
    let width = weight.len();
    let mut out = vec![0.0; values.len()];
    out.par_chunks_mut(width)
        .zip(values.par_chunks(width))
        .with_min_len(GRAIN / width + 1)
        .for_each(|(out, row)| norm_row(norm, row, weight, bias, out));
    out
}

wide! {
    fn norm_row<'a>(norm: Norm, row: &'a [f32], weight: &'a [f32], bias: Option<&'a [f32]>, out: &'a mut [f32]) -> () {
    let count = row.len() as f32;
    let mean = match norm.kind {
        NormKind::Rms => 0.0,
        NormKind::Layer => sum(row, |value| value) / count,
    };
    let variance = sum(row, |value| (value - mean) * (value - mean)) / count;
    let scale = 1.0 / (variance + norm.eps).sqrt();
    for ((out, value), weight) in out.iter_mut().zip(row).zip(weight) {
        *out = (value - mean) * scale * weight;
    }
    for (out, shift) in out.iter_mut().zip(bias.unwrap_or_default()) {
        *out += shift;
    }
    }
}

/// The sum of each two numbers.
pub fn plus(left: &[f32], right: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; left.len()];
    out.par_chunks_mut(GRAIN)
        .zip(left.par_chunks(GRAIN).zip(right.par_chunks(GRAIN)))
        .for_each(|(out, (left, right))| {
            for (out, (left, right)) in out.iter_mut().zip(left.iter().zip(right)) {
                *out = left + right;
            }
        });
    out
}

/// Each number times a scale.
pub fn times(scale: f32, values: &[f32]) -> Vec<f32> {
    values.iter().map(|value| value * scale).collect()
}

/// `activation(gate) * up` of rows that hold gate and up side by side, each `inner` wide.
pub fn gated(activation: Activation, values: &[f32], inner: usize) -> Vec<f32> {
    let mut out = vec![0.0; values.len() / 2];
    out.par_chunks_mut(inner)
        .zip(values.par_chunks(2 * inner))
        .with_min_len(GRAIN / inner + 1)
        .for_each(|(out, row)| {
            let (gate, up) = row.split_at(inner.min(row.len()));
            gate_row(activation, gate, up, out);
        });
    out
}

/// `activation` of each number.
pub fn activated(activation: Activation, values: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    out.par_chunks_mut(GRAIN)
        .zip(values.par_chunks(GRAIN))
        .for_each(|(out, values)| activate_row(activation, values, out));
    out
}

wide! {
    fn gate_row<'a>(activation: Activation, gate: &'a [f32], up: &'a [f32], out: &'a mut [f32]) -> () {
        curve(activation, gate, out);
        for (out, up) in out.iter_mut().zip(up) {
            *out *= up;
        }
    }
}

wide! {
    fn activate_row<'a>(activation: Activation, values: &'a [f32], out: &'a mut [f32]) -> () {
        curve(activation, values, out);
    }
}

wide! {
    /// Whether all are numbers, none of them infinite: zero times anything else is not zero.
    pub fn finite<'a>(values: &'a [f32]) -> bool {
        sum(values, |value| value * 0.0) == 0.0
    }
}

#[inline(always)]
fn curve(activation: Activation, values: &[f32], out: &mut [f32]) {
    match activation {
        Activation::Silu => each(values, out, |x| x / (1.0 + exp(-x))),
        Activation::GeluTanh => each(values, out, |x| {
            // (1 + tanh u) / 2 = 1 / (1 + e^-2u)
            x / (1.0 + exp(-1.595_769 * (x + 0.044_715 * x * x * x)))
        }),
        Activation::Gelu => each(values, out, |x| {
            0.5 * x * (1.0 + erf(x * std::f32::consts::FRAC_1_SQRT_2))
        }),
        Activation::Relu => each(values, out, |x| x.max(0.0)),
    }
}

#[inline(always)]
fn each(values: &[f32], out: &mut [f32], curve: impl Fn(f32) -> f32) {
    for (out, value) in out.iter_mut().zip(values) {
        *out = curve(*value);
    }
}

/// The error function, to 2e-7 (Abramowitz and Stegun 7.1.26).
#[inline(always)]
fn erf(x: f32) -> f32 {
    let size = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * size);
    let series =
        ((((1.061_405_4 * t - 1.453_152) * t + 1.421_413_7) * t - 0.284_496_74) * t + 0.254_829_6) * t;
    (1.0 - series * exp(-size * size)).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_agrees_with_the_library() {
        for step in -8600..8700 {
            let x = step as f32 / 100.0;
            let (ours, theirs) = (exp(x), x.exp());
            assert!(
                (ours - theirs).abs() <= 3e-7 * theirs,
                "exp({x}) = {ours}, not {theirs}"
            );
        }
        assert!(exp(-1000.0) < 1e-37);
    }

    #[test]
    fn curves_agree_with_their_definitions() {
        let xs: Vec<f32> = (-60..60).map(|step| step as f32 / 10.0).collect();
        for (activation, definition) in [
            (
                Activation::Silu,
                (|x: f64| x / (1.0 + (-x).exp())) as fn(f64) -> f64,
            ),
            (Activation::GeluTanh, |x| {
                0.5 * x * (1.0 + ((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3))).tanh())
            }),
            (Activation::Relu, |x| x.max(0.0)),
        ] {
            for (x, y) in xs.iter().zip(activated(activation, &xs)) {
                let exact = definition(f64::from(*x));
                assert!(
                    (f64::from(y) - exact).abs() < 2e-6,
                    "{activation:?}({x}) = {y}, not {exact}"
                );
            }
        }
        // values of the normal distribution function, by table
        for (x, share) in [(-1.0, 0.158_655_25), (0.5, 0.691_462_46), (2.0, 0.977_249_87)] {
            let y = activated(Activation::Gelu, &[x])[0];
            assert!((y - x * share).abs() < 2e-6, "gelu({x}) = {y}");
        }
    }

    #[test]
    fn a_bend_is_the_tangent_and_stays_within_the_cap() {
        for step in -4000..4000 {
            let x = step as f32 / 20.0;
            let exact = 50.0 * (f64::from(x) / 50.0).tanh();
            let mut bent = [x];
            bend(50.0, &mut bent);
            assert!(
                (f64::from(bent[0]) - exact).abs() < 50.0 * 4e-7,
                "{x} bends to {}, not {exact}",
                bent[0]
            );
            assert!(bent[0].abs() <= 50.0);
        }
    }
}
