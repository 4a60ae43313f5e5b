//! A weight matrix in the form it is kept in, and its product with rows.
//!
//! Invariant: whatever the form, the product is that of the numbers in the file, computed in 32-bit floats.

use std::sync::Arc;

use candle_core::{Device, Result, Tensor};

use super::{
    numbers::Kind,
    panels::Panels,
    product::{self, Stored},
    with_slice,
};
use crate::model::{adapter::LowRank, error::ModelError, slab::Slab};

/// The form weights are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// Laid out once for the processor, bf16 kept in 16 bits; what would grow too much stays as the file has it.
    #[default]
    Auto,
    /// Laid out once for the processor, whatever they grow to.
    F32,
    /// As the file has them, in its mapped bytes.
    Keep,
}

/// A matrix from `in` numbers to `out` numbers.
pub enum Matrix {
    /// On a device, 32-bit floats `[in, out]`; a view where the file has it the other way round.
    Dense(Tensor),
    /// As files have them, side by side.
    Stored(Vec<Piece>),
    /// Laid out for the processor.
    Panels(Arc<Panels>),
}

/// A matrix in the bytes of a file.
pub struct Piece {
    slab: Slab,
    input: usize,
    output: usize,
}

impl Piece {
    fn stored(&self) -> Stored<'_> {
        Stored {
            kind: self.slab.kind,
            bytes: self.slab.bytes(),
            input: self.input,
            output: self.output,
        }
    }
}

impl Matrix {
    /// Joins matrices with one input side by side: each with the numbers that come out of it. `transposed` ones are stored `[in, out]`.
    pub fn new(
        parts: Vec<(Slab, usize)>,
        input: usize,
        transposed: bool,
        device: &Device,
        precision: Precision,
    ) -> std::result::Result<Self, ModelError> {
        let fits = |(slab, output): &(Slab, usize)| {
            let branch = slab.branch.as_ref();
            branch.is_none_or(|branch| branch.input == input && branch.output == *output)
        };
        if !parts.iter().all(fits) {
            return Err(ModelError::Adapter {
                reason: "its matrices lie the other way round than those of the model".into(),
            });
        }
        if device.is_cpu() && parts.iter().any(|(slab, _)| stays(slab, precision)) {
            let pieces = parts.into_iter().map(|(slab, output)| Piece {
                slab: if transposed {
                    slab.turned(input, output)
                } else {
                    slab
                },
                input,
                output,
            });
            return Ok(Self::Stored(pieces.collect()));
        }
        let numbers = parts.iter().map(|(slab, _)| {
            let mut numbers = slab.floats();
            if let Some(branch) = &slab.branch {
                branch.merge(&mut numbers, transposed);
            }
            numbers
        });
        if device.is_cpu() {
            let numbers: Vec<Vec<f32>> = numbers.collect();
            let numbers: Vec<&[f32]> = numbers.iter().map(Vec::as_slice).collect();
            let panels = Panels::new(&numbers, input, transposed);
            for (slab, _) in &parts {
                slab.forget();
            }
            return Ok(Self::Panels(Arc::new(panels)));
        }
        let tensors = numbers
            .zip(&parts)
            .map(|(numbers, (_, output))| {
                let shape = if transposed {
                    (input, *output)
                } else {
                    (*output, input)
                };
                Tensor::from_vec(numbers, shape, device)
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Self::Dense(if transposed {
            Tensor::cat(&tensors, 1)?
        } else {
            Tensor::cat(&tensors, 0)?.t()?
        }))
    }

    /// Rows `[rows, in]` to `[rows, out]`, plus a bias if there is one.
    pub fn forward(&self, x: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        let out = match self {
            Self::Dense(weight) => x.matmul(weight)?,
            Self::Stored(pieces) => {
                let rows = x.dim(0)?;
                let stored: Vec<Stored> = pieces.iter().map(Piece::stored).collect();
                let width = pieces.iter().map(|piece| piece.output).sum::<usize>();
                let out = with_slice(x, |x| {
                    let mut out = product::product(x, rows, &stored);
                    let mut start = 0;
                    for piece in pieces {
                        if let Some(branch) = &piece.slab.branch {
                            add(branch, x, rows, &mut out, start);
                        }
                        start += piece.output;
                    }
                    out
                })?;
                Tensor::from_vec(out, (rows, width), x.device())?
            }
            Self::Panels(panels) => {
                let rows = x.dim(0)?;
                let width = panels.outputs();
                let mut out = match bias {
                    None => vec![0.0; rows * width],
                    Some(bias) => with_slice(bias, |bias| bias.repeat(rows))?,
                };
                with_slice(x, |x| panels.add_product(x, &mut out))?;
                return Tensor::from_vec(out, (rows, width), x.device());
            }
        };
        match bias {
            Some(bias) => out.broadcast_add(bias),
            None => Ok(out),
        }
    }
}

/// Adds what an adapter adds to rows `[rows, width]` of results, from column `start` on.
fn add(branch: &LowRank, x: &[f32], rows: usize, out: &mut [f32], start: usize) {
    let stored = |slab: &Slab, input, output, x: &[f32]| {
        let part = Stored {
            kind: slab.kind,
            bytes: slab.bytes(),
            input,
            output,
        };
        product::product(x, rows, &[part])
    };
    let between = stored(&branch.first, branch.input, branch.rank, x);
    let added = stored(&branch.second, branch.rank, branch.output, &between);
    let width = out.len() / rows.max(1);
    for (out, added) in out.chunks_exact_mut(width).zip(added.chunks_exact(branch.output)) {
        for (out, added) in out.iter_mut().skip(start).zip(added) {
            *out += branch.scale * added;
        }
    }
}

/// The embedding: a row for each token.
pub enum Embedding {
    /// 32-bit floats `[vocabulary, hidden]`.
    Dense(Tensor),
    /// Laid out for the processor, because it is the head as well; and the numbers of a row.
    Panels(Arc<Panels>, usize),
    /// As the file has it.
    Stored {
        /// Its bytes.
        slab: Slab,
        /// Numbers of a row.
        hidden: usize,
        /// Rows.
        vocabulary: usize,
    },
}

impl Embedding {
    /// Takes a tensor `[vocabulary, hidden]`; `tied` when it is the head as well.
    pub fn new(
        slab: Slab,
        shape: [usize; 2],
        tied: bool,
        device: &Device,
        precision: Precision,
    ) -> Result<Self> {
        let [vocabulary, hidden] = shape;
        if device.is_cpu() && tied && !stays(&slab, precision) {
            let panels = Panels::new(&[&slab.floats()], hidden, false);
            return Ok(Self::Panels(Arc::new(panels), hidden));
        }
        if device.is_cpu() {
            return Ok(Self::Stored {
                slab,
                hidden,
                vocabulary,
            });
        }
        Ok(Self::Dense(Tensor::from_vec(slab.floats(), &shape, device)?))
    }

