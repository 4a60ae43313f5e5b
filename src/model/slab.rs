//! One tensor in the bytes of its file, read or rearranged without a copy of the rest.
//!
//! Invariant: its bytes are as many as its shape calls for, whatever the file says.

use std::{ops::Range, sync::Arc};

use rayon::prelude::*;

use super::{adapter::LowRank, decoder::numbers::Kind, files::Bytes};

/// A tensor in the bytes of a file that stays open.
#[derive(Debug, Clone)]
pub struct Slab {
    /// The file.
    pub file: Arc<Bytes>,
    /// Where in it.
    pub range: Range<usize>,
    /// How its numbers are stored.
    pub kind: Kind,
    /// Numbers in it.
    pub numbers: usize,
    /// What an adapter adds to it.
    pub branch: Option<Arc<LowRank>>,
}

impl Slab {
    /// Its bytes: as many as its shape calls for.
    pub fn bytes(&self) -> &[u8] {
        self.file.get(self.range.clone()).unwrap_or_default()
    }

    /// Whether no number is infinite or none at all.
    pub fn finite(&self) -> bool {
        let (block, width) = self.kind.block();
        let piece = width * (1 << 16) / block;
        self.bytes()
            .par_chunks(piece)
            .all(|bytes| self.kind.finite(bytes))
    }

    /// Gives the memory back that its file's bytes took: they were read for the last time.
    pub fn forget(&self) {
        self.file.forget(self.range.clone());
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
            kind: self.kind,
            branch: None,
        }
    }

    /// A copy with the rows of each head in the order of folders: its two halves, instead of pairs of one row of each.
    pub fn unpaired(&self, rows: usize, heads: usize) -> Option<Self> {
        let bytes = self.bytes();
        let width = bytes.len().checked_div(rows)?;
        let head = rows.checked_div(heads)?;
        if width == 0 || head == 0 || !head.is_multiple_of(2) || head * heads != rows {
            return None;
        }
        let mut copy = Vec::with_capacity(bytes.len());
        for head in bytes.chunks(head * width) {
            for half in 0..2 {
                let rows = head.chunks_exact(width).skip(half).step_by(2);
                rows.for_each(|row| copy.extend_from_slice(row));
            }
        }
        Some(Self {
            range: 0..copy.len(),
            file: Arc::new(Bytes::Owned(copy)),
            ..self.clone()
        })
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
            ..self.clone()
        }
    }
}
