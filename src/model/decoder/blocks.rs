//! Blocks of quantised numbers, as GGUF files hold them.
//!
//! Invariant: each gives exactly the numbers the format stands for; scales are half floats, and nothing is rounded twice.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use super::numbers::half;

/// Numbers that share one scale in the simple formats.
pub const SMALL: usize = 32;
/// Numbers of a block of the formats with two levels of scales.
pub const LARGE: usize = 256;

#[inline(always)]
const fn pair(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// One scale, 32 whole numbers of 8 bits.
#[inline(always)]
pub fn q8_0(block: &[u8; 34], out: &mut [f32; SMALL]) {
    let scale = half(pair(block, 0));
    for (out, number) in out.iter_mut().zip(&block[2..]) {
        *out = f32::from(number.cast_signed()) * scale;
    }
}

/// One scale, 32 whole numbers of 4 bits around 8.
#[inline(always)]
pub fn q4_0(block: &[u8; 18], out: &mut [f32; SMALL]) {
    let scale = half(pair(block, 0));
    let (low, high) = out.split_at_mut(SMALL / 2);
    for ((low, high), byte) in low.iter_mut().zip(high).zip(&block[2..]) {
        *low = f32::from((byte & 15).cast_signed() - 8) * scale;
        *high = f32::from((byte >> 4).cast_signed() - 8) * scale;
    }
}

/// One scale, 32 whole numbers of 5 bits around 16, their highest bits together in one word.
#[inline(always)]
pub fn q5_0(block: &[u8; 22], out: &mut [f32; SMALL]) {
    let scale = half(pair(block, 0));
    let highest = u32::from_le_bytes([block[2], block[3], block[4], block[5]]);
    let (low, high) = out.split_at_mut(SMALL / 2);
    for (at, ((low, high), byte)) in low.iter_mut().zip(high).zip(&block[6..]).enumerate() {
        let (first, second) = (highest >> at & 1, highest >> (at + SMALL / 2) & 1);
        let number = |bits: u8, top: u32| f32::from(bits | (top as u8) << 4) - 16.0;
        *low = number(byte & 15, first) * scale;
        *high = number(byte >> 4, second) * scale;
    }
}

/// The scale and the offset of one of the eight parts of a block: six bits each, packed.
#[inline(always)]
const fn part(packed: &[u8], at: usize) -> (u8, u8) {
    if at < 4 {
        (packed[at] & 63, packed[at + 4] & 63)
    } else {
        (
            packed[at + 4] & 15 | packed[at - 4] >> 6 << 4,
            packed[at + 4] >> 4 | packed[at] >> 6 << 4,
        )
    }
}

/// Two levels of scales and offsets, numbers of 4 bits.
#[inline(always)]
pub fn q4_k(block: &[u8; 144], out: &mut [f32; LARGE]) {
    let (scale, offset) = (half(pair(block, 0)), half(pair(block, 2)));
    let (packed, numbers) = (&block[4..16], &block[16..]);
    for (at, out) in out.as_chunks_mut::<SMALL>().0.iter_mut().enumerate() {
        let (factor, minus) = part(packed, at);
        let (factor, minus) = (scale * f32::from(factor), offset * f32::from(minus));
        let shift = at % 2 * 4;
        for (out, byte) in out.iter_mut().zip(&numbers[at / 2 * SMALL..]) {
            *out = factor * f32::from(byte >> shift & 15) - minus;
        }
    }
}

/// The same with numbers of 5 bits, their highest bits apart.
#[inline(always)]
pub fn q5_k(block: &[u8; 176], out: &mut [f32; LARGE]) {
    let (scale, offset) = (half(pair(block, 0)), half(pair(block, 2)));
    let (packed, highest, numbers) = (&block[4..16], &block[16..48], &block[48..]);
    for (at, out) in out.as_chunks_mut::<SMALL>().0.iter_mut().enumerate() {
        let (factor, minus) = part(packed, at);
        let (factor, minus) = (scale * f32::from(factor), offset * f32::from(minus));
        let shift = at % 2 * 4;
        let bytes = numbers[at / 2 * SMALL..].iter().zip(highest);
        for (out, (byte, top)) in out.iter_mut().zip(bytes) {
            let number = byte >> shift & 15 | (top >> at & 1) << 4;
            *out = factor * f32::from(number) - minus;
        }
    }
}

/// One scale and sixteen of 8 bits, numbers of 6 bits around 32, the two highest bits apart.
#[inline(always)]
pub fn q6_k(block: &[u8; 210], out: &mut [f32; LARGE]) {
    let scale = half(pair(block, 208));
    for (at, out) in out.as_chunks_mut::<SMALL>().0.iter_mut().enumerate() {
        let (side, quarter) = (at / 4, at % 4);
        let low = &block[side * 64 + quarter % 2 * SMALL..];
        let high = &block[128 + side * SMALL..];
        let scales = &block[192 + side * 8 + quarter * 2..];
        let (shift, top) = (quarter / 2 * 4, quarter * 2);
        for (place, (out, (low, high))) in out.iter_mut().zip(low.iter().zip(high)).enumerate() {
            let number = low >> shift & 15 | (high >> top & 3) << 4;
            let factor = scale * f32::from(scales[place / 16].cast_signed());
            *out = factor * f32::from(number.cast_signed() - 32);
        }
    }
}

#[cfg(test)]
mod tests {
    use candle_core::{
        Device, Tensor,
        quantized::{GgmlDType, QTensor},
    };

    use crate::model::decoder::numbers::Kind;

    /// Each format against another implementation, on numbers it quantised itself.
    #[test]
    fn blocks_hold_the_numbers_another_implementation_finds() {
        let numbers: Vec<f32> = (0..2048_u16)
            .map(|at| (f32::from(at) * 0.37).sin() * 3.0)
            .collect();
        let tensor = Tensor::from_vec(numbers, (4, 512), &Device::Cpu).unwrap();
        for (kind, theirs) in [
            (Kind::Q8_0, GgmlDType::Q8_0),
            (Kind::Q4_0, GgmlDType::Q4_0),
            (Kind::Q5_0, GgmlDType::Q5_0),
            (Kind::Q4K, GgmlDType::Q4K),
            (Kind::Q5K, GgmlDType::Q5K),
            (Kind::Q6K, GgmlDType::Q6K),
        ] {
            let quantised = QTensor::quantize(&tensor, theirs).unwrap();
            let bytes = quantised.data().unwrap().into_owned();
            assert_eq!(kind.bytes(2048), Some(bytes.len()));
            let exact = quantised.dequantize(&Device::Cpu).unwrap().flatten_all().unwrap();
            let exact = exact.to_vec1::<f32>().unwrap();
            let mut out = vec![0.0; 1024];
            kind.read(&bytes, 512, &mut out);
            assert_eq!(out, exact[512..1536], "{kind:?}");
        }
    }
}
