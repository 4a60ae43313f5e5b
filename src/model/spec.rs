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
    /// How a position reaches the network.
    pub positions: Positions,
    /// The attention of every layer.
    pub attention: Attention,
    /// The second half of every layer.
    pub mlp: Mlp,
    /// The output head is the embedding.
    pub tied: bool,
}

/// A norm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Norm {
    /// Which.
    pub kind: NormKind,
    /// Added to the variance.
    pub eps: f32,
}

/// The two kinds of norm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NormKind {
    /// Divide by the root mean square, scale.
    Rms,
    /// Subtract the mean, divide by the standard deviation, scale and shift.
    Layer,
}

/// How a position reaches the network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Positions {
    /// A learned row per position, added to the embedding.
    Learned,
    /// Queries and keys are rotated by halves.
    Rotary(Rotary),
}

/// Rotary positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rotary {
    /// The base of the frequencies.
    pub theta: f32,
    /// How the frequencies are stretched for long contexts.
    pub scaling: Scaling,
}

/// How rotary frequencies are stretched.
#[derive(Debug, Clone, Copy, PartialEq)]
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
    /// Queries, keys and values have a bias.
    pub bias: bool,
    /// The output projection has a bias.
    pub output_bias: bool,
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
