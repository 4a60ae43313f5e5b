//! From config.json to a [`Spec`] and the names of its weights: one short file per family.
//!
//! Invariant: no setting is guessed; one that the family documents a default for uses it and says so in a notice.

mod base;
mod fields;
mod gemma;
mod gemma2;
mod gemma3;
mod gpt2;
mod gpt_neox;
mod granite;
mod llama;
mod mistral;
mod mixtral;
mod olmo2;
mod phi;
mod phi3;
mod qwen2;
mod qwen3;
mod qwen3_moe;
mod rope;
mod smollm3;
mod stablelm;
mod starcoder2;

use serde_json::{Map, Value};

use self::fields::Fields;
use super::{error::ModelError, spec::Spec};

/// What a family does: its settings become a plan.
type Read = fn(&mut Fields) -> Result<Plan, ModelError>;

/// The families, by their `model_type`.
const FAMILIES: &[(&str, Read)] = &[
    ("llama", llama::read),
    ("mistral", mistral::read),
    ("qwen2", qwen2::read),
    ("qwen3", qwen3::read),
    ("gemma", gemma::read),
    ("gemma2", gemma2::read),
    ("gemma3_text", gemma3::read),
    ("phi", phi::read),
    ("phi3", phi3::read),
    ("gpt2", gpt2::read),
    ("gpt_neox", gpt_neox::read),
    ("olmo2", olmo2::read),
    ("granite", granite::read),
    ("smollm3", smollm3::read),
    ("stablelm", stablelm::read),
    ("starcoder2", starcoder2::read),
    ("qwen3_moe", qwen3_moe::read),
    ("mixtral", mixtral::read),
];

/// The architectures that can be opened.
pub fn names() -> Vec<&'static str> {
    FAMILIES.iter().map(|(name, _)| *name).collect()
}

/// How to build one network.
#[derive(Debug)]
pub struct Plan {
    /// What it is made of.
    pub spec: Spec,
    /// Where its weights stand.
    pub names: Names,
    /// Defaults that were used.
    pub notices: Vec<String>,
}

/// Names of the weights of a family, without the layer's number; an empty name stands for a part it does not have.
#[derive(Debug, Clone, Copy)]
pub struct Names {
    /// Put before every name but the head's; some checkpoints leave it out.
    pub base: &'static str,
    /// The embedding.
    pub embedding: &'static str,
    /// Learned positions.
    pub positions: &'static str,
    /// The norm before the head.
    pub norm: &'static str,
    /// The output head.
    pub head: &'static str,
    /// Put before the layer's number.
    pub layers: &'static str,
    /// The norm before attention.
    pub attention_norm: &'static str,
    /// Queries, keys, values: three names, or one for all.
    pub qkv: &'static [&'static str],
    /// The norm of the queries.
    pub query_norm: &'static str,
    /// The norm of the keys.
    pub key_norm: &'static str,
    /// The output projection of attention.
    pub output: &'static str,
    /// The norm of what attention adds.
    pub attention_post_norm: &'static str,
    /// The norm before the second half; in a parallel layer without one, both halves share the first norm.
    pub mlp_norm: &'static str,
    /// Gate and up, or up alone, or one name for both.
    pub up: &'static [&'static str],
    /// Down.
    pub down: &'static str,
    /// The norm of what the second half adds.
    pub mlp_post_norm: &'static str,
    /// The names of a mixture.
    pub experts: ExpertNames,
    /// Matrices are stored `[in, out]` instead of `[out, in]`.
    pub transposed: bool,
    /// Endings of tensors that hold nothing learned.
    pub buffers: &'static [&'static str],
}

/// Names of the weights of a mixture.
#[derive(Debug, Clone, Copy)]
pub struct ExpertNames {
    /// What chooses among the experts: the first of these that is there.
    pub router: &'static [&'static str],
    /// Put before the expert's number.
    pub each: &'static str,
    /// Gate and up of one expert.
    pub up: &'static [&'static str],
    /// Down of one expert.
    pub down: &'static str,
    /// Gate and up of all experts in one tensor `[experts, 2 * inner, hidden]`, as newer files may have them.
    pub fused_up: &'static str,
    /// Down of all experts in one tensor `[experts, hidden, inner]`.
    pub fused_down: &'static str,
}

/// Reads config.json.
pub fn plan(config: &Map<String, Value>) -> Result<(String, Plan), ModelError> {
    let mut fields = Fields::new(config);
    let name = fields.text("model_type")?.to_owned();
    let (_, read) = FAMILIES
        .iter()
        .find(|(family, _)| *family == name)
        .ok_or_else(|| ModelError::Architecture { name: name.clone() })?;
    let mut plan = read(&mut fields)?;
    base::agree(&fields, &plan.spec)?;
    plan.notices = fields.told();
    Ok((name, plan))
}

impl Plan {
    const fn new(spec: Spec, names: &Names) -> Self {
        Self {
            spec,
            names: *names,
            notices: Vec::new(),
        }
    }
}
