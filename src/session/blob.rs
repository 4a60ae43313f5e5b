//! Attention evidence as a safetensors file: bit-exact, the same bytes for the same maps, and never trusted when read.
//!
//! Tensors `with` and `without`, f32, `[layers, heads, tokens, tokens]`; one metadata entry `attention` holds, as JSON,
//! the token texts of both and the span of the trigger.

use std::collections::HashMap;

use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::chain::hex;
use crate::finding::{AttentionMap, AttentionPair};

const LABELS: &str = "attention";

/// What the tensors do not say. One entry, because the order of several would not be fixed.
#[derive(Serialize, Deserialize)]
struct Labels {
    with: Vec<String>,
    without: Vec<String>,
    span: (usize, usize),
}

/// SHA-256, hex: the name a blob is stored under.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Writes a pair. Fails, with the reason, when the weights do not fill the shape.
pub(super) fn encode(pair: &AttentionPair) -> Result<Vec<u8>, String> {
    let labels = Labels {
        with: pair.with.tokens.clone(),
        without: pair.without.tokens.clone(),
        span: pair.span,
    };
    let labels = serde_json::to_string(&labels).map_err(|error| error.to_string())?;
    let (with, without) = (bytes_of(&pair.with), bytes_of(&pair.without));
    let tensors = [
        ("with", view(&pair.with, &with)?),
        ("without", view(&pair.without, &without)?),
    ];
    safetensors::serialize(tensors, Some(HashMap::from([(LABELS.to_owned(), labels)])))
        .map_err(|error| error.to_string())
}

fn bytes_of(map: &AttentionMap) -> Vec<u8> {
    map.weights
        .iter()
        .flat_map(|weight| weight.to_le_bytes())
        .collect()
}

fn view<'a>(map: &AttentionMap, bytes: &'a [u8]) -> Result<TensorView<'a>, String> {
    let tokens = map.tokens.len();
    TensorView::new(Dtype::F32, vec![map.layers, map.heads, tokens, tokens], bytes)
        .map_err(|error| error.to_string())
}

/// Reads a pair back, or says why it is not one.
pub(super) fn decode(bytes: &[u8]) -> Result<AttentionPair, String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let labels = header
        .metadata()
        .as_ref()
        .and_then(|entries| entries.get(LABELS))
        .ok_or("it has no labels")?;
    let labels: Labels = serde_json::from_str(labels).map_err(|error| error.to_string())?;
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let (start, end) = labels.span;
    if start > end || end > labels.with.len() {
        return Err("the trigger's span is outside the prompt".to_owned());
    }
    Ok(AttentionPair {
        with: map(&tensors, "with", labels.with)?,
        without: map(&tensors, "without", labels.without)?,
        span: labels.span,
    })
}

fn map(tensors: &SafeTensors<'_>, name: &str, tokens: Vec<String>) -> Result<AttentionMap, String> {
    let tensor = tensors.tensor(name).map_err(|error| error.to_string())?;
    let &[layers, heads, rows, columns] = tensor.shape() else {
        return Err("a tensor has the wrong rank".to_owned());
    };
    if tensor.dtype() != Dtype::F32 || rows != tokens.len() || columns != tokens.len() {
        return Err("a tensor does not fit its tokens".to_owned());
    }
    let (weights, _) = tensor.data().as_chunks::<4>();
    Ok(AttentionMap {
        layers,
        heads,
        tokens,
        weights: weights.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair() -> AttentionPair {
        let map = |tokens: &[&str], weights: Vec<f32>| AttentionMap {
            layers: 1,
            heads: 2,
            tokens: tokens.iter().map(ToString::to_string).collect(),
            weights,
        };
        AttentionPair {
            with: map(
                &["a", "\u{202e}"],
                vec![1.0, 0.0, 0.3, 0.7, -0.0, f32::MIN_POSITIVE, 1e-42, 0.1],
            ),
            without: map(&["a"], vec![1.0, 0.999_999_9]),
            span: (1, 2),
        }
    }

    #[test]
    fn the_same_maps_give_the_same_bytes_and_come_back_bit_for_bit() {
        let bytes = encode(&pair()).unwrap();
        assert_eq!(digest(&bytes), digest(&encode(&pair()).unwrap()));
        let back = decode(&bytes).unwrap();
        assert_eq!(back, pair());
        let bits =
            |pair: &AttentionPair| -> Vec<u32> { pair.with.weights.iter().map(|w| w.to_bits()).collect() };
        assert_eq!(bits(&back), bits(&pair()));
    }

    #[test]
    fn weights_that_do_not_fill_the_shape_are_refused() {
        let mut short = pair();
        short.with.weights.pop();
        assert!(encode(&short).is_err());
    }

    #[test]
    fn damaged_bytes_are_refused_wherever_the_damage_is() {
        let bytes = encode(&pair()).unwrap();
        for length in 0..bytes.len() {
            assert!(decode(bytes.get(..length).unwrap()).is_err(), "cut at {length}");
        }
        let span = String::from_utf8_lossy(&bytes).replace("[1,2]", "[1,9]");
        assert!(decode(span.as_bytes()).is_err());
    }
}
