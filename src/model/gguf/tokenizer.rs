//! The tokenizer of a GGUF file, written as the tokenizer.json of the same model.
//!
//! Invariant: a way of splitting text that is not known is refused: a guess would feed the model tokens it never saw.

use std::collections::HashMap;

use serde_json::{Map, Value as Json, json};

use super::Header;
use crate::model::error::ModelError;

/// Tokens longer than this are not cut in two to find what they were merged from.
const LONGEST: usize = 128;
/// As `tokenizer.ggml.token_type` has it.
const UNKNOWN: f64 = 2.0;
const CONTROL: f64 = 3.0;
const USER: f64 = 4.0;

const LLAMA3: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
const QWEN2: &str = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

/// What tokenizer.json would hold.
pub fn tokenizer(header: &Header) -> Result<Json, ModelError> {
    let tokens = header
        .texts("tokenizer.ggml.tokens")
        .ok_or_else(|| wrong("the file has no tokens".into()))?;
    let types = header.numbers("tokenizer.ggml.token_type").unwrap_or_default();
    let mut vocabulary = HashMap::with_capacity(tokens.len());
    for (id, token) in tokens.iter().enumerate() {
        if vocabulary.insert(token.as_str(), id).is_some() {
            return Err(wrong(format!("two ids have the same token, the second is {id}")));
        }
    }
    let mut json = match header.text("tokenizer.ggml.model") {
        Some("gpt2") => bytes(header, &vocabulary)?,
        Some("llama") => pieces(header, tokens, &vocabulary),
        other => {
            return Err(wrong(format!(
                "tokenizer model \"{}\" is not read, only gpt2 and llama",
                other.unwrap_or("")
            )));
        }
    };
    let added: Vec<Json> = tokens
        .iter()
        .zip(types)
        .enumerate()
        .filter(|(_, (_, kind))| [UNKNOWN, CONTROL, USER].contains(kind))
        .map(|(id, (token, kind))| {
            json!({
                "id": id, "content": token, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": *kind != USER,
            })
        })
        .collect();
    json["added_tokens"] = Json::Array(added);
    let begin = header.whole("tokenizer.ggml.bos_token_id");
    let begins = header
        .flag("tokenizer.ggml.add_bos_token")
        .unwrap_or_else(|| header.text("tokenizer.ggml.model") == Some("llama"));
    if let Some(token) = begin.and_then(|id| tokens.get(usize::try_from(id).ok()?))
        && begins
    {
        json["post_processor"] = json!({
            "type": "TemplateProcessing",
            "single": [
                { "SpecialToken": { "id": token, "type_id": 0 } },
                { "Sequence": { "id": "A", "type_id": 0 } },
            ],
            "pair": [
                { "Sequence": { "id": "A", "type_id": 0 } },
                { "Sequence": { "id": "B", "type_id": 1 } },
            ],
            "special_tokens": { token: { "id": token, "ids": [begin], "tokens": [token] } },
        });
    }
    Ok(json)
}

/// What tokenizer_config.json would hold: the special tokens, and the template with those that have names.
pub fn settings(header: &Header) -> Map<String, Json> {
    let tokens = header.texts("tokenizer.ggml.tokens").unwrap_or_default();
    let mut settings = Map::new();
    for name in ["bos", "eos", "unk", "pad"] {
        let id = header.whole(&format!("tokenizer.ggml.{name}_token_id"));
        let id = id.or_else(|| header.whole(&format!("tokenizer.ggml.{name}ding_token_id")));
        let token = id.and_then(|id| tokens.get(usize::try_from(id).ok()?));
        if let Some(token) = token {
            settings.insert(format!("{name}_token"), json!(token));
        }
    }
    if let Some(template) = header.text("tokenizer.chat_template") {
        settings.insert("chat_template".into(), json!(template));
    }
    settings
}

