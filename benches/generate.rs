//! Tokens per second of batched generation, beside the reference implementation one row at a time.

#![expect(clippy::unwrap_used, reason = "a failed step ends the measurement")]

#[path = "../tests/parts/random_llama.rs"]
mod random_llama;

use std::ops::ControlFlow;

use divan::{Bencher, counter::ItemsCount};
use random_llama::{Shape, open};
use stakeout::{
    model::{Limits, Row},
    scan::event::Sampling,
};

const SHAPE: Shape = Shape {
    vocabulary: 1024,
    hidden: 128,
    layers: 4,
    heads: 4,
    kv_heads: 4,
    inner: 384,
    tied: false,
    theta: 10_000.0,
};
const TOKENS: usize = 64;
const PROMPT: [u32; 5] = [0, 3, 17, 9, 250];

fn main() {
    divan::main();
}

#[divan::bench(args = [1, 64, 256], sample_count = 5)]
fn rows_together(bencher: Bencher, rows: usize) {
    let (network, _) = open(SHAPE, 1);
    let rows: Vec<Row> = (0..rows as u64)
        .map(|seed| Row {
            prompt: PROMPT.to_vec(),
            sampling: Sampling {
                temperature: 1.0,
                top_k: 0,
                top_p: 1.0,
                seed,
                beams: None,
            },
        })
        .collect();
    let limits = Limits {
        tokens: TOKENS,
        stop: Vec::new(),
        batch: rows.len(),
        top: false,
    };
    bencher.counter(ItemsCount::new(rows.len() * TOKENS)).bench(|| {
        let mut made = 0;
        let flow = network.generate(
            &rows,
            &limits,
            &mut |tokens| {
                made += tokens;
                ControlFlow::Continue(())
            },
            &mut |_, _| ControlFlow::Continue(()),
        );
        (flow.unwrap(), made)
    });
}

#[divan::bench(sample_count = 5)]
fn reference_one_row(bencher: Bencher) {
    let (_, reference) = open(SHAPE, 1);
    bencher.counter(ItemsCount::new(TOKENS)).bench(|| {
        let mut cache = reference.cache();
        let mut tokens = PROMPT.to_vec();
        let mut past = 0;
        for _ in 0..TOKENS {
            let logits = reference.logits(&tokens, past, &mut cache);
            past += tokens.len();
            let best = (0..logits.len()).max_by(|left, right| logits[*left].total_cmp(&logits[*right]));
            tokens = vec![best.unwrap() as u32];
        }
        past
    });
}
