//! The settings of config.json, read with their kinds and limits checked.
//!
//! Invariant: a setting that is left out is an error or a default that is told; one that makes no sense is an error.

use serde_json::{Map, Value};

use super::ModelError;
use crate::model::spec::Activation;

/// Sizes beyond this are no model.
const LARGEST: u64 = 1 << 28;
/// Layers, or experts of a layer, beyond this are no model.
pub const MOST: usize = 1 << 12;

/// The settings of config.json; `null` counts as absent unless said otherwise.
pub struct Fields<'a> {
    map: &'a Map<String, Value>,
    /// Defaults that were used, as "name (value)".
    defaults: Vec<(String, String)>,
    /// Other facts worth telling.
    pub notices: Vec<String>,
}

impl<'a> Fields<'a> {
    pub const fn new(map: &'a Map<String, Value>) -> Self {
        Self {
            map,
            defaults: Vec::new(),
            notices: Vec::new(),
        }
    }

    pub fn get(&self, field: &str) -> Option<&'a Value> {
        self.map.get(field).filter(|value| !value.is_null())
    }

    /// Whether it is there, even as `null`.
    pub fn has(&self, field: &str) -> bool {
        self.map.contains_key(field)
    }

    pub fn wrong(field: &str, reason: &str) -> ModelError {
        ModelError::Config {
            field: field.to_owned(),
            reason: reason.to_owned(),
        }
    }

    fn need(&self, field: &str) -> Result<&'a Value, ModelError> {
        self.get(field).ok_or_else(|| Self::wrong(field, "missing"))
    }

    /// The value that is there, or the default, which is told.
    fn or<T: std::fmt::Display>(
        &mut self,
        field: &str,
        default: T,
        read: impl Fn(&Self) -> Result<T, ModelError>,
    ) -> Result<T, ModelError> {
        if self.get(field).is_some() {
            return read(self);
        }
        self.defaulted(field, &default);
        Ok(default)
    }

    pub fn text(&self, field: &str) -> Result<&'a str, ModelError> {
        self.need(field)?
            .as_str()
            .ok_or_else(|| Self::wrong(field, "not a text"))
    }

    pub fn size(&self, field: &str) -> Result<usize, ModelError> {
        let number = self
            .need(field)?
            .as_u64()
            .ok_or_else(|| Self::wrong(field, "not a whole number"))?;
        if number == 0 || number > LARGEST {
            return Err(Self::wrong(field, &format!("{number} is out of range")));
        }
        Ok(number as usize)
    }

    pub fn size_or(&mut self, field: &str, default: usize) -> Result<usize, ModelError> {
        self.or(field, default, |fields| fields.size(field))
    }

    /// A size that follows from others unless it is given.
    pub fn size_or_derived(&self, field: &str, derived: usize) -> Result<usize, ModelError> {
        self.get(field).map_or(Ok(derived), |_| self.size(field))
    }

    /// A number of layers or experts.
    pub fn count(&self, field: &str) -> Result<usize, ModelError> {
        let count = self.size(field)?;
        if count > MOST {
            return Err(Self::wrong(field, &format!("{count} is out of range")));
        }
        Ok(count)
    }

    pub fn number(&self, field: &str) -> Result<f32, ModelError> {
        let number = self
            .need(field)?
            .as_f64()
            .ok_or_else(|| Self::wrong(field, "not a number"))? as f32;
        if !number.is_finite() || number <= 0.0 {
            return Err(Self::wrong(field, "must be more than zero"));
        }
        Ok(number)
    }

    pub fn number_or(&mut self, field: &str, default: f32) -> Result<f32, ModelError> {
        self.or(field, default, |fields| fields.number(field))
    }

    /// A list of numbers, so many.
    pub fn numbers(&self, field: &str, count: usize) -> Result<Vec<f32>, ModelError> {
        let list = self.need(field)?.as_array();
        let list = list.ok_or_else(|| Self::wrong(field, "not a list"))?;
        if list.len() != count {
            return Err(Self::wrong(
                field,
                &format!("{} numbers instead of {count}", list.len()),
            ));
        }
        let number = |value: &Value| value.as_f64().map(|number| number as f32);
        list.iter()
            .map(|value| number(value).filter(|number| number.is_finite() && *number > 0.0))
            .collect::<Option<_>>()
            .ok_or_else(|| Self::wrong(field, "not only numbers above zero"))
    }

    pub fn flag_or(&mut self, field: &str, default: bool) -> Result<bool, ModelError> {
        self.or(field, default, |fields| {
            fields
                .need(field)?
                .as_bool()
                .ok_or_else(|| Self::wrong(field, "neither true nor false"))
        })
    }

    /// A setting that `null` switches off, and that has a default when it is not there at all.
    pub fn optional<T: std::fmt::Display>(
        &mut self,
        field: &str,
        default: Option<T>,
        read: impl Fn(&Self, &str) -> Result<T, ModelError>,
    ) -> Result<Option<T>, ModelError> {
        if self.get(field).is_some() {
            return read(self, field).map(Some);
        }
        if self.has(field) {
            return Ok(None);
        }
        if let Some(default) = &default {
            self.defaulted(field, default);
        }
        Ok(default)
    }

    /// Refuses a feature that is switched on.
    pub fn refuse(&self, field: &str) -> Result<(), ModelError> {
        match self.get(field) {
            None | Some(Value::Bool(false)) => Ok(()),
            Some(_) => Err(ModelError::Unsupported { what: field.into() }),
        }
    }

    pub fn activation(&mut self, field: &str, default: &'static str) -> Result<Activation, ModelError> {
        let name = if self.get(field).is_some() {
            self.text(field)?
        } else {
            self.defaulted(field, default);
            default
        };
        Activation::named(name).ok_or_else(|| ModelError::Unsupported {
            what: format!("{field} \"{name}\""),
        })
    }

    pub fn inner(&self, field: &str) -> Result<Option<Self>, ModelError> {
        self.get(field)
            .map(|value| {
                value
                    .as_object()
                    .map(Fields::new)
                    .ok_or_else(|| Self::wrong(field, "not an object"))
            })
            .transpose()
    }

    /// Notes that a default is used.
    pub fn defaulted(&mut self, field: &str, default: impl std::fmt::Display) {
        self.defaults.push((field.to_owned(), default.to_string()));
    }

    /// Everything worth telling, the defaults in one sentence.
    pub fn told(&mut self) -> Vec<String> {
        let mut notices = std::mem::take(&mut self.notices);
        match self.defaults.as_slice() {
            [] => {}
            [(field, default)] => notices.push(format!(
                "config.json does not say {field}: the architecture's default of {default} is used"
            )),
            many => {
                let list: Vec<String> = many
                    .iter()
                    .map(|(field, default)| format!("{field} ({default})"))
                    .collect();
                notices.push(format!(
                    "config.json does not say {}: the architecture's defaults are used",
                    list.join(", ")
                ));
            }
        }
        notices
    }
}
