//! Norms of queries and keys, between the projection and the rotation.
//!
//! Invariant: values are never touched, and both ways of computing give the same numbers.

use candle_core::{D, Tensor};

use super::{kernel, load::Loader};
use crate::model::{
    error::ModelError,
    spec::{self, Norm, NormKind},
};

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

impl Loader<'_> {
    /// The norm of the queries or the keys: `width` numbers from `from` on.
    pub fn head_norm(
        &mut self,
        kind: spec::HeadNorms,
        name: &str,
        from: usize,
        width: usize,
    ) -> Result<PartNorm, ModelError> {
        let head = self.spec.attention.head_dim;
        let group = match kind {
            spec::HeadNorms::Whole => width,
            spec::HeadNorms::Same | spec::HeadNorms::Own => head,
        };
        let all = |one: Tensor| one.repeat(width / group);
        let (weight, bias) = match kind {
            spec::HeadNorms::Own => {
                let weights = (0..width / head)
                    .map(|head_number| self.tensor(&format!("{name}.norms.{head_number}"), &[head]))
                    .collect::<Result<Vec<_>, _>>()?;
                (Tensor::cat(&weights, 0)?, None)
            }
            spec::HeadNorms::Same | spec::HeadNorms::Whole => {
                let norm = self.norm_of(name, group)?;
                (all(norm.weight)?, norm.bias.map(all).transpose()?)
            }
        };
        Ok(PartNorm {
            from,
            group,
            weight,
            bias,
        })
    }
}

impl HeadNorms {
    /// Norms rows of queries, keys and values, `row` wide, on the processor.
    pub fn host(&self, norm: Norm, values: &mut [f32], row: usize) -> candle_core::Result<()> {
        for part in [&self.queries, &self.keys] {
            let weight = part.weight.to_vec1::<f32>()?;
            let bias = part.bias.as_ref().map(Tensor::to_vec1::<f32>).transpose()?;
            kernel::norm_part(norm, values, row, part.from, part.group, &weight, bias.as_deref());
        }
        Ok(())
    }

    /// The same as tensor operations.
    pub fn device(&self, norm: Norm, qkv: &Tensor) -> candle_core::Result<Tensor> {
        let (queries, keys) = (self.queries.normed(norm, qkv)?, self.keys.normed(norm, qkv)?);
        let done = queries.dim(1)? + keys.dim(1)?;
        let values = qkv.narrow(D::Minus1, done, qkv.dim(1)? - done)?;
        Tensor::cat(&[queries, keys, values], 1)
    }
}

impl PartNorm {
    fn normed(&self, norm: Norm, qkv: &Tensor) -> candle_core::Result<Tensor> {
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
