//! Rotary positions from config.json: older files say `rope_theta` and `rope_scaling`, newer ones `rope_parameters`.
//!
//! Invariant: a kind of rope that is not built is an error, never plain rope.

use super::{Fields, ModelError};
use crate::model::spec::{Rotary, Scaling};

/// How a family names and presets its rope.
#[derive(Debug, Clone, Copy)]
pub struct Rope {
    /// The older name of the base of the frequencies.
    pub theta: &'static str,
    /// Its default.
    pub theta_default: f32,
    /// The older name of the rotated share of a head.
    pub share: &'static str,
    /// Its default; `None` in families that rotate whole heads.
    pub share_default: Option<f32>,
    /// The kind of layer this is for, where `rope_parameters` holds one entry per kind.
    pub kind: Option<&'static str>,
    /// The older `rope_scaling` is meant for it.
    pub scaled: bool,
}

impl Rope {
    /// Whole heads, base 10,000.
    pub const WHOLE: Self = Self {
        theta: "rope_theta",
        theta_default: 10_000.0,
        share: "partial_rotary_factor",
        share_default: None,
        kind: None,
        scaled: true,
    };
}

/// Reads the rope of the heads of this width in a model of this context.
pub fn read(fields: &mut Fields, rope: &Rope, head_dim: usize, context: usize) -> Result<Rotary, ModelError> {
    let scaling = fields.inner("rope_scaling")?.filter(|_| rope.scaled);
    let parameters = match (rope.kind, fields.inner("rope_parameters")?) {
        (Some(kind), Some(all)) => match all.inner(kind)? {
            Some(inner) => Some(inner),
            None => {
                return Err(Fields::wrong("rope_parameters", &format!("no entry for {kind}")));
            }
        },
        (_, all) => all,
    };
    if let (Some(new), Some(old)) = (&parameters, &scaling)
        && type_of(new)? != type_of(old)?
    {
        return Err(Fields::wrong(
            "rope_scaling",
            "does not agree with rope_parameters",
        ));
    }
    let theta = match parameters.as_ref().filter(|inner| inner.has("rope_theta")) {
        Some(inner) => inner.number("rope_theta")?,
        None => fields.number_or(rope.theta, rope.theta_default)?,
    };
    let width = width(fields, rope, parameters.as_ref(), head_dim)?;
    let scaling = match parameters.or(scaling) {
        Some(inner) => stretch(fields, &inner, width, context)?,
        None => Scaling::Default,
    };
    Ok(Rotary {
        width,
        theta,
        scaling,
    })
}

/// How much of a head is rotated.
fn width(
    fields: &mut Fields,
    rope: &Rope,
    parameters: Option<&Fields>,
    head_dim: usize,
) -> Result<usize, ModelError> {
    let name = "partial_rotary_factor";
    let share = match (
        parameters.filter(|inner| inner.get(name).is_some()),
        rope.share_default,
    ) {
        (Some(inner), _) => inner.number(name)?,
        (None, Some(default)) => fields.number_or(rope.share, default)?,
        (None, None) if fields.get(rope.share).is_some() => fields.number(rope.share)?,
        (None, None) => 1.0,
    };
    if rope.share_default.is_none() && (share - 1.0).abs() > f32::EPSILON {
        return Err(ModelError::Unsupported {
            what: format!("{name} {share} in this architecture"),
        });
    }
    // rounded down, as the reference does
    let width = (head_dim as f32 * share) as usize;
    if width == 0 || !width.is_multiple_of(2) || width > head_dim {
        return Err(Fields::wrong(
            "head_dim",
            &format!("{width} of {head_dim} cannot be rotated in pairs"),
        ));
    }
    Ok(width)
}

fn type_of<'a>(inner: &Fields<'a>) -> Result<&'a str, ModelError> {
    match ["rope_type", "type"]
        .into_iter()
        .find(|name| inner.get(name).is_some())
    {
        Some(name) => inner.text(name),
        None => Ok("default"),
    }
}

fn stretch(fields: &Fields, inner: &Fields, width: usize, context: usize) -> Result<Scaling, ModelError> {
    let unsupported = |what: String| Err(ModelError::Unsupported { what });
    if inner.get("mrope_section").is_some() {
        return unsupported("mrope_section".into());
    }
    match type_of(inner)? {
        "default" => Ok(Scaling::Default),
        "linear" => Ok(Scaling::Linear {
            factor: inner.number("factor")?,
        }),
        "llama3" => Ok(Scaling::Llama3 {
            factor: inner.number("factor")?,
            low: inner.number("low_freq_factor")?,
            high: inner.number("high_freq_factor")?,
            original: inner.number("original_max_position_embeddings")?,
        }),
        "longrope" | "su" => {
            let name = "original_max_position_embeddings";
            let place = if inner.get(name).is_some() { inner } else { fields };
            let original = place.size(name)?;
            let factor = match inner.get("factor") {
                Some(_) => inner.number("factor")?,
                None => context as f32 / original as f32,
            };
            let attention = match inner.get("attention_factor") {
                Some(_) => inner.number("attention_factor")?,
                None if factor <= 1.0 => 1.0,
                None => (1.0 + factor.ln() / (original as f32).ln()).sqrt(),
            };
            Ok(Scaling::Long {
                short: inner.numbers("short_factor", width / 2)?,
                long: inner.numbers("long_factor", width / 2)?,
                original,
                attention,
            })
        }
        other => unsupported(format!("rope_type \"{other}\"")),
    }
}
