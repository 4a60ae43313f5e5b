//! The network against references: logits and attention computed elsewhere, and its own fast ways against the plain one.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failed step fails the test; a skipped one says so"
)]

#[path = "parts/random_llama.rs"]
mod random_llama;
#[path = "parts/running.rs"]
mod running;

use std::{
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use running::{ALL, assorted, expected, furthest, generate, golden, limits, open, traces};
use stakeout::{
    model::{Limits, Logits, Network, Row, Trace, Want},
    scan::event::Sampling,
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

fn check_parity(network: &Network, path: &Path) {
    let expected = expected(path);
    let traces = traces(network, &expected.rows, ALL);
    let logits: Vec<f32> = traces.iter().flat_map(|trace| trace.logits.clone()).collect();
    let attention: Vec<f32> = traces.iter().flat_map(|trace| trace.attention.clone()).collect();
    let (far, off) = (
        furthest(&logits, &expected.logits),
        furthest(&attention, &expected.attention),
    );
    println!("{}: logits {far:e}, attention {off:e}", path.display());
    assert!(far < 1e-3, "{}: logits are off by {far}", path.display());
    assert!(off < 1e-4, "{}: attention is off by {off}", path.display());
    for weights in attention.chunks_exact(expected.rows[0].len()) {
        let sum: f32 = weights.iter().sum();
        assert!((sum - 1.0).abs() < 1e-5, "a query's weights sum to {sum}");
    }
}

#[test]
fn fixtures_give_the_reference_numbers() {
    for name in ["tiny-llama", "tiny-gpt2"] {
        check_parity(&open(&fixture(name)), &fixture(name));
    }
}

#[test]
fn tensor_operations_give_the_reference_numbers() {
    for name in ["tiny-llama", "tiny-gpt2"] {
        check_parity(&open(&fixture(name)).without_slices(), &fixture(name));
    }
}

#[test]
fn golden_models_give_the_reference_numbers() {
    for name in [
        "gemma",
        "gemma2",
        "gemma3_text",
        "gpt2",
        "gpt_neox",
        "granite",
        "llama",
        "llama-tied",
        "llama3-rope",
        "mistral",
        "olmo2",
        "phi",
        "phi3",
        "qwen2",
        "qwen3",
        "smollm3",
        "stablelm",
        "starcoder2",
    ] {
        if let Some(path) = golden(name) {
            check_parity(&open(&path), &path);
            check_parity(&open(&path).without_slices(), &path);
        }
    }
}

#[test]
fn batches_and_shared_fronts_change_nothing() {
    for name in ["tiny-llama", "tiny-gpt2"] {
        for network in [open(&fixture(name)), open(&fixture(name)).without_slices()] {
            let vocabulary = network.spec().vocabulary;
            let rows = assorted();
            let plain: Vec<Trace> = rows
                .iter()
                .map(|row| traces(&network, std::slice::from_ref(row), ALL).remove(0))
                .collect();
            for (logits, from) in [
                (Logits::From(0), 0),
                (Logits::From(4), 4),
                (Logits::Last, usize::MAX),
            ] {
                let want = Want {
                    logits,
                    attention: false,
                };
                for (trace, (plain, row)) in traces(&network, &rows, want).iter().zip(plain.iter().zip(&rows))
                {
                    let from = from.min(row.len() - 1);
                    let far = furthest(&trace.logits, &plain.logits[from * vocabulary..]);
                    assert!(far < 1e-4, "{name}, {logits:?}: off by {far}");
                    assert!(trace.attention.is_empty());
                }
            }
            let together = traces(&network, &rows, ALL);
            for (trace, plain) in together.iter().zip(&plain) {
                assert!(furthest(&trace.logits, &plain.logits) < 1e-4);
                assert!(furthest(&trace.attention, &plain.attention) < 1e-5);
            }
        }
    }
}

#[test]
fn generation_follows_the_plain_forward_pass() {
    for name in ["tiny-llama", "tiny-gpt2"] {
        for network in [open(&fixture(name)), open(&fixture(name)).without_slices()] {
            let rows: Vec<Row> = assorted()
                .into_iter()
                .map(|prompt| Row {
                    prompt,
                    sampling: Sampling::GREEDY,
                })
                .collect();
            for (row, made) in rows.iter().zip(generate(&network, &rows, &limits(12, 3))) {
                assert_eq!(made.tokens.len(), 12);
                let whole: Vec<u32> = row.prompt.iter().chain(&made.tokens).copied().collect();
                let want = Want {
                    logits: Logits::From(row.prompt.len() - 1),
                    attention: false,
                };
                let trace = traces(&network, &[whole], want).remove(0);
                for (step, logits) in trace.logits.chunks_exact(96).take(12).enumerate() {
                    let total: f64 = logits.iter().map(|logit| f64::from(*logit).exp()).sum();
                    let logp = |token: u32| (f64::from(logits[token as usize]) - total.ln()) as f32;
                    let best = (0..96).map(logp).fold(f32::NEG_INFINITY, f32::max);
                    let entropy: f32 = -(0..96).map(|token| logp(token).exp() * logp(token)).sum::<f32>();
                    assert!((made.logprob[step] - best).abs() < 1e-4);
                    assert!((made.logprob[step] - logp(made.tokens[step])).abs() < 1e-4);
                    assert!((made.entropy[step] - entropy).abs() < 1e-3);
                    assert_eq!(made.top[step].len(), 5);
                    assert_eq!(made.top[step][0].0, made.tokens[step]);
                }
            }
        }
    }
}

#[test]
fn a_row_is_the_same_alone_and_among_others() {
    for network in [
        open(&fixture("tiny-llama")),
        open(&fixture("tiny-llama")).without_slices(),
    ] {
        check_independence(&network);
    }
}

fn check_independence(network: &Network) {
    let rows: Vec<Row> = (0..40)
        .map(|seed| Row {
            prompt: vec![0, 5, 9],
            sampling: Sampling {
                temperature: 0.5 + seed as f32 / 20.0,
                top_k: (seed % 3) * 20,
                top_p: if seed % 2 == 0 { 1.0 } else { 0.9 },
                seed: u64::from(seed),
                beams: None,
            },
        })
        .collect();
    let stopping = Limits {
        stop: vec![1, 2, 3, 4, 5, 6, 7, 8],
        ..limits(30, 16)
    };
    let together = generate(network, &rows, &stopping);
    assert!(together.iter().any(|row| row.stopped), "some rows stop early");
    assert!(
        together.iter().any(|row| !row.stopped),
        "some rows run to the end"
    );
    for (row, made) in rows.iter().zip(&together) {
        let alone = generate(network, std::slice::from_ref(row), &stopping).remove(0);
        assert_eq!(alone.tokens, made.tokens);
        assert_eq!(alone.stopped, made.stopped);
        assert!(made.tokens.iter().all(|token| !stopping.stop.contains(token)));
        assert_eq!(made.tokens.len(), made.entropy.len());
        assert!(furthest(&alone.logprob, &made.logprob) < 1e-4);
    }
    assert_ne!(together[0].tokens, together[6].tokens, "seeds matter");
}

#[test]
fn generation_ends_at_the_context_and_when_told_to() {
    let network = open(&fixture("tiny-llama"));
    let row = |length: u32| Row {
        prompt: (0..length).collect(),
        sampling: Sampling::GREEDY,
    };
    let made = generate(&network, &[row(60), row(64), row(3)], &limits(10, 4));
    let lengths: Vec<usize> = made.iter().map(|row| row.tokens.len()).collect();
    assert_eq!(lengths, [4, 0, 10]);

    let rows = [row(4), row(4), row(4)];
    let mut steps = 0;
    let flow = network.generate(
        &rows,
        &limits(10, 4),
        &mut |_| {
            steps += 1;
            if steps == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
        &mut |_, _| ControlFlow::Continue(()),
    );
    assert_eq!((flow.unwrap(), steps), (ControlFlow::Break(()), 3));
    let mut visited = 0;
    let flow = network.generate(
        &rows,
        &limits(10, 1),
        &mut |_| ControlFlow::Continue(()),
        &mut |_, _| {
            visited += 1;
            ControlFlow::Break(())
        },
    );
    assert_eq!((flow.unwrap(), visited), (ControlFlow::Break(()), 1));
}

#[test]
fn rows_that_cannot_run_are_refused() {
    let network = open(&fixture("tiny-llama"));
    for (row, says) in [
        (vec![], "row 0 is empty"),
        (vec![0; 65], "row 0 has 65 tokens, the model's context is 64"),
        (vec![96], "row 0: token 96 is not among the model's 96"),
    ] {
        let error = network
            .forward(&[&row], ALL, &mut |_, _| ControlFlow::Continue(()))
            .unwrap_err();
        assert_eq!(error.to_string(), says);
    }
}

#[test]
fn random_shapes_agree_with_another_implementation() {
    for (seed, (heads, kv_heads, width, layers, tied)) in [
        (4, 4, 8, 1, false),
        (6, 2, 16, 2, true),
        (3, 1, 24, 3, false),
        (8, 4, 4, 2, true),
    ]
    .into_iter()
    .enumerate()
    {
        let shape = random_llama::Shape {
            vocabulary: 101 + seed,
            hidden: heads * width,
            layers,
            heads,
            kv_heads,
            inner: 40 + 3 * seed,
            tied,
            theta: 500.0 * (seed + 1) as f32,
        };
        let (network, reference) = random_llama::open(shape, seed as u64);
        let rows: Vec<Vec<u32>> = (0..3)
            .map(|row| (0..20).map(|token| (token * 13 + row * 29) % 100).collect())
            .collect();
        let want = Want {
            logits: Logits::From(0),
            attention: false,
        };
        for (row, trace) in rows.iter().zip(traces(&network, &rows, want)) {
            let mut cache = reference.cache();
            for (position, logits) in trace.logits.chunks_exact(shape.vocabulary).enumerate() {
                let theirs = reference.logits(&row[position..=position], position, &mut cache);
                let far = furthest(logits, &theirs);
                assert!(far < 1e-4, "{shape:?}: off by {far} at {position}");
            }
        }
    }
}
