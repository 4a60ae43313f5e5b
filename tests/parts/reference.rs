//! Random models of many shapes against another implementation, in batches and with the cache split anywhere.

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use stakeout::model::{Logits, Want};

use crate::{
    oracle::{self, Store},
    running::{furthest, open, traces},
};

type Forward = Box<dyn FnMut(&Tensor, usize) -> candle_core::Result<Tensor>>;

/// The families the other implementation has right, inside its limits: no window shorter than the row, one key head
/// in Gemma 3, and scores scaled by the width of a head.
const FAMILIES: [&str; 14] = [
    "gemma",
    "gemma2",
    "gemma3_text",
    "mistral",
    "mixtral",
    "olmo2",
    "phi",
    "phi3",
    "qwen2",
    "qwen3",
    "qwen3_moe",
    "smollm3",
    "stablelm",
    "starcoder2",
];
const TOKENS: usize = 18;

fn reference(family: &str, config: &Value, bytes: Vec<u8>) -> Forward {
    let weights = VarBuilder::from_buffered_safetensors(bytes, DType::F32, &Device::Cpu).unwrap();
    macro_rules! model {
        ($module:ident, $model:ident $(, $flag:expr)?) => {{
            let config: models::$module::Config = serde_json::from_value(config.clone()).unwrap();
            let mut model = models::$module::$model::new($($flag,)? &config, weights).unwrap();
            Box::new(move |tokens, past| model.forward(tokens, past))
        }};
    }
    match family {
        "gemma" => model!(gemma, Model, false),
        "gemma2" => model!(gemma2, Model, false),
        "gemma3_text" => model!(gemma3, Model, false),
        "mistral" => model!(mistral, Model),
        "mixtral" => model!(mixtral, Model),
        "olmo2" => model!(olmo2, Model),
        "phi3" => model!(phi3, Model),
        "qwen2" => model!(qwen2, ModelForCausalLM),
        "qwen3" => model!(qwen3, ModelForCausalLM),
        "qwen3_moe" => model!(qwen3_moe, ModelForCausalLM),
        "stablelm" => model!(stable_lm, Model),
        "starcoder2" => model!(starcoder2, Model),
        "smollm3" => {
            let config = serde_json::from_value(config.clone()).unwrap();
            let mut model = models::smol::smollm3::ModelForCausalLM::new(&config, weights).unwrap();
            Box::new(move |tokens, past| model.forward(tokens, past))
        }
        "phi" => {
            let config: models::phi::Config = serde_json::from_value(config.clone()).unwrap();
            let mut model = models::phi::Model::new(&config, weights).unwrap();
            Box::new(move |tokens, _| model.forward(tokens))
        }
        other => unreachable!("{other}"),
    }
}

