//! The names of tensors in GGUF files, as the folders of the same models call them.
//!
//! Invariant: a name that is not known stays as it is, so that it is told as left over and never read as something else.

/// Families whose names these are, as `general.architecture` calls them, with their `model_type`.
pub const FAMILIES: &[(&str, &str)] = &[
    ("llama", "llama"),
    ("qwen2", "qwen2"),
    ("qwen3", "qwen3"),
    ("gemma", "gemma"),
    ("gemma2", "gemma2"),
    ("gemma3", "gemma3_text"),
    ("phi3", "phi3"),
    ("granite", "granite"),
    ("olmo2", "olmo2"),
    ("starcoder2", "starcoder2"),
];

/// Outside the layers.
const TOP: &[(&str, &str)] = &[
    ("token_embd.", "model.embed_tokens."),
    ("output_norm.", "model.norm."),
    ("output.", "lm_head."),
];

/// In a layer, the same for all.
const LAYER: &[(&str, &str)] = &[
    ("attn_norm.", "input_layernorm."),
    ("attn_q.", "self_attn.q_proj."),
    ("attn_k.", "self_attn.k_proj."),
    ("attn_v.", "self_attn.v_proj."),
    ("attn_qkv.", "self_attn.qkv_proj."),
    ("attn_output.", "self_attn.o_proj."),
    ("attn_q_norm.", "self_attn.q_norm."),
    ("attn_k_norm.", "self_attn.k_norm."),
    ("post_attention_norm.", "post_attention_layernorm."),
    ("post_ffw_norm.", "post_feedforward_layernorm."),
    ("ffn_gate.", "mlp.gate_proj."),
    ("ffn_down.", "mlp.down_proj."),
];

/// The name a folder has for a tensor.
pub fn renamed(architecture: &str, name: &str) -> Option<String> {
    if let Some((layer, part)) = name.strip_prefix("blk.").and_then(|rest| rest.split_once('.')) {
        let own: &[(&str, &str)] = match architecture {
            "gemma2" | "gemma3" => &[
                ("ffn_norm.", "pre_feedforward_layernorm."),
                ("ffn_up.", "mlp.up_proj."),
            ],
            "phi3" => &[
                ("ffn_norm.", "post_attention_layernorm."),
                ("ffn_up.", "mlp.gate_up_proj."),
            ],
            "starcoder2" => &[
                ("ffn_norm.", "post_attention_layernorm."),
                ("ffn_up.", "mlp.c_fc."),
                ("ffn_down.", "mlp.c_proj."),
            ],
            _ => &[
                ("ffn_norm.", "post_attention_layernorm."),
                ("ffn_up.", "mlp.up_proj."),
            ],
        };
        let part = replaced(part, own).or_else(|| replaced(part, LAYER))?;
        return Some(format!("model.layers.{layer}.{part}"));
    }
    replaced(name, TOP)
}

fn replaced(name: &str, table: &[(&str, &str)]) -> Option<String> {
    table.iter().find_map(|(from, to)| {
        let ending = name.strip_prefix(from)?;
        Some(format!("{to}{ending}"))
    })
}

/// Heads whose rows were put in another order: the two halves of each turned to pairs.
pub fn paired(architecture: &str, name: &str, heads: usize, kv_heads: usize) -> Option<usize> {
    if !matches!(architecture, "llama" | "granite") || !name.starts_with("blk.") {
        return None;
    }
    if name.contains(".attn_q.") {
        Some(heads)
    } else if name.contains(".attn_k.") {
        Some(kv_heads)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_those_of_folders() {
        for (architecture, from, to) in [
            ("llama", "token_embd.weight", "model.embed_tokens.weight"),
            ("llama", "output.weight", "lm_head.weight"),
            ("llama", "output_norm.weight", "model.norm.weight"),
            (
                "qwen2",
                "blk.12.attn_q.bias",
                "model.layers.12.self_attn.q_proj.bias",
            ),
            (
                "gemma2",
                "blk.0.ffn_norm.weight",
                "model.layers.0.pre_feedforward_layernorm.weight",
            ),
            (
                "phi3",
                "blk.3.ffn_up.weight",
                "model.layers.3.mlp.gate_up_proj.weight",
            ),
        ] {
            assert_eq!(renamed(architecture, from).as_deref(), Some(to));
        }
        assert_eq!(renamed("llama", "blk.0.ffn_gate_exps.weight"), None);
        assert_eq!(paired("llama", "blk.0.attn_k.weight", 8, 2), Some(2));
        assert_eq!(paired("qwen2", "blk.0.attn_k.weight", 8, 2), None);
    }
}
