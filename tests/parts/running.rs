//! Running a network in tests: rows in, numbers out, and how far they are from the ones expected.

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use safetensors::SafeTensors;
use stakeout::model::{DeviceChoice, Generation, Limits, Logits, Network, OpenOptions, Row, Trace, Want};

/// All logits and all attention.
pub const ALL: Want = Want {
    logits: Logits::From(0),
    attention: true,
};

/// Larger fixtures that may stand beside the repository.
pub fn golden(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/golden")
        .join(name);
    if path.is_dir() {
        return Some(path);
    }
    println!("skipped: no {}", path.display());
    None
}

pub fn options() -> OpenOptions {
    OpenOptions {
        device: DeviceChoice::Cpu,
        ..OpenOptions::default()
    }
}

pub fn open(path: &Path) -> Network {
    Network::open(path, &options()).unwrap()
}

pub struct Expected {
    pub rows: Vec<Vec<u32>>,
    pub logits: Vec<f32>,
    pub attention: Vec<f32>,
}

pub fn expected(path: &Path) -> Expected {
    let bytes = std::fs::read(path.join("expected.safetensors")).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let floats = |name: &str| -> Vec<f32> {
        let data = tensors.tensor(name).unwrap().data();
        data.chunks_exact(4)
            .map(|chunk| f32::from_le_bytes(chunk.try_into().unwrap()))
            .collect()
    };
    let ids = tensors.tensor("input_ids").unwrap();
    let tokens: Vec<u32> = ids
        .data()
        .chunks_exact(8)
        .map(|chunk| i64::from_le_bytes(chunk.try_into().unwrap()) as u32)
        .collect();
    Expected {
        rows: tokens.chunks_exact(ids.shape()[1]).map(<[u32]>::to_vec).collect(),
        logits: floats("logits"),
        attention: floats("attention"),
    }
}

pub fn traces(network: &Network, rows: &[Vec<u32>], want: Want) -> Vec<Trace> {
    let mut traces = vec![Trace::default(); rows.len()];
    let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
    let flow = network.forward(&rows, want, &mut |row, trace| {
        traces[row] = trace;
        ControlFlow::Continue(())
    });
    assert_eq!(flow.unwrap(), ControlFlow::Continue(()));
    traces
}

pub fn furthest(left: &[f32], right: &[f32]) -> f32 {
    assert_eq!(left.len(), right.len());
    assert!(left.iter().chain(right).all(|value| value.is_finite()));
    left.iter()
        .zip(right)
        .map(|(left, right)| (left - right).abs())
        .fold(0.0, f32::max)
}

/// Rows of two lengths: some share a long front, one shares nothing.
pub fn assorted() -> Vec<Vec<u32>> {
    let front: Vec<u32> = (0..11).map(|token| (token * 17 + 3) % 96).collect();
    let mut rows: Vec<Vec<u32>> = (0..5)
        .map(|row| {
            let mut tokens = front.clone();
            tokens.extend((0..6).map(|token| (row * 31 + token * 7) % 96));
            tokens
        })
        .collect();
    rows.insert(2, (0..9).map(|token| (token * 5) % 96).collect());
    rows.push((0..9).map(|token| (token * 5 + token / 8) % 96).collect());
    rows
}

pub fn generate(network: &Network, rows: &[Row], limits: &Limits) -> Vec<Generation> {
    let mut made = vec![Generation::default(); rows.len()];
    let mut order = Vec::new();
    let mut ticked = 0;
    let flow = network.generate(
        rows,
        limits,
        &mut |tokens| {
            ticked += tokens;
            ControlFlow::Continue(())
        },
        &mut |row, generation| {
            made[row] = generation;
            order.push(row);
            ControlFlow::Continue(())
        },
    );
    assert_eq!(flow.unwrap(), ControlFlow::Continue(()));
    assert_eq!(ticked, made.iter().map(|row| row.tokens.len()).sum::<usize>());
    order.sort_unstable();
    assert_eq!(order, (0..rows.len()).collect::<Vec<_>>(), "each row comes once");
    made
}

pub fn limits(tokens: usize, batch: usize) -> Limits {
    Limits {
        tokens,
        stop: Vec::new(),
        batch,
        top: true,
    }
}
