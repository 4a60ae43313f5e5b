//! Causal attention inside each text of a packed batch, and its gradient. Texts do not see each other, so nothing is padded.

use pulp::Arch;

use crate::kernel::{add_scaled, dot, exp};

/// The shape of the heads.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_field_names,
    reason = "heads and kv_heads are what config.json calls them"
)]
pub struct Heads {
    pub heads: usize,
    pub kv_heads: usize,
    pub dim: usize,
}

/// Where a text stands among the rows of a batch: its first row and its length.
pub type Span = (usize, usize);

/// Queries, keys and values, each `[rows, heads * dim]`.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    pub queries: &'a [f32],
    pub keys: &'a [f32],
    pub values: &'a [f32],
}

/// Gradients of queries, keys and values.
pub struct Gradients {
    pub queries: Vec<f32>,
    pub keys: Vec<f32>,
    pub values: Vec<f32>,
}

impl Heads {
    fn scale(&self) -> f32 {
        1.0 / (self.dim as f32).sqrt()
    }

    /// Numbers of all attention weights of these texts.
    fn weights(&self, spans: &[Span]) -> usize {
        spans.iter().map(|(_, length)| self.heads * length * length).sum()
    }

    /// One head of all rows of a text, turned: `[dim, length]`.
    fn turned(&self, rows: &[f32], of: usize, head: usize, (start, length): Span, out: &mut Vec<f32>) {
        let width = of * self.dim;
        out.clear();
        out.resize(self.dim * length, 0.0);
        for place in 0..length {
            let at = (start + place) * width + head * self.dim;
            for (index, value) in rows[at..at + self.dim].iter().enumerate() {
                out[index * length + place] = *value;
            }
        }
    }

    /// What each row takes from the rows up to it, and the weights.
    pub fn forward(self, inputs: Inputs<'_>, spans: &[Span]) -> (Vec<f32>, Vec<f32>) {
        let Self { heads, kv_heads, dim } = self;
        let (group, scale) = (heads / kv_heads, self.scale());
        let mut mixed = vec![0.0; inputs.queries.len()];
        let mut weights = vec![0.0; self.weights(spans)];
        let (mut offset, mut keys) = (0, Vec::new());
        Arch::new().dispatch(|| {
            for &(start, length) in spans {
                for head in 0..heads {
                    let kv = head / group;
                    if head % group == 0 {
                        self.turned(inputs.keys, kv_heads, kv, (start, length), &mut keys);
                    }
                    for row in 0..length {
                        let at = (start + row) * heads * dim + head * dim;
                        let scores = &mut weights[offset + row * length..][..=row];
                        let query = &inputs.queries[at..at + dim];
                        for (value, keys) in query.iter().zip(keys.chunks_exact(length)) {
                            add_scaled(scores, value * scale, keys);
                        }
                        softmax(scores);
                        let out = &mut mixed[at..at + dim];
                        for (other, weight) in scores.iter().enumerate() {
                            let at = (start + other) * kv_heads * dim + kv * dim;
                            add_scaled(out, *weight, &inputs.values[at..at + dim]);
                        }
                    }
                    offset += length * length;
                }
            }
        });
        (mixed, weights)
    }

    /// From the gradient of what each row takes to those of queries, keys and values.
    pub fn backward(
        self,
        inputs: Inputs<'_>,
        weights: &[f32],
        gradient: &[f32],
        spans: &[Span],
    ) -> Gradients {
        let Self { heads, kv_heads, dim } = self;
        let (group, scale) = (heads / kv_heads, self.scale());
        let mut out = Gradients {
            queries: vec![0.0; inputs.queries.len()],
            keys: vec![0.0; inputs.keys.len()],
            values: vec![0.0; inputs.values.len()],
        };
        let (mut offset, mut values) = (0, Vec::new());
        let mut slopes = Vec::new();
        Arch::new().dispatch(|| {
            for &(start, length) in spans {
                slopes.resize(length, 0.0);
                for head in 0..heads {
                    let kv = head / group;
                    if head % group == 0 {
                        self.turned(inputs.values, kv_heads, kv, (start, length), &mut values);
                    }
                    for row in 0..length {
                        let at = (start + row) * heads * dim + head * dim;
                        let weights = &weights[offset + row * length..][..=row];
                        let (gradient, query) = (&gradient[at..at + dim], &inputs.queries[at..at + dim]);
                        let slopes = &mut slopes[..=row];
                        slopes.fill(0.0);
                        for (value, column) in gradient.iter().zip(values.chunks_exact(length)) {
                            add_scaled(slopes, *value, column);
                        }
                        let along = dot(slopes, weights);
                        for (slope, weight) in slopes.iter_mut().zip(weights) {
                            *slope = weight * (*slope - along) * scale;
                        }
                        let of_query = &mut out.queries[at..at + dim];
                        for (other, (slope, weight)) in slopes.iter().zip(weights).enumerate() {
                            let at = (start + other) * kv_heads * dim + kv * dim;
                            add_scaled(of_query, *slope, &inputs.keys[at..at + dim]);
                            add_scaled(&mut out.keys[at..at + dim], *slope, query);
                            add_scaled(&mut out.values[at..at + dim], *weight, gradient);
                        }
                    }
                    offset += length * length;
                }
            }
        });
        out
    }
}

/// Turns scores into weights that sum to one.
#[expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]
#[inline(always)]
fn softmax(scores: &mut [f32]) {
    let top = scores
        .iter()
        .fold(f32::NEG_INFINITY, |top, score| top.max(*score));
    for score in scores.iter_mut() {
        *score = exp(*score - top);
    }
    let scale = 1.0 / scores.iter().sum::<f32>();
    for score in scores.iter_mut() {
        *score *= scale;
    }
}
