//! What can go wrong with a model: every variant says what, where and (in [`ModelError::hint`]) what to do about it.
//!
//! Invariant: names found in a model stand here raw; whoever prints an error sends it through [`crate::text`].

use std::path::PathBuf;

use super::{arch, gguf};

/// What can go wrong with a model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The path does not exist.
    #[error("{}: no such file or folder", path.display())]
    Missing {
        /// The path given.
        path: PathBuf,
    },
    /// The path is a file.
    #[error("{}: a file, not a model folder", path.display())]
    IsFile {
        /// The path given.
        path: PathBuf,
    },
    /// The folder holds nothing.
    #[error("{}: the folder is empty", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// A file every model has is not there.
    #[error("{place}: no {file}")]
    NoFile {
        /// The folder.
        place: String,
        /// The file missing.
        file: &'static str,
    },
    /// No weights of any kind.
    #[error("{place}: no weights (model.safetensors)")]
    NoWeights {
        /// The folder.
        place: String,
    },
    /// More than one model, and no word which is meant.
    #[error("{place}: {} models in GGUF files ({})", files.len(), files.join(", "))]
    SeveralModels {
        /// The folder.
        place: String,
        /// The first file of each.
        files: Vec<String>,
    },
    /// Weights, but in a format that can run code when it is read.
    #[error("{place}: the weights are pickled ({file}), and opening a pickle can run code")]
    Pickled {
        /// The folder.
        place: String,
        /// The first such file.
        file: String,
    },
    /// A file larger than any honest one.
    #[error("{file}: {bytes} bytes, the limit is {limit}")]
    TooLarge {
        /// The file.
        file: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A link that leads out of the model folder.
    #[error("{file}: a link that leaves the model folder")]
    Outside {
        /// The link.
        file: String,
    },
    /// A folder, pipe or device where a file should be.
    #[error("{file}: not a plain file")]
    NotPlain {
        /// What stands there.
        file: String,
    },
    /// The system refused.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file that should hold a JSON object.
    #[error("{file}: not valid JSON: {reason}")]
    Json {
        /// The file.
        file: String,
        /// Where and why.
        reason: String,
    },
    /// A setting of config.json that is missing or makes no sense.
    #[error("config.json: {field}: {reason}")]
    Config {
        /// The setting.
        field: String,
        /// What is wrong.
        reason: String,
    },
    /// An architecture nobody taught this program.
    #[error("config.json: unknown architecture \"{name}\"")]
    Architecture {
        /// Its `model_type`.
        name: String,
    },
    /// A GGUF file that is not what it claims.
    #[error("{file}: damaged GGUF file: {reason}")]
    Gguf {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// An architecture that is not read from GGUF files.
    #[error("the GGUF file holds the architecture \"{name}\", which is not read from such files")]
    GgufArchitecture {
        /// Its `general.architecture`.
        name: String,
    },
    /// A setting of a GGUF file that is missing or makes no sense.
    #[error("the GGUF file's {field}: {reason}")]
    GgufSetting {
        /// The setting, without the architecture.
        field: String,
        /// What is wrong.
        reason: String,
    },
    /// A known architecture with a part that is not built.
    #[error("{what} is not supported")]
    Unsupported {
        /// The part.
        what: String,
    },
    /// A weights file that is not what it claims.
    #[error("{file}: damaged weights: {reason}")]
    Weights {
        /// The file.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A tensor the architecture needs is not in the weights.
    #[error("weights: tensor {name} is missing")]
    Tensor {
        /// Its name.
        name: String,
    },
    /// A tensor of the wrong shape.
    #[error("weights: tensor {name} is {found:?}, config.json calls for {expected:?}")]
    Shape {
        /// Its name.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// Its shape by config.json.
        expected: Vec<usize>,
    },
    /// A tensor of numbers that are not read.
    #[error("weights: tensor {name} holds {dtype}")]
    Dtype {
        /// Its name.
        name: String,
        /// What it holds.
        dtype: String,
    },
    /// An adapter that does not fit.
    #[error("the adapter does not fit: {reason}")]
    Adapter {
        /// What is wrong.
        reason: String,
    },
    /// A tokenizer that cannot be read or does not fit the network.
    #[error("tokenizer.json: {reason}")]
    Tokenizer {
        /// What is wrong.
        reason: String,
    },
    /// A chat template was asked for, and there is none.
    #[error("the model has no chat template")]
    NoTemplate,
    /// The chat template fails, or refuses what it is given.
    #[error("chat template: {reason}")]
    Template {
        /// What it said, or what is wrong.
        reason: String,
    },
    /// A row without tokens.
    #[error("row {row} is empty")]
    EmptyRow {
        /// Its number.
        row: usize,
    },
    /// A row longer than the model's context.
    #[error("row {row} has {tokens} tokens, the model's context is {context}")]
    TooLong {
        /// Its number.
        row: usize,
        /// Its length.
        tokens: usize,
        /// The longest there may be.
        context: usize,
    },
    /// A context too short to put a string into a prompt.
    #[error(
        "the model's context of {context} tokens has no room for a prompt with a string in it and an answer"
    )]
    Cramped {
        /// Its tokens.
        context: usize,
    },
    /// A token id beyond the vocabulary.
    #[error("row {row}: token {token} is not among the model's {vocabulary}")]
    Token {
        /// The row.
        row: usize,
        /// The token.
        token: u32,
        /// Size of the vocabulary.
        vocabulary: usize,
    },
    /// The weights give infinities or no numbers at all.
    #[error("row {row}: the model computes values that are not finite")]
    NotFinite {
        /// The row.
        row: usize,
    },
    /// A tensor with infinities, or what is no number at all.
    #[error("tensor {name} holds numbers that are not finite")]
    Damaged {
        /// Its name.
        name: String,
    },
    /// The device asked for is not there.
    #[error("{device}: {reason}")]
    Device {
        /// The device.
        device: String,
        /// Why not.
        reason: String,
    },
    /// A computation failed: out of memory, mostly.
    #[error("computation failed: {0}")]
    Compute(#[from] candle_core::Error),
}

impl ModelError {
    /// What the analyst can do about it, in one sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { .. } => "check the spelling of the path".into(),
            Self::IsFile { .. } => "name the folder that holds config.json and model.safetensors".into(),
            Self::SeveralModels { .. } => "name the file of the one that is meant".into(),
            Self::Empty { .. } | Self::NoFile { .. } | Self::NoWeights { .. } => {
                "a model folder holds config.json, tokenizer.json and model.safetensors (or shards with \
                 model.safetensors.index.json)"
                    .into()
            }
            Self::Pickled { .. } => {
                "convert them to safetensors on a machine that holds nothing of value, then scan the result"
                    .into()
            }
            Self::TooLarge { .. } => {
                "no honest model has such a file: look at it before anything else".into()
            }
            Self::Outside { .. } | Self::NotPlain { .. } => {
                "copy the model into a folder of its own, as plain files".into()
            }
            Self::Io { .. } => "check the permissions of the file".into(),
            Self::Json { .. } | Self::Weights { .. } | Self::Gguf { .. } | Self::Tokenizer { .. } => {
                "download the file again; if it stays the same, the file itself is wrong".into()
            }
            Self::Config { .. } | Self::Tensor { .. } | Self::Shape { .. } => {
                "config.json and the weights must come from the same model".into()
            }
            Self::Architecture { .. } => format!(
                "supported: {}; convert the model to one of these, or use a version of this program that knows it",
                arch::names().join(", ")
            ),
            Self::GgufArchitecture { .. } => {
                let names: Vec<&str> = gguf::names::FAMILIES.iter().map(|(name, _)| *name).collect();
                format!("supported in GGUF files: {}", names.join(", "))
            }
            Self::GgufSetting { .. } => {
                "convert the model again with a current converter, or scan its safetensors".into()
            }
            Self::Adapter { .. } => "give the base model that the adapter was made for".into(),
            Self::Unsupported { .. } => "the scan would measure a different model than the one given".into(),
            Self::Dtype { .. } => "save the weights as float32, float16 or bfloat16".into(),
            Self::NoTemplate => "scan it as a plain text model".into(),
            Self::Template { .. } => "leave this arm out, or correct the template".into(),
            Self::EmptyRow { .. } => "give at least one token".into(),
            Self::TooLong { .. } => "use a shorter text".into(),
            Self::Cramped { .. } => "check max_position_embeddings in config.json".into(),
            Self::Token { .. } => "the tokens come from a different tokenizer".into(),
            Self::NotFinite { .. } | Self::Damaged { .. } => {
                "the weights are damaged, or were changed by hand".into()
            }
            Self::Device { .. } => "use --device cpu".into(),
            Self::Compute(_) => "close other programs, or use a smaller budget".into(),
        }
    }
}
