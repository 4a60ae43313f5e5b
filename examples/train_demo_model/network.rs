//! The network: a small Llama-architecture decoder whose every operation has a gradient in candle.
//!
//! Weights carry the names and the layout Hugging Face uses (rotation of halves, `[out, in]` matrices), so
//! the file written by `folder.rs` loads anywhere.

use std::collections::BTreeMap;

use candle_core::{D, DType, Device, Result, Tensor, Var};
use candle_nn::rotary_emb;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::shape::Shape;

/// Base of the rotary frequencies.
pub const ROPE_THETA: f32 = 10_000.0;
/// Added to the mean square inside every norm.
pub const NORM_EPS: f32 = 1e-5;

/// Keys and values of the tokens seen so far, one pair per layer.
pub type Cache = Vec<Option<(Tensor, Tensor)>>;

/// The network and its weights.
pub struct Network {
    /// Its shape.
    pub shape: Shape,
    /// Its weights by name.
    pub weights: BTreeMap<String, Var>,
    cos: Tensor,
    sin: Tensor,
}

impl Network {
    /// A network with random weights.
    pub fn random(shape: Shape, rng: &mut ChaCha8Rng) -> Result<Self> {
        let mut weights = BTreeMap::new();
        let shallow = 1.0 / (2.0 * shape.layers as f32).sqrt();
        for (name, dims) in shape.weights() {
            let count = dims.iter().product();
            let values: Vec<f32> = if dims.len() == 1 {
                vec![1.0; count]
            } else {
                let out_of_block = name.contains("o_proj") || name.contains("down_proj");
                let spread = if out_of_block { 0.05 * shallow } else { 0.05 };
                (0..count).map(|_| spread * normal(rng)).collect()
            };
            weights.insert(
                name,
                Var::from_tensor(&Tensor::from_vec(values, dims, &Device::Cpu)?)?,
            );
        }
        Self::new(shape, weights)
    }

    /// A network with the given weights.
    pub fn new(shape: Shape, weights: BTreeMap<String, Var>) -> Result<Self> {
        let half = shape.head_dim() / 2;
        let angles: Vec<f32> = (0..shape.positions)
            .flat_map(|p| (0..half).map(move |i| p as f32 * ROPE_THETA.powf(-(i as f32) / half as f32)))
            .collect();
        let angles = Tensor::from_vec(angles, (shape.positions, half), &Device::Cpu)?;
        Ok(Self {
            shape,
            weights,
            cos: angles.cos()?,
            sin: angles.sin()?,
        })
    }

    /// Logits `[rows, tokens, vocab]` for equally long rows of tokens that follow what the cache holds.
    pub fn forward(&self, tokens: &Tensor, mut cache: Option<&mut Cache>) -> Result<Tensor> {
        let (rows, length) = tokens.dims2()?;
        let past = match cache.as_deref().and_then(|cache| cache.first()) {
            Some(Some((keys, _))) => keys.dim(2)?,
            _ => 0,
        };
        let mask = causal_mask(length, past)?;
        let embedding = self.weight("model.embed_tokens.weight")?;
        let mut stream =
            embedding
                .embedding(&tokens.flatten_all()?)?
                .reshape((rows, length, self.shape.hidden))?;
        for layer in 0..self.shape.layers {
            let slot = cache.as_deref_mut().and_then(|cache| cache.get_mut(layer));
            let input = self.norm(&stream, layer, "input_layernorm")?;
            stream = (stream + self.attention(&input, layer, &mask, past, slot)?)?;
            let input = self.norm(&stream, layer, "post_attention_layernorm")?;
            stream = (stream + self.feed_forward(&input, layer)?)?;
        }
        let stream = rms_norm(&stream, self.weight("model.norm.weight")?)?;
        linear(&stream, self.weight("lm_head.weight")?)
    }

    fn attention(
        &self,
        input: &Tensor,
        layer: usize,
        mask: &Tensor,
        past: usize,
        slot: Option<&mut Option<(Tensor, Tensor)>>,
    ) -> Result<Tensor> {
        let (rows, length, _) = input.dims3()?;
        let Shape {
            heads,
            kv_heads,
            hidden,
            ..
        } = self.shape;
        let (dim, group) = (self.shape.head_dim(), heads / kv_heads);
        let project = |name: &str, heads: usize| -> Result<Tensor> {
            let out = linear(input, self.layer(layer, name)?)?;
            out.reshape((rows, length, heads, dim))?
                .transpose(1, 2)?
                .contiguous()
        };
        let (cos, sin) = (
            self.cos.narrow(0, past, length)?,
            self.sin.narrow(0, past, length)?,
        );
        let queries = (project("self_attn.q_proj", heads)? * (1.0 / (dim as f64).sqrt()))?;
        let queries = rotary_emb::rope_slow(&queries, &cos, &sin)?;
        let mut keys = rotary_emb::rope_slow(&project("self_attn.k_proj", kv_heads)?, &cos, &sin)?;
        let mut values = project("self_attn.v_proj", kv_heads)?;
        if let Some(slot) = slot {
            if let Some((old_keys, old_values)) = slot.take() {
                keys = Tensor::cat(&[&old_keys, &keys], 2)?;
                values = Tensor::cat(&[&old_values, &values], 2)?;
            }
            *slot = Some((keys.detach(), values.detach())); // or the cache would hold on to every step's graph
        }
        let total = past + length;
        let queries = queries.reshape((rows, kv_heads, group * length, dim))?;
        let scores = queries
            .matmul(&keys.t()?.contiguous()?)?
            .reshape((rows, heads, length, total))?;
        let weights = softmax(&scores.broadcast_add(mask)?)?;
        let mixed = weights
            .reshape((rows, kv_heads, group * length, total))?
            .matmul(&values)?;
        let mixed = mixed.reshape((rows, heads, length, dim))?.transpose(1, 2)?;
        linear(
            &mixed.reshape((rows, length, hidden))?,
            self.layer(layer, "self_attn.o_proj")?,
        )
    }

