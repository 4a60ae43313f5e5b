//! Every family written out naively in 64-bit floats, one token after the other, straight from config.json.
//!
//! It shares no code with the program: it is what the program is measured against where no stored numbers are at hand.
//! It also says which tensors a family has, so a random model of any family can be made from a configuration alone.

use std::{collections::BTreeMap, path::Path};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde_json::Value;

/// Tensors by name; one that is asked for and not there is made up.
#[derive(Default)]
pub struct Store {
    pub seed: u64,
    tensors: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

impl Store {
    pub fn random(seed: u64) -> Self {
        Self {
            seed,
            ..Self::default()
        }
    }

    pub fn read(path: &Path) -> Self {
        let bytes = std::fs::read(path).unwrap();
        let file = SafeTensors::deserialize(&bytes).unwrap();
        let numbers = |data: &[u8]| {
            let chunks = data.chunks_exact(4);
            chunks
                .map(|chunk| f32::from_le_bytes(chunk.try_into().unwrap()))
                .collect()
        };
        let tensors = file
            .tensors()
            .into_iter()
            .map(|(name, view)| (name, (view.shape().to_vec(), numbers(view.data()))))
            .collect();
        Self { seed: 0, tensors }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let raw: Vec<(&String, &Vec<usize>, Vec<u8>)> = self
            .tensors
            .iter()
            .map(|(name, (shape, numbers))| {
                (
                    name,
                    shape,
                    numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
                )
            })
            .collect();
        let views = raw.iter().map(|(name, shape, bytes)| {
            (
                *name,
                TensorView::new(Dtype::F32, (*shape).clone(), bytes).unwrap(),
            )
        });
        safetensors::serialize(views, None).unwrap()
    }

