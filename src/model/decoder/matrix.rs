//! A weight matrix in the form it is kept in, and its product with rows.
//!
//! Invariant: whatever the form, the product is that of the numbers in the file, computed in 32-bit floats.

use candle_core::{Result, Tensor};

use super::{panels::Panels, with_slice};

/// A matrix from `in` numbers to `out` numbers.
pub enum Matrix {
    /// On a device, 32-bit floats `[in, out]`; a view where the file has it the other way round.
    Dense(Tensor),
    /// On the processor.
    Panels(Panels),
}

impl Matrix {
    /// Joins matrices with one input side by side: `[out, in]` each, or `[in, out]` when `transposed`.
    pub fn joined(parts: &[Tensor], transposed: bool) -> Result<Self> {
        let Some(first) = parts.first() else {
            candle_core::bail!("a matrix without parts");
        };
        if !first.device().is_cpu() {
            return Ok(Self::Dense(if transposed {
                Tensor::cat(parts, 1)?
            } else {
                Tensor::cat(parts, 0)?.t()?
            }));
        }
        let input = first.dim(usize::from(!transposed))?;
        let values = parts
            .iter()
            .map(|part| part.flatten_all()?.to_vec1::<f32>())
            .collect::<Result<Vec<_>>>()?;
        let values: Vec<&[f32]> = values.iter().map(Vec::as_slice).collect();
        Ok(Self::Panels(Panels::new(&values, input, transposed)))
    }

    /// Rows `[rows, in]` to `[rows, out]`, plus a bias if there is one.
    pub fn forward(&self, x: &Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
        match self {
            Self::Dense(weight) => {
                let out = x.matmul(weight)?;
                bias.map_or(Ok(out.clone()), |bias| out.broadcast_add(bias))
            }
            Self::Panels(panels) => {
                let rows = x.dim(0)?;
                let width = panels.outputs();
                let mut out = match bias {
                    None => vec![0.0; rows * width],
                    Some(bias) => with_slice(bias, |bias| bias.repeat(rows))?,
                };
                with_slice(x, |x| panels.add_product(x, &mut out))?;
                Tensor::from_vec(out, (rows, width), x.device())
            }
        }
    }

    /// The weights of some outputs, `[outputs, in]`: rows of an embedding.
    pub fn rows(&self, outputs: &[u32], input: usize) -> Result<Tensor> {
        match self {
            Self::Dense(weight) => {
                let ids = Tensor::from_slice(outputs, outputs.len(), weight.device())?;
                weight.t()?.index_select(&ids, 0)
            }
            Self::Panels(panels) => {
                let mut rows = vec![0.0; outputs.len() * input];
                for (row, output) in rows.chunks_exact_mut(input.max(1)).zip(outputs) {
                    panels.row(*output as usize, row);
                }
                Tensor::from_vec(rows, (outputs.len(), input), &candle_core::Device::Cpu)
            }
        }
    }
}
