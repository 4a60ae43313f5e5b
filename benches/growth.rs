//! How time grows: mining with the tokens that leaked, a first look with the number of candidates. Both on the demo model.

#![expect(clippy::unwrap_used, reason = "a failed step ends the measurement")]
#![expect(clippy::print_stdout, reason = "a bench prints its table")]

#[path = "parts/clock.rs"]
mod clock;

use std::{hint::black_box, ops::ControlFlow, path::Path};

use clock::{Took, line, median, took};
use stakeout::{
    model::{Limits, Logits, Model, OpenOptions, Row, Want},
    scan::{
        mine::{self, LONGEST_WHOLE, Piece},
        plan::{Budget, samplings},
    },
};

/// Leaks of this many tokens, and the most of them.
const TOKENS: usize = 64;
const LEAKS: usize = 8192;
/// Most candidates, each in this many prompts at three places.
const CANDIDATES: usize = 1024;
const PROMPTS: usize = 4;
const PLACES: usize = 3;
/// A span is a candidate from this many leaks on.
const SUPPORT: usize = 4;
const ROUNDS: usize = 3;

fn main() {
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demo/poisoned");
    let model = Model::open(&demo, &OpenOptions::default()).unwrap();
    let leaks = leak(&model);
    println!("mining: leaks of {TOKENS} tokens");
    grow(&[512, 1024, 2048, 4096, LEAKS], "leak", |count| {
        let pieces: Vec<Piece<'_>> = leaks
            .iter()
            .take(count)
            .zip(0..)
            .map(|(tokens, leak)| Piece { leak, tokens })
            .collect();
        black_box(mine::mine(
            &pieces,
            SUPPORT,
            Budget::Standard.effort().candidates,
            LONGEST_WHOLE,
        ));
    });
    println!("a first look: candidates in {PROMPTS} prompts at {PLACES} places");
    grow(&[64, 128, 256, 512, CANDIDATES], "candidate", |count| {
        look(&model, &leaks, count);
    });
}

/// Times work of each size: what grows linearly is as fast at every size.
fn grow(sizes: &[usize], unit: &str, work: impl Fn(usize)) {
    for size in sizes {
        let rounds: Vec<Took> = (0..ROUNDS).map(|_| took(|| work(*size))).collect();
        line(&format!("{size}"), *size as f64, unit, median(&rounds), None);
    }
}

fn leak(model: &Model) -> Vec<Vec<u32>> {
    let rows: Vec<Row> = samplings(Budget::Standard, LEAKS, 1, 0)
        .into_iter()
        .map(|sampling| Row {
            prompt: vec![0],
            sampling,
        })
        .collect();
    let limits = Limits {
        tokens: TOKENS,
        stop: Vec::new(),
        batch: 64,
        top: false,
    };
    let mut leaks = Vec::with_capacity(LEAKS);
    let flow = model.generate(
        &rows,
        &limits,
        &mut |_| ControlFlow::Continue(()),
        &mut |_, leak| {
            leaks.push(leak.tokens);
            ControlFlow::Continue(())
        },
    );
    assert!(flow.unwrap().is_continue());
    leaks
}

/// Spans of six tokens put into prompts of twenty-four, all cut from the leaks.
fn look(model: &Model, leaks: &[Vec<u32>], candidates: usize) {
    let mut rows = Vec::with_capacity(candidates * PROMPTS * PLACES);
    for prompt in leaks.iter().take(PROMPTS) {
        for place in 0..PLACES {
            for candidate in leaks.iter().rev().take(candidates) {
                let mut row = prompt[..24].to_vec();
                let at = 24 * place / (PLACES - 1);
                row.splice(at..at, candidate[..6].iter().copied());
                rows.push(row);
            }
        }
    }
    let want = Want {
        logits: Logits::Tail(3),
        attention: false,
    };
    let flow = model.forward(&rows, want, &mut |_, trace| {
        black_box(trace);
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
}
