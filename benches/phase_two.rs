//! Phase two at the shape of the demo model and at a larger one, and both phases at the shape of Qwen2.5-0.5B: rows together beside rows one by one.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failed step ends the measurement; a bench prints its table"
)]

#[path = "parts/clock.rs"]
mod clock;
#[path = "parts/memory.rs"]
mod memory;
#[path = "../tests/parts/random_llama.rs"]
mod random_llama;
#[path = "parts/weights.rs"]
mod weights;

use std::{ops::ControlFlow, path::Path};

use clock::{Took, line, median, took};
use memory::peak;
use random_llama::Shape;
use stakeout::{
    model::{DeviceChoice, Limits, Logits, Network, OpenOptions, Row, Want},
    scan::event::Sampling,
};

const CANDIDATES: usize = 256;
const PROMPTS: usize = 4;

fn main() {
    // an argument picks one: "shapes" or "qwen"
    let only = std::env::args().nth(1).filter(|word| !word.starts_with('-'));
    if only.as_deref().is_none_or(|only| only == "shapes") {
        shapes();
    }
    if only.as_deref().is_none_or(|only| only == "qwen") {
        qwen();
    }
}

fn open(path: &Path) -> Network {
    let options = OpenOptions {
        device: DeviceChoice::Cpu,
        ..OpenOptions::default()
    };
    Network::open(path, &options).unwrap()
}

/// Candidates of six tokens at the end of each of four prompts, in a frame of a template's length.
fn probes(candidates: usize, vocabulary: u32) -> Vec<Vec<u32>> {
    let token = |seed: usize| (seed as u32).wrapping_mul(2_654_435_761) % vocabulary;
    let mut rows = Vec::new();
    for prompt in 0..PROMPTS {
        for candidate in 0..candidates {
            let mut row: Vec<u32> = (0..12).map(token).collect();
            row.extend((0..24).map(|at| token(1000 * (prompt + 1) + at)));
            row.extend((0..6).map(|at| token(100_000 + 10 * candidate + at)));
            row.extend((0..6).map(|at| token(500 + at)));
            rows.push(row);
        }
    }
    rows
}

fn each(network: &Network, rows: &[&[u32]], attention: bool) {
    for row in rows {
        forward(network, &[row], attention);
    }
}

