//! How text becomes what the network runs: tokenizer, template, and the tokens that begin and end a text.
//!
//! Invariant: none of it needs a weight, so that a model can be looked at without loading any.

use serde_json::Value;

use super::{
    Template,
    checkpoint::Checkpoint,
    error::ModelError,
    template::{Renderer, token_text},
    tokenizer::Tokenizer,
};

/// Text to tokens, and turns to text.
pub struct Words {
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// The chat template, if there is one.
    pub template: Option<Template>,
    /// The token every text begins with, if there is one.
    pub begin: Option<u32>,
    /// Tokens that end an answer.
    pub end: Vec<u32>,
}

impl Words {
    /// Takes them out of a model's files; the ids must fit a vocabulary of this size.
    pub fn read(
        checkpoint: &mut Checkpoint,
        vocabulary: usize,
        renderer: &Renderer,
    ) -> Result<Self, ModelError> {
        let json = checkpoint.tokenizer.take().ok_or_else(|| ModelError::NoFile {
            place: checkpoint.place.clone(),
            file: "tokenizer.json",
        })?;
        let tokenizer = Tokenizer::read(&json, vocabulary)?;
        let template = checkpoint
            .template
            .take()
            .map(|source| Template::new(source, &checkpoint.tokenizer_config, renderer))
            .transpose()?;
        let named = |name: &str| checkpoint.tokenizer_config.get(name).and_then(token_text);
        let begin = tokenizer
            .begin()
            .or_else(|| tokenizer.id(named("bos_token")?))
            .or_else(|| ids(checkpoint.config.get("bos_token_id")).first().copied())
            .filter(|token| (*token as usize) < vocabulary);
        let mut end = ids(checkpoint.config.get("eos_token_id"));
        end.extend(ids(checkpoint.generation.get("eos_token_id")));
        if end.is_empty() {
            end.extend(named("eos_token").and_then(|text| tokenizer.id(text)));
        }
        end.sort_unstable();
        end.dedup();
        Ok(Self {
            tokenizer,
            template,
            begin,
            end,
        })
    }
}

/// One id, or several.
fn ids(value: Option<&Value>) -> Vec<u32> {
    let id = |value: &Value| u32::try_from(value.as_u64()?).ok();
    match value {
        Some(Value::Array(list)) => list.iter().filter_map(id).collect(),
        Some(one) => id(one).into_iter().collect(),
        None => Vec::new(),
    }
}
