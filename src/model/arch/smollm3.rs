//! SmolLM3: Llama with layers that know no positions.

use serde_json::Value;

use super::{Fields, ModelError, Plan, base, llama, rope::Rope};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        kv_heads: Some(4),
        rope: Rope {
            theta_default: 2e6,
            ..Rope::WHOLE
        },
        tied: true,
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    base::biases(fields, &mut spec)?;
    spec.mlp.bias = fields.flag_or("mlp_bias", false)?;
    let roped = roped(fields, spec.layers)?;
    if fields.flag_or("use_sliding_window", false)? {
        let window = base::window(fields, None)?;
        base::slide(fields, &mut spec, window, |layer| {
            roped.get(layer).is_some_and(|roped| !roped)
        })?;
    }
    for (kind, roped) in spec.kinds.iter_mut().zip(roped) {
        kind.rotary = roped.then_some(0);
    }
    Ok(Plan::new(spec, &llama::NAMES))
}

/// Which layers have rope: `no_rope_layers` holds a 1 for those that do, whatever it is called.
fn roped(fields: &mut Fields, layers: usize) -> Result<Vec<bool>, ModelError> {
    let name = "no_rope_layers";
    let Some(value) = fields.get(name) else {
        let interval = fields.size_or("no_rope_layer_interval", 4)?;
        return Ok((0..layers).map(|layer| (layer + 1) % interval != 0).collect());
    };
    let list = value.as_array().filter(|list| list.len() >= layers);
    let roped = |value: &Value| match value.as_u64().or_else(|| value.as_bool().map(u64::from)) {
        Some(0) => Some(false),
        Some(1) => Some(true),
        _ => None,
    };
    list.and_then(|list| list.iter().take(layers).map(roped).collect())
        .ok_or_else(|| Fields::wrong(name, "not a 0 or 1 per layer"))
}
