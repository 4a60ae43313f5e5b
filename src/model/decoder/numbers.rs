//! Numbers as they stand in the bytes of a file, and their conversion to 32-bit floats.
//!
//! Invariant: a conversion is exact, needs no alignment, and never reads beyond the bytes it is given.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

/// How a number is stored, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// 32-bit floats.
    F32,
    /// IEEE half floats.
    F16,
    /// The upper half of 32-bit floats.
    Bf16,
}

impl Kind {
    /// Bytes that so many numbers take; `None` when they do not fit whole blocks, or memory.
    pub fn bytes(self, numbers: usize) -> Option<usize> {
        numbers.checked_mul(self.width())
    }

    /// Bytes of one number.
    const fn width(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F16 | Self::Bf16 => 2,
        }
    }

    /// Converts as many numbers as `out` holds, beginning with number `start`.
    #[inline(always)]
    pub fn read(self, bytes: &[u8], start: usize, out: &mut [f32]) {
        let bytes = bytes.get(start * self.width()..).unwrap_or_default();
        match self {
            Self::F32 => {
                for (out, bytes) in out.iter_mut().zip(bytes.as_chunks().0) {
                    *out = f32::from_le_bytes(*bytes);
                }
            }
            Self::F16 => {
                for (out, bytes) in out.iter_mut().zip(bytes.as_chunks().0) {
                    *out = half(u16::from_le_bytes(*bytes));
                }
            }
            Self::Bf16 => {
                for (out, bytes) in out.iter_mut().zip(bytes.as_chunks().0) {
                    *out = f32::from_bits(u32::from(u16::from_le_bytes(*bytes)) << 16);
                }
            }
        }
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
