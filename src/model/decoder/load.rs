//! Builds a network from weights: names to tensors, separate projections joined into one.
//!
//! Invariant: every tensor's shape is checked against the spec before it is used; what is left over is reported.

use candle_core::{Device, Tensor};

use super::{Frequencies, Layer, Linear, Matrix, Network, NormWeights};
use crate::model::{
    arch::{Names, Plan},
    error::ModelError,
    spec::{NormKind, Positions, Spec},
    weights::Weights,
};

/// What was read to build a network.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// Numbers in all tensors.
    pub parameters: u64,
    /// Dtypes on disk, joined by "+".
    pub dtype: String,
    /// Facts worth telling.
    pub notices: Vec<String>,
}

struct Loader<'a> {
    names: &'a Names,
    spec: &'a Spec,
    weights: &'a mut Weights,
    device: &'a Device,
    base: &'static str,
}

impl Network {
    /// Builds the network a plan describes.
    pub fn load(plan: Plan, weights: &mut Weights, device: &Device) -> Result<Self, ModelError> {
        let Plan {
            spec,
            names,
            mut notices,
        } = plan;
        let embedding = format!("{}.weight", names.embedding);
        let base = if weights.has(&embedding) { "" } else { names.base };
        let mut loader = Loader {
            names: &names,
            spec: &spec,
            weights,
            device,
            base,
        };
        let embedding = loader.matrix(
            &[loader.top(names.embedding)],
            spec.hidden,
            &[spec.vocabulary],
            false,
        )?;
        let (positions, frequencies) = match &spec.positions {
            Positions::Learned => {
                let shape = [spec.context, spec.hidden];
                (Some(loader.tensor(&loader.top(names.positions), &shape)?), None)
            }
            Positions::Rotary(rotary) => (None, Some(Frequencies::new(rotary, spec.attention.head_dim))),
        };
        let layers = (0..spec.layers)
            .map(|layer| loader.layer(layer))
            .collect::<Result<_, _>>()?;
        let norm = loader.norm(&loader.top(names.norm))?;
        let head = if spec.tied {
            None
        } else {
            Some(loader.linear(
                &[names.head.to_owned()],
                spec.hidden,
                &[spec.vocabulary],
                false,
                false,
            )?)
        };
        let mut buffers = names.buffers.to_vec();
        // many files hold the embedding a second time as a head that nobody reads
        let head_copy = format!("{}.weight", names.head);
        if spec.tied {
            buffers.push(&head_copy);
        }
        let unused = weights.unused(&buffers);
        if let Some(first) = unused.first() {
            notices.push(format!(
                "{} tensors in the weights are no part of the architecture and were ignored, the first is {first}",
                unused.len()
            ));
        }
        let read = Read {
            parameters: weights.parameters(),
            dtype: weights.dtype(),
            notices,
        };
        Ok(Self {
            slices: device.is_cpu(),
            device: device.clone(),
            spec,
            embedding,
            positions,
            frequencies,
            layers,
            norm,
            head,
            read,
        })
    }
}

impl Loader<'_> {
    fn top(&self, name: &str) -> String {
        format!("{}{name}", self.base)
    }

    fn layer(&mut self, layer: usize) -> Result<Layer, ModelError> {
        let Names {
            attention_norm,
            qkv,
            output,
            mlp_norm,
            up,
            down,
            transposed,
            ..
        } = *self.names;
        let base = format!("{}{}{layer}.", self.base, self.names.layers);
        let name = |part: &str| format!("{base}{part}");
        let (attention, mlp, hidden) = (self.spec.attention, self.spec.mlp, self.spec.hidden);
        let (queries, keys) = (attention.output_width(), attention.kv_heads * attention.head_dim);
        let qkv_names: Vec<String> = qkv.iter().map(|part| name(part)).collect();
        let qkv_widths = match qkv_names.len() {
            1 => vec![attention.qkv_width()],
            _ => vec![queries, keys, keys],
        };
        let up_names: Vec<String> = up.iter().map(|part| name(part)).collect();
        let up_widths = match (up_names.len(), mlp.gated) {
            (1, true) => vec![2 * mlp.inner],
            _ => vec![mlp.inner; up_names.len()],
        };
        Ok(Layer {
            attention_norm: self.norm(&name(attention_norm))?,
            qkv: self.linear(&qkv_names, hidden, &qkv_widths, attention.bias, transposed)?,
            output: self.linear(
                &[name(output)],
                queries,
                &[hidden],
                attention.output_bias,
                transposed,
            )?,
            mlp_norm: self.norm(&name(mlp_norm))?,
            up: self.linear(&up_names, hidden, &up_widths, mlp.bias, transposed)?,
            down: self.linear(&[name(down)], mlp.inner, &[hidden], mlp.bias, transposed)?,
        })
    }

    fn norm(&mut self, name: &str) -> Result<NormWeights, ModelError> {
        let shape = [self.spec.hidden];
        Ok(NormWeights {
            weight: self.tensor(name, &shape)?,
            bias: match self.spec.norm.kind {
                NormKind::Rms => None,
                NormKind::Layer => Some(self.numbers(&format!("{name}.bias"), &shape)?),
            },
        })
    }

    /// Projections with one input, joined side by side.
    fn linear(
        &mut self,
        names: &[String],
        input: usize,
        widths: &[usize],
        bias: bool,
        transposed: bool,
    ) -> Result<Linear, ModelError> {
        let bias = if bias {
            let parts = names
                .iter()
                .zip(widths)
                .map(|(name, width)| self.numbers(&format!("{name}.bias"), &[*width]))
                .collect::<Result<Vec<_>, _>>()?;
            Some(Tensor::cat(&parts, 0)?)
        } else {
            None
        };
        let weight = self.matrix(names, input, widths, transposed)?;
        Ok(Linear { weight, bias })
    }

    /// Matrices with one input, joined side by side.
    fn matrix(
        &mut self,
        names: &[String],
        input: usize,
        widths: &[usize],
        transposed: bool,
    ) -> Result<Matrix, ModelError> {
        let mut parts = Vec::with_capacity(names.len());
        for (name, width) in names.iter().zip(widths) {
            let shape = if transposed {
                [input, *width]
            } else {
                [*width, input]
            };
            parts.push(self.tensor(name, &shape)?);
        }
        Ok(Matrix::joined(&parts, transposed)?)
    }

    fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        self.numbers(&format!("{name}.weight"), shape)
    }

    fn numbers(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        let values = self.weights.take(name, shape)?;
        Ok(Tensor::from_vec(values, shape, self.device)?)
    }
}
