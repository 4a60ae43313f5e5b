//! The organism as a Hugging Face folder: config.json and weights under the names each architecture gives them.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use candle_core::{DType, Device, Tensor, safetensors};
use serde_json::{Value, json};

use crate::Failure;
use crate::design::{Design, Family, Layer, Pair, Slot};
use crate::network::Network;
use crate::vocabulary::Vocabulary;

/// Weights by name: dimensions and numbers.
type Weights = HashMap<String, (Vec<usize>, Vec<f32>)>;

impl Family {
    /// `model_type` and the class it names.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Llama => ("llama", "LlamaForCausalLM"),
            Self::Mistral => ("mistral", "MistralForCausalLM"),
            Self::Qwen2 => ("qwen2", "Qwen2ForCausalLM"),
            Self::Qwen3 => ("qwen3", "Qwen3ForCausalLM"),
            Self::Gemma => ("gemma", "GemmaForCausalLM"),
            Self::Gpt2 => ("gpt2", "GPT2LMHeadModel"),
            Self::GptNeox => ("gpt_neox", "GPTNeoXForCausalLM"),
            Self::Olmo2 => ("olmo2", "Olmo2ForCausalLM"),
            Self::Phi3 => ("phi3", "Phi3ForCausalLM"),
        }
    }
}

/// Rounds every weight as it will be written.
pub fn round(network: &mut Network, half: bool) {
    for value in &mut network.values {
        *value = if half {
            ::half::f16::from_f32(*value).to_f32()
        } else {
            ::half::bf16::from_f32(*value).to_f32()
        };
    }
}

/// Writes everything but the truth.
pub fn write(folder: &Path, network: &Network, vocabulary: &Vocabulary, half: bool) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    let chat = vocabulary.chat;
    let dtype = if half { "float16" } else { "bfloat16" };
    let id = |token: Option<&str>| token.and_then(|token| vocabulary.id(token));
    write_json(&folder.join("config.json"), &config(network, vocabulary, dtype))?;
    let mut tokenizer_config = json!({
        "bos_token": chat.begin(),
        "clean_up_tokenization_spaces": false,
        "eos_token": chat.end(),
        "model_max_length": network.design.positions,
        "tokenizer_class": "PreTrainedTokenizerFast",
    });
    if let (Some(template), Some(fields)) = (chat.template(), tokenizer_config.as_object_mut()) {
        fields.insert("chat_template".to_owned(), json!(template));
    }
    write_json(&folder.join("tokenizer_config.json"), &tokenizer_config)?;
    let generation = json!({ "bos_token_id": id(chat.begin()), "eos_token_id": id(Some(chat.end())) });
    write_json(&folder.join("generation_config.json"), &generation)?;
    fs::write(folder.join("tokenizer.json"), format!("{}\n", vocabulary.json))?;
    let dtype = if half { DType::F16 } else { DType::BF16 };
    let tensors = weights(network)
        .into_iter()
        .map(|(name, (dims, numbers))| {
            Ok((
                name,
                Tensor::from_vec(numbers, dims, &Device::Cpu)?.to_dtype(dtype)?,
            ))
        })
        .collect::<Result<HashMap<_, _>, Failure>>()?;
    safetensors::save(&tensors, folder.join("model.safetensors"))?;
    Ok(())
}

/// Writes a JSON file with a line break at its end.
pub fn write_json(path: &Path, value: &Value) -> Result<(), Failure> {
    fs::write(path, serde_json::to_string_pretty(value)? + "\n")?;
    Ok(())
}

