//! Phi 1 to 2: parallel halves that share one layer norm, rope on a part of each head, biases everywhere.

use super::{Fields, ModelError, Names, Plan, base, llama, rope::Rope};
use crate::model::spec::{HeadNorms, NormKind, Residual};

const NAMES: Names = Names {
    norm: "final_layernorm",
    query_norm: "self_attn.q_layernorm",
    key_norm: "self_attn.k_layernorm",
    output: "self_attn.dense",
    mlp_norm: "",
    up: &["mlp.fc1"],
    down: "mlp.fc2",
    ..llama::NAMES
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        norm: (NormKind::Layer, "layer_norm_eps", 1e-5),
        activation: ("hidden_act", "gelu_new"),
        rope: Rope {
            share_default: Some(0.5),
            ..Rope::WHOLE
        },
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    spec.attention.bias = true;
    spec.attention.output_bias = true;
    spec.attention.norms = fields.flag_or("qk_layernorm", false)?.then_some(HeadNorms::Same);
    spec.mlp.bias = true;
    spec.mlp.gated = false;
    spec.residual = Residual::Parallel;
    spec.head_bias = true;
    Ok(Plan::new(spec, &NAMES))
}
