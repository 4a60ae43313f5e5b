//! Norms of queries and keys, between the projection and the rotation.
//!
//! Invariant: values are never touched, and both ways of computing give the same numbers.

use candle_core::{D, Result, Tensor};

use super::kernel;
use crate::model::spec::{Norm, NormKind};

/// The two norms of a layer.
pub struct HeadNorms {
    pub queries: PartNorm,
    pub keys: PartNorm,
}

/// The norm of one part of each row.
pub struct PartNorm {
    /// Where the part begins.
    pub from: usize,
    /// Numbers normed together.
    pub group: usize,
    /// One weight for each number of the part.
    pub weight: Tensor,
    /// What is added, if anything.
    pub bias: Option<Tensor>,
}

impl HeadNorms {
    /// Norms rows of queries, keys and values, `row` wide, on the processor.
    pub fn host(&self, norm: Norm, values: &mut [f32], row: usize) -> Result<()> {
        for part in [&self.queries, &self.keys] {
            let weight = part.weight.to_vec1::<f32>()?;
            let bias = part.bias.as_ref().map(Tensor::to_vec1::<f32>).transpose()?;
            kernel::norm_part(norm, values, row, part.from, part.group, &weight, bias.as_deref());
        }
        Ok(())
    }

    /// The same as tensor operations.
    pub fn device(&self, norm: Norm, qkv: &Tensor) -> Result<Tensor> {
        let (queries, keys) = (self.queries.normed(norm, qkv)?, self.keys.normed(norm, qkv)?);
        let done = queries.dim(1)? + keys.dim(1)?;
        let values = qkv.narrow(D::Minus1, done, qkv.dim(1)? - done)?;
        Tensor::cat(&[queries, keys, values], 1)
    }
}

impl PartNorm {
    fn normed(&self, norm: Norm, qkv: &Tensor) -> Result<Tensor> {
        let width = self.weight.dim(0)?;
        let rows = qkv.dim(0)?;
        let groups = (rows, width / self.group, self.group);
        let part = qkv.narrow(D::Minus1, self.from, width)?.reshape(groups)?;
        let part = part.contiguous()?;
        let ones = self.weight.narrow(0, 0, self.group)?.ones_like()?;
        let part = match norm.kind {
            NormKind::Rms => candle_nn::ops::rms_norm(&part, &ones, norm.eps)?,
            NormKind::Layer => candle_nn::ops::layer_norm(&part, &ones, &ones.zeros_like()?, norm.eps)?,
        };
        let part = part.reshape((rows, width))?.broadcast_mul(&self.weight)?;
        match &self.bias {
            Some(bias) => part.broadcast_add(bias),
            None => Ok(part),
        }
    }
}
