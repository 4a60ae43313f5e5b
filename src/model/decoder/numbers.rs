//! Numbers as they stand in the bytes of a file, and their conversion to 32-bit floats.
//!
//! Invariant: a conversion is exact, needs no alignment, and never reads beyond the bytes it is given.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use super::blocks::{self, LARGE, SMALL};

/// How numbers are stored, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit floats.
    F32,
    /// IEEE half floats.
    F16,
    /// The upper half of 32-bit floats.
    Bf16,
    /// Blocks of 32 whole numbers of 8 bits.
    Q8_0,
    /// Blocks of 32 whole numbers of 4 bits.
    Q4_0,
    /// Blocks of 32 whole numbers of 5 bits.
    Q5_0,
    /// Blocks of 256 numbers of 4 bits.
    Q4K,
    /// Blocks of 256 numbers of 5 bits.
    Q5K,
    /// Blocks of 256 numbers of 6 bits.
    Q6K,
}

impl Kind {
    /// Numbers of a block and its bytes.
    pub const fn block(self) -> (usize, usize) {
        match self {
            Self::F32 => (1, 4),
            Self::F16 | Self::Bf16 => (1, 2),
            Self::Q8_0 => (SMALL, 34),
            Self::Q4_0 => (SMALL, 18),
            Self::Q5_0 => (SMALL, 22),
            Self::Q4K => (LARGE, 144),
            Self::Q5K => (LARGE, 176),
            Self::Q6K => (LARGE, 210),
        }
    }

    /// Bytes that so many numbers take; `None` when they do not fill whole blocks, or are more than fit into memory.
    pub fn bytes(self, numbers: usize) -> Option<usize> {
        let (block, bytes) = self.block();
        numbers
            .is_multiple_of(block)
            .then_some(numbers / block)?
            .checked_mul(bytes)
    }

    /// As files call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Bf16 => "bf16",
            Self::Q8_0 => "q8_0",
            Self::Q4_0 => "q4_0",
            Self::Q5_0 => "q5_0",
            Self::Q4K => "q4_k",
            Self::Q5K => "q5_k",
            Self::Q6K => "q6_k",
        }
    }

    /// Whether no number in whole blocks is infinite or none at all; of quantised ones the scales tell.
    pub fn finite(self, bytes: &[u8]) -> bool {
        const HALF: u16 = 0x7c00;
        let halves = |at: usize| {
            let width = self.block().1;
            let scales = bytes
                .chunks_exact(width)
                .filter_map(|block| block.get(at..at + 2));
            let mut scales = scales.filter_map(|pair| pair.first_chunk());
            scales.all(|pair| u16::from_le_bytes(*pair) & HALF != HALF)
        };
        match self {
            Self::F32 => every(bytes, |number| {
                u32::from_le_bytes(number) & 0x7f80_0000 != 0x7f80_0000
            }),
            Self::F16 => every(bytes, |number| u16::from_le_bytes(number) & HALF != HALF),
            Self::Bf16 => every(bytes, |number| u16::from_le_bytes(number) & 0x7f80 != 0x7f80),
            Self::Q8_0 | Self::Q4_0 | Self::Q5_0 => halves(0),
            Self::Q4K | Self::Q5K => halves(0) && halves(2),
            Self::Q6K => halves(208),
        }
    }

    /// Converts as many numbers as `out` holds, beginning with number `start`: both whole blocks.
    #[inline(always)]
    pub fn read(self, bytes: &[u8], start: usize, out: &mut [f32]) {
        let (block, width) = self.block();
        let bytes = bytes.get(start / block * width..).unwrap_or_default();
        match self {
            Self::F32 => each(bytes, out, |bytes, [out]| *out = f32::from_le_bytes(*bytes)),
            Self::F16 => each(bytes, out, |bytes, [out]| *out = half(u16::from_le_bytes(*bytes))),
            Self::Bf16 => each(bytes, out, |bytes, [out]| {
                *out = f32::from_bits(u32::from(u16::from_le_bytes(*bytes)) << 16);
            }),
            Self::Q8_0 => each(bytes, out, blocks::q8_0),
            Self::Q4_0 => each(bytes, out, blocks::q4_0),
            Self::Q5_0 => each(bytes, out, blocks::q5_0),
            Self::Q4K => each(bytes, out, blocks::q4_k),
            Self::Q5K => each(bytes, out, blocks::q5_k),
            Self::Q6K => each(bytes, out, blocks::q6_k),
        }
    }
}

/// Whether all numbers pass: without a way out in between, so that many are looked at together.
fn every<const B: usize>(bytes: &[u8], passes: impl Fn([u8; B]) -> bool) -> bool {
    let numbers = bytes.as_chunks().0.iter();
    numbers.fold(true, |all, number| all & passes(*number))
}

/// Converts block by block.
#[inline(always)]
fn each<const B: usize, const N: usize>(
    bytes: &[u8],
    out: &mut [f32],
    block: impl Fn(&[u8; B], &mut [f32; N]),
) {
    for (out, bytes) in out.as_chunks_mut().0.iter_mut().zip(bytes.as_chunks().0) {
        block(bytes, out);
    }
}

/// An IEEE half float, without a branch, so that many are converted at once.
#[inline(always)]
pub fn half(bits: u16) -> f32 {
    // moved to its place, the exponent is 112 too small; multiplying mends it for subnormal numbers too
    const SCALE: f32 = f32::from_bits((127 + 112) << 23);
    let magnitude = u32::from(bits & 0x7fff) << 13;
    let finite = (f32::from_bits(magnitude) * SCALE).to_bits();
    let special = magnitude | 0x7f80_0000;
    let chosen = if bits & 0x7c00 == 0x7c00 { special } else { finite };
    f32::from_bits(chosen | u32::from(bits & 0x8000) << 16)
}

#[cfg(test)]
mod tests {
    use half::{bf16, f16};

    use super::*;

    #[test]
    fn every_half_float_is_exact() {
        for bits in 0..=u16::MAX {
            for (kind, exact) in [
                (Kind::F16, f16::from_bits(bits).to_f32()),
                (Kind::Bf16, bf16::from_bits(bits).to_f32()),
            ] {
                let mut out = [0.0];
                kind.read(&bits.to_le_bytes(), 0, &mut out);
                assert!(
                    out[0].to_bits() == exact.to_bits() || out[0].is_nan() && exact.is_nan(),
                    "{kind:?} {bits:#x}"
                );
            }
        }
    }
}
