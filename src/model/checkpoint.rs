//! What a model's files hold: a Hugging Face folder, or the same files in memory.
//!
//! Invariant: only the files named here are read, and what else stands beside them is told, not opened.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use serde_json::{Map, Value};

use super::{
    error::ModelError,
    files::{Bytes, FileFacts, Files, Hashing, too_large},
    gguf::{self, Header, parts},
    weights::Weights,
};

const CONFIG_LIMIT: u64 = 1 << 20;
const TOKENIZER_LIMIT: u64 = 256 << 20;
const INDEX_LIMIT: u64 = 16 << 20;
const TEMPLATE_LIMIT: u64 = 64 << 10;

/// The files of one model.
#[derive(Debug)]
pub struct Checkpoint {
    /// Where it was read from.
    pub place: String,
    /// config.json.
    pub config: Map<String, Value>,
    /// generation_config.json; empty when absent.
    pub generation: Map<String, Value>,
    /// tokenizer.json.
    pub tokenizer: Option<Bytes>,
    /// tokenizer_config.json, with what special_tokens_map.json adds; empty when absent.
    pub tokenizer_config: Map<String, Value>,
    /// The chat template.
    pub template: Option<String>,
    /// The weights.
    pub weights: Weights,
    /// Digest over names and contents, hex.
    pub sha256: String,
    /// The weights come from a converter, which has already added what norms are told as a distance from.
    pub converted: bool,
    /// The files that were read.
    pub files: Vec<FileFacts>,
    /// Names of the others. Raw.
    pub others: Vec<String>,
    /// Facts worth telling.
    pub notices: Vec<String>,
}

impl Checkpoint {
    /// Opens a folder, or a GGUF file.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        Self::read(files_at(path)?)
    }

    /// Opens a folder to look at it, hashing as told.
    pub fn look(path: &Path, hashing: Hashing<'_>) -> Result<Self, ModelError> {
        Self::read(files_at(path)?.hashed(hashing))
    }

    /// Takes files in memory: (name, contents).
    pub fn from_files(place: &str, files: &[(&str, &'static [u8])]) -> Result<Self, ModelError> {
        Self::read(Files::memory(place, files))
    }

    fn read(mut files: Files) -> Result<Self, ModelError> {
        if let Some(name) = only_gguf(&files)? {
            return Self::gguf(files, &name);
        }
        let config = files
            .object("config.json", CONFIG_LIMIT)?
            .ok_or_else(|| ModelError::NoFile {
                place: files.place.clone(),
                file: "config.json",
            })?;
        let generation = files
            .object("generation_config.json", CONFIG_LIMIT)?
            .unwrap_or_default();
        let tokenizer = files.read("tokenizer.json", TOKENIZER_LIMIT)?;
        let mut tokenizer_config = files
            .object("tokenizer_config.json", INDEX_LIMIT)?
            .unwrap_or_default();
        for (name, value) in files
            .object("special_tokens_map.json", CONFIG_LIMIT)?
            .unwrap_or_default()
        {
            tokenizer_config.entry(name).or_insert(value);
        }
        let template = template(&mut files, &tokenizer_config)?;
        let weights = Weights::new(shards(&mut files)?)?;
        let mut notices = notices(&files);
        if config.contains_key("auto_map") {
            notices.push("config.json asks for custom code (auto_map): never run".into());
        }
        Ok(Self {
            config,
            generation,
            tokenizer,
            tokenizer_config,
            template,
            weights,
            sha256: files.digest(),
            converted: false,
            files: files.facts(),
            others: files.unread(),
            notices,
            place: files.place,
        })
    }

    /// Everything stands in a GGUF file, the tensors perhaps in several; a tokenizer.json beside it is read where the file's
    /// own tokenizer is of an unknown kind.
    fn gguf(mut files: Files, name: &str) -> Result<Self, ModelError> {
        let names = parts::together(name);
        let (bytes, mut header) = gguf_part(&mut files, &names, 0)?;
        let mut parts = vec![bytes];
        for index in 1..names.len() {
            let (bytes, more) = gguf_part(&mut files, &names, index)?;
            parts.push(bytes);
            header.tensors.extend(more.tensors);
        }
        // a handful of numbers: the factors of rope
        let floats = |name: &str| {
            let found = header.tensors.iter().find(|entry| entry.name == name)?;
            let count = found.shape.iter().product::<usize>();
            let mut out = vec![0.0; Some(count).filter(|count| *count <= 1 << 12)?];
            let bytes = parts.get(found.part)?.get(found.range.clone())?;
            found.kind.read(bytes, 0, &mut out);
            Some(out)
        };
        let config = gguf::config::config(&header, &floats)?;
        let tokenizer = match gguf::tokenizer::tokenizer(&header) {
            Ok(json) => Bytes::Owned(json.to_string().into_bytes()),
            Err(unknown) => files.read("tokenizer.json", TOKENIZER_LIMIT)?.ok_or(unknown)?,
        };
        let tokenizer_config = gguf::tokenizer::settings(&header);
        let template = template(&mut files, &tokenizer_config)?;
        let heads = |name: &str| config.get(name).and_then(Value::as_u64).unwrap_or(0) as usize;
        let architecture = header.text("general.architecture").unwrap_or("").to_owned();
        let weights = Weights::gguf(
            name,
            &parts,
            header.tensors,
            &architecture,
            heads("num_attention_heads"),
            heads("num_key_value_heads"),
        )?;
        Ok(Self {
            generation: Map::new(),
            tokenizer: Some(tokenizer),
            tokenizer_config,
            template,
            weights,
            sha256: files.digest(),
            converted: true,
            files: files.facts(),
            others: files.unread(),
            notices: notices(&files),
            place: files.place,
            config,
        })
    }
}

/// One of the files of a GGUF model.
fn gguf_part(files: &mut Files, names: &[String], index: usize) -> Result<(Arc<Bytes>, Header), ModelError> {
    let name = names.get(index).map_or("", String::as_str);
    let wrong = |reason: String| ModelError::Gguf {
        file: name.to_owned(),
        reason,
    };
    if !files.has(name) {
        return Err(wrong("this part of the model is not in the folder".to_owned()));
    }
    let bytes = Arc::new(files.map(name)?);
    let mut header = Header::read(&bytes).map_err(wrong)?;
    parts::check(&header, index, names.len()).map_err(wrong)?;
    for entry in &mut header.tensors {
        entry.part = index;
    }
    Ok((bytes, header))
}

/// A folder, or a GGUF file by itself.
fn files_at<'a>(path: &Path) -> Result<Files<'a>, ModelError> {
    if path.is_file() && has_ending(path, "gguf") {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Files::file(path, &parts::together(&name))
    } else {
        Files::folder(path)
    }
}

/// The first file of the GGUF model of a place that holds one and no other weights.
fn only_gguf(files: &Files) -> Result<Option<String>, ModelError> {
    let ending = |ending: &'static str| {
        let names = files.names.iter();
        names.filter(move |name| has_ending(Path::new(name), ending))
    };
    if ending("safetensors").next().is_some() {
        return Ok(None);
    }
    let models: BTreeSet<String> = ending("gguf").map(|name| parts::first(name)).collect();
    if models.len() > 1 {
        return Err(ModelError::SeveralModels {
            place: files.place.clone(),
            files: models.into_iter().collect(),
        });
    }
    Ok(models.into_iter().next())
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
}

