//! Qwen3 mixtures: Qwen3 with many small experts in most layers.

use super::{Fields, ModelError, Plan, base, qwen3};
use crate::model::spec::{Experts, HeadNorms};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let defaults = base::Defaults {
        kv_heads: Some(4),
        ..base::LLAMA
    };
    let mut spec = base::spec(fields, &defaults)?;
    base::biases(fields, &mut spec)?;
    spec.attention.norms = Some(HeadNorms::Same);
    // unlike in the plain models, the window is on every layer
    if fields.flag_or("use_sliding_window", false)? {
        let window = base::window(fields, Some(4096))?;
        base::slide_all(&mut spec, window);
    }
    let name = ["num_experts", "num_local_experts"]
        .into_iter()
        .find(|name| fields.get(name).is_some())
        .unwrap_or("num_experts");
    let experts = Experts {
        count: fields.count(name)?,
        used: fields.count("num_experts_per_tok")?,
        inner: fields.size("moe_intermediate_size")?,
        normalised: fields.flag_or("norm_topk_prob", false)?,
    };
    if experts.used > experts.count {
        return Err(Fields::wrong("num_experts_per_tok", "more than there are"));
    }
    spec.experts = Some(experts);
    let step = fields.size_or("decoder_sparse_step", 1)?;
    let dense = layer_list(fields, "mlp_only_layers")?;
    for (layer, kind) in spec.kinds.iter_mut().enumerate() {
        kind.sparse = (layer + 1) % step == 0 && !dense.contains(&(layer as u64));
    }
    Ok(Plan::new(spec, &qwen3::NAMES))
}

/// Numbers of layers; none when the list is not there.
fn layer_list(fields: &Fields, field: &str) -> Result<Vec<u64>, ModelError> {
    let Some(value) = fields.get(field) else {
        return Ok(Vec::new());
    };
    value
        .as_array()
        .and_then(|list| list.iter().map(serde_json::Value::as_u64).collect())
        .ok_or_else(|| Fields::wrong(field, "not a list of layer numbers"))
}
