//! Builds a network from weights: names to tensors, separate projections joined into one.
//!
//! Invariant: every tensor's shape is checked against the spec before it is used; what is left over is reported.

use candle_core::{Device, Tensor};

use super::{
    Frequencies, Layer, Linear, Matrix, Network, NormWeights,
    heads::HeadNorms,
    layer::Feed,
    matrix::{Embedding, Precision},
};
use crate::model::{
    arch::{Names, Plan},
    error::ModelError,
    spec::{NormKind, Spec},
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

/// What reads the weights of one network.
pub struct Loader<'a> {
    pub names: &'a Names,
    pub spec: &'a Spec,
    pub weights: &'a mut Weights,
    pub device: &'a Device,
    pub precision: Precision,
    base: &'static str,
}

impl Network {
    /// Builds the network a plan describes.
    pub fn load(
        plan: Plan,
        weights: &mut Weights,
        device: &Device,
        precision: Precision,
    ) -> Result<Self, ModelError> {
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
            precision,
            base,
        };
        let embedding = loader.embedding(&loader.top(names.embedding))?;
        let positions = if spec.learned_positions {
            let shape = [spec.context, spec.hidden];
            Some(loader.tensor(&loader.top(names.positions), &shape)?)
        } else {
            None
        };
        let frequencies = spec.rotary.iter().map(Frequencies::new).collect();
        let layers = (0..spec.layers)
            .map(|layer| loader.layer(layer))
            .collect::<Result<_, _>>()?;
        let norm = loader.norm(&loader.top(names.norm))?;
        let head_names = [names.head.to_owned()];
        let widths = [spec.vocabulary];
        let head = Linear {
            weight: if spec.tied {
                embedding.head()?
            } else {
                loader.matrix(&head_names, spec.hidden, &widths, false)?
            },
            bias: loader.bias(&head_names, &widths, spec.head_bias)?,
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
        let names = *self.names;
        let base = format!("{}{}{layer}.", self.base, names.layers);
        let name = |part: &str| format!("{base}{part}");
        let (attention, mlp, hidden) = (self.spec.attention, self.spec.mlp, self.spec.hidden);
        let (queries, keys) = (attention.output_width(), attention.kv_heads * attention.head_dim);
        let qkv: Vec<String> = names.qkv.iter().map(|part| name(part)).collect();
        let qkv_widths = match qkv.len() {
            1 => vec![attention.qkv_width()],
            _ => vec![queries, keys, keys],
        };
        let kind = self.spec.kinds.get(layer).copied().unwrap_or_default();
        let attention_norm = self.norm_if(&base, names.attention_norm)?;
        let qkv = self.linear(&qkv, hidden, &qkv_widths, attention.bias)?;
        let head_norms = match attention.norms {
            Some(kind) => Some(HeadNorms {
                queries: self.head_norm(kind, &name(names.query_norm), 0, queries)?,
                keys: self.head_norm(kind, &name(names.key_norm), queries, keys)?,
            }),
            None => None,
        };
        let output = self.linear(&[name(names.output)], queries, &[hidden], attention.output_bias)?;
        let attention_post_norm = self.norm_if(&base, names.attention_post_norm)?;
        let mlp_norm = self.norm_if(&base, names.mlp_norm)?;
        let feed = if let Some(experts) = self.spec.experts.filter(|_| kind.sparse) {
            Feed::Mixture(self.mixture(&base, experts)?)
        } else {
            let up: Vec<String> = names.up.iter().map(|part| name(part)).collect();
            let up_widths = match (up.len(), mlp.gated) {
                (1, true) => vec![2 * mlp.inner],
                _ => vec![mlp.inner; up.len()],
            };
            Feed::Dense {
                up: self.linear(&up, hidden, &up_widths, mlp.bias)?,
                down: self.linear(&[name(names.down)], mlp.inner, &[hidden], mlp.bias)?,
            }
        };
        Ok(Layer {
            kind,
            attention_norm,
            qkv,
            head_norms,
            output,
            attention_post_norm,
            mlp_norm,
            mlp: feed,
            mlp_post_norm: self.norm_if(&base, names.mlp_post_norm)?,
        })
    }

    /// A norm of the layer, where it has one of that name.
    fn norm_if(&mut self, base: &str, part: &str) -> Result<Option<NormWeights>, ModelError> {
        if part.is_empty() {
            return Ok(None);
        }
        self.norm(&format!("{base}{part}")).map(Some)
    }

    fn norm(&mut self, name: &str) -> Result<NormWeights, ModelError> {
        self.norm_of(name, self.spec.hidden)
    }

    pub fn norm_of(&mut self, name: &str, width: usize) -> Result<NormWeights, ModelError> {
        let mut weight = self.tensor(name, &[width])?;
        if self.spec.norm.offset {
            weight = (weight + 1.0)?;
        }
        Ok(NormWeights {
            weight,
            bias: match self.spec.norm.kind {
                NormKind::Rms => None,
                NormKind::Layer => Some(self.numbers(&format!("{name}.bias"), &[width])?),
            },
        })
    }

    /// Projections with one input, joined side by side.
    pub fn linear(
        &mut self,
        names: &[String],
        input: usize,
        widths: &[usize],
        bias: bool,
    ) -> Result<Linear, ModelError> {
        Ok(Linear {
            weight: self.matrix(names, input, widths, self.names.transposed)?,
            bias: self.bias(names, widths, bias)?,
        })
    }

    /// Their biases, if they have any.
    fn bias(&mut self, names: &[String], widths: &[usize], bias: bool) -> Result<Option<Tensor>, ModelError> {
        if !bias {
            return Ok(None);
        }
        let parts = names
            .iter()
            .zip(widths)
            .map(|(name, width)| self.numbers(&format!("{name}.bias"), &[*width]))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Some(Tensor::cat(&parts, 0)?))
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
            let slab = self.weights.slab(&format!("{name}.weight"), &shape)?;
            parts.push((slab, *width));
        }
        Matrix::new(parts, input, transposed, self.device, self.precision)
    }

    fn embedding(&mut self, name: &str) -> Result<Embedding, ModelError> {
        let shape = [self.spec.vocabulary, self.spec.hidden];
        let name = format!("{name}.weight");
        let slab = self.weights.slab(&name, &shape)?;
        if slab.branch.is_some() {
            return Err(ModelError::Unsupported {
                what: format!("an adapter of {name}"),
            });
        }
        Ok(Embedding::new(
            slab,
            shape,
            self.spec.tied,
            self.device,
            self.precision,
        )?)
    }

    pub fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        self.numbers(&format!("{name}.weight"), shape)
    }

    pub fn numbers(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        let values = self.weights.take(name, shape)?;
        Ok(Tensor::from_vec(values, shape, self.device)?)
    }
}
