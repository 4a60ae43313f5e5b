//! Qwen3: Llama with norms on queries and keys, and heads of their own width.

use super::{Fields, ModelError, Names, Plan, base, llama, qwen2};
use crate::model::spec::HeadNorms;

pub const NAMES: Names = Names {
    query_norm: "self_attn.q_norm",
    key_norm: "self_attn.k_norm",
    ..llama::NAMES
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        kv_heads: Some(32),
        head_dim: Some(128),
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    base::biases(fields, &mut spec)?;
    spec.attention.norms = Some(HeadNorms::Same);
    qwen2::windows(fields, &mut spec)?;
    Ok(Plan::new(spec, &NAMES))
}
