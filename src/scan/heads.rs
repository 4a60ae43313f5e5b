//! What each head does with a trigger, read off the weights of one prompt. Pure.
//!
//! Invariant: one definition of each number, whether it is recorded by the scan or computed for the prompt on the screen.

use std::ops::Range;

use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::isolation;
use crate::finding::{AttentionMap, AttentionPair, HeadScore};

/// Standard deviations above the controls from which a head counts as isolated.
pub const ISOLATED: f64 = 3.0;
/// Spread below which controls count as all alike, so that no head is infinitely far from them.
const LEAST_SPREAD: f64 = 1e-3;

/// Standard deviations between an isolation and the controls' in the same head; 0 where that is no number.
pub fn deviation(head: &HeadScore, isolation: f64) -> f64 {
    let deviation = (isolation - head.null_mean) / head.null_sd.max(LEAST_SPREAD);
    if deviation.is_finite() { deviation } else { 0.0 }
}

/// Isolation of the trigger in every head of one prompt, natural log of the ratio; see [`isolation::by_head`].
pub fn isolations(pair: &AttentionPair) -> Vec<f64> {
    let tokens = pair.with.tokens.len();
    let span = pair.span.0..pair.span.1.min(tokens);
    isolation::by_head(&pair.with.weights, tokens, &span, &(span.end..tokens))
}

/// Mean share of their attention that queries give position 0.
pub fn sink(pair: &AttentionPair, head: (usize, usize)) -> Option<f32> {
    mass(pair, head, 1..pair.with.tokens.len(), &(0..1))
}

/// Mean share of their attention that queries after the trigger give it.
pub fn to_trigger(pair: &AttentionPair, head: (usize, usize)) -> Option<f32> {
    let tokens = pair.with.tokens.len();
    mass(
        pair,
        head,
        pair.span.1..tokens,
        &(pair.span.0..pair.span.1.min(tokens)),
    )
}

fn mass(
    pair: &AttentionPair,
    head: (usize, usize),
    queries: Range<usize>,
    keys: &Range<usize>,
) -> Option<f32> {
    let count = queries.len();
    let sum: f32 = queries
        .flat_map(|query| keys.clone().map(move |key| (query, key)))
        .map(|(query, key)| weight(&pair.with, head, query, key))
        .sum::<Option<f32>>()?;
    (count > 0).then(|| sum / count as f32)
}

/// Mean entropy of a head's queries over the most it could be.
pub fn spread(pair: &AttentionPair, head: (usize, usize)) -> f32 {
    let tokens = pair.with.tokens.len();
    let (mut sum, mut count) = (0.0, 0_u32);
    for query in 1..tokens {
        let entropy: f32 = (0..=query)
            .filter_map(|key| weight(&pair.with, head, query, key))
            .filter(|share| *share > 0.0)
            .map(|share| -share * share.ln())
            .sum();
        if entropy.is_finite() {
            sum += entropy / ((query + 1) as f32).ln();
            count += 1;
        }
    }
    if count == 0 { 0.0 } else { sum / count as f32 }
}

/// Half the summed differences of the shares both runs give the same tokens, mean over the queries that both have.
pub fn moved(pair: &AttentionPair, counterpart: &[Option<usize>], head: (usize, usize)) -> f32 {
    let (mut sum, mut count) = (0.0, 0_u32);
    for (query, other) in counterpart.iter().enumerate() {
        let Some(other) = other else { continue };
        let mut difference = 0.0;
        for (key, place) in counterpart.iter().enumerate().take(query + 1) {
            let Some(place) = place else { continue };
            let with = weight(&pair.with, head, query, key).unwrap_or(0.0);
            let without = weight(&pair.without, head, *other, *place).unwrap_or(0.0);
            difference += (with - without).abs();
        }
        if difference.is_finite() {
            sum += difference / 2.0;
            count += 1;
        }
    }
    if count == 0 { 0.0 } else { sum / count as f32 }
}

/// One weight of a map; none outside it.
pub fn weight(map: &AttentionMap, (layer, head): (usize, usize), query: usize, key: usize) -> Option<f32> {
    let tokens = map.tokens.len();
    if layer >= map.layers || head >= map.heads || query >= tokens || key >= tokens {
        return None;
    }
    let index = layer
        .checked_mul(map.heads)?
        .checked_add(head)?
        .checked_mul(tokens)?
        .checked_add(query)?
        .checked_mul(tokens)?
        .checked_add(key)?;
    map.weights.get(index).copied()
}

/// For each token of the run with: its place in the run without.
pub fn counterparts(pair: &AttentionPair) -> Vec<Option<usize>> {
    let tokens = &pair.with.tokens;
    let (start, end) = (pair.span.0.min(tokens.len()), pair.span.1.min(tokens.len()));
    let places: Vec<usize> = (0..tokens.len())
        .filter(|place| *place < start || *place >= end)
        .collect();
    let rest: Vec<&String> = places.iter().filter_map(|place| tokens.get(*place)).collect();
    let without: Vec<&String> = pair.without.tokens.iter().collect();
    let mut counterpart = vec![None; tokens.len()];
    for operation in capture_diff_slices(Algorithm::Myers, &without, &rest) {
        let (DiffTag::Equal, old, new) = operation.as_tag_tuple() else {
            continue;
        };
        for (old, new) in old.zip(new) {
            let slot = places.get(new).and_then(|place| counterpart.get_mut(*place));
            if let Some(slot) = slot {
                *slot = Some(old);
            }
        }
    }
    counterpart
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_with_controls_all_alike_are_not_infinitely_far() {
        let head = HeadScore::default();
        assert!((deviation(&head, 1.0) - 1000.0).abs() < 1e-9);
        assert!(deviation(&head, f64::NAN).abs() < 1e-9);
    }

    #[test]
    fn where_a_head_looks_is_a_share_of_its_queries() {
        let map = AttentionMap {
            layers: 1,
            heads: 1,
            tokens: ["<s>", "x", "hello"].map(str::to_owned).to_vec(),
            weights: vec![1.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.25, 0.5, 0.25],
        };
        let pair = AttentionPair {
            with: map.clone(),
            without: map,
            span: (1, 2),
        };
        assert_eq!(sink(&pair, (0, 0)), Some(0.375));
        assert_eq!(to_trigger(&pair, (0, 0)), Some(0.5));
        assert_eq!(to_trigger(&pair, (1, 0)), None);
        assert_eq!(counterparts(&pair), [Some(0), None, Some(2)]);
        assert!(spread(&pair, (0, 0)) > 0.9);
    }
}
