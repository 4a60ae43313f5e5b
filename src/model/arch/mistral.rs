//! Mistral: Llama with a sliding window on every layer.

use super::{Fields, ModelError, Plan, base, llama};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        kv_heads: Some(8),
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    let window = base::window(fields, Some(4096))?;
    base::slide_all(&mut spec, window);
    Ok(Plan::new(spec, &llama::NAMES))
}
