//! The one decoder: runs any network a [`Spec`] describes, and can show every attention weight on the way.
//!
//! Invariant: it never changes what it computes because somebody looks; logits are made only where they are asked for.

mod attention;
pub mod kernel;
mod load;
mod matrix;
mod panels;
mod rotary;
pub mod wide;

use std::sync::Arc;

use candle_core::{D, DType, Device, Result, Tensor};

use self::{attention::Step, matrix::Matrix, rotary::Frequencies};
use super::{
    cache::Cache,
    spec::{Activation, NormKind, Spec},
};

/// A network, its weights on a device, detached from any graph.
pub struct Network {
    spec: Spec,
    device: Device,
    /// Slices instead of tensor operations wherever that is faster.
    slices: bool,
    embedding: Matrix,
    positions: Option<Tensor>,
    frequencies: Option<Frequencies>,
    layers: Vec<Layer>,
    norm: NormWeights,
    /// `None` when the embedding is the head.
    head: Option<Linear>,
    /// What was read.
    pub read: load::Read,
}

struct Layer {
    attention_norm: NormWeights,
    qkv: Linear,
    output: Linear,
    mlp_norm: NormWeights,
    up: Linear,
    down: Linear,
}

struct NormWeights {
    weight: Tensor,
    bias: Option<Tensor>,
}

struct Linear {
    weight: Matrix,
    bias: Option<Tensor>,
}

impl Linear {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.weight.forward(x, self.bias.as_ref())
    }
}

/// Attention weights of a batch, gathered layer by layer.
#[derive(Debug, Default)]
pub struct Captured {
    /// One per layer, row-major `[rows, heads, tokens, tokens]`.
    pub layers: Vec<Vec<f32>>,
}

impl Network {
    /// What it is made of.
    pub const fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Where it computes.
    pub(super) const fn device(&self) -> &Device {
        &self.device
    }

    /// Runs every computation as tensor operations, as on a device that is not the processor.
    #[must_use]
    pub fn without_slices(mut self) -> Self {
        self.slices = false;
        self
    }

    /// Room for rows.
    pub fn cache(&self, rows: usize, capacity: usize, shared: Option<Arc<Cache>>) -> Result<Cache> {
        let device = (!self.slices).then_some(&self.device);
        Cache::new(
            self.spec.layers,
            &self.spec.attention,
            rows,
            capacity,
            shared,
            device,
        )
    }

    /// Runs new positions of every row: `tokens` is row-major `[rows, new positions]`. The result is `[rows * new positions, hidden]`.
    pub fn hidden(
        &self,
        tokens: &[u32],
        cache: &mut Cache,
        mut captured: Option<&mut Captured>,
    ) -> Result<Tensor> {
        let count = tokens.len() / cache.rows.max(1);
        let start = cache.positions();
        let mut x = self.embedding.rows(tokens, self.spec.hidden)?;
        if let Some(positions) = &self.positions {
            let rows =
                positions
                    .narrow(0, start, count)?
                    .broadcast_as((cache.rows, count, self.spec.hidden))?;
            x = (x + rows.reshape((tokens.len(), self.spec.hidden))?)?;
        }
        let angles = self.frequencies.as_ref().map(|turns| turns.angles(start, count));
        for (number, layer) in self.layers.iter().enumerate() {
            let step = Step {
                attention: &self.spec.attention,
                layer: number,
                count,
                angles: angles.as_ref(),
            };
            let qkv = layer.qkv.forward(&self.norm(&x, &layer.attention_norm)?)?;
            let mixed = self.attend(&step, &qkv, cache, captured.as_deref_mut())?;
            x = (x + layer.output.forward(&mixed)?)?;
            let inner = layer.up.forward(&self.norm(&x, &layer.mlp_norm)?)?;
            x = (x + layer.down.forward(&self.activate(&inner)?)?)?;
        }
        cache.len += count;
        Ok(x)
    }

