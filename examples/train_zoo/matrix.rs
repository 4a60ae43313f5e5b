//! Matrices of floats, row by row: plain slices to read, candle's product to multiply. No other crate's gradient is involved.

use std::ops::Deref;

use candle_core::{CpuStorage, Device, Result, Storage, Tensor};

/// A matrix `[rows, columns]`.
#[derive(Clone)]
pub struct Matrix(Tensor);

/// Its numbers, for reading.
struct Numbers<G>(G);

impl<G: Deref<Target = Storage>> Deref for Numbers<G> {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        match &*self.0 {
            Storage::Cpu(CpuStorage::F32(numbers)) => numbers,
            _ => &[],
        }
    }
}

impl Matrix {
    /// A matrix of these numbers.
    pub fn new(numbers: Vec<f32>, columns: usize) -> Result<Self> {
        let rows = numbers.len() / columns;
        Ok(Self(Tensor::from_vec(numbers, (rows, columns), &Device::Cpu)?))
    }

    /// A copy of these numbers as a matrix.
    pub fn copy(numbers: &[f32], columns: usize) -> Result<Self> {
        Ok(Self(Tensor::from_slice(
            numbers,
            (numbers.len() / columns, columns),
            &Device::Cpu,
        )?))
    }

    /// Its numbers. The matrix is whole and in order: every constructor makes it so.
    pub fn numbers(&self) -> impl Deref<Target = [f32]> {
        Numbers(self.0.storage_and_layout().0)
    }

    /// Columns.
    pub fn columns(&self) -> usize {
        self.0.dims().last().copied().unwrap_or(0)
    }

    /// `self` times the transposed other: what a layer does to its input.
    pub fn through(&self, weight: &Self) -> Result<Self> {
        Ok(Self(self.0.matmul(&weight.0.t()?)?))
    }

    /// `self` times the other: what a layer does to the gradient of its output.
    pub fn back_through(&self, weight: &Self) -> Result<Self> {
        Ok(Self(self.0.matmul(&weight.0)?))
    }

    /// The transposed self times the other: the gradient of a layer's weight.
    pub fn across(&self, input: &Self) -> Result<Self> {
        Ok(Self(self.0.t()?.matmul(&input.0)?))
    }
}
