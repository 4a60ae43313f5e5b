//! Qwen2 and 2.5: Llama with biases on queries, keys and values, and windows on the upper layers where asked for.

use super::{Fields, ModelError, Plan, base, llama};
use crate::model::spec::Spec;

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        kv_heads: Some(32),
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    spec.attention.bias = true;
    windows(fields, &mut spec)?;
    Ok(Plan::new(spec, &llama::NAMES))
}

/// Windows from `max_window_layers` on, only with `use_sliding_window`.
pub fn windows(fields: &mut Fields, spec: &mut Spec) -> Result<(), ModelError> {
    if !fields.flag_or("use_sliding_window", false)? {
        return Ok(());
    }
    let window = base::window(fields, Some(4096))?;
    let name = "max_window_layers";
    let first = if fields.has(name) {
        // 0 is a layer's number too
        let number = fields.get(name).and_then(serde_json::Value::as_u64);
        number.ok_or_else(|| Fields::wrong(name, "not a whole number"))?
    } else {
        fields.defaulted(name, 28);
        28
    };
    base::slide(fields, spec, window, |layer| layer as u64 >= first)
}