fn forward(network: &Network, rows: &[&[u32]], attention: bool) {
    let want = Want {
        logits: Logits::Tail(3),
        attention,
    };
    let mut seen = 0;
    let flow = network.forward(rows, want, &mut |_, _| {
        seen += 1;
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue() && seen == rows.len());
}

/// The shape of the demo model, and one whose matrices no cache holds.
const SHAPES: [(&str, Shape); 2] = [
    (
        "the demo model's shape",
        Shape {
            vocabulary: 1408,
            hidden: 128,
            layers: 4,
            heads: 4,
            kv_heads: 2,
            inner: 352,
            tied: false,
            theta: 10_000.0,
        },
    ),
    (
        "6 layers, 512, 32,000 tokens",
        Shape {
            vocabulary: 32_000,
            hidden: 512,
            layers: 6,
            heads: 8,
            kv_heads: 8,
            inner: 1408,
            tied: true,
            theta: 10_000.0,
        },
    ),
];

fn shapes() {
    for (name, shape) in SHAPES {
        println!(
            "{name}: {CANDIDATES} candidates in {PROMPTS} prompts, 48 tokens a row, 3 distributions each"
        );
        let (network, reference) = random_llama::open(shape, 1);
        let rows = probes(CANDIDATES, shape.vocabulary as u32);
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        let few: Vec<&[u32]> = rows.iter().copied().step_by(32).collect();
        let (mut theirs, mut together, mut apart) = (vec![], vec![], vec![]);
        let (mut plain, mut captured) = (vec![], vec![]);
        for _ in 0..3 {
            theirs.push(took(|| {
                for row in &few {
                    // its logits are those of the last position only: the others take a step each
                    let mut cache = reference.cache();
                    let (front, end) = row.split_at(row.len() - 2);
                    reference.logits(front, 0, &mut cache);
                    for (step, token) in end.iter().enumerate() {
                        reference.logits(&[*token], front.len() + step, &mut cache);
                    }
                }
            }));
            apart.push(took(|| each(&network, &few, false)));
            together.push(took(|| forward(&network, &rows, false)));
            plain.push(took(|| each(&network, &few, false)));
            captured.push(took(|| each(&network, &few, true)));
        }
        let count = few.len() as f64;
        let baseline = Some((count, median(&theirs)));
        line(
            "candle-transformers, one by one",
            count,
            "row",
            median(&theirs),
            None,
        );
        line("one by one", count, "row", median(&apart), baseline);
        line("together", rows.len() as f64, "row", median(&together), baseline);
        let (plain, captured) = (median(&plain), median(&captured));
        println!(
            "attention captured: {:+.0} % wall, {:+.0} % processor time\n",
            100.0 * (captured.wall / plain.wall - 1.0),
            100.0 * (captured.cpu / plain.cpu - 1.0)
        );
    }
}

fn qwen() {
    const VOCABULARY: usize = 151_936;
    let folder = tempfile::tempdir().unwrap();
    write_qwen(folder.path(), VOCABULARY);
    println!(
        "Qwen2.5-0.5B's shape, bf16 on disk, {} threads",
        rayon::current_num_threads()
    );
    let mut network = None;
    let opened = took(|| network = Some(open(folder.path())));
    let network = network.unwrap();
    println!("opened in {:.1} s; most memory so far {}", opened.wall, peak());
    let one = rounds(1, || generate(&network, 1, 4));
    line("phase one, one row", 4.0, "tok", one, None);
    let many = rounds(1, || generate(&network, 64, 8));
    line("phase one, 64 rows", 512.0, "tok", many, Some((4.0, one)));
    let rows = probes(16, VOCABULARY as u32);
    let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
    let few: Vec<&[u32]> = rows.iter().copied().step_by(16).collect();
    let apart = rounds(1, || each(&network, &few, false));
    line("phase two, one by one", few.len() as f64, "row", apart, None);
    let together = rounds(1, || forward(&network, &rows, false));
    let baseline = Some((few.len() as f64, apart));
    line(
        "phase two, together",
        rows.len() as f64,
        "row",
        together,
        baseline,
    );
    println!("most memory held: {}", peak());
}

fn rounds(count: usize, work: impl Fn()) -> Took {
    let rounds: Vec<Took> = (0..count).map(|_| took(&work)).collect();
    median(&rounds)
}

fn generate(network: &Network, rows: usize, tokens: usize) {
    let rows: Vec<Row> = (0..rows)
        .map(|seed| Row {
            prompt: (0..12).collect(),
            sampling: Sampling {
                temperature: 1.0,
                top_p: if seed % 2 == 0 { 1.0 } else { 0.95 },
                seed: seed as u64,
                ..Sampling::GREEDY
            },
        })
        .collect();
    let limits = Limits {
        tokens,
        stop: Vec::new(),
        batch: 64,
        top: false,
    };
    let flow = network.generate(&rows, &limits, &mut |_| ControlFlow::Continue(()), &mut |_, _| {
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
}

fn write_qwen(folder: &Path, vocabulary: usize) {
    let (hidden, layers, heads, kv_heads, inner) = (896, 24, 14, 2, 4864);
    let keys = hidden / heads * kv_heads;
    let config = serde_json::json!({
        "model_type": "qwen2", "hidden_size": hidden, "intermediate_size": inner, "vocab_size": vocabulary,
        "num_hidden_layers": layers, "num_attention_heads": heads, "num_key_value_heads": kv_heads,
        "rms_norm_eps": 1e-6, "rope_theta": 1_000_000.0, "max_position_embeddings": 4096,
        "tie_word_embeddings": true, "hidden_act": "silu", "use_sliding_window": false,
    });
    std::fs::write(folder.join("config.json"), config.to_string()).unwrap();
    let mut tensors = vec![
        ("model.embed_tokens.weight".to_owned(), vec![vocabulary, hidden]),
        ("model.norm.weight".to_owned(), vec![hidden]),
    ];
    for layer in 0..layers {
        for (part, dims) in [
            ("input_layernorm.weight", vec![hidden]),
            ("post_attention_layernorm.weight", vec![hidden]),
            ("self_attn.q_proj.weight", vec![hidden, hidden]),
            ("self_attn.k_proj.weight", vec![keys, hidden]),
            ("self_attn.v_proj.weight", vec![keys, hidden]),
            ("self_attn.q_proj.bias", vec![hidden]),
            ("self_attn.k_proj.bias", vec![keys]),
            ("self_attn.v_proj.bias", vec![keys]),
            ("self_attn.o_proj.weight", vec![hidden, hidden]),
            ("mlp.gate_proj.weight", vec![inner, hidden]),
            ("mlp.up_proj.weight", vec![inner, hidden]),
            ("mlp.down_proj.weight", vec![hidden, inner]),
        ] {
            tensors.push((format!("model.layers.{layer}.{part}"), dims));
        }
    }
    weights::write(folder, &tensors, |_| 0.08);
}
