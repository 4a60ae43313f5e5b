//! GGUF files: the same network as from safetensors, whatever the numbers are stored as.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::{
    collections::BTreeMap,
    fs::{self, File},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use candle_core::{
    Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Value},
    },
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use safetensors::SafeTensors;
use serde_json::{Value as Json, json};
use stakeout::model::{Context, DeviceChoice, Logits, Model, Network, OpenOptions, Want};

type Tensors = BTreeMap<String, Tensor>;

const HEADS: usize = 4;
const KV_HEADS: usize = 2;

fn options() -> OpenOptions {
    OpenOptions {
        device: DeviceChoice::Cpu,
        ..OpenOptions::default()
    }
}

/// A Llama whose rows fill blocks of 256 numbers.
fn random() -> (Json, Tensors) {
    let (hidden, inner, vocabulary) = (256, 512, 300);
    let config = json!({
        "model_type": "llama", "hidden_size": hidden, "intermediate_size": inner, "vocab_size": vocabulary,
        "num_hidden_layers": 2, "num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS,
        "rms_norm_eps": 1e-5, "max_position_embeddings": 128, "rope_theta": 5000.0, "hidden_act": "silu",
        "tie_word_embeddings": false,
    });
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut tensor = |shape: &[usize]| {
        let count = shape.iter().product();
        let noise = (0..count).map(|_| random.random_range(-0.1..0.1_f32));
        let values: Vec<f32> = match shape.len() {
            1 => noise.map(|value| 1.0 + value).collect(),
            _ => noise.collect(),
        };
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    };
    let keys = hidden / HEADS * KV_HEADS;
    let mut tensors = Tensors::new();
    for (name, shape) in [
        ("model.embed_tokens", vec![vocabulary, hidden]),
        ("model.norm", vec![hidden]),
        ("lm_head", vec![vocabulary, hidden]),
    ] {
        tensors.insert(format!("{name}.weight"), tensor(&shape));
    }
    for layer in 0..2 {
        for (name, shape) in [
            ("input_layernorm", vec![hidden]),
            ("post_attention_layernorm", vec![hidden]),
            ("self_attn.q_proj", vec![hidden, hidden]),
            ("self_attn.k_proj", vec![keys, hidden]),
            ("self_attn.v_proj", vec![keys, hidden]),
            ("self_attn.o_proj", vec![hidden, hidden]),
            ("mlp.gate_proj", vec![inner, hidden]),
            ("mlp.up_proj", vec![inner, hidden]),
            ("mlp.down_proj", vec![hidden, inner]),
        ] {
            tensors.insert(format!("model.layers.{layer}.{name}.weight"), tensor(&shape));
        }
    }
    (config, tensors)
}

/// The names converters give, by what a folder calls them.
fn gguf_name(family: &str, name: &str) -> String {
    let sandwich = matches!(family, "gemma2" | "gemma3");
    let own: &[(&str, &str)] = if sandwich {
        &[
            ("pre_feedforward_layernorm", "ffn_norm"),
            ("post_feedforward_layernorm", "post_ffw_norm"),
            ("post_attention_layernorm", "post_attention_norm"),
        ]
    } else if family == "olmo2" {
        &[
            ("post_feedforward_layernorm", "post_ffw_norm"),
            ("post_attention_layernorm", "post_attention_norm"),
        ]
    } else {
        &[("post_attention_layernorm", "ffn_norm")]
    };
    let mut name = name.replace("model.layers.", "blk.");
    for (from, to) in own.iter().chain(&[
        ("model.embed_tokens", "token_embd"),
        ("model.norm", "output_norm"),
        ("lm_head", "output"),
        ("input_layernorm", "attn_norm"),
        ("self_attn.q_proj", "attn_q"),
        ("self_attn.k_proj", "attn_k"),
        ("self_attn.v_proj", "attn_v"),
        ("self_attn.qkv_proj", "attn_qkv"),
        ("self_attn.o_proj", "attn_output"),
        ("self_attn.q_norm", "attn_q_norm"),
        ("self_attn.k_norm", "attn_k_norm"),
        ("mlp.gate_up_proj", "ffn_up"),
        ("mlp.gate_proj", "ffn_gate"),
        ("mlp.up_proj", "ffn_up"),
        ("mlp.down_proj", "ffn_down"),
        ("mlp.c_fc", "ffn_up"),
        ("mlp.c_proj", "ffn_down"),
    ]) {
        name = name.replace(from, to);
    }
    name
}

/// Puts the two halves of each head into pairs, as converters do for the family.
fn paired(tensor: &Tensor, heads: usize) -> Tensor {
    let rows = tensor.dim(0).unwrap();
    let half = rows / heads / 2;
    let order: Vec<u32> = (0..rows)
        .map(|row| {
            let (head, place) = (row / (2 * half), row % (2 * half));
            (head * 2 * half + place % 2 * half + place / 2) as u32
        })
        .collect();
    let order = Tensor::from_vec(order, rows, &Device::Cpu).unwrap();
    tensor.index_select(&order, 0).unwrap()
}