    /// The rows of tokens: `[tokens, hidden]`.
    pub fn rows(&self, tokens: &[u32], device: &Device) -> Result<Tensor> {
        match self {
            Self::Dense(rows) => {
                let ids = Tensor::from_slice(tokens, tokens.len(), device)?;
                rows.index_select(&ids, 0)
            }
            Self::Panels(panels, hidden) => {
                let mut rows = vec![0.0; tokens.len() * hidden];
                for (row, token) in rows.chunks_exact_mut(*hidden).zip(tokens) {
                    panels.row(*token as usize, row);
                }
                Tensor::from_vec(rows, (tokens.len(), *hidden), device)
            }
            Self::Stored { slab, hidden, .. } => {
                let mut rows = vec![0.0; tokens.len() * hidden];
                for (row, token) in rows.chunks_exact_mut(*hidden).zip(tokens) {
                    slab.kind.read(slab.bytes(), *token as usize * hidden, row);
                }
                Tensor::from_vec(rows, (tokens.len(), *hidden), device)
            }
        }
    }

    /// The same numbers as an output head, without a copy.
    pub fn head(&self) -> Result<Matrix> {
        Ok(match self {
            Self::Dense(rows) => Matrix::Dense(rows.t()?),
            Self::Panels(panels, _) => Matrix::Panels(Arc::clone(panels)),
            Self::Stored {
                slab,
                hidden,
                vocabulary,
            } => Matrix::Stored(vec![Piece {
                slab: slab.clone(),
                input: *hidden,
                output: *vocabulary,
            }]),
        })
    }
}

fn stays(slab: &Slab, precision: Precision) -> bool {
    stays_stored(slab.kind, slab.bytes().len(), precision)
}

/// Whether a matrix of so many bytes on the processor stays as its file has it: quantised numbers and large f16 ones would take
/// several times their room laid out.
const fn stays_stored(kind: Kind, bytes: usize, precision: Precision) -> bool {
    const LARGE: usize = 64 << 20;
    match (precision, kind) {
        (Precision::F32, _) | (Precision::Auto, Kind::F32 | Kind::Bf16) => false,
        (Precision::Auto, Kind::F16) => bytes > LARGE,
        (Precision::Keep | Precision::Auto, _) => true,
    }
}

/// Bytes a tensor of so many numbers takes once it is read: its own, 32-bit floats, or the 16 bits of bf16.
pub const fn kept(kind: Kind, numbers: usize, bytes: usize, precision: Precision) -> usize {
    match kind {
        Kind::Bf16 => bytes,
        _ if stays_stored(kind, bytes, precision) => bytes,
        _ => 4 * numbers,
    }
}
