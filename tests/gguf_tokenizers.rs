//! Tokenizers of public models, put into GGUF files: the same tokens, the same text.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::{
    collections::{BTreeMap, HashMap},
    fs::{self, File},
    path::Path,
};

use candle_core::{
    DType, Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Value},
    },
};
use serde_json::Value as Json;
use stakeout::model::{DeviceChoice, Model, OpenOptions};
use tokenizers::Tokenizer;

const TEXTS: [&str; 5] = [
    "Hello, world! It's 2026 and I've 12345 apples.",
    "  two blanks\n\n\tand a tab, don't",
    "naïve café — “quotes” 東京 🦀",
    "fn main() { call(\"{}\", 1 + 1); }",
    "",
];

/// What converters call an ordinary token, one that steers the model, and one that was added.
const KINDS: [i32; 3] = [1, 3, 4];

/// The settings a converter writes for a tokenizer.json, and how many tokens there are.
fn settings(json: &Json, model: &str, pre: &str) -> (Vec<(String, Value)>, usize) {
    let [ordinary, control, user] = KINDS;
    let vocabulary = json["model"]["vocab"].as_object().unwrap();
    let mut tokens: BTreeMap<u64, (String, i32)> = vocabulary
        .iter()
        .map(|(token, id)| (id.as_u64().unwrap(), (token.clone(), ordinary)))
        .collect();
    for added in json["added_tokens"].as_array().unwrap() {
        let kind = if added["special"] == true { control } else { user };
        let token = added["content"].as_str().unwrap().to_owned();
        tokens.insert(added["id"].as_u64().unwrap(), (token, kind));
    }
    let merge = |merge: &Json| match merge {
        Json::Array(pair) => format!("{} {}", pair[0].as_str().unwrap(), pair[1].as_str().unwrap()),
        text => text.as_str().unwrap().to_owned(),
    };
    let merges = json["model"]["merges"].as_array().unwrap();
    let merges: Vec<String> = merges.iter().map(merge).collect();
    // What is merged first scores best.
    let ranked = merges.iter().enumerate().rev();
    let ranks: HashMap<String, usize> = ranked
        .map(|(rank, merge)| (merge.replace(' ', ""), rank))
        .collect();
    let score = |token: &String| Value::F32(-(ranks.get(token).map_or(1e9, |rank| *rank as f32)));
    let list = |values: Vec<Value>| Value::Array(values);
    let count = tokens.len();
    let found = [
        ("model", Value::String(model.into())),
        ("pre", Value::String(pre.into())),
        (
            "token_type",
            list(tokens.values().map(|(_, kind)| Value::I32(*kind)).collect()),
        ),
        (
            "scores",
            list(tokens.values().map(|(token, _)| score(token)).collect()),
        ),
        (
            "tokens",
            list(
                tokens
                    .into_values()
                    .map(|(token, _)| Value::String(token))
                    .collect(),
            ),
        ),
        ("merges", list(merges.into_iter().map(Value::String).collect())),
        ("add_bos_token", Value::Bool(false)),
    ];
    let found = found
        .into_iter()
        .map(|(name, value)| (format!("tokenizer.ggml.{name}"), value));
    (found.collect(), count)
}

/// A network of the smallest size around a vocabulary.
fn write(path: &Path, mut settings: Vec<(String, Value)>, vocabulary: usize) {
    settings.push(("general.architecture".into(), Value::String("llama".into())));
    for (name, number) in [
        ("embedding_length", 8),
        ("block_count", 1),
        ("feed_forward_length", 8),
        ("attention.head_count", 1),
        ("attention.head_count_kv", 1),
        ("context_length", 64),
    ] {
        settings.push((format!("llama.{name}"), Value::U32(number)));
    }
    let epsilon = "llama.attention.layer_norm_rms_epsilon";
    settings.push((epsilon.into(), Value::F32(1e-5)));
    let tensor = |shape: &[usize]| {
        let zeros = Tensor::zeros(shape, DType::F32, &Device::Cpu).unwrap();
        QTensor::quantize(&zeros, GgmlDType::F32).unwrap()
    };
    let mut tensors = vec![
        ("token_embd.weight".to_owned(), tensor(&[vocabulary, 8])),
        ("output_norm.weight".to_owned(), tensor(&[8])),
    ];
    for name in [
        "attn_q",
        "attn_k",
        "attn_v",
        "attn_output",
        "ffn_gate",
        "ffn_up",
        "ffn_down",
    ] {
        tensors.push((format!("blk.0.{name}.weight"), tensor(&[8, 8])));
    }
    for name in ["attn_norm", "ffn_norm"] {
        tensors.push((format!("blk.0.{name}.weight"), tensor(&[8])));
    }
    let settings: Vec<(&str, &Value)> = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    let tensors: Vec<(&str, &QTensor)> = tensors
        .iter()
        .map(|(name, tensor)| (name.as_str(), tensor))
        .collect();
    gguf_file::write(&mut File::create(path).unwrap(), &settings, &tensors).unwrap();
}

#[test]
fn public_tokenizers_come_back_from_their_settings() {
    let place = tempfile::tempdir().unwrap();
    for (file, model, pre) in [
        ("gpt2", "gpt2", "gpt-2"),
        ("qwen2.5", "gpt2", "qwen2"),
        ("phi-3-vision", "llama", "default"),
    ] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../shared/tokenizers")
            .join(format!("{file}.tokenizer.json"));
        let Ok(bytes) = fs::read(&path) else {
            println!("skipped: no public tokenizers beside the project");
            continue;
        };
        let theirs = Tokenizer::from_bytes(&bytes).unwrap();
        let (settings, count) = settings(&serde_json::from_slice(&bytes).unwrap(), model, pre);
        let path = place.path().join(format!("{file}.gguf"));
        write(&path, settings, count);
        let options = OpenOptions {
            device: DeviceChoice::Cpu,
            ..OpenOptions::default()
        };
        let ours = Model::open(&path, &options).unwrap();
        for text in TEXTS {
            let expected = theirs.encode_fast(text, false).unwrap();
            let tokens = ours.encode(text);
            assert_eq!(tokens, expected.get_ids(), "{file}: {text}");
            assert_eq!(
                ours.decode(&tokens),
                theirs.decode(&tokens, false).unwrap(),
                "{file}: {text}"
            );
        }
    }
}