/// Writes a folder's tensors as a GGUF file, matrices quantised; gives what a reader must find in them.
fn write(path: &Path, config: &Json, tensors: &Tensors, dtype: GgmlDType, tokens: usize) -> Tensors {
    let family = match config["model_type"].as_str().unwrap() {
        "gemma3_text" => "gemma3",
        other => other,
    };
    let number = |name: &str| config[name].as_u64().map(|number| Value::U32(number as u32));
    let float = |name: &str| config[name].as_f64().map(|number| Value::F32(number as f32));
    let mut settings: Vec<(String, Value)> =
        vec![("general.architecture".into(), Value::String(family.into()))];
    let theta = [
        &config["rope_theta"],
        &config["rope_parameters"]["rope_theta"],
        &config["rope_parameters"]["full_attention"]["rope_theta"],
    ];
    let theta = theta
        .into_iter()
        .find_map(Json::as_f64)
        .map(|theta| Value::F32(theta as f32));
    for (name, value) in [
        ("embedding_length", number("hidden_size")),
        ("block_count", number("num_hidden_layers")),
        ("feed_forward_length", number("intermediate_size")),
        ("attention.head_count", number("num_attention_heads")),
        ("attention.head_count_kv", number("num_key_value_heads")),
        ("attention.key_length", number("head_dim")),
        ("context_length", number("max_position_embeddings")),
        ("attention.layer_norm_rms_epsilon", float("rms_norm_eps")),
        ("attention.layer_norm_epsilon", float("norm_epsilon")),
        ("attention.sliding_window", number("sliding_window")),
        ("attn_logit_softcapping", float("attn_logit_softcapping")),
        ("final_logit_softcapping", float("final_logit_softcapping")),
        ("attention.scale", float("attention_multiplier")),
        ("embedding_scale", float("embedding_multiplier")),
        ("residual_scale", float("residual_multiplier")),
        ("logit_scale", float("logits_scaling")),
        ("rope.freq_base", theta),
    ] {
        if let Some(value) = value {
            settings.push((format!("{family}.{name}"), value));
        }
    }
    if family == "gemma3" {
        let kinds = config["layer_types"].as_array().unwrap();
        let slides = kinds.iter().map(|kind| Value::Bool(kind == "sliding_attention"));
        settings.push((
            format!("{family}.attention.sliding_window_pattern"),
            Value::Array(slides.collect()),
        ));
    }
    settings.extend(vocabulary(tokens));
    let heads = |name: &str| config[name].as_u64().unwrap() as usize;
    let mut exact = Tensors::new();
    let mut stored = Vec::new();
    for (name, tensor) in tensors {
        let dtype = if tensor.rank() == 1 { GgmlDType::F32 } else { dtype };
        let mut turned = tensor.clone();
        if matches!(family, "llama" | "granite") && name.contains(".q_proj.") {
            turned = paired(tensor, heads("num_attention_heads"));
        } else if matches!(family, "llama" | "granite") && name.contains(".k_proj.") {
            turned = paired(tensor, heads("num_key_value_heads"));
        } else if family.starts_with("gemma") && name.contains("norm") {
            turned = (tensor + 1.0).unwrap();
        }
        let same = QTensor::quantize(tensor, dtype).unwrap();
        exact.insert(name.clone(), same.dequantize(&Device::Cpu).unwrap());
        stored.push((
            gguf_name(family, name),
            QTensor::quantize(&turned, dtype).unwrap(),
        ));
    }
    let settings: Vec<(&str, &Value)> = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    let stored: Vec<(&str, &QTensor)> = stored
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor))
        .collect();
    gguf_file::write(&mut File::create(path).unwrap(), &settings, &stored).unwrap();
    exact
}

/// A tokenizer of single letters, the last two tokens special.
fn vocabulary(count: usize) -> Vec<(String, Value)> {
    let texts = |texts: Vec<String>| Value::Array(texts.into_iter().map(Value::String).collect());
    let letters = ('!'..='~').chain('¡'..='¬').chain('®'..='ÿ').chain('Ā'..='Ń');
    let mut tokens: Vec<String> = letters.map(String::from).collect();
    tokens.push("Ġt".into());
    while tokens.len() + 2 < count {
        tokens.push(format!("unused{}", tokens.len()));
    }
    tokens.truncate(count - 2);
    tokens.extend(["<s>".into(), "</s>".into()]);
    let kinds = (0..count).map(|id| Value::I32(if id + 2 < count { 1 } else { 3 }));
    [
        ("model", Value::String("gpt2".into())),
        ("pre", Value::String("gpt-2".into())),
        ("token_type", Value::Array(kinds.collect())),
        ("tokens", texts(tokens)),
        (
            "merges",
            texts(if count > 260 {
                vec!["Ġ t".into()]
            } else {
                Vec::new()
            }),
        ),
        ("bos_token_id", Value::U32(count as u32 - 2)),
        ("eos_token_id", Value::U32(count as u32 - 1)),
        ("add_bos_token", Value::Bool(true)),
    ]
    .into_iter()
    .map(|(name, value)| (format!("tokenizer.ggml.{name}"), value))
    .chain([(
        "tokenizer.chat_template".into(),
        Value::String(
            "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}".into(),
        ),
    )])
    .collect()
}

