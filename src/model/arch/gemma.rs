//! Gemma: Llama with a scaled embedding, norm weights told as the distance from one, and a gelu.

use super::{Fields, ModelError, Plan, base, llama};
use crate::model::spec::Spec;

pub const DEFAULTS: base::Defaults = base::Defaults {
    kv_heads: Some(16),
    head_dim: Some(256),
    activation: ("hidden_activation", "gelu_pytorch_tanh"),
    tied: true,
    ..base::LLAMA
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    // the first files said "gelu" and meant its approximation: a second setting was added to say so, and later dropped
    let old = !fields.has("hidden_activation") && fields.get("hidden_act").is_some();
    let name = if old && fields.text("hidden_act")? != "gelu" {
        "hidden_act"
    } else {
        "hidden_activation"
    };
    let defaults = base::Defaults {
        activation: (name, "gelu_pytorch_tanh"),
        ..DEFAULTS
    };
    let spec = spec(fields, &defaults)?;
    Ok(Plan::new(spec, &llama::NAMES))
}

/// What all generations share.
pub fn spec(fields: &mut Fields, defaults: &base::Defaults) -> Result<Spec, ModelError> {
    fields.refuse("use_bidirectional_attention")?;
    let mut spec = base::spec(fields, defaults)?;
    base::biases(fields, &mut spec)?;
    spec.norm.offset = true;
    spec.scales.embedding = Some((spec.hidden as f32).sqrt());
    Ok(spec)
}
