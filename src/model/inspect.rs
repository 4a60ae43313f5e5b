//! What a model is made of, read from its headers and texts; no weight is loaded.
//!
//! Invariant: what is told here is what opening the model would tell; what cannot be opened is refused with the same words.

use std::path::Path;

use super::{
    Context, Frame, Kind, ModelFacts, Precision, Renderer, arch,
    checkpoint::Checkpoint,
    decoder::matrix,
    error::ModelError,
    files::{FileFacts, Hashing},
    ignored_settings,
    spec::Spec,
    weights::Outline,
    words::Words,
};

/// A model that was looked at.
pub struct Anatomy {
    /// Facts, as an open model has them; `sha256` is empty when nothing was hashed.
    pub facts: ModelFacts,
    /// The files that are the model.
    pub files: Vec<FileFacts>,
    /// Names of the files beside them. Raw.
    pub others: Vec<String>,
    /// Why there is no way to turn text into tokens, if there is none.
    pub wordless: Option<String>,
    pub(super) checkpoint: Checkpoint,
    pub(super) plan: arch::Plan,
    words: Option<Words>,
}

/// What is known of a tokenizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenizerFacts {
    /// Token ids it knows.
    pub tokens: usize,
    /// Special tokens: id and text. Raw.
    pub special: Vec<(u32, String)>,
    /// The token every text begins with.
    pub begin: Option<u32>,
    /// Tokens that end an answer.
    pub end: Vec<u32>,
}

/// What is known of a chat template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFacts {
    /// Where it was found.
    pub source: &'static str,
    /// Why a system turn is refused, if it is. Raw.
    pub system_refused: Option<String>,
}

/// Looks at a model folder.
pub fn inspect(path: &Path, hashing: Hashing<'_>, renderer: &Renderer) -> Result<Anatomy, ModelError> {
    let mut checkpoint = Checkpoint::look(path, hashing)?;
    let (architecture, plan) = arch::plan(&checkpoint.config)?;
    let (words, wordless) = match Words::read(&mut checkpoint, plan.spec.vocabulary, renderer) {
        Ok(words) => (Some(words), None),
        Err(error @ ModelError::NoFile { .. }) => (None, Some(error.to_string())),
        Err(error) => return Err(error),
    };
    let mut notices = checkpoint.notices.clone();
    notices.extend(ignored_settings(&checkpoint.generation));
    notices.extend(plan.notices.iter().cloned());
    let (parameters, dtype) = weights(&checkpoint, &plan);
    let spec = &plan.spec;
    let facts = ModelFacts {
        path: checkpoint.place.clone(),
        architecture,
        parameters,
        sha256: checkpoint.sha256.clone(),
        layers: spec.layers,
        heads: spec.attention.heads,
        vocabulary: spec.vocabulary,
        context: spec.context,
        dtype,
        template: words.as_ref().is_some_and(|words| words.template.is_some()),
        notices,
    };
    Ok(Anatomy {
        facts,
        files: checkpoint.files.clone(),
        others: checkpoint.others.clone(),
        wordless,
        checkpoint,
        plan,
        words,
    })
}

/// Numbers in the tensors of the model, and their dtypes on disk. A head that repeats a tied embedding does not count.
fn weights(checkpoint: &Checkpoint, plan: &arch::Plan) -> (u64, String) {
    let head = format!("{}.weight", plan.names.head);
    let mut parameters = 0;
    let mut dtypes = std::collections::BTreeSet::new();
    for (name, info) in checkpoint.weights.layout() {
        let buffer = plan.names.buffers.iter().any(|ending| name.ends_with(ending));
        if buffer || (plan.spec.tied && name.ends_with(&head)) {
            continue;
        }
        parameters += info.shape.iter().product::<usize>() as u64;
        dtypes.insert(info.dtype());
    }
    (parameters, dtypes.into_iter().collect::<Vec<_>>().join("+"))
}

impl Anatomy {
    /// What the network is made of.
    pub const fn spec(&self) -> &Spec {
        &self.plan.spec
    }

    /// Bytes of all weights on disk.
    pub fn weight_bytes(&self) -> u64 {
        let layout = self.checkpoint.weights.layout();
        layout.map(|(_, outline)| outline.bytes as u64).sum()
    }

    /// Bytes the weights take once they are read in this form on the processor.
    pub fn kept_bytes(&self, precision: Precision) -> u64 {
        let kept = |outline: Outline<'_>| {
            let numbers = outline.shape.iter().product();
            let kind = *outline.kind.unwrap_or(&Kind::F32);
            matrix::kept(kind, numbers, outline.bytes, precision) as u64
        };
        let layout = self.checkpoint.weights.layout();
        layout.map(|(_, outline)| kept(outline)).sum()
    }

    /// The frame of a context.
    pub fn frame(&self, context: &Context) -> Result<Frame, ModelError> {
        self.words
            .as_ref()
            .ok_or_else(|| ModelError::NoFile {
                place: self.facts.path.clone(),
                file: "tokenizer.json",
            })?
            .frame(context)
    }

    /// Tokens of a text; `None` without a tokenizer.
    pub fn count_tokens(&self, text: &str) -> Option<usize> {
        Some(self.words.as_ref()?.tokenizer.encode(text).len())
    }

    /// The tokenizer.
    pub fn tokenizer(&self) -> Option<TokenizerFacts> {
        let words = self.words.as_ref()?;
        Some(TokenizerFacts {
            tokens: words.tokenizer.size(),
            special: words.tokenizer.special(),
            begin: words.begin,
            end: words.end.clone(),
        })
    }

    /// The chat template.
    pub fn template(&self) -> Option<TemplateFacts> {
        self.words.as_ref()?.template.as_ref()?;
        let tokenizer_config = self.checkpoint.tokenizer_config.get("chat_template");
        let source = if self.files.iter().any(|file| file.name == "chat_template.jinja") {
            "chat_template.jinja"
        } else if tokenizer_config.is_some_and(serde_json::Value::is_array) {
            "tokenizer_config.json, one of several by name"
        } else {
            "tokenizer_config.json"
        };
        let system = self.frame(&Context::System("You are a careful assistant.".into()));
        Some(TemplateFacts {
            source,
            system_refused: system.err().map(|error| error.to_string()),
        })
    }
}
