//! Rotary positions: the angle of each pair of a head at each position.
//!
//! Invariant: angles are computed in 32-bit floats, as the reference does, for only the positions asked for.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use candle_core::{Device, Result, Tensor};

use crate::model::spec::{Rotary, Scaling};

/// Turns per position of each pair of a head, before the position is known.
#[derive(Debug, Clone)]
pub struct Frequencies {
    turns: Vec<f32>,
    /// In rows of more than so many tokens, other turns.
    beyond: Option<(usize, Vec<f32>)>,
    /// Multiplies cosines and sines.
    factor: f32,
}

/// Cosines and sines, row-major `[positions, pairs]`.
#[derive(Debug, Clone)]
pub struct Angles {
    /// Pairs per position.
    pub pairs: usize,
    /// Cosines.
    pub cos: Vec<f32>,
    /// Sines.
    pub sin: Vec<f32>,
    /// The same as tensors, where they are needed.
    pub tensors: Option<(Tensor, Tensor)>,
}

impl Frequencies {
    /// Of heads of which `rotary.width` numbers turn.
    pub fn new(rotary: &Rotary) -> Self {
        let width = rotary.width;
        // rounded once: far along a row an error of the last place would show
        let power = |pair: usize| {
            let exponent = (2 * pair) as f32 / width as f32;
            f64::from(rotary.theta).powf(f64::from(exponent)) as f32
        };
        let turns = (0..width / 2).map(|pair| 1.0 / power(pair));
        let divided = |factors: &[f32]| {
            let factors = factors.iter().enumerate();
            factors
                .map(|(pair, factor)| 1.0 / (factor * power(pair)))
                .collect()
        };
        let (turns, beyond, factor) = match &rotary.scaling {
            Scaling::Default => (turns.collect(), None, 1.0),
            Scaling::Linear { factor } => (turns.map(|turn| turn / factor).collect(), None, 1.0),
            Scaling::Llama3 {
                factor,
                low,
                high,
                original,
            } => {
                let stretched = turns.map(|turn| stretch(turn, *factor, *low, *high, *original));
                (stretched.collect(), None, 1.0)
            }
            Scaling::Long {
                short,
                long,
                original,
                attention,
            } => (divided(short), Some((*original, divided(long))), *attention),
        };
        Self {
            turns,
            beyond,
            factor,
        }
    }

    /// Angles of `count` positions from `start` on, in rows of `reach` tokens.
    pub fn angles(
        &self,
        start: usize,
        count: usize,
        reach: usize,
        device: Option<&Device>,
    ) -> Result<Angles> {
        let turns = match &self.beyond {
            Some((most, turns)) if reach > *most => turns,
            _ => &self.turns,
        };
        let (sin, cos): (Vec<f32>, Vec<f32>) = (start..start + count)
            .flat_map(|position| {
                turns.iter().map(move |turn| {
                    let (sin, cos) = (position as f32 * turn).sin_cos();
                    (sin * self.factor, cos * self.factor)
                })
            })
            .unzip();
        let pairs = turns.len();
        let tensor = |values: &[f32], device| Tensor::from_slice(values, (count, pairs), device);
        let tensors = match device {
            Some(device) => Some((tensor(&cos, device)?, tensor(&sin, device)?)),
            None => None,
        };
        Ok(Angles {
            pairs,
            cos,
            sin,
            tensors,
        })
    }

    /// Whether rows that grow from `from` to `to` tokens get other angles at every position.
    pub fn change(&self, from: usize, to: usize) -> bool {
        self.beyond
            .as_ref()
            .is_some_and(|(most, _)| from <= *most && to > *most)
    }
}

impl Angles {
    /// Cosines and sines of one of the positions.
    #[inline]
    pub fn at(&self, position: usize) -> (&[f32], &[f32]) {
        let range = position * self.pairs..(position + 1) * self.pairs;
        (
            self.cos.get(range.clone()).unwrap_or_default(),
            self.sin.get(range).unwrap_or_default(),
        )
    }
}

/// Slow turns by a factor, fast ones not at all, smoothly between.
fn stretch(turn: f32, factor: f32, low: f32, high: f32, original: f32) -> f32 {
    let wavelength = std::f32::consts::TAU / turn;
    if wavelength < original / high {
        turn
    } else if wavelength > original / low {
        turn / factor
    } else {
        let smooth = (original / wavelength - low) / (high - low);
        (1.0 - smooth) * turn / factor + smooth * turn
    }
}

/// Rotates the front of a head: pair i is (element i, element i + half of the front); the rest stays.
#[inline(always)]
pub fn rotate(head: &[f32], angles: (&[f32], &[f32]), out: &mut [f32]) {
    let half = angles.0.len();
    let (front, rest) = head.split_at((2 * half).min(head.len()));
    let (out, out_rest) = out.split_at_mut(front.len().min(out.len()));
    out_rest.copy_from_slice(rest);
    let half = half.min(front.len());
    let ((left, right), (out_left, out_right)) = (front.split_at(half), out.split_at_mut(half));
    let turns = angles.0.iter().zip(angles.1);
    for ((((x, y), out_x), out_y), (cos, sin)) in
        left.iter().zip(right).zip(out_left).zip(out_right).zip(turns)
    {
        *out_x = x * cos - y * sin;
        *out_y = y * cos + x * sin;
    }
}
