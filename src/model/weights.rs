//! Tensors by name out of safetensors files, as 32-bit floats.
//!
//! Invariant: headers are checked against the length of the file before any tensor is read, and shapes before anything is allocated.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use rayon::prelude::*;
use safetensors::{Dtype, SafeTensors, tensor::TensorInfo};

use super::{decoder::numbers::Kind, error::ModelError, files::Bytes};

/// Every tensor of a model.
#[derive(Debug)]
pub struct Weights {
    shards: Vec<Arc<Bytes>>,
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
            shards.push(Arc::new(bytes));
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

    /// The numbers of a tensor, row-major, once its shape is what is expected.
    pub fn take(&mut self, name: &str, expected: &[usize]) -> Result<Vec<f32>, ModelError> {
        Ok(self.slab(name, expected)?.floats())
    }

    /// A tensor where it stands, once its shape is what is expected.
    pub fn slab(&mut self, name: &str, expected: &[usize]) -> Result<Slab, ModelError> {
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
        let kind = match place.info.dtype {
            Dtype::F32 => Kind::F32,
            Dtype::F16 => Kind::F16,
            Dtype::BF16 => Kind::Bf16,
            other => {
                return Err(ModelError::Dtype {
                    name: name.to_owned(),
                    dtype: format!("{other:?}"),
                });
            }
        };
        let (from, to) = place.info.data_offsets;
        let slab = Slab {
            file: Arc::clone(self.shards.get(place.shard).ok_or_else(missing)?),
            range: place.start + from..place.start + to,
            kind,
            numbers: expected.iter().product(),
        };
        if kind.bytes(slab.numbers) != Some(slab.bytes().len()) {
            return Err(missing());
        }
        self.taken.insert(name.to_owned());
        Ok(slab)
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

/// A tensor in the bytes of a file that stays open.
#[derive(Debug, Clone)]
pub struct Slab {
    file: Arc<Bytes>,
    range: Range<usize>,
    /// How its numbers are stored.
    pub kind: Kind,
    numbers: usize,
}

impl Slab {
    /// Its bytes: as many as its shape calls for.
    pub fn bytes(&self) -> &[u8] {
        self.file.get(self.range.clone()).unwrap_or_default()
    }

    /// All of its numbers.
    pub fn floats(&self) -> Vec<f32> {
        const PIECE: usize = 1 << 14;
        let mut floats = vec![0.0; self.numbers];
        let bytes = self.bytes();
        floats
            .par_chunks_mut(PIECE)
            .enumerate()
            .for_each(|(piece, out)| self.kind.read(bytes, piece * PIECE, out));
        floats
    }

    /// One of `count` tensors of one shape that stand one after the other.
    #[must_use]
    pub fn part(&self, number: usize, count: usize) -> Self {
        let (bytes, numbers) = (self.range.len() / count, self.numbers / count);
        let start = self.range.start + number * bytes;
        Self {
            file: Arc::clone(&self.file),
            range: start..start + bytes,
            numbers,
            ..*self
        }
    }

    /// A copy of a matrix `[rows, columns]` as `[columns, rows]`, its numbers stored as they were.
    #[must_use]
    pub fn turned(&self, rows: usize, columns: usize) -> Self {
        let width = self.kind.bytes(1).unwrap_or(1);
        let bytes = self.bytes();
        let mut turned = vec![0; bytes.len()];
        turned
            .par_chunks_exact_mut(rows * width)
            .enumerate()
            .for_each(|(column, out)| {
                let numbers = bytes.chunks_exact(width).skip(column).step_by(columns);
                for (out, number) in out.chunks_exact_mut(width).zip(numbers) {
                    out.copy_from_slice(number);
                }
            });
        Self {
            range: 0..turned.len(),
            file: Arc::new(Bytes::Owned(turned)),
            ..*self
        }
    }
}