fn config(family: &str, random: &mut ChaCha8Rng) -> Value {
    let kv_heads = match family {
        "gemma3_text" => 1,
        _ => random.random_range(1..4),
    };
    let heads = kv_heads * random.random_range(1..4);
    let head_dim = 4 * random.random_range(1..5);
    let own_head_dim = matches!(
        family,
        "gemma" | "gemma2" | "gemma3_text" | "mistral" | "qwen3" | "qwen3_moe"
    );
    let hidden = if own_head_dim {
        8 * random.random_range(2..6)
    } else {
        heads * head_dim
    };
    let gemma = family.starts_with("gemma");
    let tied = match family {
        "gemma" | "gemma2" | "gemma3_text" | "starcoder2" => true,
        "qwen2" | "qwen3" | "olmo2" | "qwen3_moe" | "smollm3" | "phi3" => random.random(),
        _ => false,
    };
    let bias: bool = matches!(family, "gemma" | "qwen3" | "olmo2") && random.random();
    let act = match family {
        "phi" => "gelu_new",
        "starcoder2" => "gelu_pytorch_tanh",
        _ => "silu",
    };
    let mut config = json!({
        "model_type": family,
        "vocab_size": 60 + random.random_range(0..50),
        "hidden_size": hidden,
        "intermediate_size": 10 * random.random_range(2..6),
        "num_hidden_layers": random.random_range(1..5),
        "num_attention_heads": heads,
        "num_key_value_heads": kv_heads,
        "max_position_embeddings": 64,
        "hidden_act": if gemma { "gelu_pytorch_tanh" } else { act },
        "rms_norm_eps": 1e-5,
        "layer_norm_eps": 1e-5,
        "norm_epsilon": 1e-5,
        "rope_theta": random.random_range(100.0..50_000.0_f32).round(),
        "tie_word_embeddings": tied,
        "attention_bias": bias,
        "use_bias": true,
        "partial_rotary_factor": if random.random() { 0.5 } else { 1.0 },
        "qk_layernorm": false,
        "use_cache": true,
        "use_qkv_bias": random.random::<bool>(),
        "use_flash_attn": false,
        "use_sliding_window": false,
        "sliding_window": 64,
        "max_window_layers": 28,
    });
    let map = config.as_object_mut().unwrap();
    if own_head_dim {
        map.insert("head_dim".into(), head_dim.into());
    }
    if gemma {
        map.remove("hidden_act");
        map.insert("hidden_activation".into(), "gelu_pytorch_tanh".into());
        map.insert("query_pre_attn_scalar".into(), head_dim.into());
    }
    match family {
        "gemma2" => {
            map.insert("attn_logit_softcapping".into(), 3.0.into());
            map.insert("final_logit_softcapping".into(), 7.0.into());
        }
        "gemma3_text" => {
            map.insert("rope_local_base_freq".into(), 300.0.into());
            map.insert("sliding_window_pattern".into(), 2.into());
        }
        "mixtral" | "qwen3_moe" => {
            let experts = random.random_range(2..6);
            let name = if family == "mixtral" {
                "num_local_experts"
            } else {
                "num_experts"
            };
            map.insert(name.into(), experts.into());
            map.insert(
                "num_experts_per_tok".into(),
                random.random_range(1..=experts).into(),
            );
            map.insert("moe_intermediate_size".into(), 14.into());
            map.insert("norm_topk_prob".into(), random.random::<bool>().into());
            map.insert("decoder_sparse_step".into(), random.random_range(1..3).into());
        }
        "smollm3" => {
            map.insert("no_rope_layer_interval".into(), random.random_range(2..4).into());
        }
        _ => {}
    }
    // whole heads, and no such setting, in families that know none
    if !matches!(family, "phi" | "phi3" | "stablelm") {
        map.remove("partial_rotary_factor");
    }
    config
}

#[test]
fn random_shapes_agree_with_another_implementation() {
    let mut wrong = Vec::new();
    for family in FAMILIES {
        for seed in 0..4 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let config = config(family, &mut random);
            let vocabulary = config["vocab_size"].as_u64().unwrap() as u32;
            let batch = random.random_range(1..4);
            let split = random.random_range(1..TOKENS);
            let rows: Vec<Vec<u32>> = (0..batch)
                .map(|_| (0..TOKENS).map(|_| random.random_range(0..vocabulary)).collect())
                .collect();
            let mut store = Store::random(seed);
            oracle::run(&config, &mut store, &[0], false);
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("model.safetensors"), store.bytes()).unwrap();
            std::fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
            let mut forward = reference(family, &config, store.bytes());
            let network = open(folder.path());
            let want = Want {
                logits: Logits::From(0),
                attention: false,
            };
            let ours = traces(&network, &rows, want);
            let mut past = 0;
            while past < TOKENS {
                let to = if past == 0 { split } else { past + 1 };
                let tokens: Vec<u32> = rows.iter().flat_map(|row| row[past..to].to_vec()).collect();
                let tokens = Tensor::from_vec(tokens, (batch, to - past), &Device::Cpu).unwrap();
                let theirs = forward(&tokens, past).unwrap().flatten_all().unwrap();
                let theirs: Vec<f32> = theirs.to_vec1().unwrap();
                let size = vocabulary as usize;
                for (ours, theirs) in ours.iter().zip(theirs.chunks_exact(theirs.len() / batch)) {
                    let ours = &ours.logits[(to - 1) * size..to * size];
                    let theirs = &theirs[theirs.len() - size..];
                    let far = furthest(ours, theirs);
                    if far >= 2e-4 {
                        wrong.push(format!(
                            "{family}, {seed}: off by {far} at {to}, split at {split}: {config}"
                        ));
                    }
                }
                past = to;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
