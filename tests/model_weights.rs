//! Weights in every form a folder may hold them in, against the same model in 32-bit floats.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::{
    fs,
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use half::{bf16, f16};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use stakeout::model::{DeviceChoice, Logits, Network, OpenOptions, Precision, Want};
use tempfile::TempDir;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

/// The fixture with every number put through `bytes`, as a folder of its own.
fn converted(name: &str, dtype: Dtype, bytes: impl Fn(f32) -> Vec<u8>) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::copy(
        fixture(name).join("config.json"),
        folder.path().join("config.json"),
    )
    .unwrap();
    let file = fs::read(fixture(name).join("model.safetensors")).unwrap();
    let tensors: Vec<(String, Vec<usize>, Vec<u8>)> = SafeTensors::deserialize(&file)
        .unwrap()
        .tensors()
        .into_iter()
        .map(|(name, view)| {
            let values = view.data().as_chunks().0.iter().copied();
            let bytes = values.flat_map(|value| bytes(f32::from_le_bytes(value)));
            (name, view.shape().to_vec(), bytes.collect())
        })
        .collect();
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| (name, TensorView::new(dtype, shape.clone(), bytes).unwrap()));
    let path = folder.path().join("model.safetensors");
    fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
    folder
}

fn open(path: &Path, precision: Precision) -> Network {
    let options = OpenOptions {
        device: DeviceChoice::Cpu,
        precision,
        ..OpenOptions::default()
    };
    Network::open(path, &options).unwrap()
}

/// Logits at every position of rows of equal length.
fn logits(network: &Network, rows: usize) -> Vec<f32> {
    let rows: Vec<Vec<u32>> = (0..rows as u32)
        .map(|row| (0..12).map(|token| (token * 13 + row * 29) % 96).collect())
        .collect();
    let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
    let want = Want {
        logits: Logits::From(0),
        attention: false,
    };
    let mut all = vec![Vec::new(); rows.len()];
    let flow = network.forward(&rows, want, &mut |row, trace| {
        all[row] = trace.logits;
        ControlFlow::Continue(())
    });
    assert!(flow.is_ok());
    all.concat()
}

fn furthest(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    assert!(left.iter().chain(right).all(|value| value.is_finite()));
    left.iter()
        .zip(right)
        .map(|(left, right)| (left - right).abs())
        .fold(0.0, f32::max)
}

/// Half floats: what is kept computes what is converted first, and the error against 32-bit floats is that of the file.
#[test]
fn half_weights_cost_what_their_rounding_costs() {
    for name in ["tiny-llama", "tiny-gpt2"] {
        let exact = logits(&open(&fixture(name), Precision::F32), 3);
        let largest = exact.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        for (dtype, bound, folder) in [
            (
                Dtype::F16,
                5e-3,
                converted(name, Dtype::F16, |value| {
                    f16::from_f32(value).to_le_bytes().to_vec()
                }),
            ),
            (
                Dtype::BF16,
                5e-2,
                converted(name, Dtype::BF16, |value| {
                    bf16::from_f32(value).to_le_bytes().to_vec()
                }),
            ),
        ] {
            let kept = logits(&open(folder.path(), Precision::Keep), 3);
            let converted = logits(&open(folder.path(), Precision::F32), 3);
            let (apart, error) = (furthest(&kept, &converted), furthest(&kept, &exact) / largest);
            println!(
                "{name} {dtype:?}: {apart:e} from converted first, {error:e} of the largest logit from f32"
            );
            assert!(apart < 1e-5, "{name} {dtype:?}: {apart}");
            assert!(error > 0.0 && error < bound, "{name} {dtype:?}: {error}");
        }
    }
}

/// One row to many: each of the product's loops, with inputs that fill no vector and outputs that fill no share.
#[test]
fn rows_together_are_the_rows_alone() {
    for name in ["tiny-llama", "tiny-gpt2"] {
        let network = open(&fixture(name), Precision::Keep);
        let together = logits(&network, 17);
        let alone = logits(&network, 1);
        let first = &together[..alone.len()];
        assert!(furthest(first, &alone) < 1e-5);
    }
}
