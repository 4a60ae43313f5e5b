//! A model (weights + tokenizer + template) opened read-only, and what can be asked of it.
//!
//! Invariant: no Tensor crosses this boundary; ids, strings and plain numbers do. Nothing from the model is executed.

mod adapter;
mod arch;
mod beams;
mod cache;
mod checkpoint;
mod decoder;
pub mod distribution;
mod error;
mod files;
mod forward;
mod frame;
mod generate;
mod gguf;
pub mod inspect;
mod json;
mod rehearsal;
mod rows;
mod sampler;
mod slab;
mod spec;
mod spread;
pub mod template;
mod tokenizer;
pub mod untrusted;
mod weights;
mod words;

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use candle_core::Device;
use serde_json::{Map, Value};

use self::{checkpoint::Checkpoint, words::Words};
pub use self::{
    decoder::{
        Network, Precision,
        numbers::Kind,
        panels::Panels,
        product::{Stored, product},
    },
    error::ModelError,
    files::{FileFacts, Hashing},
    frame::{Context, Frame},
    rehearsal::Rehearsal,
    template::{Renderer, Template},
};
use crate::scan::event::{ModelFacts, Sampling};

/// Where to compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// The fastest one there is.
    #[default]
    Auto,
    /// The processor.
    Cpu,
    /// An NVIDIA card, by number.
    Cuda(usize),
    /// An Apple card.
    Metal,
}

/// How to open a model.
#[derive(Debug, Clone, Default)]
pub struct OpenOptions {
    /// Where to compute.
    pub device: DeviceChoice,
    /// The form weights are kept in.
    pub precision: Precision,
    /// The folder of a LoRA adapter to apply.
    pub adapter: Option<PathBuf>,
    /// Where the chat template is rendered.
    pub renderer: Renderer,
}

/// One row to generate.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Tokens to continue; must not be empty.
    pub prompt: Vec<u32>,
    /// How to sample.
    pub sampling: Sampling,
}

/// Limits of a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// New tokens per row.
    pub tokens: usize,
    /// Tokens that end a row; empty: end-of-sequence is ignored.
    pub stop: Vec<u32>,
    /// Rows computed together.
    pub batch: usize,
    /// Keep the five most likely tokens of each step.
    pub top: bool,
}

/// One generated row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Generation {
    /// New tokens; a stop token is not included.
    pub tokens: Vec<u32>,
    /// Entropy of the model's own distribution (temperature 1) at each step, nats.
    pub entropy: Vec<f32>,
    /// Log-probability (temperature 1) of each chosen token, nats.
    pub logprob: Vec<f32>,
    /// Five most likely tokens of each step, best first; empty unless asked for.
    pub top: Vec<Vec<(u32, f32)>>,
    /// True when a stop token ended it.
    pub stopped: bool,
}

/// Which logits a forward pass keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logits {
    /// None.
    None,
    /// At the last position of each row.
    Last,
    /// At this position of each row and all after it.
    From(usize),
    /// At the last so many positions of each row.
    Tail(usize),
}

/// What a forward pass is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Want {
    /// Which logits.
    pub logits: Logits,
    /// The attention weights of every layer and head.
    pub attention: bool,
}

/// What a forward pass measured on one row.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Trace {
    /// Raw logits, row-major `[positions, vocabulary]`.
    pub logits: Vec<f32>,
    /// Attention weights, row-major `[layers, heads, tokens, tokens]`; empty unless asked for.
    pub attention: Vec<f32>,
}

/// A model, open.
pub struct Model {
    facts: ModelFacts,
    network: Network,
    words: Words,
}

