//! The readers of a model's files, each by itself, for tests that feed them whatever comes to mind.
//!
//! Invariant: what is done here with some bytes is what opening a model with them does; the answer is a sentence or nothing.

use serde_json::Map;

use super::{
    arch,
    files::Bytes,
    gguf::{self, Header},
    json,
    template::{Renderer, Template},
    weights::Weights,
};
use std::sync::Arc;

/// Numbers of a tensor that are converted, to see that they can be.
const SOME: usize = 1 << 16;

/// Reads a safetensors file, and every tensor it claims.
pub fn safetensors(file: &[u8]) -> Result<(), String> {
    let files = vec![("model.safetensors".into(), Bytes::Owned(file.to_vec()))];
    touch(&mut Weights::new(files).map_err(|error| error.to_string())?)
}

/// Reads a GGUF file: its settings as a configuration, its tokenizer, every tensor it claims.
pub fn gguf(file: &[u8]) -> Result<(), String> {
    let header = Header::read(file)?;
    let config = gguf::config::config(&header, &|_| None).map_err(|error| error.to_string());
    let tokenizer = gguf::tokenizer::tokenizer(&header).map_err(|error| error.to_string());
    drop(gguf::tokenizer::settings(&header));
    let architecture = header.text("general.architecture").unwrap_or("").to_owned();
    let bytes = Arc::new(Bytes::Owned(file.to_vec()));
    let weights = Weights::gguf("model.gguf", &[bytes], header.tensors, &architecture, 4, 2);
    touch(&mut weights.map_err(|error| error.to_string())?)?;
    arch::plan(&config?).map_err(|error| error.to_string())?;
    tokenizer.map(drop)
}

/// Reads a config.json.
pub fn config(text: &[u8]) -> Result<(), String> {
    let plan = arch::plan(&json::object(text)?);
    plan.map(drop).map_err(|error| error.to_string())
}

/// Reads a chat template and renders it with and without a system turn.
pub fn template(text: &str) -> Result<(), String> {
    let template =
        Template::new(text.to_owned(), &Map::new(), &Renderer::Here).map_err(|error| error.to_string())?;
    for system in [None, Some("the rule")] {
        template.around(system).map_err(|error| error.to_string())?;
        template.after_answer(system);
    }
    Ok(())
}

fn touch(weights: &mut Weights) -> Result<(), String> {
    for name in weights.names() {
        let shape = weights.shape(&name).unwrap_or_default().to_vec();
        let slab = weights.slab(&name, &shape).map_err(|error| error.to_string())?;
        if shape.iter().product::<usize>() <= SOME {
            drop(slab.floats());
        }
    }
    Ok(())
}
