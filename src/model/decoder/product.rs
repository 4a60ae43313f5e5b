//! Rows times weights that stay as their file has them: converted tile by tile, in the innermost cache.
//!
//! Invariant: a number of the result depends on its row and its weights alone, not on how many threads share the work; no tile is larger
//! than a core's own cache.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use pulp::{Arch, Simd, WithSimd};
use rayon::prelude::*;

use super::numbers::Kind;

/// Inputs converted at a time; whole blocks of every quantised kind.
const BLOCK: usize = 512;
/// Up to so many rows, each is multiplied by itself; more are laid side by side.
const FEW: usize = 8;
/// Outputs a thread takes at a time: whole groups of every loop below.
const SHARE: usize = 48;

/// A matrix in the bytes of a file: a row of `input` numbers for each output.
#[derive(Debug, Clone, Copy)]
pub struct Stored<'a> {
    /// How its numbers are stored.
    pub kind: Kind,
    /// Its bytes, as many as its shape calls for.
    pub bytes: &'a [u8],
    /// Numbers that come in.
    pub input: usize,
    /// Numbers that come out.
    pub output: usize,
}

impl Stored<'_> {
    /// Numbers from `start` on of one row of the file.
    #[inline(always)]
    fn read(&self, row: usize, start: usize, out: &mut [f32]) {
        self.kind.read(self.bytes, row * self.input + start, out);
    }
}

/// Rows `[rows, in]` times matrices with one input, their outputs side by side: `[rows, out]`.
pub fn product(x: &[f32], rows: usize, parts: &[Stored]) -> Vec<f32> {
    let input = x.len() / rows.max(1);
    let total: usize = parts.iter().map(|part| part.output).sum();
    let arch = Arch::new();
    let apart = rows <= FEW;
    let left = arch.dispatch(Pack {
        x,
        rows,
        input,
        apart,
    });
    // outputs one after the other, the rows of each side by side
    let mut turned = vec![0.0; total * left.stride];
    let mut rest = turned.as_mut_slice();
    for part in parts {
        let (mine, others) = rest.split_at_mut(part.output * left.stride);
        rest = others;
        mine.par_chunks_mut(SHARE * left.stride)
            .enumerate()
            .for_each(|(number, out)| {
                arch.dispatch(Share {
                    left: &left,
                    part,
                    first: number * SHARE,
                    out,
                });
            });
    }
    if left.stride == 1 {
        return turned;
    }
    let mut out = vec![0.0; rows * total];
    turn(&turned, left.stride, rows, &mut out);
    out
}

/// `[outputs, stride]` to `[rows, outputs]`, the padding left out.
fn turn(turned: &[f32], stride: usize, rows: usize, out: &mut [f32]) {
    const SIDE: usize = 16;
    let total = out.len() / rows;
    out.par_chunks_mut(SIDE * total)
        .enumerate()
        .for_each(|(band, out)| {
            for (block, columns) in turned.chunks(SIDE * stride).enumerate() {
                for (row, out) in out.chunks_exact_mut(total).enumerate() {
                    let values = columns[band * SIDE + row..].iter().step_by(stride);
                    for (out, value) in out[block * SIDE..].iter_mut().zip(values) {
                        *out = *value;
                    }
                }
            }
        });
}

/// The rows, in the order the loops read them.
struct Left {
    /// Rows apart: `[stride, padded input]`. Side by side: panels of `width` rows, each `[input, width]`.
    values: Vec<f32>,
    input: usize,
    /// Rows taken at a time.
    width: usize,
    /// Rows stand apart.
    apart: bool,
    /// Input of a row, with the zeros that make it whole vectors.
    padded: usize,
    /// Rows of a result, with those that fill the last group.
    stride: usize,
}

struct Pack<'a> {
    x: &'a [f32],
    rows: usize,
    input: usize,
    apart: bool,
}