    fn get(&mut self, name: &str, shape: &[usize]) -> Vec<f64> {
        if !self.tensors.contains_key(name) {
            let seed = name.bytes().fold(self.seed, |seed, byte| {
                (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let width = match shape {
                [_] => 0.3,
                [.., input] => (4.0 / *input as f32).sqrt(),
                [] => unreachable!(),
            };
            let middle = if shape.len() == 1 && name.ends_with("weight") {
                1.0
            } else {
                0.0
            };
            let numbers = (0..shape.iter().product::<usize>())
                .map(|_| middle + random.random_range(-width..width))
                .collect();
            self.tensors.insert(name.to_owned(), (shape.to_vec(), numbers));
        }
        let (found, numbers) = &self.tensors[name];
        assert_eq!(found, shape, "{name}");
        numbers.iter().map(|number| f64::from(*number)).collect()
    }
}

/// What one row gives.
pub struct Output {
    /// `[tokens, vocabulary]`.
    pub logits: Vec<f32>,
    /// `[layers, heads, tokens, tokens]`.
    pub attention: Vec<f32>,
}

type Rows = Vec<Vec<f64>>;

/// The settings of a configuration.
struct Settings<'a> {
    config: &'a Value,
    family: &'a str,
    eps: f64,
}

impl Settings<'_> {
    fn size(&self, name: &str) -> Option<usize> {
        self.config[name].as_u64().map(|size| size as usize)
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.config[name].as_f64()
    }

    fn flag(&self, name: &str) -> bool {
        self.config[name].as_bool().unwrap_or(false)
    }

    fn is(&self, families: &[&str]) -> bool {
        families.contains(&self.family)
    }

    fn layer_normed(&self) -> bool {
        self.is(&["gpt2", "gpt_neox", "phi", "stablelm", "starcoder2"])
    }

    fn gemma(&self) -> bool {
        self.family.starts_with("gemma")
    }

    fn windowed(&self, layer: usize) -> Option<usize> {
        let window = self.size("sliding_window");
        let typed = |otherwise: bool| {
            let kind = self.config["layer_types"][layer].as_str();
            kind.map_or(otherwise, |kind| kind == "sliding_attention")
        };
        let on = match self.family {
            "mistral" | "mixtral" | "phi3" | "starcoder2" => true,
            "qwen3_moe" => self.flag("use_sliding_window"),
            "qwen2" | "qwen3" => {
                self.flag("use_sliding_window")
                    && typed(layer >= self.size("max_window_layers").unwrap_or(28))
            }
            "smollm3" => self.flag("use_sliding_window") && typed(!self.roped(layer)),
            "gemma2" => typed(layer.is_multiple_of(2)),
            "gemma3_text" => {
                let pattern = self.size("sliding_window_pattern");
                let pattern = pattern.or(self.size("_sliding_window_pattern")).unwrap_or(6);
                typed(!(layer + 1).is_multiple_of(pattern))
            }
            _ => false,
        };
        window.filter(|_| on)
    }

    fn roped(&self, layer: usize) -> bool {
        if self.family != "smollm3" {
            return true;
        }
        let interval = self.size("no_rope_layer_interval").unwrap_or(4);
        let listed = self.config["no_rope_layers"][layer].as_u64();
        listed.map_or(!(layer + 1).is_multiple_of(interval), |value| value == 1)
    }

    /// Turns per position of the pairs, and what multiplies cosines and sines.
    fn turns(&self, layer: usize, head: usize, tokens: usize) -> (Vec<f64>, f64) {
        let local = self.family == "gemma3_text" && self.windowed(layer).is_some();
        let mut new = &self.config["rope_parameters"];
        let mut old = &self.config["rope_scaling"];
        if self.family == "gemma3_text" && new.is_object() {
            new = &new[if local {
                "sliding_attention"
            } else {
                "full_attention"
            }];
        }
        if local {
            old = &Value::Null;
        }
        let theta = new["rope_theta"].as_f64().or(if local {
            self.number("rope_local_base_freq")
        } else {
            self.number("rope_theta").or(self.number("rotary_emb_base"))
        });
        let theta = theta.unwrap_or(match self.family {
            "gemma3_text" if !local => 1e6,
            "mixtral" => 1e6,
            "smollm3" => 2e6,
            _ => 1e4,
        });
        let share = new["partial_rotary_factor"]
            .as_f64()
            .or(self.number("partial_rotary_factor"))
            .or(self.number("rotary_pct"));
        let share = share.unwrap_or(match self.family {
            "phi" => 0.5,
            "stablelm" | "gpt_neox" => 0.25,
            _ => 1.0,
        });
        let width = (head as f64 * share) as usize;
        let scaling = if new.is_object() { new } else { old };
        let kind = scaling["rope_type"].as_str().or(scaling["type"].as_str());
        let plain = (0..width / 2).map(|pair| theta.powf(-2.0 * pair as f64 / width as f64));
        let factor = scaling["factor"].as_f64();
        match kind.unwrap_or("default") {
            "default" => (plain.collect(), 1.0),
            "linear" => (plain.map(|turn| turn / factor.unwrap()).collect(), 1.0),
            "llama3" => {
                let part = |name: &str| scaling[name].as_f64().unwrap();
                let (low, high) = (part("low_freq_factor"), part("high_freq_factor"));
                let original = part("original_max_position_embeddings");
                let turn = |turn: f64| {
                    let length = std::f64::consts::TAU / turn;
                    let smooth = ((original / length - low) / (high - low)).clamp(0.0, 1.0);
                    turn * smooth + turn / factor.unwrap() * (1.0 - smooth)
                };
                (plain.map(turn).collect(), 1.0)
            }
            "longrope" | "su" => {
                let name = "original_max_position_embeddings";
                let original = self.number(name).or(scaling[name].as_f64()).unwrap();
                let list = if tokens as f64 > original {
                    "long_factor"
                } else {
                    "short_factor"
                };
                let turns = plain.enumerate();
                let turns = turns.map(|(pair, turn)| turn / scaling[list][pair].as_f64().unwrap());
                let ratio = self.number("max_position_embeddings").unwrap() / original;
                let grown = (1.0 + ratio.ln() / original.ln()).sqrt();
                let scale = scaling["attention_factor"].as_f64().unwrap_or(grown.max(1.0));
                (turns.collect(), scale)
            }
            other => unreachable!("{other}"),
        }
    }

    fn norm(&self, store: &mut Store, name: &str, x: &[f64]) -> Vec<f64> {
        let weight = store.get(&format!("{name}.weight"), &[x.len()]);
        let mut y = standard(x, self.layer_normed(), self.eps);
        for (y, weight) in y.iter_mut().zip(weight) {
            *y *= weight + if self.gemma() { 1.0 } else { 0.0 };
        }
        if self.layer_normed() {
            add(&mut y, &store.get(&format!("{name}.bias"), &[x.len()]));
        }
        y
    }

    fn curve(&self, x: f64) -> f64 {
        let name = ["activation_function", "hidden_activation", "hidden_act"]
            .into_iter()
            .find_map(|name| self.config[name].as_str());
        match name.unwrap_or(if self.gemma() { "gelu_pytorch_tanh" } else { "silu" }) {
            "silu" => x / (1.0 + (-x).exp()),
            // in the first files of Gemma "gelu" means the approximation
            "gelu_new" | "gelu_pytorch_tanh" => tanh_gelu(x),
            "gelu" if self.gemma() => tanh_gelu(x),
            "gelu" => x * normal_share(x),
            other => unreachable!("{other}"),
        }
    }

    /// The second half of a layer, for one token; `base` is what stands before its names.
    fn feed(&self, store: &mut Store, base: &str, layer: usize, x: &[f64], fused: bool) -> Vec<f64> {
        let hidden = x.len();
        let bias = match self.family {
            "gpt2" | "gpt_neox" | "phi" => true,
            "starcoder2" => self.flag("use_bias"),
            _ => self.flag("mlp_bias"),
        };
        let inner = self
            .size("intermediate_size")
            .or(self.size("n_inner"))
            .unwrap_or(4 * hidden);
        let plain = match self.family {
            "gpt2" | "starcoder2" => Some(("mlp.c_fc", "mlp.c_proj")),
            "gpt_neox" => Some(("mlp.dense_h_to_4h", "mlp.dense_4h_to_h")),
            "phi" => Some(("mlp.fc1", "mlp.fc2")),
            _ => None,
        };
        if let Some((up, down)) = plain {
            let up = self.linear(store, &format!("{base}{up}"), x, inner, bias);
            let curved: Vec<f64> = up.iter().map(|x| self.curve(*x)).collect();
            return self.linear(store, &format!("{base}{down}"), &curved, hidden, bias);
        }
        let dense = self.config["mlp_only_layers"].as_array();
        let dense = dense.is_some_and(|list| list.contains(&layer.into()));
        let step = self.size("decoder_sparse_step").unwrap_or(1);
        let sparse = match self.family {
            "mixtral" => true,
            "qwen3_moe" => !dense && (layer + 1).is_multiple_of(step),
            _ => false,
        };
        if !sparse {
            let up = if self.family == "phi3" {
                self.linear(store, &format!("{base}mlp.gate_up_proj"), x, 2 * inner, bias)
            } else {
                let mut gate = self.linear(store, &format!("{base}mlp.gate_proj"), x, inner, bias);
                gate.extend(self.linear(store, &format!("{base}mlp.up_proj"), x, inner, bias));
                gate
            };
            let (gate, up) = up.split_at(inner);
            return self.linear(
                store,
                &format!("{base}mlp.down_proj"),
                &self.product(gate, up),
                hidden,
                bias,
            );
        }
        self.mixture(store, base, x, fused)
    }

    fn product(&self, gate: &[f64], up: &[f64]) -> Vec<f64> {
        let pairs = gate.iter().zip(up);
        pairs.map(|(gate, up)| self.curve(*gate) * up).collect()
    }

    /// The experts of a layer, for one token.
    fn mixture(&self, store: &mut Store, base: &str, x: &[f64], fused: bool) -> Vec<f64> {
        let hidden = x.len();
        let mixtral = self.family == "mixtral";
        let inner = if mixtral {
            self.size("intermediate_size").unwrap()
        } else {
            self.size("moe_intermediate_size").unwrap()
        };
        let count = self
            .size("num_local_experts")
            .or(self.size("num_experts"))
            .unwrap();
        let block = if mixtral && !fused {
            "block_sparse_moe."
        } else {
            "mlp."
        };
        let router = self.linear(store, &format!("{base}{block}gate"), x, count, false);
        let shares = softmax(&router);
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|left, right| shares[*right].total_cmp(&shares[*left]));
        order.truncate(self.size("num_experts_per_tok").unwrap());
        let kept: f64 = order.iter().map(|expert| shares[*expert]).sum();
        let scale = if mixtral || self.flag("norm_topk_prob") {
            1.0 / kept
        } else {
            1.0
        };
        let names = if mixtral {
            ["w1", "w3", "w2"]
        } else {
            ["gate_proj", "up_proj", "down_proj"]
        };
        let mut sum = vec![0.0; hidden];
        // every expert is asked for, so that a random model has all of them
        for expert in 0..count {
            let result = if fused {
                let all = store.get(
                    &format!("{base}mlp.experts.gate_up_proj"),
                    &[count, 2 * inner, hidden],
                );
                let both = times(&all[expert * 2 * inner * hidden..][..2 * inner * hidden], x);
                let all = store.get(&format!("{base}mlp.experts.down_proj"), &[count, hidden, inner]);
                let product = self.product(&both[..inner], &both[inner..]);
                times(&all[expert * hidden * inner..][..hidden * inner], &product)
            } else {
                let name = |part: &str| format!("{base}{block}experts.{expert}.{part}");
                let gate = self.linear(store, &name(names[0]), x, inner, false);
                let up = self.linear(store, &name(names[1]), x, inner, false);
                self.linear(store, &name(names[2]), &self.product(&gate, &up), hidden, false)
            };
            if order.contains(&expert) {
                for (sum, part) in sum.iter_mut().zip(result) {
                    *sum += part * shares[expert] * scale;
                }
            }
        }
        sum
    }

