//! The shape of the network: its dimensions, and the name and size of every weight that follows from them.

use std::collections::BTreeMap;

/// The numbers that fix the shape of the network.
#[derive(Clone, Copy)]
pub struct Shape {
    /// Rows of the embedding.
    pub vocab: usize,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Width of the feed-forward layer.
    pub intermediate: usize,
    /// Number of layers.
    pub layers: usize,
    /// Query heads.
    pub heads: usize,
    /// Key and value heads.
    pub kv_heads: usize,
    /// Longest sequence.
    pub positions: usize,
}

impl Shape {
    /// The demo model's shape.
    pub const fn demo(vocab: usize) -> Self {
        Self {
            vocab,
            hidden: 128,
            intermediate: 352,
            layers: 4,
            heads: 4,
            kv_heads: 2,
            positions: 512,
        }
    }

    /// Width of one head.
    pub const fn head_dim(&self) -> usize {
        self.hidden / self.heads
    }

    /// Every weight with its dimensions.
    pub fn weights(&self) -> BTreeMap<String, Vec<usize>> {
        let (hidden, wide, kv) = (self.hidden, self.intermediate, self.kv_heads * self.head_dim());
        let mut weights = BTreeMap::from([
            ("model.embed_tokens.weight".to_owned(), vec![self.vocab, hidden]),
            ("model.norm.weight".to_owned(), vec![hidden]),
            ("lm_head.weight".to_owned(), vec![self.vocab, hidden]),
        ]);
        for layer in 0..self.layers {
            for (name, dims) in [
                ("input_layernorm", vec![hidden]),
                ("self_attn.q_proj", vec![hidden, hidden]),
                ("self_attn.k_proj", vec![kv, hidden]),
                ("self_attn.v_proj", vec![kv, hidden]),
                ("self_attn.o_proj", vec![hidden, hidden]),
                ("post_attention_layernorm", vec![hidden]),
                ("mlp.gate_proj", vec![wide, hidden]),
                ("mlp.up_proj", vec![wide, hidden]),
                ("mlp.down_proj", vec![hidden, wide]),
            ] {
                weights.insert(format!("model.layers.{layer}.{name}.weight"), dims);
            }
        }
        weights
    }

    /// Number of parameters.
    pub fn parameters(&self) -> usize {
        self.weights()
            .values()
            .map(|dims| dims.iter().product::<usize>())
            .sum()
    }
}
