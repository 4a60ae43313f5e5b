//! One step of sampling: softmax, entropy and choice in one pass over the vocabulary.
//!
//! Invariant: what is chosen depends on the row's logits, settings and seed alone, never on the rows beside it.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    decoder::{
        kernel::{exp, sum},
        wide::wide,
    },
    distribution::{largest, top_k},
};
use crate::scan::event::Sampling;

/// Most likely tokens kept per step, when asked for.
const TOP: usize = 5;
/// Tokens whose largest weight is looked at together.
const BLOCK: usize = 64;

/// Samples one row.
pub struct Sampler {
    sampling: Sampling,
    random: ChaCha8Rng,
    weights: Vec<f32>,
    /// The largest weight of each block.
    peaks: Vec<f32>,
    /// What may be kept, in order of tokens.
    order: Vec<u64>,
    /// The same, in any order.
    keys: Vec<u64>,
}

/// What one step gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The token.
    pub token: u32,
    /// Its log-probability at temperature 1, nats.
    pub logprob: f32,
    /// Entropy of the distribution at temperature 1, nats.
    pub entropy: f32,
    /// Most likely tokens with their log-probability, best first.
    pub top: Vec<(u32, f32)>,
}

impl Sampler {
    /// With these settings.
    pub fn new(sampling: Sampling) -> Self {
        Self {
            sampling,
            random: ChaCha8Rng::seed_from_u64(sampling.seed),
            weights: Vec::new(),
            peaks: Vec::new(),
            order: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// Chooses a token; `None` when the logits are not finite.
    pub fn choose(&mut self, logits: &[f32], top: bool) -> Option<Chosen> {
        self.weights.resize(logits.len(), 0.0);
        let weights = self.weights.as_mut_slice();
        let (best, total, mean) = measure(logits, weights);
        let log_total = total.ln();
        let entropy = log_total - mean / total;
        if !entropy.is_finite() || !best.is_finite() {
            return None;
        }
        // always drawn, so that a step uses one number whatever the settings
        let draw: f64 = self.random.random();
        let greedy = self.sampling.temperature <= 0.0;
        let token = if greedy {
            logits.iter().position(|logit| *logit >= best)? as u32
        } else {
            self.draw(logits, best, draw)
        };
        let logprob = |logit: f32| logit - best - log_total;
        Some(Chosen {
            token,
            logprob: logprob(*logits.get(token as usize)?),
            entropy: entropy.max(0.0),
            top: if top {
                let best = top_k(logits, TOP).into_iter();
                best.map(|(token, logit)| (token, logprob(logit))).collect()
            } else {
                Vec::new()
            },
        })
    }

    /// Temperature first, then the most likely `top_k`, then `top_p` of what is left.
    fn draw(&mut self, logits: &[f32], best: f32, draw: f64) -> u32 {
        let weights = self.weights.as_mut_slice();
        let scale = 1.0 / self.sampling.temperature;
        if (scale - 1.0).abs() > f32::EPSILON {
            temper(logits, best, scale, weights);
        }
        let kept = match self.sampling.top_k as usize {
            0 => weights.len(),
            count => count.min(weights.len()),
        };
        if kept == weights.len() && self.sampling.top_p >= 1.0 {
            return pick_any(weights, &mut self.peaks, draw);
        }
        let floor = floor(weights, kept, self.sampling.top_p, &mut self.peaks);
        self.order.clear();
        let blocks = weights.chunks(BLOCK).zip(&self.peaks).enumerate();
        for (block, (values, _)) in blocks.filter(|(_, (_, peak))| **peak >= floor) {
            let first = (block * BLOCK) as u32;
            let tokens = (first..).zip(values).filter(|(_, weight)| **weight >= floor);
            self.order
                .extend(tokens.map(|(token, weight)| key(token, *weight)));
        }
        self.keys.clone_from(&self.order);
        let mut keys = self.keys.as_mut_slice();
        if kept < keys.len() {
            keys.select_nth_unstable(kept);
            keys = keys.get_mut(..kept).unwrap_or_default();
        }
        let last = if self.sampling.top_p < 1.0 {
            let mass = if kept < weights.len() {
                keys.iter().map(|key| f64::from(weight(*key))).sum()
            } else {
                f64::from(total(weights))
            };
            nucleus(keys, mass * f64::from(self.sampling.top_p.max(0.0)))
        } else {
            keys.iter().max().copied().unwrap_or(0)
        };
        let tokens = self.order.iter().filter(|key| **key <= last);
        pick(tokens.map(|key| (*key as u32 as usize, weight(*key))), draw)
    }
}

/// A number that is smaller for a larger weight, and for equal weights for a lower token.
const fn key(token: u32, weight: f32) -> u64 {
    ((!weight.to_bits() as u64) << 32) | token as u64
}

const fn weight(key: u64) -> f32 {
    f32::from_bits(!((key >> 32) as u32))
}

/// The last key of the fewest smallest ones that hold the mass that is wanted; halves the keys again and again instead of sorting.
fn nucleus(mut keys: &mut [u64], mut wanted: f64) -> u64 {
    // mostly a few tokens hold all of it
    let mut middle = keys.len() / 16;
    while keys.len() > 1 {
        middle = middle.clamp(1, keys.len() - 1);
        keys.select_nth_unstable(middle);
        let (front, back) = keys.split_at_mut(middle);
        let mass: f64 = front.iter().map(|key| f64::from(weight(*key))).sum();
        if mass >= wanted {
            keys = front;
        } else {
            wanted -= mass;
            keys = back;
        }
        middle = keys.len() / 2;
    }
    keys.first().copied().unwrap_or(u64::MAX)
}

/// A weight below which no token can be kept, found without sorting; fills `peaks` with the largest weight of each block.
fn floor(weights: &[f32], kept: usize, top_p: f32, peaks: &mut Vec<f32>) -> f32 {
    peaks.clear();
    peaks.extend(weights.chunks(BLOCK).map(peak));
    if kept < weights.len() {
        // as many blocks as tokens are kept reach the kept-th largest peak, so at least as many tokens do
        if kept == 0 || kept > peaks.len() {
            return 0.0;
        }
        let mut sorted = peaks.clone();
        let (_, floor, _) = sorted.select_nth_unstable_by(kept - 1, |left, right| right.total_cmp(left));
        return *floor;
    }
    // all tokens below this together hold less than half of what may be left out
    let mass = f64::from(total(weights));
    (mass * (1.0 - f64::from(top_p)).max(0.0) / (2.0 * weights.len() as f64)) as f32
}

wide! {
    fn peak<'a>(weights: &'a [f32]) -> f32 {
        largest(weights)
    }
}

wide! {
    fn total<'a>(weights: &'a [f32]) -> f32 {
        sum(weights, |weight| weight)
    }
}

