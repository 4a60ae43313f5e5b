//! The Llama family: RMS norms, rotary positions, grouped attention, a gated MLP.

use super::{Fields, ModelError, Names, Plan};
use crate::model::spec::{Activation, Attention, Mlp, Norm, NormKind, Positions, Rotary, Scaling, Spec};

const NAMES: Names = Names {
    base: "model.",
    embedding: "embed_tokens",
    positions: "",
    norm: "norm",
    head: "lm_head",
    layers: "layers.",
    attention_norm: "input_layernorm",
    qkv: &["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"],
    output: "self_attn.o_proj",
    mlp_norm: "post_attention_layernorm",
    up: &["mlp.gate_proj", "mlp.up_proj"],
    down: "mlp.down_proj",
    transposed: false,
    buffers: &["rotary_emb.inv_freq"],
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let hidden = fields.size("hidden_size")?;
    let heads = fields.size("num_attention_heads")?;
    let kv_heads = fields.size_or("num_key_value_heads", heads)?;
    let head_dim = fields.size_or("head_dim", hidden / heads)?;
    if kv_heads > heads || heads % kv_heads != 0 {
        return Err(Fields::wrong(
            "num_key_value_heads",
            &format!("{kv_heads} does not divide {heads} heads"),
        ));
    }
    if head_dim == 0 || head_dim % 2 != 0 {
        return Err(Fields::wrong(
            "head_dim",
            &format!("{head_dim} is not an even number"),
        ));
    }
    let activation = fields.text_or("hidden_act", "silu")?;
    let bias = fields.flag_or("attention_bias", false)?;
    let spec = Spec {
        vocabulary: fields.size("vocab_size")?,
        hidden,
        layers: fields.size("num_hidden_layers")?,
        context: fields.size("max_position_embeddings")?,
        norm: Norm {
            kind: NormKind::Rms,
            eps: fields.number_or("rms_norm_eps", 1e-6)?,
        },
        positions: Positions::Rotary(rotary(fields)?),
        attention: Attention {
            heads,
            kv_heads,
            head_dim,
            scale: 1.0 / (head_dim as f32).sqrt(),
            bias,
            output_bias: bias,
        },
        mlp: Mlp {
            inner: fields.size("intermediate_size")?,
            activation: Activation::named(activation).ok_or_else(|| ModelError::Unsupported {
                what: format!("hidden_act \"{activation}\""),
            })?,
            gated: true,
            bias: fields.flag_or("mlp_bias", false)?,
        },
        tied: fields.flag_or("tie_word_embeddings", false)?,
    };
    Ok(Plan {
        spec,
        names: NAMES,
        notices: std::mem::take(&mut fields.notices),
    })
}

/// Old files say `rope_theta` and `rope_scaling`, new ones hold both in `rope_parameters`.
fn rotary(fields: &mut Fields) -> Result<Rotary, ModelError> {
    let parameters = fields.inner("rope_parameters")?;
    let scaling = fields.inner("rope_scaling")?;
    let theta = match parameters
        .as_ref()
        .filter(|inner| inner.get("rope_theta").is_some())
    {
        Some(inner) => inner.number("rope_theta")?,
        None if fields.get("rope_theta").is_some() => fields.number("rope_theta")?,
        None => {
            fields.defaulted("rope_theta", 10_000);
            10_000.0
        }
    };
    let Some(inner) = parameters.or(scaling) else {
        return Ok(Rotary {
            theta,
            scaling: Scaling::Default,
        });
    };
    let kind = match inner.get("rope_type") {
        Some(_) => inner.text("rope_type")?,
        None => inner.text_or("type", "default")?,
    };
    let scaling = match kind {
        "default" => Scaling::Default,
        "linear" => Scaling::Linear {
            factor: inner.number("factor")?,
        },
        "llama3" => Scaling::Llama3 {
            factor: inner.number("factor")?,
            low: inner.number("low_freq_factor")?,
            high: inner.number("high_freq_factor")?,
            original: inner.number("original_max_position_embeddings")?,
        },
        other => {
            return Err(ModelError::Unsupported {
                what: format!("rope_type \"{other}\""),
            });
        }
    };
    Ok(Rotary { theta, scaling })
}
