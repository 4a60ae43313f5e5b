//! From config.json to a [`Spec`] and the names of its weights: one short file per family.
//!
//! Invariant: no setting is guessed; one that the family documents a default for uses it and says so in a notice.

mod gpt2;
mod llama;

use serde_json::{Map, Value};

use super::{error::ModelError, spec::Spec};

/// A family of architectures.
struct Family {
    /// Its `model_type`.
    name: &'static str,
    read: fn(&mut Fields) -> Result<Plan, ModelError>,
}

const FAMILIES: &[Family] = &[
    Family {
        name: "llama",
        read: llama::read,
    },
    Family {
        name: "gpt2",
        read: gpt2::read,
    },
];

/// The architectures that can be opened.
pub fn names() -> Vec<&'static str> {
    FAMILIES.iter().map(|family| family.name).collect()
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

/// Names of the weights of a family, without the layer's number.
#[derive(Debug, Clone, Copy)]
pub struct Names {
    /// Put before every name but the head's; some checkpoints leave it out.
    pub base: &'static str,
    /// The embedding.
    pub embedding: &'static str,
    /// Learned positions; empty when there are none.
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
    /// The output projection of attention.
    pub output: &'static str,
    /// The norm before the MLP.
    pub mlp_norm: &'static str,
    /// Gate and up, or up alone.
    pub up: &'static [&'static str],
    /// Down.
    pub down: &'static str,
    /// Matrices are stored `[in, out]` instead of `[out, in]`.
    pub transposed: bool,
    /// Endings of tensors that hold nothing learned.
    pub buffers: &'static [&'static str],
}

/// Reads config.json.
pub fn plan(config: &Map<String, Value>) -> Result<(String, Plan), ModelError> {
    let mut fields = Fields::new(config);
    let name = fields.text("model_type")?.to_owned();
    let family = FAMILIES
        .iter()
        .find(|family| family.name == name)
        .ok_or_else(|| ModelError::Architecture { name: name.clone() })?;
    Ok((name, (family.read)(&mut fields)?))
}

/// Sizes beyond this are no model.
const LARGEST: u64 = 1 << 28;

/// The settings of config.json; `null` counts as absent.
pub struct Fields<'a> {
    map: &'a Map<String, Value>,
    notices: Vec<String>,
}

impl<'a> Fields<'a> {
    const fn new(map: &'a Map<String, Value>) -> Self {
        Self {
            map,
            notices: Vec::new(),
        }
    }

    fn get(&self, field: &str) -> Option<&'a Value> {
        self.map.get(field).filter(|value| !value.is_null())
    }

    fn wrong(field: &str, reason: &str) -> ModelError {
        ModelError::Config {
            field: field.to_owned(),
            reason: reason.to_owned(),
        }
    }

    fn text(&self, field: &str) -> Result<&'a str, ModelError> {
        self.get(field)
            .ok_or_else(|| Self::wrong(field, "missing"))?
            .as_str()
            .ok_or_else(|| Self::wrong(field, "not a text"))
    }

    fn text_or(&self, field: &str, default: &'static str) -> Result<&'a str, ModelError> {
        self.get(field).map_or(Ok(default), |_| self.text(field))
    }

    fn size(&self, field: &str) -> Result<usize, ModelError> {
        let number = self
            .get(field)
            .ok_or_else(|| Self::wrong(field, "missing"))?
            .as_u64()
            .ok_or_else(|| Self::wrong(field, "not a whole number"))?;
        if number == 0 || number > LARGEST {
            return Err(Self::wrong(field, &format!("{number} is out of range")));
        }
        Ok(number as usize)
    }

    fn size_or(&self, field: &str, default: usize) -> Result<usize, ModelError> {
        self.get(field).map_or(Ok(default), |_| self.size(field))
    }

    fn number(&self, field: &str) -> Result<f32, ModelError> {
        let number = self
            .get(field)
            .ok_or_else(|| Self::wrong(field, "missing"))?
            .as_f64()
            .ok_or_else(|| Self::wrong(field, "not a number"))? as f32;
        if !number.is_finite() || number <= 0.0 {
            return Err(Self::wrong(field, "must be more than zero"));
        }
        Ok(number)
    }

    fn number_or(&self, field: &str, default: f32) -> Result<f32, ModelError> {
        self.get(field).map_or(Ok(default), |_| self.number(field))
    }

    fn flag_or(&self, field: &str, default: bool) -> Result<bool, ModelError> {
        self.get(field).map_or(Ok(default), |value| {
            value
                .as_bool()
                .ok_or_else(|| Self::wrong(field, "neither true nor false"))
        })
    }

    fn inner(&self, field: &str) -> Result<Option<Self>, ModelError> {
        self.get(field)
            .map(|value| {
                value
                    .as_object()
                    .map(Fields::new)
                    .ok_or_else(|| Self::wrong(field, "not an object"))
            })
            .transpose()
    }

    fn defaulted(&mut self, field: &str, default: impl std::fmt::Display) {
        self.notices.push(format!(
            "config.json does not say {field}: the architecture's default of {default} is used"
        ));
    }
}