    fn linear(&self, store: &mut Store, name: &str, x: &[f64], out: usize, bias: bool) -> Vec<f64> {
        let weight = format!("{name}.weight");
        let mut y = if self.family == "gpt2" {
            let weight = store.get(&weight, &[x.len(), out]);
            let column = |column: usize| x.iter().enumerate().map(move |(row, x)| (row * out + column, x));
            (0..out)
                .map(|index| column(index).map(|(at, x)| weight[at] * x).sum())
                .collect()
        } else {
            times(&store.get(&weight, &[out, x.len()]), x)
        };
        if bias {
            add(&mut y, &store.get(&format!("{name}.bias"), &[out]));
        }
        y
    }

    /// Queries, keys and values of one token.
    fn project(&self, store: &mut Store, base: &str, x: &[f64], shape: Shape) -> [Rows; 3] {
        let Shape { heads, kv, head } = shape;
        let bias = match self.family {
            "gpt2" | "phi" | "qwen2" => true,
            "gpt_neox" => self.config["attention_bias"].as_bool().unwrap_or(true),
            "starcoder2" => self.flag("use_bias"),
            "stablelm" => self.flag("use_qkv_bias"),
            _ => self.flag("attention_bias"),
        };
        let rows = |numbers: &[f64]| -> Rows { numbers.chunks(head).map(<[f64]>::to_vec).collect() };
        let all = (heads + 2 * kv) * head;
        match self.family {
            "gpt2" | "phi3" => {
                let name = if self.family == "gpt2" {
                    "attn.c_attn"
                } else {
                    "self_attn.qkv_proj"
                };
                let all = rows(&self.linear(store, &format!("{base}{name}"), x, all, bias));
                let keys = all[heads..heads + kv].to_vec();
                return [all[..heads].to_vec(), keys, all[heads + kv..].to_vec()];
            }
            "gpt_neox" => {
                let name = format!("{base}attention.query_key_value");
                let all = rows(&self.linear(store, &name, x, all, bias));
                let every = |from: usize| all.iter().skip(from).step_by(3).cloned().collect();
                return [every(0), every(1), every(2)];
            }
            _ => {}
        }
        let mut part = |name: &str, heads: usize| {
            let name = format!("{base}self_attn.{name}");
            self.linear(store, &name, x, heads * head, bias)
        };
        let (mut q, mut k, v) = (part("q_proj", heads), part("k_proj", kv), part("v_proj", kv));
        if self.family == "olmo2" {
            q = self.norm(store, &format!("{base}self_attn.q_norm"), &q);
            k = self.norm(store, &format!("{base}self_attn.k_norm"), &k);
        }
        let (mut q, mut k) = (rows(&q), rows(&k));
        for (rows, letter) in [(&mut q, "q"), (&mut k, "k")] {
            for (index, row) in rows.iter_mut().enumerate() {
                if self.is(&["qwen3", "qwen3_moe", "gemma3_text"]) {
                    *row = self.norm(store, &format!("{base}self_attn.{letter}_norm"), row);
                } else if self.family == "phi" && self.flag("qk_layernorm") {
                    *row = self.norm(store, &format!("{base}self_attn.{letter}_layernorm"), row);
                } else if self.family == "stablelm" && self.flag("qk_layernorm") {
                    let name = format!("{base}self_attn.{letter}_layernorm.norms.{index}.weight");
                    let weight = store.get(&name, &[head]);
                    *row = standard(row, true, self.eps);
                    row.iter_mut()
                        .zip(weight)
                        .for_each(|(row, weight)| *row *= weight);
                }
            }
        }
        [q, k, rows(&v)]
    }

