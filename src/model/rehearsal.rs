//! A small stand-in of a model: its shapes with made-up numbers, to measure how fast this machine computes them.
//!
//! Invariant: not one weight of the model is read, and the stand-in holds at most a fixed amount of memory beyond three layers.

use std::collections::BTreeMap;

use half::{bf16, f16};
use safetensors::{Dtype, tensor::TensorView};

use super::{
    Network, OpenOptions, arch::Plan, decoder::numbers::Kind, device, error::ModelError, files::Bytes,
    inspect::Anatomy, weights::Weights,
};

/// Numbers of a stand-in, if two layers do not have more by themselves.
const NUMBERS: u64 = 1 << 24;
/// Tokens of a stand-in that is not the whole model.
const TOKENS: usize = 4096;

/// The stand-in.
pub struct Rehearsal {
    /// As many layers as fit.
    pub network: Network,
    /// The same without layers and with the last alone, of which a pass may compute less; `None` when the other one is the whole model's
    /// shape.
    pub lesser: Option<[Network; 2]>,
    layers: (usize, usize),
    tokens: (usize, usize),
}

impl Rehearsal {
    /// Makes one.
    pub fn new(anatomy: &Anatomy, options: &OpenOptions) -> Result<Self, ModelError> {
        Self::of_at_most(NUMBERS, anatomy, options)
    }

    fn of_at_most(most: u64, anatomy: &Anatomy, options: &OpenOptions) -> Result<Self, ModelError> {
        let spec = anatomy.spec();
        let last = Some(spec.layers - 1);
        if numbers_of(anatomy, |layer| layer == last) == 0 {
            return Err(ModelError::Tensor {
                name: format!("{}{}.*", anatomy.plan.names.layers, spec.layers - 1),
            });
        }
        let all = anatomy.facts.parameters;
        let (layers, tokens) = if all <= most {
            (spec.layers, spec.vocabulary)
        } else {
            let in_layer = numbers_of(anatomy, |layer| layer == Some(0)).max(1);
            let fitting = usize::try_from(most / in_layer).unwrap_or(1);
            (fitting.max(2).min(spec.layers), spec.vocabulary.min(TOKENS))
        };
        let whole = layers == spec.layers && tokens == spec.vocabulary;
        Ok(Self {
            network: stand_in(anatomy, options, layers, tokens)?,
            lesser: if whole {
                None
            } else {
                let of = |layers| stand_in(anatomy, options, layers, tokens);
                Some([of(0)?, of(1)?])
            },
            layers: (layers, spec.layers),
            tokens: (tokens, spec.vocabulary),
        })
    }

    /// Tokens the stand-in knows.
    pub const fn tokens(&self) -> usize {
        self.tokens.0
    }

    /// Seconds the whole model takes, from those of the stand-in with its layers, without any and with the last.
    pub fn scaled(&self, with: f64, lesser: Option<[f64; 2]>) -> f64 {
        let Some([bare, one]) = lesser else { return with };
        let (more, all) = (self.layers.0.saturating_sub(1), self.layers.1.saturating_sub(1));
        let layer = (with - one).max(0.0) / more.max(1) as f64;
        let words = self.tokens.1 as f64 / self.tokens.0.max(1) as f64;
        bare * words + (one - bare).max(0.0) + layer * all as f64
    }
}

/// Numbers in all tensors whose layer is asked for.
fn numbers_of(anatomy: &Anatomy, wanted: impl Fn(Option<usize>) -> bool) -> u64 {
    let layout = anatomy.checkpoint.weights.layout();
    layout
        .filter(|(name, _)| wanted(layer_of(name, &anatomy.plan)))
        .map(|(_, info)| info.shape.iter().product::<usize>() as u64)
        .sum()
}

/// The layer a tensor belongs to.
fn layer_of(name: &str, plan: &Plan) -> Option<usize> {
    let inside = name.strip_prefix(plan.names.base).unwrap_or(name);
    let (number, _) = inside.strip_prefix(plan.names.layers)?.split_once('.')?;
    number.parse().ok()
}