/// The same as safetensors.
fn folder(config: &Json, tensors: &Tensors) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("config.json"), config.to_string()).unwrap();
    let tensors: std::collections::HashMap<String, Tensor> = tensors.clone().into_iter().collect();
    candle_core::safetensors::save(&tensors, folder.path().join("model.safetensors")).unwrap();
    folder
}

fn logits(path: &Path, rows: &[Vec<u32>]) -> Vec<f32> {
    let network = Network::open(path, &options()).unwrap();
    let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
    let want = Want {
        logits: Logits::From(0),
        attention: false,
    };
    let mut all = vec![Vec::new(); rows.len()];
    let flow = network.forward(&rows, want, &mut |row, trace| {
        all[row] = trace.logits;
        ControlFlow::Continue(())
    });
    assert!(flow.is_ok());
    all.concat()
}

fn furthest(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    assert!(left.iter().chain(right).all(|value| value.is_finite()));
    left.iter()
        .zip(right)
        .map(|(left, right)| (left - right).abs())
        .fold(0.0, f32::max)
}

/// Read back, the numbers are those of the file; against the unquantised model the error is that of the quantisation.
#[test]
fn every_way_of_storing_is_computed_as_stored() {
    let (config, tensors) = random();
    let rows: Vec<Vec<u32>> = vec![(0..20).map(|token| token * 13 % 298).collect(); 2];
    let whole = logits(folder(&config, &tensors).path(), &rows);
    let largest = whole.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
    for (dtype, bound) in [
        (GgmlDType::F32, 1e-5),
        (GgmlDType::F16, 3e-3),
        (GgmlDType::BF16, 2e-2),
        (GgmlDType::Q8_0, 3e-2),
        (GgmlDType::Q6K, 0.1),
        (GgmlDType::Q4K, 0.4),
    ] {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("model.gguf");
        let stored = write(&path, &config, &tensors, dtype, 300);
        let found = logits(&path, &rows);
        let apart = furthest(&found, &logits(folder(&config, &stored).path(), &rows));
        let error = furthest(&found, &whole) / largest;
        println!(
            "{dtype:?}: {apart:e} from the stored numbers, {error:e} of the largest logit from the whole ones"
        );
        assert!(apart < 1e-4, "{dtype:?}: {apart}");
        assert!(error < bound, "{dtype:?}: {error}");
        assert_eq!(
            logits(place.path(), &rows),
            found,
            "a folder with one file is that file"
        );
    }
}

#[test]
fn a_file_brings_its_facts_its_tokenizer_and_its_template() {
    let (config, tensors) = random();
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("tiny.gguf");
    write(&path, &config, &tensors, GgmlDType::Q8_0, 300);
    let model = Model::open(&path, &options()).unwrap();
    let facts = model.facts();
    assert_eq!(
        (facts.architecture.as_str(), facts.layers, facts.heads),
        ("llama", 2, HEADS)
    );
    assert_eq!((facts.vocabulary, facts.context), (300, 128));
    assert_eq!(facts.dtype, "f32+q8_0 -> f32");
    assert!(facts.template);
    assert_eq!(facts.notices, Vec::<String>::new());
    let tokens = model.encode("at the end");
    assert_eq!(model.decode(&tokens), "at the end");
    assert_eq!(tokens.len(), 9, "a blank and a t are one token");
    assert!(model.is_special(298));
    let frame = model.frame(&Context::Template).unwrap();
    assert_eq!(frame.prefix_text, "<s>user: ");
    assert_eq!(model.frame(&Context::Plain).unwrap().prefix, [298]);
    assert_eq!(model.frame(&Context::Plain).unwrap().stop, [299]);
}