wide! {
    /// Fills `weights` with e^(logit - largest); gives the largest, their sum, and the sum of each times its exponent.
    fn measure<'a>(logits: &'a [f32], weights: &'a mut [f32]) -> (f32, f32, f32) {
        const LANES: usize = 16;
        let best = largest(logits);
        let (mut totals, mut means) = ([0.0_f32; LANES], [0.0_f32; LANES]);
        let term = |logit: f32, weight: &mut f32, total: &mut f32, mean: &mut f32| {
            let distance = logit - best;
            *weight = exp(distance);
            *total += *weight;
            *mean += *weight * distance.max(-100.0);
        };
        let ((logits, ends), (weights, end_weights)) =
            (logits.as_chunks::<LANES>(), weights.as_chunks_mut::<LANES>());
        for (logits, weights) in logits.iter().zip(weights) {
            let lanes = totals.iter_mut().zip(&mut means);
            for ((logit, weight), (total, mean)) in logits.iter().zip(weights).zip(lanes) {
                term(*logit, weight, total, mean);
            }
        }
        let lanes = totals.iter_mut().zip(&mut means);
        for ((logit, weight), (total, mean)) in ends.iter().zip(end_weights).zip(lanes) {
            term(*logit, weight, total, mean);
        }
        (best, totals.iter().sum(), means.iter().sum())
    }
}

wide! {
    /// Fills `weights` with e^((logit - largest) * scale).
    fn temper<'a>(logits: &'a [f32], best: f32, scale: f32, weights: &'a mut [f32]) -> () {
        for (weight, logit) in weights.iter_mut().zip(logits) {
            *weight = exp((logit - best) * scale);
        }
    }
}

/// The token whose share of the mass of all `draw` falls into; fills `sums` with the mass of each block.
fn pick_any(weights: &[f32], sums: &mut Vec<f32>, draw: f64) -> u32 {
    sums.clear();
    sums.extend(weights.chunks(BLOCK).map(total));
    let mass: f64 = sums.iter().map(|sum| f64::from(*sum)).sum();
    let mut wanted = draw * mass;
    let mut last = 0;
    for (block, sum) in sums.iter().enumerate().filter(|(_, sum)| **sum > 0.0) {
        last = block;
        if f64::from(*sum) > wanted {
            break;
        }
        wanted -= f64::from(*sum);
    }
    let first = last * BLOCK;
    let block = weights
        .get(first..)
        .unwrap_or_default()
        .iter()
        .take(BLOCK)
        .copied();
    let share = sums.get(last).map_or(0.0, |sum| wanted / f64::from(*sum));
    first as u32 + pick(block.enumerate(), share.clamp(0.0, 1.0))
}

/// The token whose share of the mass `draw` falls into.
fn pick(tokens: impl Iterator<Item = (usize, f32)> + Clone, draw: f64) -> u32 {
    let mass: f64 = tokens.clone().map(|(_, weight)| f64::from(weight)).sum();
    let wanted = draw * mass;
    let (mut sum, mut last) = (0.0, 0);
    for (token, weight) in tokens {
        if weight > 0.0 {
            last = token;
            sum += f64::from(weight);
            if sum > wanted {
                break;
            }
        }
    }
    last as u32
}

#[cfg(test)]
mod tests;
