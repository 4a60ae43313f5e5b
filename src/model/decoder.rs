//! The one decoder: runs any network a [`Spec`] describes, and can show every attention weight on the way.
//!
//! Invariant: it never changes what it computes because somebody looks; logits are made only where they are asked for.

mod attend;
mod attention;
mod blocks;
mod heads;
pub mod kernel;
mod layer;
mod load;
pub mod matrix;
mod mixture;
pub mod numbers;
pub mod panels;
pub mod product;
mod rotary;
pub mod wide;

use std::{ops::ControlFlow, sync::Arc};

use candle_core::{DType, Device, Result, Tensor};

pub use self::matrix::Precision;
use self::{
    attention::{Step, mask},
    layer::Layer,
    matrix::{Embedding, Matrix},
    rotary::Frequencies,
};
use super::{
    cache::Cache,
    spec::{NormKind, Spec},
};

/// A network, its weights on a device, detached from any graph.
pub struct Network {
    spec: Spec,
    device: Device,
    /// Slices instead of tensor operations wherever that is faster.
    slices: bool,
    embedding: Embedding,
    positions: Option<Tensor>,
    frequencies: Vec<Frequencies>,
    layers: Vec<Layer>,
    norm: NormWeights,
    head: Linear,
    /// What was read.
    pub read: load::Read,
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

/// What a pass gives.
#[derive(Debug)]
pub struct Asked<'a> {
    /// New positions at the end of each row whose hidden values come back; at least one.
    pub last: usize,
    /// Where attention weights go, of every new position.
    pub captured: Option<&'a mut Captured>,
}

impl Asked<'_> {
    /// The last position of each row alone.
    pub const fn end() -> Self {
        Self {
            last: 1,
            captured: None,
        }
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

    /// Runs new positions of every row: `tokens` is row-major `[rows, new positions]`. The result is `[rows * last, hidden]`: what nobody
    /// asked for is not computed in the last layer, whose other positions feed nothing.
    ///
    /// `go_on` is asked before every layer; once it breaks, the cache is of no use any more.
    pub fn hidden(
        &self,
        tokens: &[u32],
        cache: &mut Cache,
        mut asked: Asked<'_>,
        go_on: &mut dyn FnMut() -> ControlFlow<()>,
    ) -> Result<ControlFlow<(), Tensor>> {
        let count = tokens.len() / cache.rows.max(1);
        let start = cache.positions();
        let mut x = self.embedding.rows(tokens, &self.device)?;
        if let Some(positions) = &self.positions {
            let rows =
                positions
                    .narrow(0, start, count)?
                    .broadcast_as((cache.rows, count, self.spec.hidden))?;
            x = self.plus(&x, &rows.reshape((tokens.len(), self.spec.hidden))?)?;
        }
        x = self.scaled(x, self.spec.scales.embedding)?;
        let tensors = (!self.slices).then_some(&self.device);
        let reach = cache.reach.max(start + count);
        let angles = self
            .frequencies
            .iter()
            .map(|turns| turns.angles(start, count, reach, tensors))
            .collect::<Result<Vec<_>>>()?;
        let mut masks = Vec::new();
        for (number, layer) in self.layers.iter().enumerate() {
            if go_on().is_break() {
                return Ok(ControlFlow::Break(()));
            }
            let window = layer.kind.window;
            if !self.slices && !masks.iter().any(|(of, _)| *of == window) {
                masks.push((window, mask(count, start, window, &self.device)?));
            }
            let mask = masks.iter().find(|(of, _)| *of == window);
            let step = Step {
                attention: &self.spec.attention,
                layer: number,
                count,
                last: if number + 1 == self.layers.len() {
                    asked.last.clamp(1, count)
                } else {
                    count
                },
                angles: layer.kind.rotary.and_then(|index| angles.get(index)),
                window,
                mask: mask.and_then(|(_, mask)| mask.as_ref()),
            };
            x = self.layer(&x, layer, &step, cache, asked.captured.as_deref_mut())?;
        }
        cache.len += count;
        Ok(ControlFlow::Continue(x))
    }

    /// Whether rows that grow from `from` to `to` tokens must be computed anew from their first token.
    pub fn outgrown(&self, from: usize, to: usize) -> bool {
        self.frequencies.iter().any(|turns| turns.change(from, to))
    }

    /// Logits of rows of hidden values, given to `read` as one row-major slice `[rows, vocabulary]`.
    pub fn logits<R>(&self, hidden: &Tensor, read: impl FnOnce(&[f32]) -> R) -> Result<R> {
        let normed = self.norm(&hidden.contiguous()?, &self.norm)?;
        let logits = self.head.forward(&normed)?;
        let scales = self.spec.scales;
        let logits = self.scaled(logits, scales.logits)?;
        match scales.logit_cap {
            Some(cap) if self.slices => {
                let mut bent = with_slice(&logits, <[f32]>::to_vec)?;
                kernel::bend_all(cap, &mut bent);
                Ok(read(&bent))
            }
            Some(cap) => {
                let cap = f64::from(cap);
                with_slice(&((logits / cap)?.tanh()? * cap)?, read)
            }
            None => with_slice(&logits, read),
        }
    }

    /// The sum of two tensors of one shape. Tensor operations of many numbers wait for a pool of their own, which batches side by side
    /// share.
    fn plus(&self, left: &Tensor, right: &Tensor) -> Result<Tensor> {
        if !self.slices {
            return left + right;
        }
        let sum = with_slice(left, |left| with_slice(right, |right| kernel::plus(left, right)))??;
        Tensor::from_vec(sum, left.shape(), &self.device)
    }

    fn scaled(&self, x: Tensor, scale: Option<f32>) -> Result<Tensor> {
        match scale {
            Some(scale) if self.slices => {
                let values = with_slice(&x, |x| kernel::times(scale, x))?;
                Tensor::from_vec(values, x.shape(), &self.device)
            }
            Some(scale) => x * f64::from(scale),
            None => Ok(x),
        }
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
