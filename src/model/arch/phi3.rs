//! Phi 3 and 4: Llama with queries, keys and values in one matrix, gate and up in another, and rope for long rows.

use super::{Fields, ModelError, Names, Plan, base, llama, rope::Rope};
use crate::model::spec::NormKind;

const NAMES: Names = Names {
    qkv: &["self_attn.qkv_proj"],
    up: &["mlp.gate_up_proj"],
    ..llama::NAMES
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        norm: (NormKind::Rms, "rms_norm_eps", 1e-5),
        rope: Rope {
            share_default: Some(1.0),
            ..Rope::WHOLE
        },
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    let window = base::window(fields, None)?;
    base::slide_all(&mut spec, window);
    Ok(Plan::new(spec, &NAMES))
}