    /// Logits of rows of hidden values, given to `read` as one row-major slice `[rows, vocabulary]`.
    pub fn logits<R>(&self, hidden: &Tensor, read: impl FnOnce(&[f32]) -> R) -> Result<R> {
        let normed = self.norm(&hidden.contiguous()?, &self.norm)?;
        let logits = match &self.head {
            Some(head) => head.forward(&normed)?,
            None => self.embedding.forward(&normed, None)?,
        };
        with_slice(&logits, read)
    }

    fn attend(
        &self,
        step: &Step,
        qkv: &Tensor,
        cache: &mut Cache,
        captured: Option<&mut Captured>,
    ) -> Result<Tensor> {
        if !self.slices {
            let (out, weights) = step.device(qkv, cache, &self.device)?;
            if let Some(captured) = captured {
                captured.layers.push(weights.flatten_all()?.to_vec1()?);
            }
            return Ok(out);
        }
        let attention = &self.spec.attention;
        let (rows, all) = (cache.rows, cache.positions() + step.count);
        let mut weights = captured
            .is_some()
            .then(|| vec![0.0; rows * attention.heads * step.count * all]);
        let out = with_slice(qkv, |qkv| step.host(qkv, cache, weights.as_deref_mut()))?;
        if let (Some(captured), Some(weights)) = (captured, weights) {
            captured.layers.push(weights);
        }
        Tensor::from_vec(out, (rows * step.count, attention.output_width()), &self.device)
    }

    fn norm(&self, x: &Tensor, weights: &NormWeights) -> Result<Tensor> {
        let norm = self.spec.norm;
        if !self.slices {
            return match (norm.kind, &weights.bias) {
                (NormKind::Rms, _) => candle_nn::ops::rms_norm(x, &weights.weight, norm.eps),
                (NormKind::Layer, Some(bias)) => {
                    candle_nn::ops::layer_norm(x, &weights.weight, bias, norm.eps)
                }
                (NormKind::Layer, None) => {
                    let bias = weights.weight.zeros_like()?;
                    candle_nn::ops::layer_norm(x, &weights.weight, &bias, norm.eps)
                }
            };
        }
        let normed = with_slice(x, |x| {
            with_slice(&weights.weight, |weight| match &weights.bias {
                None => Ok(kernel::norm(norm, x, weight, None)),
                Some(bias) => with_slice(bias, |bias| kernel::norm(norm, x, weight, Some(bias))),
            })
        })???;
        Tensor::from_vec(normed, x.shape(), &self.device)
    }

    fn activate(&self, inner: &Tensor) -> Result<Tensor> {
        let mlp = self.spec.mlp;
        if !self.slices {
            if !mlp.gated {
                return curve(mlp.activation, inner);
            }
            let gate = inner.narrow(D::Minus1, 0, mlp.inner)?.contiguous()?;
            return curve(mlp.activation, &gate)? * inner.narrow(D::Minus1, mlp.inner, mlp.inner)?;
        }
        let rows = inner.dim(0)?;
        let out = with_slice(inner, |inner| {
            if mlp.gated {
                kernel::gated(mlp.activation, inner, mlp.inner)
            } else {
                kernel::activated(mlp.activation, inner)
            }
        })?;
        Tensor::from_vec(out, (rows, mlp.inner), &self.device)
    }
}

fn curve(activation: Activation, x: &Tensor) -> Result<Tensor> {
    match activation {
        Activation::Silu => x.silu(),
        Activation::GeluTanh => x.gelu(),
        Activation::Gelu => x.gelu_erf(),
        Activation::Relu => x.relu(),
    }
}

/// Gives the numbers of a contiguous tensor to `read`, without a copy where they stand in memory.
fn with_slice<R>(tensor: &Tensor, read: impl FnOnce(&[f32]) -> R) -> Result<R> {
    let tensor = tensor.contiguous()?;
    {
        let (storage, layout) = tensor.storage_and_layout();
        if let candle_core::Storage::Cpu(storage) = &*storage {
            let values = storage.as_slice::<f32>()?;
            if let Some((from, to)) = layout.contiguous_offsets()
                && let Some(values) = values.get(from..to)
            {
                return Ok(read(values));
            }
        }
    }
    Ok(read(
        &tensor.to_dtype(DType::F32)?.flatten_all()?.to_vec1::<f32>()?,
    ))
}
