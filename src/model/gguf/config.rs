//! The settings of a GGUF file, as the config.json of the same model has them.
//!
//! Invariant: a setting that would change what is computed is carried over or refused, never dropped.

use serde_json::{Map, Value as Json, json};

use super::{Header, Value, names::FAMILIES};
use crate::model::error::ModelError;

/// What config.json would say; `floats` gives the numbers of a small tensor.
pub fn config(
    header: &Header,
    floats: &dyn Fn(&str) -> Option<Vec<f32>>,
) -> Result<Map<String, Json>, ModelError> {
    let architecture = header.text("general.architecture").unwrap_or("");
    let (_, model_type) = FAMILIES
        .iter()
        .find(|(name, _)| *name == architecture)
        .ok_or_else(|| ModelError::GgufArchitecture {
            name: architecture.to_owned(),
        })?;
    let settings = Settings { header, architecture };
    let mut config = Map::new();
    config.insert("model_type".into(), json!(model_type));
    for (name, from) in [
        ("hidden_size", "embedding_length"),
        ("num_hidden_layers", "block_count"),
        ("intermediate_size", "feed_forward_length"),
        ("num_attention_heads", "attention.head_count"),
        ("max_position_embeddings", "context_length"),
    ] {
        config.insert(name.into(), json!(settings.need(from)?));
    }
    let heads = settings.need("attention.head_count")?;
    let kv_heads = settings.whole("attention.head_count_kv")?.unwrap_or(heads);
    config.insert("num_key_value_heads".into(), json!(kv_heads));
    let hidden = settings.need("embedding_length")?;
    let layers = settings.need("block_count")?;
    let head_dim = settings
        .whole("attention.key_length")?
        .or_else(|| hidden.checked_div(heads));
    let head_dim = head_dim.ok_or_else(|| wrong("attention.head_count", "zero"))?;
    config.insert("head_dim".into(), json!(head_dim));
    if settings
        .whole("attention.value_length")?
        .is_some_and(|width| width != head_dim)
    {
        return Err(unsupported("values of another width than keys"));
    }
    if settings.whole("expert_count")?.is_some_and(|count| count > 0) {
        return Err(unsupported("a mixture of experts in a GGUF file"));
    }
    let has = |name: &str| header.tensors.iter().any(|entry| entry.name == name);
    let rows = header
        .tensors
        .iter()
        .find(|entry| entry.name == "token_embd.weight");
    let rows = rows.and_then(|entry| entry.shape.first().copied());
    let rows = rows.ok_or_else(|| ModelError::Tensor {
        name: "token_embd.weight".into(),
    })?;
    config.insert("vocab_size".into(), json!(rows));
    config.insert("tie_word_embeddings".into(), json!(!has("output.weight")));
    config.insert("attention_bias".into(), json!(has("blk.0.attn_output.bias")));
    config.insert("mlp_bias".into(), json!(has("blk.0.ffn_down.bias")));
    for (name, from) in [
        ("rms_norm_eps", "attention.layer_norm_rms_epsilon"),
        ("norm_epsilon", "attention.layer_norm_epsilon"),
        ("attn_logit_softcapping", "attn_logit_softcapping"),
        ("final_logit_softcapping", "final_logit_softcapping"),
        ("attention_multiplier", "attention.scale"),
        ("embedding_multiplier", "embedding_scale"),
        ("residual_multiplier", "residual_scale"),
        ("logits_scaling", "logit_scale"),
    ] {
        if let Some(number) = settings.float(from)? {
            config.insert(name.into(), json!(number));
        }
    }
    let window = settings.whole("attention.sliding_window")?;
    config.insert(
        "sliding_window".into(),
        json!(window.filter(|window| *window > 0)),
    );
    own(&settings, &mut config, hidden, heads, head_dim, layers)?;
    rope(&settings, &mut config, head_dim, floats)?;
    for (name, from) in [
        ("bos_token_id", "tokenizer.ggml.bos_token_id"),
        ("eos_token_id", "tokenizer.ggml.eos_token_id"),
    ] {
        if let Some(id) = header.whole(from) {
            config.insert(name.into(), json!(id));
        }
    }
    Ok(config)
}

/// What single families have.
fn own(
    settings: &Settings,
    config: &mut Map<String, Json>,
    hidden: u64,
    heads: u64,
    head_dim: u64,
    layers: u64,
) -> Result<(), ModelError> {
    let mut set = |name: &str, value: Json| config.insert(name.into(), value);
    match settings.architecture {
        "gemma" | "gemma2" | "gemma3" => {
            set("hidden_activation", json!("gelu_pytorch_tanh"));
            // the largest of each generation scale their scores by another width than that of a head
            let largest = matches!((settings.architecture, layers), ("gemma2", 46) | ("gemma3", 62));
            set(
                "query_pre_attn_scalar",
                json!(if largest { hidden / heads } else { head_dim }),
            );
            if settings.architecture == "gemma3" {
                match settings.get("attention.sliding_window_pattern") {
                    None => set("sliding_window_pattern", json!(6)),
                    Some(Value::Whole(every)) => set("sliding_window_pattern", json!(every)),
                    Some(Value::Numbers(slides)) => {
                        let kind = |slides: &f64| match *slides {
                            0.0 => "full_attention",
                            _ => "sliding_attention",
                        };
                        let kinds: Vec<&str> = slides.iter().map(kind).collect();
                        set("layer_types", json!(kinds))
                    }
                    Some(_) => return Err(wrong("attention.sliding_window_pattern", "not a pattern")),
                };
                let local = settings.float("rope.freq_base_swa")?.unwrap_or(10_000.0);
                set("rope_local_base_freq", json!(local));
            }
        }
        "starcoder2" => {
            set("hidden_act", json!("gelu_pytorch_tanh"));
            set("use_bias", json!(true));
        }
        "qwen2" | "qwen3" => {
            set("use_sliding_window", json!(false));
            set("hidden_act", json!("silu"));
        }
        _ => {
            set("hidden_act", json!("silu"));
        }
    }
    Ok(())
}

