//! StarCoder2: layer norms, biases everywhere, a plain MLP, a window on every layer where asked for.

use super::{Fields, ModelError, Names, Plan, base, llama};
use crate::model::spec::NormKind;

const NAMES: Names = Names {
    up: &["mlp.c_fc"],
    down: "mlp.c_proj",
    ..llama::NAMES
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        kv_heads: Some(2),
        norm: (NormKind::Layer, "norm_epsilon", 1e-5),
        activation: ("hidden_act", "gelu_pytorch_tanh"),
        tied: true,
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    let bias = fields.flag_or("use_bias", true)?;
    spec.attention.bias = bias;
    spec.attention.output_bias = bias;
    spec.mlp.bias = bias;
    spec.mlp.gated = false;
    let window = base::window(fields, None)?;
    base::slide_all(&mut spec, window);
    Ok(Plan::new(spec, &NAMES))
}
