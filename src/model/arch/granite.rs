//! Granite: Llama with factors on the embedding, the scores, what each half adds, and the logits.

use super::{Fields, ModelError, Plan, llama};

pub fn read(fields: &mut Fields) -> Result<Plan, ModelError> {
    let mut plan = llama::read(fields)?;
    plan.spec.attention.scale = fields.number_or("attention_multiplier", 1.0)?;
    plan.spec.scales.embedding = Some(fields.number_or("embedding_multiplier", 1.0)?);
    plan.spec.scales.residual = Some(fields.number_or("residual_multiplier", 1.0)?);
    plan.spec.scales.logits = Some(1.0 / fields.number_or("logits_scaling", 1.0)?);
    Ok(plan)
}