/// The rotary positions: their base, their share of a head, how they are stretched.
fn rope(
    settings: &Settings,
    config: &mut Map<String, Json>,
    head_dim: u64,
    floats: &dyn Fn(&str) -> Option<Vec<f32>>,
) -> Result<(), ModelError> {
    let theta = settings.float("rope.freq_base")?.unwrap_or(10_000.0);
    config.insert("rope_theta".into(), json!(theta));
    if let Some(width) = settings.whole("rope.dimension_count")?
        && width != head_dim
    {
        config.insert(
            "partial_rotary_factor".into(),
            json!(width as f64 / head_dim as f64),
        );
    }
    let scaling = match settings.text("rope.scaling.type") {
        Some("none") | None => None,
        Some("linear") => Some(json!({
            "rope_type": "linear",
            "factor": settings.float("rope.scaling.factor")?.unwrap_or(1.0),
        })),
        Some(other) if other != "longrope" => Some(json!({ "rope_type": other })),
        Some(_) => None,
    };
    let original = settings.whole("rope.scaling.original_context_length")?;
    let long = floats("rope_factors_long.weight");
    let scaling = match (
        floats("rope_freqs.weight"),
        long,
        floats("rope_factors_short.weight"),
    ) {
        (None, Some(long), Some(short)) => {
            let mut scaling = json!({
                "rope_type": "longrope", "long_factor": long, "short_factor": short,
                "original_max_position_embeddings": original,
            });
            if let Some(factor) = settings.float("rope.scaling.attn_factor")? {
                scaling["attention_factor"] = json!(factor);
            }
            Some(scaling)
        }
        (Some(divisors), None, None) => Some(llama3(&divisors, theta, head_dim)?),
        (None, None, None) => scaling,
        _ => return Err(unsupported("two kinds of rope factors at once")),
    };
    if let Some(scaling) = scaling {
        config.insert("rope_scaling".into(), scaling);
    }
    Ok(())
}

/// The settings of Llama 3's rope, of which GGUF files keep only what each frequency is divided by.
fn llama3(divisors: &[f32], theta: f64, head_dim: u64) -> Result<Json, ModelError> {
    const LOW: f64 = 1.0;
    const HIGH: f64 = 4.0;
    const ORIGINAL: f64 = 8192.0;
    let factor = f64::from(divisors.iter().copied().fold(1.0, f32::max));
    let same = divisors.iter().enumerate().all(|(at, found)| {
        let turn = theta.powf(2.0 * at as f64 / head_dim as f64);
        let turns = ORIGINAL / (turn * std::f64::consts::TAU);
        let expected = if turns > HIGH {
            1.0
        } else if turns < LOW {
            factor
        } else {
            let smooth = (turns - LOW) / (HIGH - LOW);
            1.0 / ((1.0 - smooth) / factor + smooth)
        };
        (f64::from(*found) - expected).abs() <= 1e-3 * expected
    });
    if !same || !factor.is_finite() {
        return Err(unsupported("rope_freqs other than those of Llama 3"));
    }
    Ok(json!({
        "rope_type": "llama3", "factor": factor, "low_freq_factor": LOW, "high_freq_factor": HIGH,
        "original_max_position_embeddings": ORIGINAL as u64,
    }))
}

struct Settings<'a> {
    header: &'a Header,
    architecture: &'a str,
}

impl Settings<'_> {
    fn get(&self, name: &str) -> Option<&Value> {
        self.header.settings.get(&format!("{}.{name}", self.architecture))
    }

    fn whole(&self, name: &str) -> Result<Option<u64>, ModelError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Whole(number)) => Ok(Some(*number)),
            Some(_) => Err(wrong(name, "not one whole number")),
        }
    }

    fn need(&self, name: &str) -> Result<u64, ModelError> {
        self.whole(name)?.ok_or_else(|| wrong(name, "missing"))
    }

    fn float(&self, name: &str) -> Result<Option<f64>, ModelError> {
        match self.get(name) {
            None => Ok(None),
            // a float of 32 bits, as config.json would spell it
            Some(Value::Float(number)) => Ok((*number as f32).to_string().parse().ok()),
            Some(_) => Err(wrong(name, "not a number")),
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

fn wrong(field: &str, reason: &str) -> ModelError {
    ModelError::GgufSetting {
        field: field.to_owned(),
        reason: reason.to_owned(),
    }
}

fn unsupported(what: &str) -> ModelError {
    ModelError::Unsupported { what: what.into() }
}
