//! Tensors by name out of safetensors files, as 32-bit floats.
//!
//! Invariant: headers are checked against the length of the file before any tensor is read, and shapes before anything is allocated.

use std::collections::{BTreeMap, BTreeSet};

use half::{bf16, f16};
use rayon::prelude::*;
use safetensors::{Dtype, SafeTensors, tensor::TensorInfo};

use super::{error::ModelError, files::Bytes};

/// Every tensor of a model.
#[derive(Debug)]
pub struct Weights {
    shards: Vec<Bytes>,
    places: BTreeMap<String, Place>,
    taken: BTreeSet<String>,
}

#[derive(Debug)]
struct Place {
    shard: usize,
    start: usize,
    info: TensorInfo,
}

impl Weights {
    /// Reads the headers of shards: (file name, contents).
    pub fn new(files: Vec<(String, Bytes)>) -> Result<Self, ModelError> {
        let mut shards = Vec::with_capacity(files.len());
        let mut places = BTreeMap::new();
        for (shard, (file, bytes)) in files.into_iter().enumerate() {
            let wrong = |reason: String| ModelError::Weights {
                file: file.clone(),
                reason,
            };
            let (header, metadata) =
                SafeTensors::read_metadata(&bytes).map_err(|reason| wrong(reason.to_string()))?;
            for (name, info) in metadata.tensors() {
                // the length of the header, then the header, then the tensors
                let place = Place {
                    shard,
                    start: 8 + header,
                    info: info.clone(),
                };
                if places.insert(name.clone(), place).is_some() {
                    return Err(wrong(format!("tensor {name} stands in two files")));
                }
            }
            shards.push(bytes);
        }
        Ok(Self {
            shards,
            places,
            taken: BTreeSet::new(),
        })
    }

    /// Whether a tensor is there.
    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// Name, shape and dtype of every tensor.
    pub fn layout(&self) -> impl Iterator<Item = (&str, &TensorInfo)> {
        self.places
            .iter()
            .map(|(name, place)| (name.as_str(), &place.info))
    }

    /// The numbers of a tensor, row-major, once its shape is what is expected.
    pub fn take(&mut self, name: &str, expected: &[usize]) -> Result<Vec<f32>, ModelError> {
        let missing = || ModelError::Tensor {
            name: name.to_owned(),
        };
        let place = self.places.get(name).ok_or_else(missing)?;
        if place.info.shape != expected {
            return Err(ModelError::Shape {
                name: name.to_owned(),
                found: place.info.shape.clone(),
                expected: expected.to_vec(),
            });
        }
        let (from, to) = place.info.data_offsets;
        let bytes = self
            .shards
            .get(place.shard)
            .and_then(|shard| shard.get(place.start + from..place.start + to))
            .ok_or_else(missing)?;
        let numbers = match place.info.dtype {
            Dtype::F32 => widen(bytes, f32::from_le_bytes),
            Dtype::F16 => widen(bytes, |pair| f16::from_le_bytes(pair).to_f32()),
            Dtype::BF16 => widen(bytes, |pair| bf16::from_le_bytes(pair).to_f32()),
            other => {
                return Err(ModelError::Dtype {
                    name: name.to_owned(),
                    dtype: format!("{other:?}"),
                });
            }
        };
        self.taken.insert(name.to_owned());
        Ok(numbers)
    }

    /// Tensors nobody took, buffers by these endings left out.
    pub fn unused(&self, buffers: &[&str]) -> Vec<&str> {
        self.places
            .keys()
            .filter(|name| !self.taken.contains(*name))
            .filter(|name| !buffers.iter().any(|ending| name.ends_with(ending)))
            .map(String::as_str)
            .collect()
    }

    /// The dtypes taken, as one word: "bf16", or "bf16+f32".
    pub fn dtype(&self) -> String {
        let names: BTreeSet<String> = self
            .taken
            .iter()
            .filter_map(|name| self.places.get(name))
            .map(|place| format!("{:?}", place.info.dtype).to_lowercase())
            .collect();
        names.into_iter().collect::<Vec<_>>().join("+")
    }

    /// Numbers in all tensors taken.
    pub fn parameters(&self) -> u64 {
        self.taken
            .iter()
            .filter_map(|name| self.places.get(name))
            .map(|place| place.info.shape.iter().product::<usize>() as u64)
            .sum()
    }
}

fn widen<const N: usize>(bytes: &[u8], number: impl Fn([u8; N]) -> f32 + Sync) -> Vec<f32> {
    bytes
        .par_chunks_exact(N)
        .with_min_len(1 << 14)
        .map(|chunk| {
            number(std::array::from_fn(|index| {
                chunk.get(index).copied().unwrap_or(0)
            }))
        })
        .collect()
}