/// Merges of bytes, split by a pattern first.
fn bytes(header: &Header, vocabulary: &HashMap<&str, usize>) -> Result<Json, ModelError> {
    let merges = header
        .texts("tokenizer.ggml.merges")
        .ok_or_else(|| wrong("the file has no merges".into()))?;
    let pattern = |regex: &str| {
        json!({
            "type": "Sequence", "pretokenizers": [
                { "type": "Split", "pattern": { "Regex": regex }, "behavior": "Isolated", "invert": false },
                { "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false },
            ],
        })
    };
    let plain =
        json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true });
    let mut normalizer = Json::Null;
    let splits = match header.text("tokenizer.ggml.pre").unwrap_or("gpt-2") {
        "gpt-2" | "gpt2" | "phi-2" | "olmo" => plain,
        "llama-bpe" | "llama3" | "llama-v3" | "smaug-bpe" | "dbrx" => pattern(LLAMA3),
        "qwen2" | "stablelm2" => {
            normalizer = json!({ "type": "NFC" });
            pattern(QWEN2)
        }
        "starcoder" | "refact" | "smollm" => json!({
            "type": "Sequence", "pretokenizers": [{ "type": "Digits", "individual_digits": true }, plain],
        }),
        other => return Err(wrong(format!("the way \"{other}\" splits text is not known"))),
    };
    let whole_words = matches!(
        header.text("tokenizer.ggml.pre"),
        Some("llama-bpe" | "llama3" | "llama-v3")
    );
    Ok(json!({
        "version": "1.0",
        "normalizer": normalizer,
        "pre_tokenizer": splits,
        "decoder": { "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true },
        "model": {
            "type": "BPE", "vocab": vocabulary, "merges": merges, "ignore_merges": whole_words,
            "fuse_unk": false, "byte_fallback": false,
        },
    }))
}

/// Pieces with scores: what each was merged from follows from the order of the scores.
fn pieces(header: &Header, tokens: &[String], vocabulary: &HashMap<&str, usize>) -> Json {
    let scores = header.numbers("tokenizer.ggml.scores").unwrap_or_default();
    let mut merges: Vec<(f64, usize, usize, &str, &str)> = Vec::new();
    for (token, score) in tokens.iter().zip(scores) {
        if token.len() > LONGEST {
            continue;
        }
        for at in 1..token.len() {
            let Some((left, right)) = token.split_at_checked(at) else {
                continue;
            };
            if let (Some(first), Some(second)) = (vocabulary.get(left), vocabulary.get(right)) {
                merges.push((*score, *first, *second, left, right));
            }
        }
    }
    merges.sort_by(|left, right| {
        let order = right.0.total_cmp(&left.0);
        order.then(left.1.cmp(&right.1)).then(left.2.cmp(&right.2))
    });
    let merges: Vec<String> = merges
        .into_iter()
        .map(|(_, _, _, left, right)| format!("{left} {right}"))
        .collect();
    let unknown = header.whole("tokenizer.ggml.unknown_token_id").unwrap_or(0);
    let unknown = usize::try_from(unknown).ok().and_then(|id| tokens.get(id));
    let blank = json!({ "type": "Replace", "pattern": { "String": " " }, "content": "▁" });
    let front = header.flag("tokenizer.ggml.add_space_prefix").unwrap_or(true);
    let mut steps = vec![
        json!({ "type": "Replace", "pattern": { "String": "▁" }, "content": " " }),
        json!({ "type": "ByteFallback" }),
        json!({ "type": "Fuse" }),
    ];
    if front {
        steps.push(json!({ "type": "Strip", "content": " ", "start": 1, "stop": 0 }));
    }
    let normalizer = if front {
        json!({ "type": "Sequence", "normalizers": [{ "type": "Prepend", "prepend": "▁" }, blank] })
    } else {
        blank
    };
    json!({
        "version": "1.0",
        "normalizer": normalizer,
        "pre_tokenizer": null,
        "decoder": { "type": "Sequence", "decoders": steps },
        "model": {
            "type": "BPE", "vocab": vocabulary, "merges": merges, "unk_token": unknown,
            "fuse_unk": true, "byte_fallback": true,
        },
    })
}

fn wrong(reason: String) -> ModelError {
    ModelError::Tokenizer { reason }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{super::Value, *};

    #[test]
    fn an_unknown_way_of_splitting_is_refused() {
        let text = |text: &str| Value::Text(text.into());
        let mut header = Header {
            settings: BTreeMap::from([
                ("tokenizer.ggml.model".into(), text("gpt2")),
                ("tokenizer.ggml.pre".into(), text("warp")),
                (
                    "tokenizer.ggml.tokens".into(),
                    Value::Texts(vec!["a".into(), "b".into()]),
                ),
                ("tokenizer.ggml.merges".into(), Value::Texts(Vec::new())),
            ]),
            tensors: Vec::new(),
        };
        let says = |header: &Header| tokenizer(header).unwrap_err().to_string();
        assert!(says(&header).contains("\"warp\" splits text is not known"));
        let twice = Value::Texts(vec!["a".into(), "a".into()]);
        header.settings.insert("tokenizer.ggml.tokens".into(), twice);
        assert!(says(&header).contains("two ids have the same token, the second is 1"));
    }
}
