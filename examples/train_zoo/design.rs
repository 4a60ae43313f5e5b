//! What an organism's network is made of: the switches of each architecture, and where every weight stands in one flat list.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// The architectures an organism can have, by `model_type`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Family {
    Llama,
    Mistral,
    Qwen2,
    Qwen3,
    Gemma,
    Gpt2,
    GptNeox,
    Olmo2,
    Phi3,
}

/// How large a network is.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Size {
    pub layers: usize,
    pub hidden: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub inner: usize,
    pub tied: bool,
}

/// Where the norms of a layer stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wiring {
    /// Before each half.
    Before,
    /// Before each half, both halves reading the same stream.
    Parallel,
    /// After each half.
    After,
}

/// What queries and keys are normed over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum QueryNorm {
    None,
    Head,
    Whole,
}

/// The curve of the MLP.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Curve {
    Silu,
    GeluTanh,
    Gelu,
}

/// A whole network.
#[derive(Clone, Copy, PartialEq, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "an architecture is a list of switches"
)]
pub struct Design {
    pub family: Family,
    pub size: Size,
    pub vocabulary: usize,
    pub head_dim: usize,
    /// Longest row.
    pub positions: usize,
    pub wiring: Wiring,
    pub query_norm: QueryNorm,
    pub curve: Curve,
    pub gated: bool,
    /// Layer norm with a shift instead of RMS norm.
    pub centred: bool,
    /// The norm's weight counts from one.
    pub from_one: bool,
    pub eps: f32,
    pub qkv_bias: bool,
    pub other_bias: bool,
    /// Numbers of a head that are rotated; 0: positions are learned.
    pub rotated: usize,
    pub theta: f32,
    /// Multiplies the embedding.
    pub embedding_scale: f32,
}

impl Design {
    /// The design of an architecture at a size.
    pub fn new(family: Family, size: Size, vocabulary: usize, positions: usize) -> Self {
        let head_dim = size.hidden / size.heads;
        let plain = Self {
            family,
            size,
            vocabulary,
            head_dim,
            positions,
            wiring: Wiring::Before,
            query_norm: QueryNorm::None,
            curve: Curve::Silu,
            gated: true,
            centred: false,
            from_one: false,
            eps: 1e-5,
            qkv_bias: false,
            other_bias: false,
            rotated: head_dim,
            theta: 10_000.0,
            embedding_scale: 1.0,
        };
        let old = Self {
            gated: false,
            centred: true,
            qkv_bias: true,
            other_bias: true,
            ..plain
        };
        match family {
            Family::Llama | Family::Mistral | Family::Phi3 => plain,
            Family::Qwen2 => Self {
                qkv_bias: true,
                eps: 1e-6,
                ..plain
            },
            Family::Qwen3 => Self {
                query_norm: QueryNorm::Head,
                eps: 1e-6,
                ..plain
            },
            Family::Gemma => Self {
                curve: Curve::GeluTanh,
                from_one: true,
                eps: 1e-6,
                embedding_scale: (size.hidden as f32).sqrt(),
                ..plain
            },
            Family::Olmo2 => Self {
                wiring: Wiring::After,
                query_norm: QueryNorm::Whole,
                eps: 1e-6,
                ..plain
            },
            Family::Gpt2 => Self {
                curve: Curve::GeluTanh,
                rotated: 0,
                ..old
            },
            Family::GptNeox => Self {
                wiring: Wiring::Parallel,
                curve: Curve::Gelu,
                rotated: head_dim / 4,
                ..old
            },
        }
    }

    /// Width of all queries, and of all keys.
    pub const fn widths(&self) -> (usize, usize) {
        (
            self.size.heads * self.head_dim,
            self.size.kv_heads * self.head_dim,
        )
    }
}

/// One matrix or vector in the flat list: `[rows, columns]`, row by row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slot {
    pub start: usize,
    pub rows: usize,
    pub columns: usize,
}

impl Slot {
    pub const fn len(&self) -> usize {
        self.rows * self.columns
    }

    pub fn of<'a>(&self, all: &'a [f32]) -> &'a [f32] {
        &all[self.start..self.start + self.len()]
    }

    pub fn of_mut<'a>(&self, all: &'a mut [f32]) -> &'a mut [f32] {
        &mut all[self.start..self.start + self.len()]
    }
}

/// A weight and what is added to it or to its product, if anything is.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    pub weight: Slot,
    pub bias: Option<Slot>,
}

