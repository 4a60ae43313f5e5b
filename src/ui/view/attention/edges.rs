//! A head along its edges: how much attention each key gets, and how evenly each query spreads its own.
//!
//! Invariant: position 0 is no key like others where it is set apart, and a place without a weight has no number.

use super::{Mode, align::Aligned};
use crate::ui::widget::heatmap::Entry;

/// The sums along both axes, each from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Edges {
    /// For each key, the mean weight that the trigger and later queries give it, as a share of the largest such mean.
    pub keys: Vec<f32>,
    /// For each query, the entropy of its attention over the most it could be: 0 looks at one key, 1 at all alike.
    pub queries: Vec<f32>,
}

impl Edges {
    /// The edges of the heads looked at, in one run.
    pub fn of(aligned: &Aligned<'_>, mode: Mode) -> Self {
        let (tokens, trigger) = aligned.tokens();
        let first = usize::from(aligned.sets_sink_apart());
        let mut sums = vec![0.0_f32; tokens];
        let mut counts = vec![0_u32; tokens];
        let mut queries = Vec::with_capacity(tokens);
        for query in 0..tokens {
            let mut row = Vec::with_capacity(query + 1);
            for key in first..=query {
                let Entry::Value(value) = aligned.entry(mode, query, key) else {
                    continue;
                };
                row.push(value);
                // Earlier queries have few keys to share their attention among: they would count most.
                if let (true, Some(sum), Some(count)) =
                    (query >= trigger, sums.get_mut(key), counts.get_mut(key))
                {
                    *sum += value;
                    *count += 1;
                }
            }
            queries.push(spread(&row));
        }
        let means = sums.iter().zip(&counts);
        let means: Vec<f32> = means
            .map(|(sum, count)| {
                if *count == 0 {
                    f32::NAN
                } else {
                    sum / *count as f32
                }
            })
            .collect();
        let largest = means.iter().copied().fold(0.0, f32::max);
        let share = |mean: f32| if largest > 0.0 { mean / largest } else { mean };
        Self {
            keys: means.into_iter().map(share).collect(),
            queries,
        }
    }
}

/// Entropy of weights over the most it could be for so many.
fn spread(weights: &[f32]) -> f32 {
    let sum: f32 = weights.iter().sum();
    if weights.len() < 2 || sum <= 0.0 {
        return f32::NAN;
    }
    let shares = weights
        .iter()
        .map(|weight| weight / sum)
        .filter(|share| *share > 0.0);
    let entropy: f32 = shares.map(|share| -share * share.ln()).sum();
    entropy / (weights.len() as f32).ln()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Loaded, Together},
        *,
    };
    use crate::finding::{AttentionMap, AttentionPair};

    #[test]
    fn a_key_all_later_tokens_look_at_stands_out_and_an_even_query_is_spread() {
        let map = AttentionMap {
            layers: 1,
            heads: 1,
            tokens: ["<s>", "a", "b", "c"].map(str::to_owned).to_vec(),
            weights: vec![
                1.0, 0.0, 0.0, 0.0, //
                0.5, 0.5, 0.0, 0.0, //
                0.2, 0.8, 0.0, 0.0, //
                0.25, 0.25, 0.25, 0.25,
            ],
        };
        let loaded = Loaded::new(AttentionPair {
            with: map.clone(),
            without: map,
            span: (1, 2),
        });
        let heads = [(0, 0)];
        let edges = Edges::of(&Aligned::new(&loaded, (&heads, Together::Mean), true), Mode::With);
        // Position 0 apart: a gets 1, 1 and a third; b nothing and a third; c a third.
        assert!(edges.keys[0].is_nan() && (edges.keys[1] - 1.0).abs() < 1e-6);
        assert!(
            (edges.keys[2] - (1.0 / 6.0) / (7.0 / 9.0)).abs() < 1e-5,
            "{:?}",
            edges.keys
        );
        assert!(edges.queries[0].is_nan() && edges.queries[2].abs() < 1e-6);
        assert!((edges.queries[3] - 1.0).abs() < 1e-6);
        let raw = Edges::of(
            &Aligned::new(&loaded, (&heads, Together::Mean), false),
            Mode::With,
        );
        assert!(raw.keys[0] > 0.5 && raw.queries[1] > 0.99);
    }
}
