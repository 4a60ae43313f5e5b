//! OLMo 2: norms after both halves instead of before, and one norm over all queries, one over all keys.

use super::{Fields, ModelError, Names, Plan, base, qwen3};
use crate::model::spec::{HeadNorms, NormKind};

const NAMES: Names = Names {
    attention_norm: "",
    attention_post_norm: "post_attention_layernorm",
    mlp_norm: "",
    mlp_post_norm: "post_feedforward_layernorm",
    ..qwen3::NAMES
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        norm: (NormKind::Rms, "rms_norm_eps", 1e-5),
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    base::biases(fields, &mut spec)?;
    spec.attention.norms = Some(HeadNorms::Whole);
    Ok(Plan::new(spec, &NAMES))
}