impl WithSimd for Pack<'_> {
    type Output = Left;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> Left {
        let Self {
            x,
            rows,
            input,
            apart,
        } = self;
        let padded = input.next_multiple_of(S::F32_LANES);
        let width = match rows {
            0..=4 if apart => rows.max(1),
            5 | 6 if apart => 3,
            _ if apart => 4,
            _ => S::F32_LANES * vectors::<S>(rows),
        };
        let stride = rows.next_multiple_of(width);
        let mut values = vec![0.0; stride * if apart { padded } else { input }];
        if apart {
            for (to, from) in values.chunks_exact_mut(padded).zip(x.chunks_exact(input)) {
                to[..input].copy_from_slice(from);
            }
        } else {
            values
                .par_chunks_exact_mut(width * input)
                .zip(x.par_chunks(width * input))
                .for_each(|(panel, x)| {
                    for (row, x) in x.chunks_exact(input).enumerate() {
                        for (to, from) in panel[row..].iter_mut().step_by(width).zip(x) {
                            *to = *from;
                        }
                    }
                });
        }
        Left {
            values,
            input,
            width,
            apart,
            padded,
            stride,
        }
    }
}

/// Vectors side by side in a panel: what the registers hold, or what the rows fill.
#[inline(always)]
const fn vectors<S: Simd>(rows: usize) -> usize {
    let most = if S::REGISTER_COUNT >= 32 { 4 } else { 2 };
    let filled = rows.div_ceil(S::F32_LANES);
    if filled >= 3 && most == 4 {
        4
    } else if filled >= 2 {
        2
    } else {
        1
    }
}

/// Some outputs of one matrix.
struct Share<'a> {
    left: &'a Left,
    part: &'a Stored<'a>,
    first: usize,
    /// `[outputs, stride]`, zeros.
    out: &'a mut [f32],
}

impl WithSimd for Share<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Left { width, apart, .. } = *self.left;
        if apart {
            return match width {
                1 => self.dots::<S, 1, 8>(simd),
                2 => self.dots::<S, 2, 4>(simd),
                3 => self.dots::<S, 3, 4>(simd),
                _ => self.dots::<S, 4, 4>(simd),
            };
        }
        match width / S::F32_LANES {
            4 => self.panels::<S, 4, 6>(simd),
            2 => self.panels::<S, 2, 6>(simd),
            _ => self.panels::<S, 1, 12>(simd),
        }
    }
}

impl Share<'_> {
    /// Each of `R` rows times each of `O` outputs, along the input.
    #[inline(always)]
    fn dots<S: Simd, const R: usize, const O: usize>(self, simd: S) {
        let Left {
            values,
            input,
            padded,
            stride,
            ..
        } = self.left;
        let mut tile = [[0.0; BLOCK]; O];
        for (group, out) in self.out.chunks_mut(O * stride).enumerate() {
            for start in (0..*input).step_by(BLOCK) {
                let len = BLOCK.min(input - start);
                let whole = len.next_multiple_of(S::F32_LANES);
                for (number, _) in out.chunks(*stride).enumerate() {
                    let weights = &mut tile[number];
                    self.part
                        .read(self.first + group * O + number, start, &mut weights[..len]);
                    weights[len..whole].fill(0.0);
                }
                let weights = tile.each_ref().map(|row| S::as_simd_f32s(&row[..whole]).0);
                for first in (0..*stride).step_by(R) {
                    let rows: [&[S::f32s]; R] = std::array::from_fn(|row| {
                        S::as_simd_f32s(&values[(first + row) * padded + start..][..whole]).0
                    });
                    let sums = inner::<S, R, O>(simd, &rows, &weights);
                    for (out, sums) in out.chunks_mut(*stride).zip(sums) {
                        for (out, sum) in out[first..].iter_mut().zip(sums) {
                            *out += simd.reduce_sum_f32s(sum);
                        }
                    }
                }
            }
        }
    }

    /// Panels of rows times `O` outputs: each weight once, for `P` vectors of rows.
    #[inline(always)]
    fn panels<S: Simd, const P: usize, const O: usize>(self, simd: S) {
        let Left {
            values,
            input,
            width,
            stride,
            ..
        } = self.left;
        let mut tile = [[0.0; BLOCK]; O];
        for (group, out) in self.out.chunks_mut(O * stride).enumerate() {
            for start in (0..*input).step_by(BLOCK) {
                let len = BLOCK.min(input - start);
                for (number, _) in out.chunks(*stride).enumerate() {
                    let row = self.first + group * O + number;
                    self.part.read(row, start, &mut tile[number][..len]);
                }
                let weights = tile.each_ref().map(|row| &row[..len]);
                for (number, panel) in values.chunks_exact(width * input).enumerate() {
                    let panel = S::as_simd_f32s(&panel[start * width..(start + len) * width]).0;
                    let sums = outer::<S, P, O>(simd, panel.as_chunks().0, weights);
                    for (out, sums) in out.chunks_mut(*stride).zip(sums) {
                        let out = &mut out[number * width..(number + 1) * width];
                        for (out, sum) in S::as_mut_simd_f32s(out).0.iter_mut().zip(sums) {
                            *out = simd.add_f32s(*out, sum);
                        }
                    }
                }
            }
        }
    }
}