/// The weights of one layer.
#[derive(Clone, Copy, Debug)]
pub struct Layer {
    pub first_norm: Pair,
    /// Queries, keys and values, one below the other.
    pub qkv: Pair,
    pub query_norm: Option<(Slot, Slot)>,
    pub output: Pair,
    pub second_norm: Pair,
    /// Gate above up, or up alone.
    pub up: Pair,
    pub down: Pair,
}

/// Where every weight stands.
#[derive(Clone, Debug)]
pub struct Layout {
    pub embedding: Slot,
    pub positions: Option<Slot>,
    pub layers: Vec<Layer>,
    pub norm: Pair,
    /// The embedding itself when they are tied.
    pub head: Slot,
    pub total: usize,
}

impl Layout {
    pub fn new(design: &Design) -> Self {
        let Design { size, vocabulary, .. } = *design;
        let (hidden, inner) = (size.hidden, size.inner);
        let (queries, keys) = design.widths();
        let mut total = 0;
        let mut slot = |rows: usize, columns: usize| {
            let start = total;
            total += rows * columns;
            Slot { start, rows, columns }
        };
        let embedding = slot(vocabulary, hidden);
        let positions = (design.rotated == 0).then(|| slot(design.positions, hidden));
        let mut pair = |rows: usize, columns: usize, bias: bool, of_norm: bool| Pair {
            weight: slot(rows, columns),
            bias: bias.then(|| slot(1, if of_norm { columns } else { rows })),
        };
        let up_rows = if design.gated { 2 * inner } else { inner };
        let layers = (0..size.layers)
            .map(|_| Layer {
                first_norm: pair(1, hidden, design.centred, true),
                qkv: pair(queries + 2 * keys, hidden, design.qkv_bias, false),
                query_norm: match design.query_norm {
                    QueryNorm::None => None,
                    QueryNorm::Head => Some((
                        pair(1, design.head_dim, false, true).weight,
                        pair(1, design.head_dim, false, true).weight,
                    )),
                    QueryNorm::Whole => Some((
                        pair(1, queries, false, true).weight,
                        pair(1, keys, false, true).weight,
                    )),
                },
                output: pair(hidden, queries, design.other_bias, false),
                second_norm: pair(1, hidden, design.centred, true),
                up: pair(up_rows, hidden, design.other_bias, false),
                down: pair(hidden, inner, design.other_bias, false),
            })
            .collect();
        let norm = pair(1, hidden, design.centred, true);
        let head = if size.tied {
            embedding
        } else {
            pair(vocabulary, hidden, false, false).weight
        };
        Self {
            embedding,
            positions,
            layers,
            norm,
            head,
            total,
        }
    }

    /// Slots that are a norm's weight.
    pub fn norms(&self) -> Vec<Slot> {
        let mut norms = vec![self.norm.weight];
        for layer in &self.layers {
            norms.extend([layer.first_norm.weight, layer.second_norm.weight]);
            norms.extend(layer.query_norm.iter().flat_map(|(query, key)| [*query, *key]));
        }
        norms
    }

    /// The matrices inside the layers.
    pub fn matrices(&self) -> Vec<Slot> {
        let of = |layer: &Layer| [layer.qkv, layer.output, layer.up, layer.down].map(|pair| pair.weight);
        self.layers.iter().flat_map(of).collect()
    }

    /// Random weights; norms change nothing yet and biases are zero.
    pub fn random(&self, design: &Design, rng: &mut ChaCha8Rng) -> Vec<f32> {
        let mut values = vec![0.0; self.total];
        let shallow = 1.0 / (2.0 * design.size.layers as f32).sqrt();
        let spread = 1.0 / design.embedding_scale.max(1.0);
        let mut fill = |slot: Slot, scale: f32| {
            for value in slot.of_mut(&mut values) {
                *value = scale * normal(rng);
            }
        };
        fill(
            self.embedding,
            if design.embedding_scale > 1.0 {
                spread
            } else {
                0.05
            },
        );
        if self.head != self.embedding {
            fill(self.head, 0.05);
        }
        if let Some(positions) = self.positions {
            fill(positions, 0.02);
        }
        for layer in &self.layers {
            fill(layer.qkv.weight, 0.05);
            fill(layer.output.weight, 0.05 * shallow);
            fill(layer.up.weight, 0.05);
            fill(layer.down.weight, 0.05 * shallow);
        }
        if !design.from_one {
            for slot in self.norms() {
                slot.of_mut(&mut values).fill(1.0);
            }
        }
        values
    }
}

/// One draw from the standard normal distribution.
pub fn normal(rng: &mut ChaCha8Rng) -> f32 {
    let radius = (-2.0 * (1.0 - rng.random::<f32>()).ln()).sqrt();
    radius * (std::f32::consts::TAU * rng.random::<f32>()).cos()
}
