//! Gemma 2: Gemma with norms around both halves, soft caps, and a window on every other layer.

use super::{Fields, ModelError, Names, Plan, base, gemma, llama};
use crate::model::spec::Spec;

pub const NAMES: Names = Names {
    attention_post_norm: "post_attention_layernorm",
    mlp_norm: "pre_feedforward_layernorm",
    mlp_post_norm: "post_feedforward_layernorm",
    ..llama::NAMES
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        kv_heads: Some(4),
        ..gemma::DEFAULTS
    };
    let mut spec = gemma::spec(fields, &defaults)?;
    capped(fields, &mut spec, Some(50.0), Some(30.0))?;
    let window = base::window(fields, Some(4096))?;
    base::slide(fields, &mut spec, window, |layer| layer % 2 == 0)?;
    Ok(Plan::new(spec, &NAMES))
}

/// The scale of the scores, and the caps on scores and logits with their defaults.
pub fn capped(
    fields: &mut Fields,
    spec: &mut Spec,
    scores: Option<f32>,
    logits: Option<f32>,
) -> Result<(), ModelError> {
    spec.attention.scale = 1.0 / fields.number_or("query_pre_attn_scalar", 256.0)?.sqrt();
    spec.attention.cap = fields.optional("attn_logit_softcapping", scores, Fields::number)?;
    spec.scales.logit_cap = fields.optional("final_logit_softcapping", logits, Fields::number)?;
    Ok(())
}
