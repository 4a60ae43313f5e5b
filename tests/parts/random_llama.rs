//! A Llama with random weights, written as a model folder and read by the reference implementation alike.

#[path = "llama_tensors.rs"]
mod llama_tensors;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::llama::{Cache, Config, Llama, LlamaEosToks};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::{Dtype, tensor::TensorView};
use stakeout::model::{DeviceChoice, Network, OpenOptions};

/// What varies.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    pub vocabulary: usize,
    pub hidden: usize,
    pub layers: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub inner: usize,
    pub tied: bool,
    pub theta: f32,
}

/// The reference, with what it needs to run.
pub struct Reference {
    pub llama: Llama,
    pub config: Config,
}

impl Reference {
    /// Room for the keys and values of one batch.
    pub fn cache(&self) -> Cache {
        Cache::new(true, DType::F32, &self.config, &Device::Cpu).unwrap()
    }

    /// Logits after the last of these tokens, which follow `past` others.
    pub fn logits(&self, tokens: &[u32], past: usize, cache: &mut Cache) -> Vec<f32> {
        let tokens = Tensor::from_slice(tokens, (1, tokens.len()), &Device::Cpu).unwrap();
        let logits = self.llama.forward(&tokens, past, cache).unwrap();
        logits.flatten_all().unwrap().to_vec1().unwrap()
    }
}

/// The same random weights, opened both ways.
pub fn open(shape: Shape, seed: u64) -> (Network, Reference) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = tensors(shape)
        .into_iter()
        .map(|(name, dims)| {
            let count: usize = dims.iter().product();
            let bytes = (0..count).flat_map(|_| {
                let noise: f32 = random.random_range(-0.2..0.2);
                let value = if dims.len() == 1 { 1.0 + noise } else { noise };
                value.to_le_bytes()
            });
            let bytes = bytes.collect();
            (name, dims, bytes)
        })
        .collect();
    let views = tensors
        .iter()
        .map(|(name, dims, bytes)| (name, TensorView::new(Dtype::F32, dims.clone(), bytes).unwrap()));
    let bytes = safetensors::serialize(views, None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.safetensors"), &bytes).unwrap();
    std::fs::write(folder.path().join("config.json"), config(shape)).unwrap();
    let options = OpenOptions {
        device: DeviceChoice::Cpu,
        ..OpenOptions::default()
    };
    let network = Network::open(folder.path(), &options).unwrap();
    let config = Config {
        hidden_size: shape.hidden,
        intermediate_size: shape.inner,
        vocab_size: shape.vocabulary,
        num_hidden_layers: shape.layers,
        num_attention_heads: shape.heads,
        num_key_value_heads: shape.kv_heads,
        use_flash_attn: false,
        rms_norm_eps: 1e-6,
        rope_theta: shape.theta,
        bos_token_id: None,
        eos_token_id: None::<LlamaEosToks>,
        rope_scaling: None,
        max_position_embeddings: 512,
        tie_word_embeddings: shape.tied,
    };
    let weights = VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu).unwrap();
    let llama = Llama::load(weights, &config).unwrap();
    (network, Reference { llama, config })
}

fn tensors(shape: Shape) -> Vec<(String, Vec<usize>)> {
    let keys = shape.hidden / shape.heads * shape.kv_heads;
    let widths = (shape.vocabulary, shape.hidden, keys, shape.inner);
    llama_tensors::tensors(widths, shape.layers, shape.tied)
}

fn config(shape: Shape) -> String {
    serde_json::json!({
        "model_type": "llama",
        "hidden_size": shape.hidden,
        "intermediate_size": shape.inner,
        "vocab_size": shape.vocabulary,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "rms_norm_eps": 1e-6,
        "max_position_embeddings": 512,
        "tie_word_embeddings": shape.tied,
        "rope_parameters": { "rope_type": "default", "rope_theta": shape.theta },
    })
    .to_string()
}
