//! GPT-2: layer norms, learned positions, fused and transposed projections, a plain MLP.

use super::{Fields, ModelError, Names, Plan};
use crate::model::spec::{Activation, Attention, Mlp, Norm, NormKind, Positions, Spec};

const NAMES: Names = Names {
    base: "transformer.",
    embedding: "wte",
    positions: "wpe",
    norm: "ln_f",
    head: "lm_head",
    layers: "h.",
    attention_norm: "ln_1",
    qkv: &["attn.c_attn"],
    output: "attn.c_proj",
    mlp_norm: "ln_2",
    up: &["mlp.c_fc"],
    down: "mlp.c_proj",
    transposed: true,
    buffers: &[".attn.bias", ".attn.masked_bias"],
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let hidden = fields.size("n_embd")?;
    let heads = fields.size("n_head")?;
    if hidden % heads != 0 {
        return Err(Fields::wrong(
            "n_head",
            &format!("{heads} does not divide n_embd {hidden}"),
        ));
    }
    if fields.flag_or("scale_attn_by_inverse_layer_idx", false)? {
        return Err(ModelError::Unsupported {
            what: "scale_attn_by_inverse_layer_idx".into(),
        });
    }
    let head_dim = hidden / heads;
    let activation = fields.text_or("activation_function", "gelu_new")?;
    let spec = Spec {
        vocabulary: fields.size("vocab_size")?,
        hidden,
        layers: fields.size("n_layer")?,
        context: fields.size("n_positions")?,
        norm: Norm {
            kind: NormKind::Layer,
            eps: fields.number_or("layer_norm_epsilon", 1e-5)?,
        },
        positions: Positions::Learned,
        attention: Attention {
            heads,
            kv_heads: heads,
            head_dim,
            scale: if fields.flag_or("scale_attn_weights", true)? {
                1.0 / (head_dim as f32).sqrt()
            } else {
                1.0
            },
            bias: true,
            output_bias: true,
        },
        mlp: Mlp {
            inner: fields.size_or("n_inner", 4 * hidden)?,
            activation: Activation::named(activation).ok_or_else(|| ModelError::Unsupported {
                what: format!("activation_function \"{activation}\""),
            })?,
            gated: false,
            bias: true,
        },
        tied: fields.flag_or("tie_word_embeddings", true)?,
    };
    Ok(Plan {
        spec,
        names: NAMES,
        notices: std::mem::take(&mut fields.notices),
    })
}
