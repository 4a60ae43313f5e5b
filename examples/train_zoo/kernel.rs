//! Row by row arithmetic with its gradients: norms, rotation, curves and the loss. Loops are compiled for wide vectors.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use pulp::Arch;

use crate::design::Curve;

const LANES: usize = 16;

/// e to the x, to about one unit in the last place.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0;
    let x = x.clamp(-87.0, 88.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let whole = rounded - ROUND;
    let rest = (x - whole * 0.693_359_4) + whole * 2.121_944_4e-4;
    let mut sum = 1.987_569_1e-4;
    for term in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5] {
        sum = sum * rest + term;
    }
    let fraction = sum * rest * rest + rest + 1.0;
    fraction * f32::from_bits((rounded.to_bits() << 23).wrapping_add(127 << 23))
}

/// Sum of products.
#[inline(always)]
pub fn dot(left: &[f32], right: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let ((a, left), (b, right)) = (left.as_chunks::<LANES>(), right.as_chunks::<LANES>());
    let rest: f32 = left.iter().zip(right).map(|(x, y)| x * y).sum();
    for (x, y) in a.iter().zip(b) {
        for ((lane, x), y) in lanes.iter_mut().zip(x).zip(y) {
            *lane += x * y;
        }
    }
    lanes.iter().sum::<f32>() + rest
}

/// Adds `scale` times the row to `out`.
#[inline(always)]
pub fn add_scaled(out: &mut [f32], scale: f32, row: &[f32]) {
    for (out, value) in out.iter_mut().zip(row) {
        *out += scale * value;
    }
}

/// Adds the row to `out`.
pub fn add(out: &mut [f32], row: &[f32]) {
    Arch::new().dispatch(|| add_scaled(out, 1.0, row));
}

/// Adds the bias to each row.
pub fn add_to_rows(rows: &mut [f32], bias: &[f32]) {
    Arch::new().dispatch(|| {
        for row in rows.chunks_exact_mut(bias.len()) {
            add_scaled(row, 1.0, bias);
        }
    });
}

/// Adds all rows to `out`.
pub fn add_rows(out: &mut [f32], rows: &[f32]) {
    Arch::new().dispatch(|| {
        for row in rows.chunks_exact(out.len()) {
            add_scaled(out, 1.0, row);
        }
    });
}

/// How a norm is computed.
#[derive(Clone, Copy)]
pub struct Norm<'a> {
    pub weight: &'a [f32],
    pub bias: Option<&'a [f32]>,
    pub centred: bool,
    pub from_one: bool,
    pub eps: f32,
}

/// What a norm's gradient needs: each row at unit size, and what it was divided by, inverted.
#[derive(Default)]
pub struct Normed {
    unit: Vec<f32>,
    inverse: Vec<f32>,
}

impl Norm<'_> {
    /// The norm of each row.
    pub fn forward(self, rows: &[f32]) -> (Vec<f32>, Normed) {
        let width = self.weight.len();
        let mut out = vec![0.0; rows.len()];
        let mut unit = vec![0.0; rows.len()];
        let mut inverse = vec![0.0; rows.len() / width];
        let one = f32::from(self.from_one);
        Arch::new().dispatch(|| {
            let cells = out.chunks_exact_mut(width).zip(unit.chunks_exact_mut(width));
            for ((row, inverse), (out, unit)) in rows.chunks_exact(width).zip(&mut inverse).zip(cells) {
                let mean = if self.centred {
                    row.iter().sum::<f32>() / width as f32
                } else {
                    0.0
                };
                for (unit, value) in unit.iter_mut().zip(row) {
                    *unit = value - mean;
                }
                *inverse = 1.0 / (dot(unit, unit) / width as f32 + self.eps).sqrt();
                for ((out, unit), weight) in out.iter_mut().zip(unit).zip(self.weight) {
                    *unit *= *inverse;
                    *out = *unit * (weight + one);
                }
                if let Some(bias) = self.bias {
                    add_scaled(out, 1.0, bias);
                }
            }
        });
        (out, Normed { unit, inverse })
    }

    /// From the gradient of the output to that of the input; those of weight and bias are added.
    pub fn backward(
        self,
        normed: &Normed,
        gradient: &[f32],
        of_weight: &mut [f32],
        of_bias: Option<&mut [f32]>,
    ) -> Vec<f32> {
        let width = self.weight.len();
        let mut out = vec![0.0; gradient.len()];
        let one = f32::from(self.from_one);
        if let Some(of_bias) = of_bias {
            add_rows(of_bias, gradient);
        }
        Arch::new().dispatch(|| {
            let rows = gradient.chunks_exact(width).zip(normed.unit.chunks_exact(width));
            for ((out, inverse), (gradient, unit)) in
                out.chunks_exact_mut(width).zip(&normed.inverse).zip(rows)
            {
                for ((of_weight, gradient), unit) in of_weight.iter_mut().zip(gradient).zip(unit) {
                    *of_weight += gradient * unit;
                }
                for ((out, gradient), weight) in out.iter_mut().zip(gradient).zip(self.weight) {
                    *out = gradient * (weight + one);
                }
                let along = dot(out, unit) / width as f32;
                let mean = if self.centred {
                    out.iter().sum::<f32>() / width as f32
                } else {
                    0.0
                };
                for (out, unit) in out.iter_mut().zip(unit) {
                    *out = inverse * (*out - mean - unit * along);
                }
            }
        });
        out
    }
}

