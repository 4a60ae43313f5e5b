//! One forward pass, measured: what the model expects at each position, and how isolated tokens are in each head.
//!
//! Invariant: nothing is sampled; the same tokens give the same numbers.

use std::ops::{ControlFlow, Range};

use super::isolation;
use crate::model::{Logits, ModelError, Network, Trace, Want, distribution};

/// Most likely tokens kept for each position.
const TOP: usize = 5;

/// What one forward pass over one row measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Traced {
    /// The row.
    pub tokens: Vec<u32>,
    /// Size of the vocabulary.
    pub vocabulary: usize,
    /// Number of layers.
    pub layers: usize,
    /// Query heads per layer.
    pub heads: usize,
    /// Entropy of the next-token distribution at each position, nats.
    pub entropy: Vec<f32>,
    /// The five most likely next tokens at each position with their log-probability in nats, best first.
    pub top: Vec<Vec<(u32, f32)>>,
    /// Isolation in each head, `[layer][head]`, natural log of the ratio: of the span asked for, or the mean over every token as
    /// a span of its own. Empty where no token has another one after it.
    pub isolation: Vec<Vec<f64>>,
    /// Raw logits, row-major `[tokens, vocabulary]`.
    pub logits: Vec<f32>,
    /// Attention weights, row-major `[layers, heads, tokens, tokens]`.
    pub attention: Vec<f32>,
}

/// Numbers a trace of a row of `tokens` tokens holds: logits and attention weights.
pub fn numbers(network: &Network, tokens: usize) -> u64 {
    let spec = network.spec();
    let maps = (spec.layers * spec.attention.heads) as u64;
    let tokens = tokens as u64;
    (tokens * spec.vocabulary as u64).saturating_add(maps.saturating_mul(tokens.saturating_mul(tokens)))
}

/// Runs a row once and measures it. `span` is what isolation is measured of; whatever stands after it reads it.
pub fn trace(network: &Network, tokens: &[u32], span: Option<&Range<usize>>) -> Result<Traced, ModelError> {
    let want = Want {
        logits: Logits::From(0),
        attention: true,
    };
    let mut seen = Trace::default();
    // One row, one visit: there is nothing to break off.
    let _ = network.forward(&[tokens], want, &mut |_, trace| {
        seen = trace;
        ControlFlow::Continue(())
    })?;
    let (spec, count) = (network.spec(), tokens.len());
    let (mut entropy, mut top) = (Vec::with_capacity(count), Vec::with_capacity(count));
    for logits in seen.logits.chunks_exact(spec.vocabulary) {
        let mut logp = logits.to_vec();
        distribution::log_softmax(&mut logp);
        entropy.push(distribution::entropy(&logp));
        top.push(distribution::top_k(&logp, TOP));
    }
    let scores = match span {
        Some(span) => isolation::by_head(&seen.attention, count, span, &(span.end..count)),
        None => isolation::by_token(&seen.attention, count),
    };
    Ok(Traced {
        tokens: tokens.to_vec(),
        vocabulary: spec.vocabulary,
        layers: spec.layers,
        heads: spec.attention.heads,
        entropy,
        top,
        isolation: scores
            .chunks(spec.attention.heads.max(1))
            .map(<[f64]>::to_vec)
            .collect(),
        logits: seen.logits,
        attention: seen.attention,
    })
}
