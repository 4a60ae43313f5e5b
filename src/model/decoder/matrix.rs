//! A weight matrix in the form it is kept in, and its product with rows.
//!
//! Invariant: whatever the form, the product is that of the numbers in the file, computed in 32-bit floats.

use candle_core::{Result, Tensor};

/// A matrix from `in` numbers to `out` numbers.
pub enum Matrix {
    /// 32-bit floats `[in, out]`; a view where the file has it the other way round.
    Dense(Tensor),
}

impl Matrix {
    /// Rows `[rows, in]` to `[rows, out]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        match self {
            Self::Dense(weight) => x.matmul(weight),
        }
    }
}