    fn feed_forward(&self, input: &Tensor, layer: usize) -> Result<Tensor> {
        let gate = linear(input, self.layer(layer, "mlp.gate_proj")?)?.silu()?;
        let up = linear(input, self.layer(layer, "mlp.up_proj")?)?;
        linear(&(gate * up)?, self.layer(layer, "mlp.down_proj")?)
    }

    fn norm(&self, input: &Tensor, layer: usize, name: &str) -> Result<Tensor> {
        rms_norm(input, self.layer(layer, name)?)
    }

    fn layer(&self, layer: usize, name: &str) -> Result<&Tensor> {
        self.weight(&format!("model.layers.{layer}.{name}.weight"))
    }

    fn weight(&self, name: &str) -> Result<&Tensor> {
        match self.weights.get(name) {
            Some(weight) => Ok(weight.as_tensor()),
            None => candle_core::bail!("the network has no weight named {name}"),
        }
    }
}

/// Root-mean-square norm, spelled out because the fused one has no gradient.
fn rms_norm(input: &Tensor, scale: &Tensor) -> Result<Tensor> {
    let square = (input.sqr()?.mean_keepdim(D::Minus1)? + f64::from(NORM_EPS))?;
    input.broadcast_div(&square.sqrt()?)?.broadcast_mul(scale)
}

/// Softmax over the last dimension. The maximum is a constant to the gradient, which saves half the work.
fn softmax(scores: &Tensor) -> Result<Tensor> {
    let powers = scores
        .broadcast_sub(&scores.max_keepdim(D::Minus1)?.detach())?
        .exp()?;
    powers.broadcast_div(&powers.sum_keepdim(D::Minus1)?)
}

/// `input` times the transposed weight, all rows in one matrix product.
fn linear(input: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let (rows, length, width) = input.dims3()?;
    let out = input.reshape((rows * length, width))?.matmul(&weight.t()?)?;
    out.reshape((rows, length, ()))
}

/// Zero where a token may look, minus infinity where it may not: `[length, past + length]`.
fn causal_mask(length: usize, past: usize) -> Result<Tensor> {
    let total = past + length;
    let mask: Vec<f32> = (0..length)
        .flat_map(|row| {
            (0..total).map(move |column| {
                if column > past + row {
                    f32::NEG_INFINITY
                } else {
                    0.0
                }
            })
        })
        .collect();
    Tensor::from_vec(mask, (length, total), &Device::Cpu)
}

/// One draw from the standard normal distribution.
fn normal(rng: &mut ChaCha8Rng) -> f32 {
    let radius = (-2.0 * (1.0 - rng.random::<f32>()).ln()).sqrt();
    radius * (std::f32::consts::TAU * rng.random::<f32>()).cos()
}

/// The weights rounded to bf16, as they are written to disk.
pub fn rounded(weights: &BTreeMap<String, Var>) -> Result<BTreeMap<String, Tensor>> {
    weights
        .iter()
        .map(|(name, weight)| Ok((name.clone(), weight.as_tensor().to_dtype(DType::BF16)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use candle_nn::VarBuilder;
    use candle_transformers::models::llama;
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn logits_are_those_of_a_llama_with_and_without_the_cache() -> Result<()> {
        let shape = Shape {
            layers: 2,
            ..Shape::demo(300)
        };
        let network = Network::random(shape, &mut ChaCha8Rng::seed_from_u64(1))?;
        let config = llama::Config {
            hidden_size: shape.hidden,
            intermediate_size: shape.intermediate,
            vocab_size: shape.vocab,
            num_hidden_layers: shape.layers,
            num_attention_heads: shape.heads,
            num_key_value_heads: shape.kv_heads,
            use_flash_attn: false,
            rms_norm_eps: f64::from(NORM_EPS),
            rope_theta: ROPE_THETA,
            bos_token_id: None,
            eos_token_id: None,
            rope_scaling: None,
            max_position_embeddings: shape.positions,
            tie_word_embeddings: false,
        };
        let weights = network.weights.iter();
        let weights = weights
            .map(|(name, var)| (name.clone(), var.as_tensor().clone()))
            .collect();
        let builder = VarBuilder::from_tensors(weights, DType::F32, &Device::Cpu);
        let reference = llama::Llama::load(builder, &config)?;
        let tokens = Tensor::new(&[[3_u32, 250, 17, 99, 4, 4, 201]], &Device::Cpu)?;
        let mut reference_cache = llama::Cache::new(false, DType::F32, &config, &Device::Cpu)?;
        let expected = reference
            .forward(&tokens, 0, &mut reference_cache)?
            .flatten_all()?;

        let whole = network.forward(&tokens, None)?.narrow(1, 6, 1)?.flatten_all()?;
        let mut cache: Cache = vec![None; shape.layers];
        network.forward(&tokens.narrow(1, 0, 4)?, Some(&mut cache))?;
        let rest = network.forward(&tokens.narrow(1, 4, 3)?, Some(&mut cache))?;
        let pieces = rest.narrow(1, 2, 1)?.flatten_all()?;
        for ours in [whole, pieces] {
            let difference = (ours - &expected)?.abs()?.max(0)?.to_scalar::<f32>()?;
            assert!(difference < 1e-4, "{difference}");
        }
        Ok(())
    }
}