/// Products of rows with rows, as vectors of partial sums: `[outputs][rows]`.
#[inline(always)]
fn inner<S: Simd, const R: usize, const O: usize>(
    simd: S,
    rows: &[&[S::f32s]; R],
    weights: &[&[S::f32s]; O],
) -> [[S::f32s; R]; O] {
    let length = weights[0].len();
    let rows = rows.map(|row| &row[..length]);
    let weights = weights.map(|row| &row[..length]);
    let mut sums = [[simd.splat_f32s(0.0); R]; O];
    for at in 0..length {
        for (sums, weights) in sums.iter_mut().zip(weights) {
            for (sum, row) in sums.iter_mut().zip(rows) {
                *sum = simd.mul_add_e_f32s(row[at], weights[at], *sum);
            }
        }
    }
    sums
}

/// Products of vectors with single numbers, summed along both: `[scalars][vectors]`.
#[inline(always)]
fn outer<S: Simd, const P: usize, const O: usize>(
    simd: S,
    vectors: &[[S::f32s; P]],
    scalars: [&[f32]; O],
) -> [[S::f32s; P]; O] {
    let length = vectors.len();
    let scalars = scalars.map(|scalars| &scalars[..length]);
    let mut sums = [[simd.splat_f32s(0.0); P]; O];
    for (at, vectors) in vectors.iter().enumerate() {
        for (sums, scalars) in sums.iter_mut().zip(scalars) {
            let scalar = simd.splat_f32s(scalars[at]);
            for (sum, vector) in sums.iter_mut().zip(vectors) {
                *sum = simd.mul_add_e_f32s(scalar, *vector, *sum);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(count: usize, salt: u32) -> Vec<f32> {
        (0..count as u32)
            .map(|at| {
                (at.wrapping_mul(2_654_435_761).wrapping_add(salt * 40_503) >> 8 & 0xff) as f32 / 64.0 - 2.0
            })
            .collect()
    }

    #[test]
    fn every_loop_gives_the_plain_sum_of_products() {
        for (input, outputs) in [(1, 1), (7, 5), (48, 97), (513, 64), (1100, 50)] {
            let parts = [outputs, outputs / 2 + 1];
            for rows in [1, 2, 3, 4, 5, 7, 8, 9, 16, 20, 33, 48, 65, 130] {
                let x = numbers(rows * input, 1);
                let weights: Vec<Vec<f32>> = parts
                    .iter()
                    .map(|output| numbers(output * input, *output as u32 + 2))
                    .collect();
                let bytes: Vec<Vec<u8>> = weights
                    .iter()
                    .map(|weights| weights.iter().flat_map(|value| value.to_le_bytes()).collect())
                    .collect();
                let stored: Vec<Stored> = bytes
                    .iter()
                    .zip(parts)
                    .map(|(bytes, output)| Stored {
                        kind: Kind::F32,
                        bytes,
                        input,
                        output,
                    })
                    .collect();
                let out = product(&x, rows, &stored);
                let mut found = out.iter();
                for x in x.chunks(input) {
                    for (weights, output) in weights.iter().zip(parts) {
                        for column in 0..output {
                            let weight = |at: usize| weights[column * input + at];
                            let exact: f32 = x.iter().enumerate().map(|(at, x)| x * weight(at)).sum();
                            let found = found.next().unwrap();
                            assert!(
                                (found - exact).abs() <= 1e-3,
                                "{rows} rows, {input} to {outputs}: {found} for {exact}"
                            );
                        }
                    }
                }
                assert!(found.next().is_none());
            }
        }
    }
}
