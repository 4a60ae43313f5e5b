//! A model's files, opened read-only: a Hugging Face folder, or the same files in memory.
//!
//! Invariant: only the files named here are read, none larger than its limit, none through a link that leaves the folder; the digest
//! covers the name and contents of every one of them.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Read,
    ops::Deref,
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{error::ModelError, weights::Weights};

const CONFIG_LIMIT: u64 = 1 << 20;
const TOKENIZER_LIMIT: u64 = 256 << 20;
const INDEX_LIMIT: u64 = 16 << 20;
/// Longest chat template, in bytes.
pub const TEMPLATE_LIMIT: u64 = 64 << 10;

/// Contents of a file.
#[derive(Debug)]
pub enum Bytes {
    /// Read.
    Owned(Vec<u8>),
    /// Mapped, for weights.
    Mapped(memmap2::Mmap),
    /// Part of the program.
    Embedded(&'static [u8]),
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped(map) => map,
            Self::Embedded(bytes) => bytes,
        }
    }
}

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
    pub tokenizer: Option<Vec<u8>>,
    /// tokenizer_config.json, with what special_tokens_map.json adds; empty when absent.
    pub tokenizer_config: Map<String, Value>,
    /// The chat template.
    pub template: Option<String>,
    /// The weights.
    pub weights: Weights,
    /// Digest over names and contents, hex.
    pub sha256: String,
    /// Facts worth telling.
    pub notices: Vec<String>,
}

enum Source<'a> {
    Folder(PathBuf),
    Memory(&'a [(&'a str, &'static [u8])]),
}

struct Files<'a> {
    source: Source<'a>,
    place: String,
    names: Vec<String>,
    digests: BTreeMap<String, (u64, [u8; 32])>,
}

impl Checkpoint {
    /// Opens a folder.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let meta = fs::metadata(path).map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound => ModelError::Missing {
                path: path.to_owned(),
            },
            _ => io(path, source),
        })?;
        if !meta.is_dir() {
            return Err(ModelError::IsFile {
                path: path.to_owned(),
            });
        }
        let root = fs::canonicalize(path).map_err(|source| io(path, source))?;
        let mut names = Vec::new();
        for entry in fs::read_dir(&root).map_err(|source| io(path, source))? {
            let entry = entry.map_err(|source| io(path, source))?;
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
        if names.is_empty() {
            return Err(ModelError::Empty {
                path: path.to_owned(),
            });
        }
        Self::read(Source::Folder(root), path.display().to_string(), names)
    }

    /// Takes files in memory: (name, contents).
    pub fn from_files(place: &str, files: &[(&str, &'static [u8])]) -> Result<Self, ModelError> {
        let names = files.iter().map(|(name, _)| (*name).to_owned()).collect();
        Self::read(Source::Memory(files), place.to_owned(), names)
    }

    fn read(source: Source, place: String, mut names: Vec<String>) -> Result<Self, ModelError> {
        names.sort();
        let mut files = Files {
            source,
            place,
            names,
            digests: BTreeMap::new(),
        };
        let config = files
            .object("config.json", CONFIG_LIMIT)?
            .ok_or_else(|| ModelError::NoFile {
                place: files.place.clone(),
                file: "config.json",
            })?;
        let generation = files
            .object("generation_config.json", CONFIG_LIMIT)?
            .unwrap_or_default();
        let tokenizer = files
            .read("tokenizer.json", TOKENIZER_LIMIT)?
            .map(|bytes| bytes.to_vec());
        let mut tokenizer_config = files
            .object("tokenizer_config.json", INDEX_LIMIT)?
            .unwrap_or_default();
        for (name, value) in files
            .object("special_tokens_map.json", CONFIG_LIMIT)?
            .unwrap_or_default()
        {
            tokenizer_config.entry(name).or_insert(value);
        }
        let template = files.template(&tokenizer_config)?;
        let shards = files.weights()?;
        let weights = Weights::new(shards)?;
        let mut notices = files.notices();
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
            notices,
            place: files.place,
        })
    }
}