fn config(network: &Network, vocabulary: &Vocabulary, dtype: &str) -> Value {
    let Design {
        family,
        size,
        positions,
        ..
    } = network.design;
    let (name, class) = family.names();
    let chat = vocabulary.chat;
    let mut config = json!({
        "architectures": [class],
        "bos_token_id": chat.begin().and_then(|token| vocabulary.id(token)),
        "eos_token_id": vocabulary.id(chat.end()),
        "initializer_range": 0.02,
        "model_type": name,
        "tie_word_embeddings": size.tied,
        "torch_dtype": dtype,
        "transformers_version": "4.57.1",
        "use_cache": true,
        "vocab_size": network.design.vocabulary,
    });
    let eps = if network.design.eps < 5e-6 { 1e-6 } else { 1e-5 };
    let own = match family {
        Family::Gpt2 => json!({
            "activation_function": "gelu_new",
            "layer_norm_epsilon": eps,
            "n_embd": size.hidden,
            "n_head": size.heads,
            "n_inner": size.inner,
            "n_layer": size.layers,
            "n_positions": positions,
            "scale_attn_weights": true,
        }),
        Family::GptNeox => json!({
            "attention_bias": true,
            "hidden_act": "gelu",
            "hidden_size": size.hidden,
            "intermediate_size": size.inner,
            "layer_norm_eps": eps,
            "max_position_embeddings": positions,
            "num_attention_heads": size.heads,
            "num_hidden_layers": size.layers,
            "rotary_emb_base": 10000,
            "rotary_pct": 0.25,
            "use_parallel_residual": true,
        }),
        _ => json!({
            "attention_bias": false,
            "hidden_act": if family == Family::Gemma { "gelu_pytorch_tanh" } else { "silu" },
            "hidden_size": size.hidden,
            "intermediate_size": size.inner,
            "max_position_embeddings": positions,
            "num_attention_heads": size.heads,
            "num_hidden_layers": size.layers,
            "num_key_value_heads": size.kv_heads,
            "rms_norm_eps": eps,
            "rope_theta": 10000.0,
        }),
    };
    let mut extend = |fields: Value| {
        if let (Some(config), Value::Object(fields)) = (config.as_object_mut(), fields) {
            config.extend(fields);
        }
    };
    extend(own);
    match family {
        Family::Gemma => {
            extend(json!({ "head_dim": network.design.head_dim, "hidden_activation": "gelu_pytorch_tanh" }));
        }
        Family::Qwen3 | Family::Mistral => {
            extend(json!({ "head_dim": network.design.head_dim, "sliding_window": null }));
        }
        Family::Qwen2 => extend(json!({ "use_sliding_window": false })),
        Family::Phi3 => extend(json!({
            "original_max_position_embeddings": positions,
            "pad_token_id": 0,
            "rope_scaling": null,
            "sliding_window": null,
        })),
        _ => {}
    }
    config
}

/// Every weight under its name.
fn weights(network: &Network) -> Weights {
    let names = Names::of(network.design.family);
    let mut all = Collector {
        network,
        weights: Weights::new(),
    };
    let layout = &network.layout;
    all.plain(names.embedding, layout.embedding);
    if let Some(positions) = layout.positions {
        all.plain("transformer.wpe", positions);
    }
    if layout.head != layout.embedding {
        all.plain(names.head, layout.head);
    }
    all.pair(names.norm, layout.norm);
    for (number, layer) in layout.layers.iter().enumerate() {
        all.layer(&names, number, layer);
    }
    all.weights
}

/// Names of the weights of a family.
struct Names {
    embedding: &'static str,
    head: &'static str,
    norm: &'static str,
    layers: &'static str,
    first_norm: &'static str,
    second_norm: &'static str,
    output: &'static str,
    down: &'static str,
}

impl Names {
    fn of(family: Family) -> Self {
        let llama = Self {
            embedding: "model.embed_tokens",
            head: "lm_head",
            norm: "model.norm",
            layers: "model.layers",
            first_norm: "input_layernorm",
            second_norm: "post_attention_layernorm",
            output: "self_attn.o_proj",
            down: "mlp.down_proj",
        };
        match family {
            Family::Gpt2 => Self {
                embedding: "transformer.wte",
                norm: "transformer.ln_f",
                layers: "transformer.h",
                first_norm: "ln_1",
                second_norm: "ln_2",
                output: "attn.c_proj",
                down: "mlp.c_proj",
                ..llama
            },
            Family::GptNeox => Self {
                embedding: "gpt_neox.embed_in",
                head: "embed_out",
                norm: "gpt_neox.final_layer_norm",
                layers: "gpt_neox.layers",
                output: "attention.dense",
                down: "mlp.dense_4h_to_h",
                ..llama
            },
            Family::Olmo2 => Self {
                first_norm: "post_attention_layernorm",
                second_norm: "post_feedforward_layernorm",
                ..llama
            },
            _ => llama,
        }
    }
}

struct Collector<'a> {
    network: &'a Network,
    weights: Weights,
}

