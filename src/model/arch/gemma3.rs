//! Gemma 3, text: Gemma 2 with norms on queries and keys, five windowed layers to a full one, each kind with its own rope.

use super::{
    Fields, ModelError, Names, Plan, base, gemma, gemma2,
    rope::{self, Rope},
};
use crate::model::spec::HeadNorms;

const NAMES: Names = Names {
    query_norm: "self_attn.q_norm",
    key_norm: "self_attn.k_norm",
    ..gemma2::NAMES
};

/// Rope of the layers that see everything.
const GLOBAL: Rope = Rope {
    theta_default: 1e6,
    kind: Some("full_attention"),
    ..Rope::WHOLE
};
/// Rope of the layers with a window.
const LOCAL: Rope = Rope {
    theta: "rope_local_base_freq",
    kind: Some("sliding_attention"),
    scaled: false,
    ..Rope::WHOLE
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        kv_heads: Some(4),
        rope: GLOBAL,
        ..gemma::DEFAULTS
    };
    let mut spec = gemma::spec(fields, &defaults)?;
    gemma2::capped(fields, &mut spec, None, None)?;
    spec.attention.norms = Some(HeadNorms::Same);
    let window = base::window(fields, Some(4096))?;
    // layer types, where they are given, say it all
    let pattern = match ["sliding_window_pattern", "_sliding_window_pattern"]
        .into_iter()
        .find(|name| fields.get(name).is_some())
    {
        Some(name) => fields.size(name)?,
        None if fields.get("layer_types").is_some() => 1,
        None => fields.size_or("sliding_window_pattern", 6)?,
    };
    base::slide(fields, &mut spec, window, |layer| (layer + 1) % pattern != 0)?;
    let local = rope::read(fields, &LOCAL, spec.attention.head_dim, spec.context)?;
    spec.rotary.push(local);
    for kind in &mut spec.kinds {
        kind.rotary = Some(usize::from(kind.window.is_some()));
    }
    Ok(Plan::new(spec, &NAMES))
}
