//! Rotary positions: the angle of each pair of a head at each position.
//!
//! Invariant: angles are computed in 32-bit floats, as the reference does, for only the positions asked for.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use crate::model::spec::{Rotary, Scaling};

/// Turns per position of each pair of a head, before the position is known.
#[derive(Debug, Clone)]
pub struct Frequencies(Vec<f32>);

/// Cosines and sines, row-major `[positions, pairs]`.
#[derive(Debug, Clone)]
pub struct Angles {
    /// Pairs per position.
    pub pairs: usize,
    /// Cosines.
    pub cos: Vec<f32>,
    /// Sines.
    pub sin: Vec<f32>,
}

impl Frequencies {
    /// Of heads this wide.
    pub fn new(rotary: &Rotary, width: usize) -> Self {
        let frequency = |pair: usize| 1.0 / rotary.theta.powf((2 * pair) as f32 / width as f32);
        Self(
            (0..width / 2)
                .map(frequency)
                .map(|turn| stretch(turn, rotary.scaling))
                .collect(),
        )
    }

    /// Angles of `count` positions from `start` on.
    pub fn angles(&self, start: usize, count: usize) -> Angles {
        let (sin, cos) = (start..start + count)
            .flat_map(|position| self.0.iter().map(move |turn| (position as f32 * turn).sin_cos()))
            .unzip();
        Angles {
            pairs: self.0.len(),
            cos,
            sin,
        }
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

fn stretch(turn: f32, scaling: Scaling) -> f32 {
    match scaling {
        Scaling::Default => turn,
        Scaling::Linear { factor } => turn / factor,
        Scaling::Llama3 {
            factor,
            low,
            high,
            original,
        } => {
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
    }
}

/// Rotates a head: pair i is (element i, element i + half).
#[inline(always)]
pub fn rotate(head: &[f32], angles: (&[f32], &[f32]), out: &mut [f32]) {
    let half = head.len() / 2;
    let ((left, right), (out_left, out_right)) = (head.split_at(half), out.split_at_mut(half));
    let turns = angles.0.iter().zip(angles.1);
    for ((((x, y), out_x), out_y), (cos, sin)) in
        left.iter().zip(right).zip(out_left).zip(out_right).zip(turns)
    {
        *out_x = x * cos - y * sin;
        *out_y = y * cos + x * sin;
    }
}