impl Model {
    /// Opens a Hugging Face folder.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, ModelError> {
        Self::build(Checkpoint::open(path)?, options)
    }

    /// Opens a model from files in memory: (name, contents).
    pub fn from_files(
        name: &str,
        files: &[(&str, &'static [u8])],
        options: &OpenOptions,
    ) -> Result<Self, ModelError> {
        Self::build(Checkpoint::from_files(name, files)?, options)
    }

    fn build(mut checkpoint: Checkpoint, options: &OpenOptions) -> Result<Self, ModelError> {
        if checkpoint.tokenizer.is_none() {
            return Err(ModelError::NoFile {
                place: checkpoint.place,
                file: "tokenizer.json",
            });
        }
        let (architecture, network) = Network::build(&mut checkpoint, options)?;
        let spec = network.spec();
        let words = Words::read(&mut checkpoint, spec.vocabulary, &options.renderer)?;
        let mut notices = checkpoint.notices;
        notices.extend(ignored_settings(&checkpoint.generation));
        notices.extend(network.read.notices.iter().cloned());
        let facts = ModelFacts {
            path: checkpoint.place,
            architecture,
            parameters: network.read.parameters,
            sha256: checkpoint.sha256,
            layers: spec.layers,
            heads: spec.attention.heads,
            vocabulary: spec.vocabulary,
            context: spec.context,
            dtype: match network.read.dtype.as_str() {
                "f32" => "f32".into(),
                other => format!("{other} -> f32"),
            },
            template: words.template.is_some(),
            notices,
        };
        Ok(Self {
            facts,
            network,
            words,
        })
    }

    /// Facts.
    pub const fn facts(&self) -> &ModelFacts {
        &self.facts
    }

    /// The network alone.
    pub const fn network(&self) -> &Network {
        &self.network
    }

    /// Token ids of a text; no special tokens are added, and text that spells one is not turned into one.
    pub fn encode(&self, text: &str) -> Vec<u32> {
        self.words.tokenizer.encode(text)
    }

    /// Text of token ids, special tokens included. Raw.
    pub fn decode(&self, tokens: &[u32]) -> String {
        self.words.tokenizer.decode(tokens)
    }

    /// Text of one token as it stands in a row of tokens (a leading blank is kept). Raw.
    pub fn token_text(&self, token: u32) -> String {
        self.words.tokenizer.token_text(token)
    }

    /// True for control tokens (begin, end, role markers).
    pub fn is_special(&self, token: u32) -> bool {
        self.words.tokenizer.is_special(token)
    }

    /// Continues rows: rows of equal length are computed together, what they share at the front is computed once.
    ///
    /// `visit` is called with (row number, generation) as rows finish, in order of rows within a batch; `tick` after every decoding step with the
    /// number of tokens made in it, and with 0 several times a second while a step computes. Either may break, which ends the call with `Ok(Break)`.
    pub fn generate(
        &self,
        rows: &[Row],
        limits: &Limits,
        tick: &mut dyn FnMut(usize) -> ControlFlow<()>,
        visit: &mut dyn FnMut(usize, Generation) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ModelError> {
        self.network.generate(rows, limits, tick, visit)
    }

    /// One forward pass over each row; rows of equal length are computed together.
    ///
    /// `visit` is called with (row number, trace) batch by batch (groups of equal length: not in order of rows), and may break.
    pub fn forward(
        &self,
        rows: &[Vec<u32>],
        want: Want,
        visit: &mut dyn FnMut(usize, Trace) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ModelError> {
        self.forward_while(rows, want, &mut |_| ControlFlow::Continue(()), visit)
    }

    /// The same; `tick` is called with 0 several times a second while it computes, and may break, too.
    pub fn forward_while(
        &self,
        rows: &[Vec<u32>],
        want: Want,
        tick: &mut dyn FnMut(usize) -> ControlFlow<()>,
        visit: &mut dyn FnMut(usize, Trace) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ModelError> {
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        self.network.forward_while(&rows, want, tick, visit)
    }
}

impl Network {
    /// Opens the network of a folder, which needs no tokenizer.
    pub fn open(path: &Path, options: &OpenOptions) -> Result<Self, ModelError> {
        Ok(Self::build(&mut Checkpoint::open(path)?, options)?.1)
    }

    fn build(checkpoint: &mut Checkpoint, options: &OpenOptions) -> Result<(String, Self), ModelError> {
        let (architecture, mut plan) = arch::plan(&checkpoint.config)?;
        plan.spec.norm.offset &= !checkpoint.converted;
        if let Some(adapter) = &options.adapter {
            adapter::apply(adapter, checkpoint)?;
        }
        let device = device(options.device)?;
        let network = Self::load(plan, &mut checkpoint.weights, &device, options.precision)?;
        if let Some(name) = checkpoint.weights.not_adapted() {
            return Err(ModelError::Unsupported {
                what: format!("an adapter of {name}"),
            });
        }
        Ok((architecture, network))
    }
}

/// What generation_config.json asks for that would change how tokens are chosen.
fn ignored_settings(generation: &Map<String, Value>) -> Vec<String> {
    let changes = |name: &str| {
        [
            "temperature",
            "top_",
            "typical_p",
            "min_p",
            "repetition_",
            "no_repeat",
            "bad_words",
            "suppress_tokens",
        ]
        .iter()
        .any(|start| name.starts_with(start))
    };
    generation
        .iter()
        .filter(|(name, value)| changes(name) && !value.is_null())
        .map(|(name, value)| format!("generation_config.json asks for {name} {value}: not applied"))
        .collect()
}

fn device(choice: DeviceChoice) -> Result<Device, ModelError> {
    let told = |device: &str| {
        let device = device.to_owned();
        move |reason: candle_core::Error| ModelError::Device {
            device,
            reason: reason.to_string(),
        }
    };
    match choice {
        DeviceChoice::Cpu => Ok(Device::Cpu),
        DeviceChoice::Cuda(number) => Device::new_cuda(number).map_err(told("CUDA")),
        DeviceChoice::Metal => Device::new_metal(0).map_err(told("Metal")),
        DeviceChoice::Auto => Ok(Device::new_cuda(0)
            .or_else(|_| Device::new_metal(0))
            .unwrap_or(Device::Cpu)),
    }
}
