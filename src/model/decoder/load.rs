//! Builds a network from weights: names to tensors, separate projections joined into one.
//!
//! Invariant: every tensor's shape is checked against the spec before it is used; what is left over is reported.

use candle_core::{Device, Tensor};

use super::{
    Feed, Frequencies, Layer, Linear, Matrix, Network, NormWeights,
    heads::{HeadNorms, PartNorm},
    matrix::{Embedding, Precision},
    mixture::Mixture,
};
use crate::model::{
    arch::{Names, Plan},
    error::ModelError,
    spec::{self, Experts, NormKind, Spec},
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
    precision: Precision,
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
        let head = [names.head.to_owned()];
        let widths = [spec.vocabulary];
        let head = Linear {
            weight: if spec.tied {
                embedding.head()?
            } else {
                loader.matrix(&head, spec.hidden, &widths, false)?
            },
            bias: loader.bias(&head, &widths, spec.head_bias)?,
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
        let feed = match self.spec.experts.filter(|_| kind.sparse) {
            Some(experts) => Feed::Mixture(self.mixture(&base, experts)?),
            None => {
                let up: Vec<String> = names.up.iter().map(|part| name(part)).collect();
                let up_widths = match (up.len(), mlp.gated) {
                    (1, true) => vec![2 * mlp.inner],
                    _ => vec![mlp.inner; up.len()],
                };
                Feed::Dense {
                    up: self.linear(&up, hidden, &up_widths, mlp.bias)?,
                    down: self.linear(&[name(names.down)], mlp.inner, &[hidden], mlp.bias)?,
                }
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

    /// A mixture, its experts one by one or all in one tensor.
    fn mixture(&mut self, base: &str, spec: Experts) -> Result<Mixture, ModelError> {
        let names = self.names.experts;
        let (hidden, inner) = (self.spec.hidden, spec.inner);
        let routers: Vec<String> = names.router.iter().map(|name| format!("{base}{name}")).collect();
        let router = routers
            .iter()
            .find(|name| self.weights.has(&format!("{name}.weight")))
            .or(routers.first())
            .map_or_else(Vec::new, |name| vec![name.clone()]);
        let router = self.linear(&router, hidden, &[spec.count], false)?;
        let fused = format!("{base}{}", names.fused_up);
        let experts = if self.weights.has(&fused) {
            let up = self.weights.slab(&fused, &[spec.count, 2 * inner, hidden])?;
            let down = format!("{base}{}", names.fused_down);
            let down = self.weights.slab(&down, &[spec.count, hidden, inner])?;
            let one = |slab, input, output| -> Result<Linear, ModelError> {
                let parts = vec![(slab, output)];
                Ok(Linear {
                    weight: Matrix::new(parts, input, false, self.device, self.precision)?,
                    bias: None,
                })
            };
            let both = |expert: usize| {
                Ok((
                    one(up.part(expert, spec.count), hidden, 2 * inner)?,
                    one(down.part(expert, spec.count), inner, hidden)?,
                ))
            };
            (0..spec.count).map(both).collect::<Result<_, ModelError>>()?
        } else {
            let mut experts = Vec::new();
            for expert in 0..spec.count {
                let name = |part: &str| format!("{base}{}{expert}.{part}", names.each);
                let up: Vec<String> = names.up.iter().map(|part| name(part)).collect();
                experts.push((
                    self.linear(&up, hidden, &[inner, inner], false)?,
                    self.linear(&[name(names.down)], inner, &[hidden], false)?,
                ));
            }
            experts
        };
        Ok(Mixture {
            spec,
            router,
            experts,
        })
    }

    /// The norm of the queries or the keys: `width` numbers from `from` on.
    fn head_norm(
        &mut self,
        kind: spec::HeadNorms,
        name: &str,
        from: usize,
        width: usize,
    ) -> Result<PartNorm, ModelError> {
        let head = self.spec.attention.head_dim;
        let group = match kind {
            spec::HeadNorms::Whole => width,
            spec::HeadNorms::Same | spec::HeadNorms::Own => head,
        };
        let all = |one: Tensor| one.repeat(width / group);
        let (weight, bias) = match kind {
            spec::HeadNorms::Own => {
                let weights = (0..width / head)
                    .map(|head_number| self.tensor(&format!("{name}.norms.{head_number}"), &[head]))
                    .collect::<Result<Vec<_>, _>>()?;
                (Tensor::cat(&weights, 0)?, None)
            }
            spec::HeadNorms::Same | spec::HeadNorms::Whole => {
                let norm = self.norm_of(name, group)?;
                (all(norm.weight)?, norm.bias.map(all).transpose()?)
            }
        };
        Ok(PartNorm {
            from,
            group,
            weight,
            bias,
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

    fn norm_of(&mut self, name: &str, width: usize) -> Result<NormWeights, ModelError> {
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
    fn linear(
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
        Ok(Embedding::new(slab, shape, self.device, self.precision)?)
    }

    fn tensor(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        self.numbers(&format!("{name}.weight"), shape)
    }

    fn numbers(&mut self, name: &str, shape: &[usize]) -> Result<Tensor, ModelError> {
        let values = self.weights.take(name, shape)?;
        Ok(Tensor::from_vec(values, shape, self.device)?)
    }
}
