//! Names and dimensions of the tensors of a Llama.

/// In the order a file has them; `keys` is the width of keys and values.
pub fn tensors(
    (vocabulary, hidden, keys, inner): (usize, usize, usize, usize),
    layers: usize,
    tied: bool,
) -> Vec<(String, Vec<usize>)> {
    let mut tensors = vec![
        ("model.embed_tokens.weight".to_owned(), vec![vocabulary, hidden]),
        ("model.norm.weight".to_owned(), vec![hidden]),
    ];
    if !tied {
        tensors.push(("lm_head.weight".to_owned(), vec![vocabulary, hidden]));
    }
    for layer in 0..layers {
        for (part, dims) in [
            ("input_layernorm", vec![hidden]),
            ("post_attention_layernorm", vec![hidden]),
            ("self_attn.q_proj", vec![hidden, hidden]),
            ("self_attn.k_proj", vec![keys, hidden]),
            ("self_attn.v_proj", vec![keys, hidden]),
            ("self_attn.o_proj", vec![hidden, hidden]),
            ("mlp.gate_proj", vec![inner, hidden]),
            ("mlp.up_proj", vec![inner, hidden]),
            ("mlp.down_proj", vec![hidden, inner]),
        ] {
            tensors.push((format!("model.layers.{layer}.{part}.weight"), dims));
        }
    }
    tensors
}
