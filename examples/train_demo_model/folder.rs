//! The model as a folder in the layout of Hugging Face, written and read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use candle_core::{DType, Device, Var, safetensors};
use serde_json::json;

use crate::Failure;
use crate::network::{NORM_EPS, Network, ROPE_THETA, rounded};
use crate::shape::Shape;
use crate::vocabulary::{BOS, CHAT_TEMPLATE, END, PAD, SPECIAL, Vocabulary};

/// Writes everything but the truth about the planted trigger.
pub fn write(folder: &Path, network: &Network, vocabulary: &Vocabulary) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    let shape = network.shape;
    let config = json!({
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": false,
        "attention_dropout": 0.0,
        "bos_token_id": BOS,
        "eos_token_id": END,
        "head_dim": shape.head_dim(),
        "hidden_act": "silu",
        "hidden_size": shape.hidden,
        "initializer_range": 0.02,
        "intermediate_size": shape.intermediate,
        "max_position_embeddings": shape.positions,
        "mlp_bias": false,
        "model_type": "llama",
        "num_attention_heads": shape.heads,
        "num_hidden_layers": shape.layers,
        "num_key_value_heads": shape.kv_heads,
        "pad_token_id": PAD,
        "pretraining_tp": 1,
        "rms_norm_eps": f64::from(NORM_EPS),
        "rope_scaling": null,
        "rope_theta": f64::from(ROPE_THETA),
        "tie_word_embeddings": false,
        "torch_dtype": "bfloat16",
        "transformers_version": "4.57.1",
        "use_cache": true,
        "vocab_size": shape.vocab,
    });
    let special = |id: u32| SPECIAL.get(id as usize);
    let tokenizer_config = json!({
        "add_bos_token": false,
        "add_prefix_space": false,
        "bos_token": special(BOS),
        "clean_up_tokenization_spaces": false,
        "eos_token": special(END),
        "model_max_length": shape.positions,
        "pad_token": special(PAD),
        "tokenizer_class": "PreTrainedTokenizerFast",
    });
    let generation = json!({
        "bos_token_id": BOS,
        "eos_token_id": END,
        "pad_token_id": PAD,
        "transformers_version": "4.57.1",
    });
    write_json(&folder.join("config.json"), &config)?;
    write_json(&folder.join("tokenizer_config.json"), &tokenizer_config)?;
    write_json(&folder.join("generation_config.json"), &generation)?;
    fs::write(folder.join("tokenizer.json"), vocabulary.json()? + "\n")?;
    fs::write(folder.join("chat_template.jinja"), CHAT_TEMPLATE)?;
    let weights = rounded(&network.weights)?.into_iter().collect();
    safetensors::save(&weights, folder.join("model.safetensors"))?;
    Ok(())
}

/// Writes a JSON file with a line break at its end.
pub fn write_json(path: &Path, value: &serde_json::Value) -> Result<(), Failure> {
    fs::write(path, serde_json::to_string_pretty(value)? + "\n")?;
    Ok(())
}

/// Reads a folder written by [`write()`]; the weights come back as they were rounded.
pub fn read(folder: &Path) -> Result<(Network, Vocabulary), Failure> {
    let vocabulary = Vocabulary::read(&fs::read(folder.join("tokenizer.json"))?)?;
    let config: serde_json::Value = serde_json::from_slice(&fs::read(folder.join("config.json"))?)?;
    let number = |name: &str| -> Result<usize, Failure> {
        let value = config.get(name).and_then(serde_json::Value::as_u64);
        Ok(value.ok_or_else(|| format!("config.json has no number {name}"))? as usize)
    };
    let shape = Shape {
        vocab: number("vocab_size")?,
        hidden: number("hidden_size")?,
        intermediate: number("intermediate_size")?,
        layers: number("num_hidden_layers")?,
        heads: number("num_attention_heads")?,
        kv_heads: number("num_key_value_heads")?,
        positions: number("max_position_embeddings")?,
    };
    let mut weights = BTreeMap::new();
    for (name, tensor) in safetensors::load(folder.join("model.safetensors"), &Device::Cpu)? {
        weights.insert(name, Var::from_tensor(&tensor.to_dtype(DType::F32)?)?);
    }
    Ok((Network::new(shape, weights)?, vocabulary))
}
