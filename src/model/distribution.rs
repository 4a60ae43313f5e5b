//! Numbers about next-token distributions: plain functions over slices, in nats.
//!
//! Invariant: a distribution is given as the logarithms of probabilities over the whole vocabulary, with no NaN in it.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use super::decoder::{
    kernel::{exp, sum},
    wide::wide,
};

const LANES: usize = 16;

wide! {
    /// Turns logits into log-probabilities, in place.
    pub fn log_softmax<'a>(logits: &'a mut [f32]) -> () {
        let top = largest(logits);
        let total = sum(logits, |logit| exp(logit - top));
        let shift = top + total.ln();
        for logit in logits.iter_mut() {
            *logit -= shift;
        }
    }
}

wide! {
    /// Entropy of a distribution.
    pub fn entropy<'a>(logp: &'a [f32]) -> f32 {
        -sum(logp, |logp| exp(logp) * logp.max(-100.0))
    }
}

wide! {
    /// Jensen-Shannon divergence of two distributions: 0 when they are the same, ln 2 when they share nothing.
    pub fn jensen_shannon<'a>(logp: &'a [f32], logq: &'a [f32]) -> f32 {
        let mut lanes = [0.0; LANES];
        let ((p, p_end), (q, q_end)) = (logp.as_chunks::<LANES>(), logq.as_chunks::<LANES>());
        let ends = p_end.iter().zip(q_end);
        let rest: f32 = ends.map(|(p, q)| pair(*p, *q)).sum();
        for (p, q) in p.iter().zip(q) {
            for ((lane, p), q) in lanes.iter_mut().zip(p).zip(q) {
                *lane += pair(*p, *q);
            }
        }
        (0.5 * (lanes.iter().sum::<f32>() + rest)).clamp(0.0, std::f32::consts::LN_2)
    }
}

/// The share of one token in twice the divergence.
#[inline(always)]
fn pair(logp: f32, logq: f32) -> f32 {
    let (p, q) = (exp(logp), exp(logq));
    let mean = 0.5 * (p + q);
    let log_mean = ln(mean);
    p * (logp.max(-100.0) - log_mean) + q * (logq.max(-100.0) - log_mean)
}

/// Natural logarithm of a positive number, to about two units in the last place.
#[inline(always)]
fn ln(x: f32) -> f32 {
    let bits = x.max(f32::MIN_POSITIVE).to_bits() as i32;
    // the mantissa between 2/3 and 4/3, so that the series below is centred
    let exponent = (bits - 0x3f2a_aaab) >> 23;
    let m = f32::from_bits((bits - (exponent << 23)) as u32) - 1.0;
    let s = m / (2.0 + m);
    let square = s * s;
    // 2 artanh s, five terms: the sixth is below the precision at |s| = 1/5
    let series = square * (2.0 / 3.0 + square * (0.4 + square * (2.0 / 7.0 + square * (2.0 / 9.0))));
    exponent as f32 * std::f32::consts::LN_2 + (2.0 * s + s * series)
}

/// The `count` most likely tokens, best first; of equals, the lower id.
pub fn top_k(values: &[f32], count: usize) -> Vec<(u32, f32)> {
    let mut best: Vec<(u32, f32)> = Vec::with_capacity(count + 1);
    let mut least = f32::NEG_INFINITY;
    for (token, value) in values.iter().enumerate() {
        if best.len() < count || *value > least {
            let place = best.partition_point(|(_, other)| other >= value);
            best.insert(place, (token as u32, *value));
            best.truncate(count);
            if best.len() == count {
                least = best.last().map_or(least, |(_, value)| *value);
            }
        }
    }
    best
}

/// The largest of some numbers.
#[inline(always)]
pub fn largest(values: &[f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; LANES];
    let (chunks, rest) = values.as_chunks::<LANES>();
    let rest = rest.iter().fold(f32::NEG_INFINITY, |top, value| top.max(*value));
    for chunk in chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane = if *value > *lane { *value } else { *lane };
        }
    }
    lanes.iter().fold(rest, |top, lane| top.max(*lane))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logits(seed: u32, count: usize) -> Vec<f32> {
        (0..count as u32)
            .map(|index| ((index.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 16) % 1000) as f32 / 80.0)
            .collect()
    }

    fn exact(logits: &[f32]) -> Vec<f64> {
        let total: f64 = logits.iter().map(|logit| f64::from(*logit).exp()).sum();
        logits
            .iter()
            .map(|logit| f64::from(*logit) - total.ln())
            .collect()
    }

    #[test]
    fn distributions_agree_with_their_definitions() {
        for count in [1, 5, 16, 761, 4099] {
            let (mut p, mut q) = (logits(1, count), logits(77, count));
            let (exact_p, exact_q) = (exact(&p), exact(&q));
            log_softmax(&mut p);
            log_softmax(&mut q);
            for (ours, exact) in p.iter().zip(&exact_p) {
                assert!((f64::from(*ours) - exact).abs() < 1e-5, "{ours} is not {exact}");
            }
            let exact_entropy: f64 = -exact_p.iter().map(|logp| logp.exp() * logp).sum::<f64>();
            assert!((f64::from(entropy(&p)) - exact_entropy).abs() < 1e-4);
            let half = |left: &[f64], right: &[f64]| -> f64 {
                left.iter()
                    .zip(right)
                    .map(|(l, r)| l.exp() * (l - (0.5 * (l.exp() + r.exp())).ln()))
                    .sum::<f64>()
                    / 2.0
            };
            let exact_shift = half(&exact_p, &exact_q) + half(&exact_q, &exact_p);
            let shift = f64::from(jensen_shannon(&p, &q));
            assert!((shift - exact_shift).abs() < 2e-6, "{shift} is not {exact_shift}");
        }
    }

    #[test]
    fn divergence_has_its_bounds() {
        let mut sure = vec![0.0; 40];
        sure[3] = 60.0;
        let mut other = vec![0.0; 40];
        other[9] = 60.0;
        log_softmax(&mut sure);
        log_softmax(&mut other);
        assert!(jensen_shannon(&sure, &sure) < 1e-6);
        assert!((jensen_shannon(&sure, &other) - std::f32::consts::LN_2).abs() < 1e-5);
        let barred = [0.0, f32::NEG_INFINITY];
        assert!(entropy(&barred).abs() < 1e-6);
        assert!(jensen_shannon(&barred, &[f32::NEG_INFINITY, 0.0]) > 0.693);
    }

    #[test]
    fn the_best_come_first_and_equals_by_id() {
        let values = [1.0, 5.0, 3.0, 5.0, -2.0];
        assert_eq!(top_k(&values, 3), [(1, 5.0), (3, 5.0), (2, 3.0)]);
        assert_eq!(top_k(&values, 9).len(), 5);
    }
}