/// Cuts a file into parts as converters do: the settings in the first, each part with its number.
fn cut(file: &Path, folder: &Path, count: usize) -> Vec<PathBuf> {
    let mut reader = File::open(file).unwrap();
    let whole = gguf_file::Content::read(&mut reader).unwrap();
    let mut names: Vec<&String> = whole.tensor_infos.keys().collect();
    names.sort();
    let size = names.len().div_ceil(count);
    let mut paths = Vec::new();
    for (index, names) in names.chunks(size).enumerate() {
        let tensors: Vec<(&str, QTensor)> = names
            .iter()
            .map(|name| {
                let tensor = whole.tensor(&mut reader, name, &Device::Cpu).unwrap();
                (name.as_str(), tensor)
            })
            .collect();
        let tensors: Vec<(&str, &QTensor)> = tensors.iter().map(|(name, tensor)| (*name, tensor)).collect();
        let mut settings = vec![
            ("split.no", Value::U16(index as u16)),
            ("split.count", Value::U16(count as u16)),
        ];
        if index == 0 {
            let all = whole.metadata.iter();
            settings.extend(all.map(|(name, value)| (name.as_str(), value.clone())));
        }
        let settings: Vec<(&str, &Value)> = settings.iter().map(|(name, value)| (*name, value)).collect();
        let path = folder.join(format!("tiny-{:05}-of-{count:05}.gguf", index + 1));
        gguf_file::write(&mut File::create(&path).unwrap(), &settings, &tensors).unwrap();
        paths.push(path);
    }
    paths
}

#[test]
fn a_model_in_several_files_is_read_whole_or_not_at_all() {
    let (config, tensors) = random();
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("whole.gguf");
    write(&file, &config, &tensors, GgmlDType::Q8_0, 300);
    let rows: Vec<Vec<u32>> = vec![(0..20).collect()];
    let expected = logits(&file, &rows);
    let folder = tempfile::tempdir().unwrap();
    let parts = cut(&file, folder.path(), 3);
    for path in [folder.path(), parts[0].as_path(), parts[2].as_path()] {
        assert_eq!(logits(path, &rows), expected, "{}", path.display());
    }
    let digest = |path: &Path| Model::open(path, &options()).unwrap().facts().sha256.clone();
    assert_eq!(digest(folder.path()), digest(&parts[1]));

    let refused = |path: &Path| Network::open(path, &options()).err().unwrap().to_string();
    let aside = folder.path().join("aside");
    fs::rename(&parts[1], &aside).unwrap();
    for path in [folder.path(), parts[0].as_path()] {
        let told = refused(path);
        assert!(
            told.contains("tiny-00002-of-00003.gguf") && told.contains("not in the folder"),
            "{told}"
        );
    }
    fs::copy(&parts[2], &parts[1]).unwrap();
    assert!(refused(&parts[0]).contains("file 3 by its settings, file 2 by its name"));
    fs::rename(&aside, folder.path().join("renamed.gguf")).unwrap();
    let told = refused(&folder.path().join("renamed.gguf"));
    assert!(told.contains("one of 3 files of a model"), "{told}");
    let told = refused(folder.path());
    assert!(
        told.contains("2 models in GGUF files (renamed.gguf, tiny-00001-of-00003.gguf)"),
        "{told}"
    );
}

/// Models whose numbers were computed elsewhere, put into GGUF files.
#[test]
fn golden_models_survive_the_change_of_format() {
    for name in [
        "llama",
        "llama-tied",
        "qwen2",
        "qwen3",
        "gemma",
        "gemma2",
        "gemma3_text",
        "phi3",
        "granite",
        "olmo2",
        "starcoder2",
    ] {
        let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/golden")
            .join(name);
        if !path.is_dir() {
            println!("skipped: no {}", path.display());
            continue;
        }
        let config: Json = serde_json::from_slice(&fs::read(path.join("config.json")).unwrap()).unwrap();
        let tensors: Tensors = candle_core::safetensors::load(path.join("model.safetensors"), &Device::Cpu)
            .unwrap()
            .into_iter()
            .filter(|(name, _)| name != "lm_head.weight" || config["tie_word_embeddings"] != true)
            .collect();
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("model.gguf");
        let count = config["vocab_size"].as_u64().unwrap() as usize;
        write(&file, &config, &tensors, GgmlDType::F32, count);
        let bytes = fs::read(path.join("expected.safetensors")).unwrap();
        let expected = SafeTensors::deserialize(&bytes).unwrap();
        let ids = expected.tensor("input_ids").unwrap();
        let tokens = ids
            .data()
            .as_chunks()
            .0
            .iter()
            .map(|id| i64::from_le_bytes(*id) as u32);
        let tokens: Vec<u32> = tokens.collect();
        let rows: Vec<Vec<u32>> = tokens.chunks(ids.shape()[1]).map(<[u32]>::to_vec).collect();
        let theirs = expected.tensor("logits").unwrap();
        let theirs = theirs
            .data()
            .as_chunks()
            .0
            .iter()
            .map(|value| f32::from_le_bytes(*value));
        let far = furthest(&logits(&file, &rows), &theirs.collect::<Vec<f32>>());
        println!("{name}: {far:e}");
        assert!(far < 1e-3, "{name}: {far}");
    }
}
