//! Mixtral: Mistral with a few large experts in every layer.

use super::{ExpertNames, Fields, ModelError, Names, Plan, base, llama, rope::Rope};
use crate::model::spec::{Experts, NormKind};

const NAMES: Names = Names {
    experts: ExpertNames {
        router: &["block_sparse_moe.gate", "mlp.gate"],
        each: "block_sparse_moe.experts.",
        up: &["w1", "w3"],
        down: "w2",
        ..llama::NAMES.experts
    },
    ..llama::NAMES
};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        kv_heads: Some(8),
        norm: (NormKind::Rms, "rms_norm_eps", 1e-5),
        rope: Rope {
            theta_default: 1e6,
            ..Rope::WHOLE
        },
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    let window = base::window(fields, None)?;
    base::slide_all(&mut spec, window);
    let experts = Experts {
        count: fields.count("num_local_experts")?,
        used: fields.count("num_experts_per_tok")?,
        inner: spec.mlp.inner,
        normalised: true,
    };
    if experts.used > experts.count {
        return Err(Fields::wrong("num_experts_per_tok", "more than there are"));
    }
    spec.experts = Some(experts);
    for kind in &mut spec.kinds {
        kind.sparse = true;
    }
    Ok(Plan::new(spec, &NAMES))
}