impl Files<'_> {
    fn has(&self, name: &str) -> bool {
        self.names.iter().any(|other| other == name)
    }

    fn read(&mut self, name: &str, limit: u64) -> Result<Option<Bytes>, ModelError> {
        if !self.has(name) {
            return Ok(None);
        }
        let bytes = match &self.source {
            Source::Folder(root) => {
                let (mut file, length) = plain(root, name)?;
                if length > limit {
                    return Err(too_large(name, length, limit));
                }
                let mut bytes = Vec::with_capacity(length as usize);
                let limited = (&mut file).take(limit + 1).read_to_end(&mut bytes);
                limited.map_err(|source| io(Path::new(name), source))?;
                Bytes::Owned(bytes)
            }
            Source::Memory(files) => {
                let found = files.iter().find(|(other, _)| *other == name);
                Bytes::Embedded(found.map_or(&[], |(_, bytes)| *bytes))
            }
        };
        if bytes.len() as u64 > limit {
            return Err(too_large(name, bytes.len() as u64, limit));
        }
        self.note(name, &bytes);
        Ok(Some(bytes))
    }

    /// A weights file, mapped: it may be larger than memory.
    fn map(&mut self, name: &str) -> Result<Bytes, ModelError> {
        let bytes = match &self.source {
            Source::Folder(root) => {
                let (file, length) = plain(root, name)?;
                if length == 0 {
                    Bytes::Owned(Vec::new())
                } else {
                    #[expect(
                        unsafe_code,
                        reason = "weights are too large to copy; the map is dropped once tensors are read"
                    )]
                    // SAFETY: the map is read-only and private to this process. Another process that shortens the file meanwhile would
                    // end this one with a signal; it cannot make it compute with anything but the file's bytes.
                    let map = unsafe { memmap2::Mmap::map(&file) };
                    Bytes::Mapped(map.map_err(|source| io(Path::new(name), source))?)
                }
            }
            Source::Memory(files) => {
                let found = files.iter().find(|(other, _)| *other == name);
                Bytes::Embedded(found.map_or(&[], |(_, bytes)| *bytes))
            }
        };
        self.note(name, &bytes);
        Ok(bytes)
    }

    fn object(&mut self, name: &str, limit: u64) -> Result<Option<Map<String, Value>>, ModelError> {
        let Some(bytes) = self.read(name, limit)? else {
            return Ok(None);
        };
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|reason| ModelError::Json {
                file: name.to_owned(),
                reason: reason.to_string(),
            })
    }

    /// chat_template.jinja, else what tokenizer_config.json holds: one text, or several with names.
    fn template(&mut self, tokenizer_config: &Map<String, Value>) -> Result<Option<String>, ModelError> {
        let text = match self.read("chat_template.jinja", TEMPLATE_LIMIT)? {
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

    fn weights(&mut self) -> Result<Vec<(String, Bytes)>, ModelError> {
        if self.has("model.safetensors") {
            return Ok(vec![("model.safetensors".into(), self.map("model.safetensors")?)]);
        }
        let index_name = "model.safetensors.index.json";
        if let Some(index) = self.object(index_name, INDEX_LIMIT)? {
            let shards = shard_names(&index).ok_or_else(|| ModelError::Json {
                file: index_name.into(),
                reason: "weight_map does not list file names".into(),
            })?;
            return shards
                .into_iter()
                .map(|name| {
                    if !self.has(&name) {
                        return Err(ModelError::Weights {
                            file: index_name.into(),
                            reason: format!("it lists {name}, which is not in the folder"),
                        });
                    }
                    let bytes = self.map(&name)?;
                    Ok((name, bytes))
                })
                .collect();
        }
        let pickled = self.names.iter().find(|name| is_pickle(name));
        Err(pickled.map_or_else(
            || ModelError::NoWeights {
                place: self.place.clone(),
            },
            |file| ModelError::Pickled {
                place: self.place.clone(),
                file: file.clone(),
            },
        ))
    }

    fn note(&mut self, name: &str, bytes: &[u8]) {
        let digest = Sha256::digest(bytes).into();
        self.digests.insert(name.to_owned(), (bytes.len() as u64, digest));
    }

    fn digest(&self) -> String {
        let mut all = Sha256::new();
        for (name, (length, digest)) in &self.digests {
            all.update((name.len() as u64).to_le_bytes());
            all.update(name.as_bytes());
            all.update(length.to_le_bytes());
            all.update(digest);
        }
        format!("{:x}", all.finalize())
    }

    fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        let mut list = |what: &str, found: &dyn Fn(&str) -> bool| {
            let names: Vec<&str> = self
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
        let ends = |name: &str, ending: &str| {
            Path::new(name)
                .extension()
                .is_some_and(|extension| extension.eq_ignore_ascii_case(ending))
        };
        list("custom code present, never run", &|name| ends(name, "py"));
        list("pickled file present, never opened", &is_pickle);
        list("an adapter is present, not applied", &|name| {
            name.starts_with("adapter_")
        });
        list("weights present that are not part of the model", &|name| {
            ends(name, "safetensors") && !self.digests.contains_key(name) && !name.starts_with("adapter_")
        });
        notices
    }
}

fn is_pickle(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| {
        ["bin", "pt", "pth", "ckpt", "pkl"]
            .iter()
            .any(|ending| extension.eq_ignore_ascii_case(ending))
    })
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

/// Opens a file of the folder: a plain one, inside it, or where a Hugging Face cache keeps it.
fn plain(root: &Path, name: &str) -> Result<(File, u64), ModelError> {
    let target = fs::canonicalize(root.join(name)).map_err(|source| io(Path::new(name), source))?;
    let cached = || {
        let blobs = root.parent()?.parent()?.join("blobs");
        Some(target.parent()? == blobs)
    };
    if !target.starts_with(root) && cached() != Some(true) {
        return Err(ModelError::Outside {
            file: name.to_owned(),
        });
    }
    let meta = fs::metadata(&target).map_err(|source| io(Path::new(name), source))?;
    if !meta.is_file() {
        return Err(ModelError::NotPlain {
            file: name.to_owned(),
        });
    }
    let file = File::open(&target).map_err(|source| io(Path::new(name), source))?;
    Ok((file, meta.len()))
}

fn too_large(file: &str, bytes: u64, limit: u64) -> ModelError {
    ModelError::TooLarge {
        file: file.to_owned(),
        bytes,
        limit,
    }
}

fn io(path: &Path, source: std::io::Error) -> ModelError {
    ModelError::Io {
        file: path.display().to_string(),
        source,
    }
}
