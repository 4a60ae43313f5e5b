//! GPT-2: layer norms, learned positions, fused and transposed projections, a plain MLP.

use super::{Fields, ModelError, Names, Plan, base, llama};
use crate::model::spec::{Kind, Mlp, Norm, NormKind, Residual, Scales, Spec};

const NAMES: Names = Names {
    base: "transformer.",
    embedding: "wte",
    positions: "wpe",
    norm: "ln_f",
    layers: "h.",
    attention_norm: "ln_1",
    qkv: &["attn.c_attn"],
    output: "attn.c_proj",
    mlp_norm: "ln_2",
    up: &["mlp.c_fc"],
    down: "mlp.c_proj",
    transposed: true,
    buffers: &[".attn.bias", ".attn.masked_bias"],
    ..llama::NAMES
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let hidden = fields.size("n_embd")?;
    let heads = fields.size("n_head")?;
    if !hidden.is_multiple_of(heads) {
        return Err(Fields::wrong(
            "n_head",
            &format!("{heads} does not divide n_embd {hidden}"),
        ));
    }
    fields.refuse("scale_attn_by_inverse_layer_idx")?;
    fields.refuse("add_cross_attention")?;
    let mut attention = base::attention(heads, heads, hidden / heads)?;
    attention.bias = true;
    attention.output_bias = true;
    if !fields.flag_or("scale_attn_weights", true)? {
        attention.scale = 1.0;
    }
    let layers = fields.count("n_layer")?;
    let spec = Spec {
        vocabulary: fields.size("vocab_size")?,
        hidden,
        layers,
        context: fields.size("n_positions")?,
        norm: Norm {
            kind: NormKind::Layer,
            eps: fields.number_or("layer_norm_epsilon", 1e-5)?,
            offset: false,
        },
        learned_positions: true,
        rotary: Vec::new(),
        attention,
        mlp: Mlp {
            inner: fields.size_or_derived("n_inner", 4 * hidden)?,
            activation: fields.activation("activation_function", "gelu_new")?,
            gated: false,
            bias: true,
        },
        experts: None,
        residual: Residual::Sequential,
        kinds: vec![Kind::default(); layers],
        scales: Scales::default(),
        tied: fields.flag_or("tie_word_embeddings", true)?,
        head_bias: false,
    };
    Ok(Plan::new(spec, &NAMES))
}
