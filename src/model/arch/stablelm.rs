//! StableLM: Llama with layer norms and rope on a part of each head; parallel halves and norms of each head where asked for.

use super::{Fields, ModelError, Names, Plan, base, llama, rope::Rope};
use crate::model::spec::{HeadNorms, NormKind, Residual};

const NAMES: Names = Names {
    query_norm: "self_attn.q_layernorm",
    key_norm: "self_attn.k_layernorm",
    ..llama::NAMES
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    // the first files had a name of their own for it
    let share = if fields.has("rope_pct") {
        "rope_pct"
    } else {
        "partial_rotary_factor"
    };
    let defaults = base::Defaults {
        kv_heads: Some(32),
        norm: (NormKind::Layer, "layer_norm_eps", 1e-5),
        rope: Rope {
            share,
            share_default: Some(0.25),
            ..Rope::WHOLE
        },
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    spec.attention.bias = fields.flag_or("use_qkv_bias", false)?;
    spec.attention.norms = fields.flag_or("qk_layernorm", false)?.then_some(HeadNorms::Own);
    let mut mlp_norm = NAMES.mlp_norm;
    if fields.flag_or("use_parallel_residual", false)? {
        spec.residual = Residual::Parallel;
        // the halves share the first norm
        mlp_norm = "";
    }
    Ok(Plan::new(spec, &Names { mlp_norm, ..NAMES }))
}