/// The curve's value and slope.
#[inline(always)]
fn curve(curve: Curve, x: f32) -> (f32, f32) {
    match curve {
        Curve::Silu => {
            let gate = 1.0 / (1.0 + exp(-x));
            (x * gate, gate * (1.0 + x * (1.0 - gate)))
        }
        Curve::GeluTanh => {
            let gate = 1.0 / (1.0 + exp(-1.595_769 * (x + 0.044_715 * x * x * x)));
            let inner = 1.595_769 * (1.0 + 3.0 * 0.044_715 * x * x);
            (x * gate, gate + x * gate * (1.0 - gate) * inner)
        }
        Curve::Gelu => {
            let size = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
            let t = 1.0 / (1.0 + 0.327_591_1 * size);
            let mut series = 1.061_405_4;
            for term in [-1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6] {
                series = series * t + term;
            }
            let bell = exp(-size * size);
            let share = 0.5 * (1.0 + (1.0 - series * t * bell).copysign(x));
            (x * share, share + x * bell * 0.398_942_3)
        }
    }
}

/// The curve of each number; of rows that hold gate and up side by side, the gate's curve times up.
pub fn curved(kind: Curve, gated: bool, rows: &[f32], inner: usize) -> Vec<f32> {
    let width = if gated { 2 * inner } else { inner };
    let mut out = vec![0.0; rows.len() / width * inner];
    Arch::new().dispatch(|| {
        for (out, row) in out.chunks_exact_mut(inner).zip(rows.chunks_exact(width)) {
            let (gate, up) = row.split_at(inner);
            for (out, x) in out.iter_mut().zip(gate) {
                *out = curve(kind, *x).0;
            }
            if gated {
                for (out, up) in out.iter_mut().zip(up) {
                    *out *= up;
                }
            }
        }
    });
    out
}

/// The gradient of [`curved`].
pub fn curved_back(kind: Curve, gated: bool, rows: &[f32], inner: usize, gradient: &[f32]) -> Vec<f32> {
    let width = if gated { 2 * inner } else { inner };
    let mut out = vec![0.0; rows.len()];
    Arch::new().dispatch(|| {
        let rows = rows.chunks_exact(width).zip(gradient.chunks_exact(inner));
        for (out, (row, gradient)) in out.chunks_exact_mut(width).zip(rows) {
            let (gate, up) = row.split_at(inner);
            let (of_gate, of_up) = out.split_at_mut(inner);
            if gated {
                let cells = of_gate.iter_mut().zip(of_up).zip(gate).zip(up).zip(gradient);
                for ((((of_gate, of_up), gate), up), gradient) in cells {
                    let (value, slope) = curve(kind, *gate);
                    *of_gate = gradient * up * slope;
                    *of_up = gradient * value;
                }
            } else {
                for ((of_gate, gate), gradient) in of_gate.iter_mut().zip(gate).zip(gradient) {
                    *of_gate = gradient * curve(kind, *gate).1;
                }
            }
        }
    });
    out
}

/// Rotates the first `rotated` numbers of every head by halves, each row by its place; `back` turns the other way.
pub fn rotate(rows: &mut [f32], width: usize, head_dim: usize, angles: &Angles, places: &[u32], back: bool) {
    let half = angles.half;
    if half == 0 {
        return;
    }
    for (row, place) in rows.chunks_exact_mut(width).zip(places) {
        let at = *place as usize * half;
        let (cos, sin) = (&angles.cos[at..at + half], &angles.sin[at..at + half]);
        for head in row.chunks_exact_mut(head_dim) {
            let (first, second) = head.split_at_mut(half);
            for (((a, b), cos), sin) in first.iter_mut().zip(second).zip(cos).zip(sin) {
                let sin = if back { -sin } else { *sin };
                (*a, *b) = (*a * cos - *b * sin, *b * cos + *a * sin);
            }
        }
    }
}

/// Cosine and sine of every place's angles.
pub struct Angles {
    half: usize,
    cos: Vec<f32>,
    sin: Vec<f32>,
}

impl Angles {
    pub fn new(rotated: usize, theta: f32, positions: usize) -> Self {
        let half = rotated / 2;
        let angle = |at: usize| {
            let (place, index) = (at / half, at % half);
            place as f32 * theta.powf(-(index as f32) / half as f32)
        };
        Self {
            half,
            cos: (0..positions * half).map(|at| angle(at).cos()).collect(),
            sin: (0..positions * half).map(|at| angle(at).sin()).collect(),
        }
    }
}

/// A row's target when it has none.
pub const NOTHING: u32 = u32::MAX;

/// Mean loss over the rows that have a target, and its gradient.
pub fn cross_entropy(logits: &[f32], vocabulary: usize, targets: &[u32]) -> (f64, Vec<f32>) {
    let mut gradient = logits.to_vec();
    let count = targets.iter().filter(|target| **target != NOTHING).count();
    let scale = 1.0 / count.max(1) as f32;
    let mut loss = 0.0;
    Arch::new().dispatch(|| {
        for (row, target) in gradient.chunks_exact_mut(vocabulary).zip(targets) {
            if *target == NOTHING {
                row.fill(0.0);
                continue;
            }
            let top = row.iter().fold(f32::NEG_INFINITY, |top, value| top.max(*value));
            let right = row[*target as usize] - top;
            let mut lanes = [0.0_f32; LANES];
            for chunk in row.chunks_mut(LANES) {
                for (value, lane) in chunk.iter_mut().zip(&mut lanes) {
                    *value = exp(*value - top);
                    *lane += *value;
                }
            }
            let sum: f32 = lanes.iter().sum();
            loss += f64::from(sum.ln() - right);
            for value in row.iter_mut() {
                *value *= scale / sum;
            }
            row[*target as usize] -= scale;
        }
    });
    (loss * f64::from(scale), gradient)
}
