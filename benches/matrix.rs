//! Rows times a weight matrix: converted to 32-bit floats once, against converted tile by tile inside the product.

#![expect(clippy::unwrap_used, reason = "a failed step ends the measurement")]

use candle_core::{Device, Tensor};
use divan::{Bencher, black_box, counter::ItemsCount};
use half::{bf16, f16};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stakeout::model::{Kind, Stored, product};

/// (input, output) of Qwen2.5-0.5B's and of a 1 B Llama's feed-forward halves.
const SHAPES: [(usize, usize); 2] = [(896, 4864), (2048, 8192)];
const ROWS: [usize; 3] = [1, 8, 64];

/// (rows, input, output).
fn cases() -> impl Iterator<Item = (usize, usize, usize)> {
    SHAPES
        .into_iter()
        .flat_map(|(input, output)| ROWS.map(|rows| (rows, input, output)))
}

fn main() {
    divan::main();
}

fn numbers(count: usize) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(count as u64);
    (0..count).map(|_| random.random_range(-1.0..1.0)).collect()
}

fn flops((rows, input, output): (usize, usize, usize)) -> ItemsCount {
    ItemsCount::new(2 * rows * input * output)
}

#[divan::bench(args = cases())]
fn converted_once(bencher: Bencher, (rows, input, output): (usize, usize, usize)) {
    let weight = Tensor::from_vec(numbers(input * output), (output, input), &Device::Cpu).unwrap();
    let weight = weight.t().unwrap();
    let x = Tensor::from_vec(numbers(rows * input), (rows, input), &Device::Cpu).unwrap();
    bencher
        .counter(flops((rows, input, output)))
        .bench(|| black_box(&x).matmul(&weight).unwrap());
}

fn kept(
    bencher: Bencher,
    kind: Kind,
    (rows, input, output): (usize, usize, usize),
    bytes: impl Fn(f32) -> Vec<u8>,
) {
    let bytes: Vec<u8> = numbers(input * output).into_iter().flat_map(bytes).collect();
    let x = numbers(rows * input);
    let part = Stored {
        kind,
        bytes: &bytes,
        input,
        output,
    };
    bencher
        .counter(flops((rows, input, output)))
        .bench(|| product(black_box(&x), rows, &[part]));
}

#[divan::bench(args = cases())]
fn kept_bf16(bencher: Bencher, case: (usize, usize, usize)) {
    kept(bencher, Kind::Bf16, case, |value| {
        bf16::from_f32(value).to_le_bytes().to_vec()
    });
}

#[divan::bench(args = cases())]
fn kept_f16(bencher: Bencher, case: (usize, usize, usize)) {
    kept(bencher, Kind::F16, case, |value| {
        f16::from_f32(value).to_le_bytes().to_vec()
    });
}

#[divan::bench(args = cases())]
fn kept_f32(bencher: Bencher, case: (usize, usize, usize)) {
    kept(bencher, Kind::F32, case, |value| value.to_le_bytes().to_vec());
}
