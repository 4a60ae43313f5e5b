//! GPT-NeoX and Pythia: layer norms, parallel halves, rope on a part of each head, query, key and value of a head side by side.

use super::{Fields, ModelError, Names, Plan, base, llama, rope::Rope};
use crate::model::spec::{NormKind, Residual};

const NAMES: Names = Names {
    base: "gpt_neox.",
    embedding: "embed_in",
    norm: "final_layer_norm",
    head: "embed_out",
    qkv: &["attention.query_key_value"],
    output: "attention.dense",
    up: &["mlp.dense_h_to_4h"],
    down: "mlp.dense_4h_to_h",
    buffers: &[".attention.bias", ".attention.masked_bias", "rotary_emb.inv_freq"],
    ..llama::NAMES
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        norm: (NormKind::Layer, "layer_norm_eps", 1e-5),
        activation: ("hidden_act", "gelu"),
        rope: Rope {
            theta: "rotary_emb_base",
            share: "rotary_pct",
            share_default: Some(0.25),
            ..Rope::WHOLE
        },
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    if spec.attention.kv_heads != spec.attention.heads {
        return Err(Fields::wrong(
            "num_key_value_heads",
            "this architecture has as many as heads",
        ));
    }
    let bias = fields.flag_or("attention_bias", true)?;
    spec.attention.bias = bias;
    spec.attention.output_bias = bias;
    spec.attention.interleaved = true;
    spec.mlp.bias = true;
    spec.mlp.gated = false;
    if fields.flag_or("use_parallel_residual", true)? {
        spec.residual = Residual::Parallel;
    }
    Ok(Plan::new(spec, &NAMES))
}