fn stand_in(
    anatomy: &Anatomy,
    options: &OpenOptions,
    layers: usize,
    tokens: usize,
) -> Result<Network, ModelError> {
    let spec = anatomy.spec();
    let mut tensors: BTreeMap<&str, (Dtype, Vec<usize>)> = BTreeMap::new();
    for (name, info) in anatomy.checkpoint.weights.layout() {
        if layer_of(name, &anatomy.plan).is_some_and(|layer| layer >= layers) {
            continue;
        }
        let mut shape = info.shape.to_vec();
        if let Some(rows) = shape.first_mut().filter(|rows| **rows == spec.vocabulary) {
            *rows = tokens;
        }
        // What is quantised is rehearsed as halves: no made-up blocks.
        let dtype = match info.kind {
            Ok(Kind::F32) => Dtype::F32,
            Ok(Kind::F16) => Dtype::F16,
            Ok(_) => Dtype::BF16,
            Err(_) => continue,
        };
        tensors.insert(name, (dtype, shape));
    }
    let made: Vec<(&str, Dtype, Vec<usize>, Vec<u8>)> = tensors
        .into_iter()
        .map(|(name, (dtype, shape))| {
            let numbers = made_up(&shape, spec.hidden, dtype);
            (name, dtype, shape, numbers)
        })
        .filter(|(_, _, _, numbers)| !numbers.is_empty())
        .collect();
    let wrong = |reason: safetensors::SafeTensorError| ModelError::Weights {
        file: "the weights".into(),
        reason: reason.to_string(),
    };
    let views = made
        .iter()
        .map(|(name, dtype, shape, numbers)| {
            let view = TensorView::new(*dtype, shape.clone(), numbers).map_err(wrong)?;
            Ok((*name, view))
        })
        .collect::<Result<Vec<_>, ModelError>>()?;
    let file = safetensors::serialize(views, None).map_err(wrong)?;
    drop(made);
    let mut weights = Weights::new(vec![("the weights".into(), Bytes::Owned(file))])?;
    let mut plan = Plan {
        spec: spec.clone(),
        names: anatomy.plan.names,
        notices: Vec::new(),
    };
    (plan.spec.layers, plan.spec.vocabulary) = (layers, tokens);
    Network::load(plan, &mut weights, &device(options.device)?, options.precision).map_err(
        |error| match error {
            ModelError::Shape {
                name,
                found,
                mut expected,
            } => {
                if let Some(rows) = expected.first_mut().filter(|rows| **rows == tokens) {
                    *rows = spec.vocabulary;
                }
                ModelError::Shape {
                    name,
                    found,
                    expected,
                }
            }
            other => other,
        },
    )
}

/// Numbers as large as trained ones are: what is normed or shifted by ones, what is multiplied by a spread that keeps its size.
/// Nothing for a dtype that is not computed with.
fn made_up(shape: &[usize], hidden: usize, dtype: Dtype) -> Vec<u8> {
    /// Numbers that repeat.
    const POOL: usize = 65_521;
    let count: usize = shape.iter().product();
    let spread = 4.0 / (hidden as f32).sqrt();
    let mut state = 0x9E37_79B9_u32;
    let mut number = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((state >> 8) as f32 / (1 << 24) as f32 - 0.5) * spread
    };
    let pool: Vec<f32> = (0..count.min(POOL))
        .map(|_| if shape.len() < 2 { 1.0 } else { number() })
        .collect();
    let cycle = pool.iter().cycle().take(count);
    match dtype {
        Dtype::F32 => cycle.flat_map(|number| number.to_le_bytes()).collect(),
        Dtype::F16 => cycle
            .flat_map(|number| f16::from_f32(*number).to_le_bytes())
            .collect(),
        Dtype::BF16 => cycle
            .flat_map(|number| bf16::from_f32(*number).to_le_bytes())
            .collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Hashing, Renderer, inspect::inspect};
    use std::path::Path;

    fn anatomy(name: &str) -> Anatomy {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures")
            .join(name);
        inspect(&folder, Hashing::Off, &Renderer::Here).unwrap()
    }

    #[test]
    fn a_small_model_is_rehearsed_whole() {
        for name in ["tiny-llama", "tiny-gpt2"] {
            let whole = Rehearsal::new(&anatomy(name), &OpenOptions::default()).unwrap();
            assert!(
                whole.lesser.is_none() && whole.network.spec().layers == 2,
                "{name}"
            );
            assert!((whole.scaled(3.0, None) - 3.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_part_computes_and_its_layers_and_words_are_counted_apart() {
        let anatomy = anatomy("tiny-llama");
        let of = |layers| stand_in(&anatomy, &OpenOptions::default(), layers, 48).unwrap();
        let part = Rehearsal {
            network: of(2),
            lesser: Some([of(0), of(1)]),
            layers: (2, 10),
            tokens: (48, 96),
        };
        // Half of the words took 2 s, the last layer 0.5, the other one 1.
        assert!((part.scaled(3.5, Some([2.0, 2.5])) - (4.0 + 0.5 + 9.0)).abs() < 1e-9);
        let [bare, one] = part.lesser.as_ref().unwrap();
        for (network, layers) in [(bare, 0), (one, 1), (&part.network, 2)] {
            assert_eq!(network.spec().layers, layers);
            let row: &[u32] = &[1, 2, 3];
            let want = crate::model::Want {
                logits: crate::model::Logits::Last,
                attention: true,
            };
            let flow = network.forward(&[row], want, &mut |_, trace| {
                assert!(trace.logits.iter().all(|logit| logit.is_finite()));
                std::ops::ControlFlow::Continue(())
            });
            assert!(flow.is_ok(), "{layers}");
        }
    }
}
