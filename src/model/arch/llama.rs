//! Llama: RMS norms, rotary positions, grouped attention, a gated MLP. Many families have its names.

use super::{ExpertNames, Fields, ModelError, Names, Plan, base};

pub const NAMES: Names = Names {
    base: "model.",
    embedding: "embed_tokens",
    positions: "",
    norm: "norm",
    head: "lm_head",
    layers: "layers.",
    attention_norm: "input_layernorm",
    qkv: &["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
    query_norm: "",
    key_norm: "",
    output: "self_attn.o_proj",
    attention_post_norm: "",
    mlp_norm: "post_attention_layernorm",
    up: &["mlp.gate_proj", "mlp.up_proj"],
    down: "mlp.down_proj",
    mlp_post_norm: "",
    experts: ExpertNames {
        router: &["mlp.gate"],
        each: "mlp.experts.",
        up: &["gate_proj", "up_proj"],
        down: "down_proj",
        fused_up: "mlp.experts.gate_up_proj",
        fused_down: "mlp.experts.down_proj",
    },
    transposed: false,
    buffers: &["rotary_emb.inv_freq"],
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let mut spec = base::spec(fields, &base::LLAMA)?;
    base::biases(fields, &mut spec)?;
    spec.mlp.bias = fields.flag_or("mlp_bias", false)?;
    Ok(Plan::new(spec, &NAMES))
}