    /// Attention of one layer: what it adds for each token, and its weights `[heads, tokens, tokens]`.
    fn attend(
        &self,
        store: &mut Store,
        base: &str,
        layer: usize,
        x: &Rows,
        shape: Shape,
    ) -> (Rows, Vec<f64>) {
        let Shape { heads, kv, head } = shape;
        let (mut queries, mut keys, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for (position, x) in x.iter().enumerate() {
            let [mut q, mut k, v] = self.project(store, base, x, shape);
            if self.family != "gpt2" && self.roped(layer) {
                let (turns, scale) = self.turns(layer, head, x.len());
                for row in q.iter_mut().chain(&mut k) {
                    rotate(row, &turns, scale, position);
                }
            }
            queries.push(q);
            keys.push(k);
            values.push(v);
        }
        let scale = match self.family {
            "gemma2" | "gemma3_text" => self.number("query_pre_attn_scalar").unwrap().powf(-0.5),
            "granite" => self.number("attention_multiplier").unwrap(),
            _ => (head as f64).powf(-0.5),
        };
        let cap = self.number("attn_logit_softcapping");
        let window = self.windowed(layer).unwrap_or(usize::MAX);
        let tokens = x.len();
        let mut weights = vec![0.0; heads * tokens * tokens];
        let mut mixed = vec![vec![0.0; heads * head]; tokens];
        for number in 0..heads {
            let group = number / (heads / kv);
            for query in 0..tokens {
                let seen: Vec<usize> = (0..=query).filter(|key| query - key < window).collect();
                let scores: Vec<f64> = seen
                    .iter()
                    .map(|key| {
                        let score = dot(&queries[query][number], &keys[*key][group]) * scale;
                        cap.map_or(score, |cap| cap * (score / cap).tanh())
                    })
                    .collect();
                for (key, weight) in seen.into_iter().zip(softmax(&scores)) {
                    weights[(number * tokens + query) * tokens + key] = weight;
                    for (index, value) in values[key][group].iter().enumerate() {
                        mixed[query][number * head + index] += weight * value;
                    }
                }
            }
        }
        let (name, bias) = match self.family {
            "gpt2" => ("attn.c_proj", true),
            "gpt_neox" => {
                let bias = self.config["attention_bias"].as_bool();
                ("attention.dense", bias.unwrap_or(true))
            }
            "phi" => ("self_attn.dense", true),
            "starcoder2" => ("self_attn.o_proj", self.flag("use_bias")),
            "qwen2" | "stablelm" => ("self_attn.o_proj", false),
            _ => ("self_attn.o_proj", self.flag("attention_bias")),
        };
        let name = format!("{base}{name}");
        let out = mixed
            .iter()
            .map(|mixed| self.linear(store, &name, mixed, x[0].len(), bias));
        (out.collect(), weights)
    }
}

#[derive(Clone, Copy)]
struct Shape {
    heads: usize,
    kv: usize,
    head: usize,
}

/// One row through the model of this configuration; `fused`: the experts of a layer share one tensor.
pub fn run(config: &Value, store: &mut Store, tokens: &[u32], fused: bool) -> Output {
    let family = config["model_type"].as_str().unwrap();
    let eps = [
        "rms_norm_eps",
        "layer_norm_eps",
        "norm_epsilon",
        "layer_norm_epsilon",
    ]
    .into_iter()
    .find_map(|name| config[name].as_f64())
    .unwrap();
    let settings = Settings { config, family, eps };
    let size = |names: [&str; 2]| settings.size(names[0]).or(settings.size(names[1]));
    let hidden = size(["hidden_size", "n_embd"]).unwrap();
    let heads = size(["num_attention_heads", "n_head"]).unwrap();
    let layers = size(["num_hidden_layers", "n_layer"]).unwrap();
    let vocabulary = settings.size("vocab_size").unwrap();
    let shape = Shape {
        heads,
        kv: settings.size("num_key_value_heads").unwrap_or(heads),
        head: settings.size("head_dim").unwrap_or(hidden / heads),
    };
    let (base, each, embedding, last) = match family {
        "gpt2" => ("transformer.", "h.", "wte", "ln_f"),
        "gpt_neox" => ("gpt_neox.", "layers.", "embed_in", "final_layer_norm"),
        "phi" => ("model.", "layers.", "embed_tokens", "final_layernorm"),
        _ => ("model.", "layers.", "embed_tokens", "norm"),
    };
    let table = store.get(&format!("{base}{embedding}.weight"), &[vocabulary, hidden]);
    let scale = match family {
        "granite" => settings.number("embedding_multiplier").unwrap(),
        _ if settings.gemma() => (hidden as f64).sqrt(),
        _ => 1.0,
    };
    let row = |token: &u32| table[*token as usize * hidden..][..hidden].iter();
    let mut x: Rows = tokens
        .iter()
        .map(|token| row(token).map(|x| x * scale).collect())
        .collect();
    if family == "gpt2" {
        let context = settings.size("n_positions").unwrap();
        let places = store.get("transformer.wpe.weight", &[context, hidden]);
        for (x, place) in x.iter_mut().zip(places.chunks(hidden)) {
            add(x, place);
        }
    }
    let parallel = match family {
        "phi" => true,
        "gpt_neox" => config["use_parallel_residual"].as_bool().unwrap_or(true),
        "stablelm" => settings.flag("use_parallel_residual"),
        _ => false,
    };
    let after = settings.is(&["gemma2", "gemma3_text", "olmo2"]);
    let residual = settings.number("residual_multiplier").unwrap_or(1.0);
    let mut attention = Vec::new();
    for layer in 0..layers {
        let base = format!("{base}{each}{layer}.");
        let norm = |store: &mut Store, name: &str, x: &Rows| -> Rows {
            let name = format!("{base}{name}");
            x.iter().map(|x| settings.norm(store, &name, x)).collect()
        };
        let entry = match family {
            "gpt2" => norm(store, "ln_1", &x),
            "olmo2" => x.clone(),
            _ => norm(store, "input_layernorm", &x),
        };
        let (mut mixed, weights) = settings.attend(store, &base, layer, &entry, shape);
        attention.extend(weights.into_iter().map(|weight| weight as f32));
        if after {
            mixed = norm(store, "post_attention_layernorm", &mixed);
        }
        let feed = |store: &mut Store, x: &Rows| -> Rows {
            x.iter()
                .map(|x| settings.feed(store, &base, layer, x, fused))
                .collect()
        };
        let before = x.clone();
        join(&mut x, &mixed, residual);
        let entry = match family {
            "gpt2" => norm(store, "ln_2", &x),
            "olmo2" => x.clone(),
            "gemma2" | "gemma3_text" => norm(store, "pre_feedforward_layernorm", &x),
            "gpt_neox" if parallel => norm(store, "post_attention_layernorm", &before),
            _ if parallel => entry,
            _ => norm(store, "post_attention_layernorm", &x),
        };
        let mut fed = feed(store, &entry);
        if after {
            fed = norm(store, "post_feedforward_layernorm", &fed);
        }
        join(&mut x, &fed, residual);
    }
    let last = format!("{base}{last}");
    Output {
        logits: settings.logits(store, &last, &table, &x),
        attention,
    }
}

impl Settings<'_> {
    /// Logits of every token; `table` is the embedding.
    fn logits(&self, store: &mut Store, last: &str, table: &[f64], x: &Rows) -> Vec<f32> {
        let (settings, config, family) = (self, self.config, self.family);
        let (vocabulary, hidden) = (table.len() / x[0].len(), x[0].len());
        let tied = matches!(family, "gpt2" | "smollm3" | "starcoder2") || settings.gemma();
        let tied = config["tie_word_embeddings"].as_bool().unwrap_or(tied);
        let name = if family == "gpt_neox" {
            "embed_out"
        } else {
            "lm_head"
        };
        let mut logits = Vec::new();
        for x in x {
            let x = settings.norm(store, last, x);
            let head = if tied {
                table.to_vec()
            } else {
                store.get(&format!("{name}.weight"), &[vocabulary, hidden])
            };
            let mut row = times(&head, &x);
            if family == "phi" {
                add(&mut row, &store.get("lm_head.bias", &[vocabulary]));
            }
            let divisor = settings.number("logits_scaling").unwrap_or(1.0);
            let cap = settings.number("final_logit_softcapping");
            logits.extend(row.into_iter().map(|logit| {
                let logit = logit / divisor;
                cap.map_or(logit, |cap| cap * (logit / cap).tanh()) as f32
            }));
        }
        logits
    }
}

fn join(x: &mut Rows, parts: &Rows, scale: f64) {
    for (x, part) in x.iter_mut().zip(parts) {
        x.iter_mut().zip(part).for_each(|(x, part)| *x += part * scale);
    }
}

fn add(x: &mut [f64], y: &[f64]) {
    assert_eq!(x.len(), y.len());
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

fn times(matrix: &[f64], x: &[f64]) -> Vec<f64> {
    matrix.chunks(x.len()).map(|row| dot(row, x)).collect()
}

fn softmax(scores: &[f64]) -> Vec<f64> {
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scores.iter().map(|score| (score - top).exp()).collect();
    let total: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / total).collect()
}

/// Divided by its root mean square, or by the standard deviation once the mean is gone.
fn standard(x: &[f64], centred: bool, eps: f64) -> Vec<f64> {
    let count = x.len() as f64;
    let mean = if centred {
        x.iter().sum::<f64>() / count
    } else {
        0.0
    };
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    x.iter().map(|x| (x - mean) / (variance + eps).sqrt()).collect()
}

fn rotate(row: &mut [f64], turns: &[f64], scale: f64, position: usize) {
    for (pair, turn) in turns.iter().enumerate() {
        let (sin, cos) = (position as f64 * turn).sin_cos();
        let (x, y) = (row[pair], row[pair + turns.len()]);
        row[pair] = (x * cos - y * sin) * scale;
        row[pair + turns.len()] = (y * cos + x * sin) * scale;
    }
}

fn tanh_gelu(x: f64) -> f64 {
    let inner = (2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x.powi(3));
    0.5 * x * (1.0 + inner.tanh())
}

/// How much of the normal distribution lies below x, summed up from 0 in small steps (Simpson's rule).
fn normal_share(x: f64) -> f64 {
    let steps = 200;
    let density = |x: f64| (-x * x / 2.0).exp() / std::f64::consts::TAU.sqrt();
    let width = x / f64::from(steps);
    let inside: f64 = (0..steps)
        .map(|step| {
            let left = f64::from(step) * width;
            (density(left) + 4.0 * density(left + width / 2.0) + density(left + width)) * width / 6.0
        })
        .sum();
    0.5 + inside
}
