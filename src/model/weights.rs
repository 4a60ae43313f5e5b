//! Tensors by name out of safetensors files, as 32-bit floats.
//!
//! Invariant: headers are checked against the length of the file before any tensor is read, and shapes before anything is allocated.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

use safetensors::{Dtype, SafeTensors};

use super::{
    adapter::LowRank,
    decoder::numbers::Kind,
    error::ModelError,
    files::Bytes,
    gguf::{Entry, names},
    json,
    slab::Slab,
};

/// Bytes of a safetensors header: beyond this it is no model.
const HEADER: u64 = 16 << 20;

/// Every tensor of a model.
#[derive(Debug)]
pub struct Weights {
    places: BTreeMap<String, Place>,
    taken: BTreeSet<String>,
    /// What an adapter adds, by the tensor it adds to.
    branches: BTreeMap<String, Arc<LowRank>>,
}

#[derive(Debug, Clone)]
struct Place {
    file: Arc<Bytes>,
    range: Range<usize>,
    shape: Vec<usize>,
    /// How it is stored, or the name of a way that is not read.
    kind: Result<Kind, String>,
    /// Heads whose rows stand in another order, to be put back.
    paired: Option<usize>,
}

/// A tensor as its header has it.
#[derive(Debug, Clone, Copy)]
pub struct Outline<'a> {
    /// Its shape.
    pub shape: &'a [usize],
    /// How it is stored, or the name of a way that is not read.
    pub kind: Result<&'a Kind, &'a String>,
    /// Bytes on disk.
    pub bytes: usize,
}

impl Outline<'_> {
    /// Its dtype, in lower case.
    pub fn dtype(&self) -> String {
        self.kind
            .map_or_else(|name| name.to_lowercase(), |kind| kind.name().to_owned())
    }
}

impl Weights {
    /// Reads the headers of shards: (file name, contents).
    pub fn new(files: Vec<(String, Bytes)>) -> Result<Self, ModelError> {
        let mut places = BTreeMap::new();
        for (file, bytes) in files {
            let wrong = |reason: String| ModelError::Weights {
                file: file.clone(),
                reason,
            };
            unique_names(&bytes).map_err(&wrong)?;
            let (header, metadata) =
                SafeTensors::read_metadata(&bytes).map_err(|reason| wrong(reason.to_string()))?;
            let bytes = Arc::new(bytes);
            for (name, info) in metadata.tensors() {
                // the length of the header, then the header, then the tensors
                let (from, to) = info.data_offsets;
                let place = Place {
                    file: Arc::clone(&bytes),
                    range: 8 + header + from..8 + header + to,
                    shape: info.shape.clone(),
                    kind: kind(info.dtype),
                    paired: None,
                };
                if places.insert(name.clone(), place).is_some() {
                    return Err(wrong(format!("tensor {name} stands in two files")));
                }
            }
        }
        Ok(Self {
            places,
            taken: BTreeSet::new(),
            branches: BTreeMap::new(),
        })
    }

    /// Takes the tensors of GGUF files, by the names a folder has for them; `file` is the first.
    pub fn gguf(
        file: &str,
        parts: &[Arc<Bytes>],
        entries: Vec<Entry>,
        architecture: &str,
        heads: usize,
        kv_heads: usize,
    ) -> Result<Self, ModelError> {
        let mut places = BTreeMap::new();
        for entry in entries {
            let Some(bytes) = parts.get(entry.part) else {
                continue;
            };
            let place = Place {
                file: Arc::clone(bytes),
                range: entry.range,
                shape: entry.shape,
                kind: Ok(entry.kind),
                paired: names::paired(architecture, &entry.name, heads, kv_heads),
            };
            let name = names::renamed(architecture, &entry.name).unwrap_or(entry.name);
            if places.insert(name.clone(), place).is_some() {
                return Err(ModelError::Weights {
                    file: file.to_owned(),
                    reason: format!("two tensors stand for {name}"),
                });
            }
        }
        Ok(Self {
            places,
            taken: BTreeSet::new(),
            branches: BTreeMap::new(),
        })
    }

    /// Whether a tensor is there.
    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// Names of all tensors, sorted.
    pub fn names(&self) -> Vec<String> {
        self.places.keys().cloned().collect()
    }