/// chat_template.jinja, else what tokenizer_config.json holds: one text, or several with names.
fn template(files: &mut Files, tokenizer_config: &Map<String, Value>) -> Result<Option<String>, ModelError> {
    let text = match files.read("chat_template.jinja", TEMPLATE_LIMIT)? {
        Some(bytes) => Some(
            String::from_utf8(bytes.to_vec()).map_err(|_| ModelError::Template {
                reason: "chat_template.jinja is not UTF-8".into(),
            })?,
        ),
        None => match tokenizer_config.get("chat_template") {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Array(named)) => named
                .iter()
                .find(|entry| entry["name"] == "default")
                .or_else(|| named.first())
                .and_then(|entry| entry["template"].as_str())
                .map(str::to_owned),
            _ => None,
        },
    };
    match text {
        Some(text) if text.len() as u64 > TEMPLATE_LIMIT => {
            Err(too_large("chat template", text.len() as u64, TEMPLATE_LIMIT))
        }
        other => Ok(other.filter(|text| !text.trim().is_empty())),
    }
}

/// The weights files, each once.
fn shards(files: &mut Files) -> Result<Vec<(String, Bytes)>, ModelError> {
    if files.has("model.safetensors") {
        return Ok(vec![(
            "model.safetensors".into(),
            files.map("model.safetensors")?,
        )]);
    }
    let index_name = "model.safetensors.index.json";
    if let Some(index) = files.object(index_name, INDEX_LIMIT)? {
        let shards = shard_names(&index).ok_or_else(|| ModelError::Json {
            file: index_name.into(),
            reason: "weight_map does not list file names".into(),
        })?;
        return shards
            .into_iter()
            .map(|name| {
                if !files.has(&name) {
                    return Err(ModelError::Weights {
                        file: index_name.into(),
                        reason: format!("it lists {name}, which is not in the folder"),
                    });
                }
                let bytes = files.map(&name)?;
                Ok((name, bytes))
            })
            .collect();
    }
    let pickled = files.names.iter().find(|name| is_pickle(name));
    Err(pickled.map_or_else(
        || ModelError::NoWeights {
            place: files.place.clone(),
        },
        |file| ModelError::Pickled {
            place: files.place.clone(),
            file: file.clone(),
        },
    ))
}

/// What stands beside the files that are read.
fn notices(files: &Files) -> Vec<String> {
    let mut notices = Vec::new();
    let mut list = |what: &str, found: &dyn Fn(&str) -> bool| {
        let names: Vec<&str> = files
            .names
            .iter()
            .map(String::as_str)
            .filter(|name| found(name))
            .collect();
        if let Some(first) = names.first() {
            let more = match names.len() {
                1 => String::new(),
                count => format!(" and {} more", count - 1),
            };
            notices.push(format!("{what}: {first}{more}"));
        }
    };
    let ends = |name: &str, ending: &str| has_ending(Path::new(name), ending);
    list("custom code present, never run", &|name| ends(name, "py"));
    list("pickled file present, never opened", &is_pickle);
    list("an adapter is present, not applied", &|name| {
        name.starts_with("adapter_")
    });
    list("weights present that are not part of the model", &|name| {
        ends(name, "safetensors") && !files.was_read(name) && !name.starts_with("adapter_")
    });
    notices
}

fn is_pickle(name: &str) -> bool {
    ["bin", "pt", "pth", "ckpt", "pkl"]
        .iter()
        .any(|ending| has_ending(Path::new(name), ending))
}

/// The shards an index lists, each once; `None` when it lists anything but plain file names.
fn shard_names(index: &Map<String, Value>) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for value in index.get("weight_map")?.as_object()?.values() {
        let name = value.as_str()?;
        let plain = Path::new(name).file_name().is_some_and(|file| file == name);
        if !plain
            || Path::new(name)
                .extension()
                .is_none_or(|ending| ending != "safetensors")
        {
            return None;
        }
        names.push(name.to_owned());
    }
    names.sort();
    names.dedup();
    (!names.is_empty()).then_some(names)
}
