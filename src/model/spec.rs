//! What an architecture is made of: the one description that drives the decoder.
//!
//! Invariant: everything that changes a number the model computes stands here; the decoder knows no family by name.

/// A whole network.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// Rows of the embedding.
    pub vocabulary: usize,
    /// Width of the residual stream.
    pub hidden: usize,
    /// Number of layers.
    pub layers: usize,
    /// Longest row, in tokens.
    pub context: usize,
    /// How every norm is computed.
    pub norm: Norm,
    /// A learned row per position is added to the embedding.
    pub learned_positions: bool,
    /// The rotary positions there are; layers name theirs by index.
    pub rotary: Vec<Rotary>,
    /// The attention of every layer.
    pub attention: Attention,
    /// The second half of every layer that is not a mixture.
    pub mlp: Mlp,
    /// The second half of the layers that are.
    pub experts: Option<Experts>,
    /// How the two halves of a layer follow each other.
    pub residual: Residual,
    /// What differs from layer to layer, one per layer.
    pub kinds: Vec<Kind>,
    /// Factors on the way.
    pub scales: Scales,
    /// The output head is the embedding.
    pub tied: bool,
    /// The output head has a bias.
    pub head_bias: bool,
}

/// What differs from layer to layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kind {
    /// Keys a query sees, its own included; all before it when `None`.
    pub window: Option<usize>,
    /// Which of the rotary positions; `None`: the layer knows no positions.
    pub rotary: Option<usize>,
    /// The second half is a mixture of experts.
    pub sparse: bool,
}

/// How the two halves of a layer follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Residual {
    /// The second reads what the first has added to.
    Sequential,
    /// Both read what the layer is given.
    Parallel,
}

/// Factors on the way through the network; `None`: not scaled.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Scales {
    /// Multiplies the embedding.
    pub embedding: Option<f32>,
    /// Multiplies what each half of a layer adds.
    pub residual: Option<f32>,
    /// Multiplies the logits.
    pub logits: Option<f32>,
    /// Bends the logits smoothly to within plus and minus this.
    pub logit_cap: Option<f32>,
}

/// A norm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Norm {
    /// Which.
    pub kind: NormKind,
    /// Added to the variance.
    pub eps: f32,
    /// The weights on disk are how far the scale is from one.
    pub offset: bool,
}

/// The two kinds of norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormKind {
    /// Divide by the root mean square, scale.
    Rms,
    /// Subtract the mean, divide by the standard deviation, scale and shift.
    Layer,
}

/// Rotary positions: the first `width` numbers of each query and key are rotated by halves.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotary {
    /// How much of a head is rotated; even.
    pub width: usize,
    /// The base of the frequencies.
    pub theta: f32,
    /// How the frequencies are stretched for long contexts.
    pub scaling: Scaling,
}

/// How rotary frequencies are stretched.
#[derive(Debug, Clone, PartialEq)]
pub enum Scaling {
    /// Not at all.
    Default,
    /// Each by the same factor.
    Linear {
        /// The factor.
        factor: f32,
    },
    /// Slow ones by a factor, fast ones not at all, smoothly between.
    Llama3 {
        /// The factor.
        factor: f32,
        /// Wavelengths longer than `original / low` are stretched in full.
        low: f32,
        /// Wavelengths shorter than `original / high` are left alone.
        high: f32,
        /// The context the model was first trained with.
        original: f32,
    },
    /// Each by a factor of its own, which depends on the length of the row.
    Long {
        /// Factors in rows of up to `original` tokens, one per pair.
        short: Vec<f32>,
        /// Factors in longer rows.
        long: Vec<f32>,
        /// The context the model was first trained with, in tokens.
        original: usize,
        /// Multiplies cosines and sines.
        attention: f32,
    },
}

/// Attention.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attention {
    /// Query heads.
    pub heads: usize,
    /// Key and value heads; divides `heads`.
    pub kv_heads: usize,
    /// Width of a head.
    pub head_dim: usize,
    /// Multiplies every score.
    pub scale: f32,
    /// Bends the scaled scores smoothly to within plus and minus this.
    pub cap: Option<f32>,
    /// Queries, keys and values have a bias.
    pub bias: bool,
    /// The output projection has a bias.
    pub output_bias: bool,
    /// Query, key and value of a head stand together, head after head; needs as many key heads as query heads.
    pub interleaved: bool,
    /// Queries and keys have norms of their own; not together with `interleaved`.
    pub norms: Option<HeadNorms>,
}

/// Norms of queries and keys, before they are rotated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadNorms {
    /// Over each head, all heads with the same weights.
    Same,
    /// Over each head, each with weights of its own, without a shift.
    Own,
    /// Over all heads together.
    Whole,
}

impl Attention {
    /// Width of queries, keys and values side by side.
    pub const fn qkv_width(&self) -> usize {
        (self.heads + 2 * self.kv_heads) * self.head_dim
    }

    /// Width of all heads' outputs.
    pub const fn output_width(&self) -> usize {
        self.heads * self.head_dim
    }

    /// Where the query of a head begins.
    pub const fn query_at(&self, head: usize) -> usize {
        let place = if self.interleaved { 3 * head } else { head };
        place * self.head_dim
    }

    /// Where the key of a key head begins.
    pub const fn key_at(&self, kv: usize) -> usize {
        let place = if self.interleaved {
            3 * kv + 1
        } else {
            self.heads + kv
        };
        place * self.head_dim
    }

    /// Where the value of a key head begins.
    pub const fn value_at(&self, kv: usize) -> usize {
        let place = if self.interleaved {
            3 * kv + 2
        } else {
            self.heads + self.kv_heads + kv
        };
        place * self.head_dim
    }
}

/// The feed-forward half of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mlp {
    /// Inner width.
    pub inner: usize,
    /// The curve.
    pub activation: Activation,
    /// `activation(gate) * up` instead of `activation(up)`.
    pub gated: bool,
    /// Both projections have a bias.
    pub bias: bool,
}

/// A feed-forward half of many small ones, of which each token uses a few: see [`Mlp`] for their curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Experts {
    /// How many there are.
    pub count: usize,
    /// How many each token uses.
    pub used: usize,
    /// Inner width of each.
    pub inner: usize,
    /// The weights of the used ones are made to sum to one.
    pub normalised: bool,
}

/// The curve of an MLP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    /// x * sigmoid(x).
    Silu,
    /// Gelu by its tanh approximation.
    GeluTanh,
    /// Gelu by the error function.
    Gelu,
    /// max(x, 0).
    Relu,
}

impl Activation {
    /// By the name configurations use.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "silu" | "swish" => Some(Self::Silu),
            "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Some(Self::GeluTanh),
            "gelu" => Some(Self::Gelu),
            "relu" => Some(Self::Relu),
            _ => None,
        }
    }
}