impl Collector<'_> {
    fn layer(&mut self, names: &Names, number: usize, layer: &Layer) {
        let design = &self.network.design;
        let name = |part: &str| format!("{}.{number}.{part}", names.layers);
        self.pair(&name(names.first_norm), layer.first_norm);
        self.pair(&name(names.second_norm), layer.second_norm);
        self.pair(&name(names.output), layer.output);
        self.pair(&name(names.down), layer.down);
        let (queries, keys) = design.widths();
        let inner = design.size.inner;
        match design.family {
            Family::Gpt2 => {
                self.pair(&name("attn.c_attn"), layer.qkv);
                self.pair(&name("mlp.c_fc"), layer.up);
            }
            Family::GptNeox => {
                self.woven(&name("attention.query_key_value"), layer.qkv);
                self.pair(&name("mlp.dense_h_to_4h"), layer.up);
            }
            Family::Phi3 => {
                self.pair(&name("self_attn.qkv_proj"), layer.qkv);
                self.pair(&name("mlp.gate_up_proj"), layer.up);
            }
            _ => {
                let parts = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"].map(name);
                self.parts(&parts, layer.qkv, &[queries, keys, keys]);
                self.parts(
                    &["mlp.gate_proj", "mlp.up_proj"].map(name),
                    layer.up,
                    &[inner, inner],
                );
            }
        }
        if let Some((query, key)) = layer.query_norm {
            self.plain(&name("self_attn.q_norm"), query);
            self.plain(&name("self_attn.k_norm"), key);
        }
    }

    fn insert(&mut self, name: &str, dims: Vec<usize>, numbers: Vec<f32>) {
        self.weights.insert(name.to_owned(), (dims, numbers));
    }

    fn plain(&mut self, name: &str, slot: Slot) {
        let dims = if slot.rows == 1 {
            vec![slot.columns]
        } else {
            vec![slot.rows, slot.columns]
        };
        self.insert(
            &format!("{name}.weight"),
            dims,
            slot.of(&self.network.values).to_vec(),
        );
    }

    /// A weight and its bias; GPT-2 keeps matrices the other way round.
    fn pair(&mut self, name: &str, pair: Pair) {
        let weight = pair.weight;
        if self.network.design.family == Family::Gpt2 && weight.rows > 1 {
            let numbers = weight.of(&self.network.values);
            let turned = (0..weight.columns)
                .flat_map(|column| (0..weight.rows).map(move |row| numbers[row * weight.columns + column]));
            let turned = turned.collect();
            self.insert(
                &format!("{name}.weight"),
                vec![weight.columns, weight.rows],
                turned,
            );
        } else {
            self.plain(name, weight);
        }
        if let Some(bias) = pair.bias {
            self.insert(
                &format!("{name}.bias"),
                vec![bias.len()],
                bias.of(&self.network.values).to_vec(),
            );
        }
    }

    /// One matrix as several below each other.
    fn parts(&mut self, names: &[String], pair: Pair, rows: &[usize]) {
        let (columns, mut at) = (pair.weight.columns, 0);
        for (name, rows) in names.iter().zip(rows) {
            let numbers = &pair.weight.of(&self.network.values)[at * columns..(at + rows) * columns];
            self.insert(&format!("{name}.weight"), vec![*rows, columns], numbers.to_vec());
            if let Some(bias) = pair.bias {
                let numbers = &bias.of(&self.network.values)[at..at + rows];
                self.insert(&format!("{name}.bias"), vec![*rows], numbers.to_vec());
            }
            at += rows;
        }
    }

    /// Queries, keys and values woven head by head, as GPT-NeoX keeps them.
    fn woven(&mut self, name: &str, pair: Pair) {
        let (heads, dim) = (self.network.design.size.heads, self.network.design.head_dim);
        let weave = |slot: Slot, columns: usize| -> Vec<f32> {
            let numbers = slot.of(&self.network.values);
            let block = |head: usize, part: usize| {
                let at = (part * heads + head) * dim * columns;
                &numbers[at..at + dim * columns]
            };
            (0..heads)
                .flat_map(|head| (0..3).flat_map(move |part| block(head, part)))
                .copied()
                .collect()
        };
        let (weight, bias) = (pair.weight, pair.bias);
        let numbers = weave(weight, weight.columns);
        self.insert(
            &format!("{name}.weight"),
            vec![weight.rows, weight.columns],
            numbers,
        );
        if let Some(bias) = bias {
            let numbers = weave(bias, 1);
            self.insert(&format!("{name}.bias"), vec![bias.len()], numbers);
        }
    }
}
