//! A model (weights + tokenizer + template) opened read-only, and what can be asked of it.
//!
//! Invariant: no Tensor crosses this boundary; ids, strings and plain numbers do. Nothing from the model is executed.

use std::{ops::ControlFlow, path::Path};

use crate::scan::event::{ModelFacts, Sampling};

/// What can go wrong with a model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// Anything, for now.
    #[error("{0}")]
    Other(String),
}

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
}

/// The text around a user's turn, as token ids and as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frame {
    /// Tokens before the user's text (begin-of-sequence included where the model wants it).
    pub prefix: Vec<u32>,
    /// Tokens after the user's text up to the first token of the answer; empty for a plain completion.
    pub suffix: Vec<u32>,
    /// The same as text, raw.
    pub prefix_text: String,
    /// The same as text, raw.
    pub suffix_text: String,
    /// Tokens that end an answer or a turn.
    pub stop: Vec<u32>,
}

/// The context a [`Frame`] is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Context {
    /// The chat template with no system turn of ours (whatever default it has).
    Template,
    /// The chat template with this system turn.
    System(String),
    /// No template: the begin-of-sequence token alone (or nothing, if there is none).
    Plain,
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
pub mod distribution;

/// A model, open.
pub struct Model {
    facts: ModelFacts,
}

impl Model {
    /// Opens a Hugging Face folder.
    pub fn open(_path: &Path, _options: &OpenOptions) -> Result<Self, ModelError> {
        Err(ModelError::Other("not built".into()))
    }

    /// Opens a model from files in memory: (name, contents).
    pub fn from_files(
        _name: &str,
        _files: &[(&str, &'static [u8])],
        _options: &OpenOptions,
    ) -> Result<Self, ModelError> {
        Err(ModelError::Other("not built".into()))
    }

    /// Facts.
    pub const fn facts(&self) -> &ModelFacts {
        &self.facts
    }

    /// Token ids of a text; no special tokens are added, and text that spells one is not turned into one.
    pub fn encode(&self, _text: &str) -> Vec<u32> {
        Vec::new()
    }

    /// Text of token ids, special tokens included. Raw.
    pub fn decode(&self, _tokens: &[u32]) -> String {
        String::new()
    }

    /// Text of one token as it stands in a row of tokens (a leading blank is kept). Raw.
    pub fn token_text(&self, _token: u32) -> String {
        String::new()
    }

    /// True for control tokens (begin, end, role markers).
    pub fn is_special(&self, _token: u32) -> bool {
        false
    }

    /// The frame of a context.
    pub fn frame(&self, _context: &Context) -> Result<Frame, ModelError> {
        Ok(Frame::default())
    }

    /// Continues rows: rows of equal length are computed together, what they share at the front is computed once.
    ///
    /// `visit` is called with (row number, generation) as rows finish, in order of rows within a batch; `tick` after every decoding step with the
    /// number of tokens made in it. Either may break, which ends the call with `Ok(Break)`.
    pub fn generate(
        &self,
        _rows: &[Row],
        _limits: &Limits,
        _tick: &mut dyn FnMut(usize) -> ControlFlow<()>,
        _visit: &mut dyn FnMut(usize, Generation) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ModelError> {
        Ok(ControlFlow::Continue(()))
    }

    /// One forward pass over each row; rows of equal length are computed together.
    ///
    /// `visit` is called with (row number, trace) batch by batch (groups of equal length: not in order of rows), and may break.
    pub fn forward(
        &self,
        _rows: &[Vec<u32>],
        _want: Want,
        _visit: &mut dyn FnMut(usize, Trace) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, ModelError> {
        Ok(ControlFlow::Continue(()))
    }
}