    /// The shape of a tensor.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.places.get(name).map(|place| place.shape.as_slice())
    }

    /// A tensor by the full name of its module: files may leave the first part out.
    fn known(&self, name: &str) -> Result<String, ModelError> {
        let short = name.split_once('.').map(|(_, rest)| rest);
        [Some(name), short]
            .into_iter()
            .flatten()
            .find(|name| self.has(name))
            .map(str::to_owned)
            .ok_or_else(|| ModelError::Adapter {
                reason: format!("it changes {name}, which the model does not have"),
            })
    }

    /// Adds what an adapter adds to a matrix.
    pub fn adapt(&mut self, name: &str, branch: LowRank) -> Result<(), ModelError> {
        let name = self.known(name)?;
        let shape = self.shape(&name).unwrap_or_default();
        let (there, back) = ([branch.output, branch.input], [branch.input, branch.output]);
        if shape != there && shape != back {
            return Err(ModelError::Adapter {
                reason: format!("it adds {there:?} to {name}, which is {shape:?}"),
            });
        }
        self.branches.insert(name, Arc::new(branch));
        Ok(())
    }

    /// Takes a whole tensor from an adapter instead of its own.
    pub fn replace(&mut self, name: &str, adapter: &Self, other: &str) -> Result<(), ModelError> {
        let name = self.known(name)?;
        if let Some(place) = adapter.places.get(other) {
            self.places.insert(name, place.clone());
        }
        Ok(())
    }

    /// The first tensor that was to be adapted and that nobody took as a matrix.
    pub fn not_adapted(&self) -> Option<&str> {
        self.branches
            .keys()
            .find(|name| !self.taken.contains(*name))
            .map(String::as_str)
    }

    /// Name and outline of every tensor.
    pub fn layout(&self) -> impl Iterator<Item = (&str, Outline<'_>)> {
        self.places.iter().map(|(name, place)| {
            let outline = Outline {
                shape: &place.shape,
                kind: place.kind.as_ref(),
                bytes: place.range.len(),
            };
            (name.as_str(), outline)
        })
    }

    /// The numbers of a tensor, row-major, once its shape is what is expected.
    pub fn take(&mut self, name: &str, expected: &[usize]) -> Result<Vec<f32>, ModelError> {
        let slab = self.slab(name, expected)?;
        if slab.branch.is_some() {
            return Err(ModelError::Unsupported {
                what: format!("an adapter of {name}"),
            });
        }
        Ok(slab.floats())
    }

    /// A tensor where it stands, once its shape is what is expected.
    pub fn slab(&mut self, name: &str, expected: &[usize]) -> Result<Slab, ModelError> {
        let missing = || ModelError::Tensor {
            name: name.to_owned(),
        };
        let place = self.places.get(name).ok_or_else(missing)?;
        if place.shape != expected {
            return Err(ModelError::Shape {
                name: name.to_owned(),
                found: place.shape.clone(),
                expected: expected.to_vec(),
            });
        }
        let kind = place.kind.clone().map_err(|dtype| ModelError::Dtype {
            name: name.to_owned(),
            dtype,
        })?;
        let mut slab = Slab {
            file: Arc::clone(&place.file),
            range: place.range.clone(),
            kind,
            numbers: expected.iter().product(),
            branch: self.branches.get(name).cloned(),
        };
        if kind.bytes(slab.numbers) != Some(slab.bytes().len()) {
            return Err(missing());
        }
        if !slab.finite() {
            return Err(ModelError::Damaged {
                name: name.to_owned(),
            });
        }
        if let (Some(heads), Some(rows)) = (place.paired, expected.first()) {
            slab = slab
                .unpaired(*rows, heads)
                .ok_or_else(|| ModelError::GgufSetting {
                    field: name.to_owned(),
                    reason: format!("{rows} rows are no pairs in {heads} heads"),
                })?;
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
            .filter_map(|place| place.kind.as_ref().ok())
            .map(|kind| kind.name().to_owned())
            .collect();
        names.into_iter().collect::<Vec<_>>().join("+")
    }

    /// Numbers in all tensors taken.
    pub fn parameters(&self) -> u64 {
        self.taken
            .iter()
            .filter_map(|name| self.places.get(name))
            .map(|place| place.shape.iter().product::<usize>() as u64)
            .sum()
    }
}

/// Checks a safetensors header before anything is built from it: its size, and that it names nothing twice.
fn unique_names(bytes: &[u8]) -> Result<(), String> {
    let Some((length, rest)) = bytes.split_first_chunk() else {
        return Ok(());
    };
    let length = u64::from_le_bytes(*length);
    if length > HEADER {
        return Err(format!("a header of {length} bytes, the limit is {HEADER}"));
    }
    rest.get(..length as usize).map_or(Ok(()), json::unique)
}

fn kind(dtype: Dtype) -> Result<Kind, String> {
    match dtype {
        Dtype::F32 => Ok(Kind::F32),
        Dtype::F16 => Ok(Kind::F16),
        Dtype::BF16 => Ok(Kind::Bf16),
        other => Err(format!("{other:?}")),
    }
}
