//! What nearly all families share: the sizes, grouped heads, rotary positions on every layer, one norm before each half.
//!
//! Invariant: a family starts from here and changes only what it does differently.

use serde_json::Value;

use super::{
    Fields, ModelError,
    rope::{self, Rope},
};
use crate::model::spec::{Attention, Kind, Mlp, Norm, NormKind, Residual, Scales, Spec};

/// The documented defaults of a family, and how it names what names differ for.
#[derive(Debug, Clone, Copy)]
pub struct Defaults {
    /// Key heads; as many as query heads when `None`.
    pub kv_heads: Option<usize>,
    /// Width of a head; the width of the model shared out when `None`.
    pub head_dim: Option<usize>,
    /// Which norm, the setting that holds its epsilon, and its default.
    pub norm: (NormKind, &'static str, f32),
    /// The setting that holds the curve, and its default.
    pub activation: (&'static str, &'static str),
    /// The rotary positions.
    pub rope: Rope,
    /// The head is the embedding.
    pub tied: bool,
}

/// As Llama has them.
pub const LLAMA: Defaults = Defaults {
    kv_heads: None,
    head_dim: None,
    norm: (NormKind::Rms, "rms_norm_eps", 1e-6),
    activation: ("hidden_act", "silu"),
    rope: Rope::WHOLE,
    tied: false,
};

/// A network of this shape: a gated MLP, no biases.
pub fn spec(fields: &mut Fields, defaults: &Defaults) -> Result<Spec, ModelError> {
    let hidden = fields.size("hidden_size")?;
    let heads = fields.size("num_attention_heads")?;
    let kv_heads = match defaults.kv_heads {
        Some(default) if !fields.has("num_key_value_heads") => {
            fields.defaulted("num_key_value_heads", default);
            default
        }
        _ => fields.size_or_derived("num_key_value_heads", heads)?,
    };
    let head_dim = match defaults.head_dim {
        Some(default) => fields.size_or("head_dim", default)?,
        None => fields.size_or_derived("head_dim", hidden / heads)?,
    };
    let layers = fields.count("num_hidden_layers")?;
    let context = fields.size("max_position_embeddings")?;
    let (kind, eps, eps_default) = defaults.norm;
    let (act, act_default) = defaults.activation;
    let rotary = rope::read(fields, &defaults.rope, head_dim, context)?;
    Ok(Spec {
        vocabulary: fields.size("vocab_size")?,
        hidden,
        layers,
        context,
        norm: Norm {
            kind,
            eps: fields.number_or(eps, eps_default)?,
            offset: false,
        },
        learned_positions: false,
        rotary: vec![rotary],
        attention: attention(heads, kv_heads, head_dim)?,
        mlp: Mlp {
            inner: fields.size("intermediate_size")?,
            activation: fields.activation(act, act_default)?,
            gated: true,
            bias: false,
        },
        experts: None,
        residual: Residual::Sequential,
        kinds: vec![
            Kind {
                rotary: Some(0),
                ..Kind::default()
            };
            layers
        ],
        scales: Scales::default(),
        tied: fields.flag_or("tie_word_embeddings", defaults.tied)?,
        head_bias: false,
    })
}

/// Plain attention, once its heads fit.
pub fn attention(heads: usize, kv_heads: usize, head_dim: usize) -> Result<Attention, ModelError> {
    if kv_heads > heads || !heads.is_multiple_of(kv_heads) {
        return Err(Fields::wrong(
            "num_key_value_heads",
            &format!("{kv_heads} does not divide {heads} heads"),
        ));
    }
    if head_dim == 0 {
        return Err(Fields::wrong("num_attention_heads", "more heads than numbers"));
    }
    Ok(Attention {
        heads,
        kv_heads,
        head_dim,
        scale: 1.0 / (head_dim as f32).sqrt(),
        cap: None,
        bias: false,
        output_bias: false,
        interleaved: false,
        norms: None,
    })
}

/// The two biases of the families that have them all or not at all.
pub fn biases(fields: &mut Fields, spec: &mut Spec) -> Result<(), ModelError> {
    let bias = fields.flag_or("attention_bias", false)?;
    spec.attention.bias = bias;
    spec.attention.output_bias = bias;
    Ok(())
}

/// The width of the window; `null` means none.
pub fn window(fields: &mut Fields, default: Option<usize>) -> Result<Option<usize>, ModelError> {
    fields.optional("sliding_window", default, Fields::size)
}

/// Gives every layer the window.
pub fn slide_all(spec: &mut Spec, window: Option<usize>) {
    for kind in &mut spec.kinds {
        kind.window = window;
    }
}

/// Gives the window to the layers that `layer_types` names, or else to those that `slides` says.
pub fn slide(
    fields: &Fields,
    spec: &mut Spec,
    window: Option<usize>,
    slides: impl Fn(usize) -> bool,
) -> Result<(), ModelError> {
    let types = layer_types(fields, spec.layers)?;
    for (layer, kind) in spec.kinds.iter_mut().enumerate() {
        let named = types.as_ref().and_then(|types| types.get(layer)).copied();
        kind.window = window.filter(|_| named.unwrap_or_else(|| slides(layer)));
    }
    Ok(())
}

/// For each layer whether it slides, if the file says.
pub fn layer_types(fields: &Fields, layers: usize) -> Result<Option<Vec<bool>>, ModelError> {
    let Some(value) = fields.get("layer_types") else {
        return Ok(None);
    };
    let list = value.as_array().filter(|list| list.len() == layers);
    let list = list.ok_or_else(|| Fields::wrong("layer_types", "not one type per layer"))?;
    let slides = |value: &Value| match value.as_str() {
        Some("full_attention") => Ok(false),
        Some("sliding_attention") => Ok(true),
        Some(other) => Err(ModelError::Unsupported {
            what: format!("layer type \"{other}\""),
        }),
        None => Err(Fields::wrong("layer_types", "not a list of texts")),
    };
    list.iter().map(slides).collect::<Result<_, _>>().map(Some)
}

/// Refuses a file whose `layer_types` say something else than the rest of it.
pub fn agree(fields: &Fields, spec: &Spec) -> Result<(), ModelError> {
    let Some(types) = layer_types(fields, spec.layers)? else {
        return Ok(());
    };
    let differs = |(slides, kind): (&bool, &Kind)| *slides != kind.window.is_some();
    match types.iter().zip(&spec.kinds).position(differs) {
        Some(layer) => Err(Fields::wrong(
            "layer_types",
            &format!("layer {layer} does not agree with the settings of the sliding window"),
        )),
        None => Ok(()),
    }
}
