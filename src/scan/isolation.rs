//! Attention isolation (the "double triangle"): do a string's tokens attend to themselves while the rest of the prompt
//! hardly attends to them? Pure, over one forward pass's weights; the sink at position 0 is masked out and rows renormalised.

use std::ops::Range;

/// Keeps the logarithm finite where a head gives nothing at all.
const FLOOR: f64 = 1e-3;
/// A row that gives less than this to everything but the sink says nothing.
const LEAST_SEEN: f64 = 1e-6;

/// Isolation of `span` in every head, natural log of the ratio (attention of the span to itself) / (attention to it from the
/// `readers` after it); `weights` is row-major `[layers x heads, tokens, tokens]`. Length and place of the span shift this number
/// by themselves, so it means something only beside controls of equal length in the same place.
pub fn by_head(weights: &[f32], tokens: usize, span: &Range<usize>, readers: &Range<usize>) -> Vec<f64> {
    if tokens == 0 {
        return Vec::new();
    }
    weights
        .chunks_exact(tokens * tokens)
        .map(|head| one(head, tokens, span, readers))
        .collect()
}

fn one(head: &[f32], tokens: usize, span: &Range<usize>, readers: &Range<usize>) -> f64 {
    let share = |query: usize| {
        let row = head.get(query * tokens..(query + 1) * tokens).unwrap_or_default();
        let sum = |range: Range<usize>| {
            row.get(range)
                .unwrap_or_default()
                .iter()
                .map(|w| f64::from(*w))
                .sum::<f64>()
        };
        // Position 0 is the sink: what it takes says nothing about the string.
        let seen = sum(1..tokens);
        if seen < LEAST_SEEN {
            0.0
        } else {
            sum(span.start.max(1)..span.end) / seen
        }
    };
    let average = |rows: Range<usize>| {
        let count = rows.len().max(1) as f64;
        rows.map(share).sum::<f64>() / count
    };
    ((average(span.clone()) + FLOOR) / (average(readers.clone()) + FLOOR)).ln()
}

/// Isolation of every token by itself, the mean over all tokens but the sink and the last, head by head: what is usual in a
/// text. Empty for fewer than three tokens, where no token has another one after it.
pub fn by_token(weights: &[f32], tokens: usize) -> Vec<f64> {
    if tokens < 3 {
        return Vec::new();
    }
    let one = |head: &[f32]| {
        // Attention each token gives itself, and the sum it gets from those after it, as shares of what is not the sink's.
        let (mut own, mut read) = (vec![0.0; tokens], vec![0.0; tokens]);
        for (query, row) in head.chunks_exact(tokens).enumerate() {
            let seen: f64 = row.iter().skip(1).map(|w| f64::from(*w)).sum();
            if seen < LEAST_SEEN {
                continue;
            }
            for (key, weight) in row.iter().enumerate().take(query + 1) {
                let place = if key == query {
                    own.get_mut(key)
                } else {
                    read.get_mut(key)
                };
                if let Some(sum) = place {
                    *sum += f64::from(*weight) / seen;
                }
            }
        }
        let scores = own.iter().zip(&read).enumerate().take(tokens - 1).skip(1);
        let sum: f64 = scores
            .map(|(at, (own, read))| ((own + FLOOR) / (read / (tokens - 1 - at) as f64 + FLOOR)).ln())
            .sum();
        sum / (tokens - 2) as f64
    };
    weights.chunks_exact(tokens * tokens).map(one).collect()
}

/// One number from all heads: the mean over the quarter that isolates most, so that a few dedicated heads are not drowned by
/// the many that do other work.
pub fn overall(heads: &[f64]) -> f64 {
    let mut sorted = heads.to_vec();
    sorted.sort_by(|a, b| f64::total_cmp(b, a));
    let top = sorted.len().div_ceil(4);
    sorted.iter().take(top).sum::<f64>() / top.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four tokens: sink, two of the string, one reader.
    fn weights(reader_to_span: f32) -> Vec<f32> {
        let rest = (0.5 - reader_to_span).max(0.0);
        vec![
            1.0,
            0.0,
            0.0,
            0.0, //
            0.5,
            0.5,
            0.0,
            0.0, //
            0.5,
            0.25,
            0.25,
            0.0, //
            0.5,
            reader_to_span / 2.0,
            reader_to_span / 2.0,
            rest,
        ]
    }

    #[test]
    fn a_string_nobody_reads_is_isolated_and_one_everybody_reads_is_not() {
        let alone = by_head(&weights(0.01), 4, &(1..3), &(3..4));
        let read = by_head(&weights(0.5), 4, &(1..3), &(3..4));
        assert!(alone[0] > 3.0 && read[0].abs() < 0.01, "{alone:?} {read:?}");
    }

    #[test]
    fn the_sink_does_not_count() {
        let mut more_sink = weights(0.25);
        for row in more_sink.chunks_exact_mut(4).skip(1) {
            row[0] += 8.0;
        }
        let (a, b) = (
            by_head(&weights(0.25), 4, &(1..3), &(3..4)),
            by_head(&more_sink, 4, &(1..3), &(3..4)),
        );
        assert!((a[0] - b[0]).abs() < 1e-9);
    }

    #[test]
    fn every_token_by_itself_is_the_mean_over_spans_of_one_token() {
        let weights = weights(0.25);
        let spans = [1..2, 2..3].map(|span: Range<usize>| by_head(&weights, 4, &span, &(span.end..4))[0]);
        let mean = spans.iter().sum::<f64>() / 2.0;
        assert!((by_token(&weights, 4)[0] - mean).abs() < 1e-12, "{spans:?}");
        assert!(by_token(&[1.0, 0.0, 0.5, 0.5], 2).is_empty());
    }

    #[test]
    fn a_few_dedicated_heads_carry_the_score() {
        assert!((overall(&[4.0, 0.0, 0.0, 0.0]) - 4.0).abs() < 1e-12);
        assert!(overall(&[]).abs() < 1e-12);
    }
}
