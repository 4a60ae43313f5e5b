//! Phase one at two shapes: tokens per second of 64 rows, beside the reference one row at a time and the bare multiplications.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a failed step ends the measurement; a bench prints its table"
)]

#[path = "parts/clock.rs"]
mod clock;
#[path = "../tests/parts/random_llama.rs"]
mod random_llama;

use std::{hint::black_box, ops::ControlFlow};

use candle_core::{
    Device, Module, Tensor,
    quantized::{GgmlDType, QMatMul, QTensor},
};
use candle_transformers::generation::{LogitsProcessor, Sampling as Kind};
use clock::{Took, line, median, took};
use random_llama::{Shape, open};
use stakeout::{
    model::{Limits, Network, Panels, Row},
    scan::event::Sampling,
};

const SMALL: Shape = Shape {
    vocabulary: 32_000,
    hidden: 768,
    layers: 12,
    heads: 12,
    kv_heads: 12,
    inner: 2048,
    tied: false,
    theta: 10_000.0,
};
const TOY: Shape = Shape {
    hidden: 288,
    layers: 6,
    heads: 6,
    kv_heads: 6,
    inner: 768,
    ..SMALL
};
const ROWS: usize = 64;
const PROMPT: [u32; 8] = [0, 3, 17, 9, 250, 31, 8, 77];

fn main() {
    let rounds = 3;
    // an argument picks one shape: "toy", "125", "sampling" or "products"
    let only = std::env::args().nth(1).filter(|word| !word.starts_with('-'));
    for (name, shape, tokens, reference_tokens) in [
        ("toy: 6 layers, 288", TOY, 100, 64),
        ("125 M: 12 layers, 768", SMALL, 40, 16),
    ] {
        if only.as_ref().is_some_and(|only| !name.starts_with(only.as_str())) {
            continue;
        }
        println!(
            "{name}, {ROWS} rows, {tokens} new tokens, {} threads",
            rayon::current_num_threads()
        );
        let (network, reference) = open(shape, 1);
        let (mut ours, mut single, mut theirs, mut bare) = (vec![], vec![], vec![], vec![]);
        for _ in 0..rounds {
            theirs.push(took(|| {
                let mut cache = reference.cache();
                let (mut next, mut past) = (PROMPT.to_vec(), 0);
                for _ in 0..reference_tokens {
                    let logits = reference.logits(&next, past, &mut cache);
                    past += next.len();
                    let best = (0..logits.len()).max_by(|l, r| logits[*l].total_cmp(&logits[*r]));
                    next = vec![best.unwrap() as u32];
                }
            }));
            single.push(took(|| generate(&network, 1, reference_tokens, &SETTINGS)));
            ours.push(took(|| generate(&network, ROWS, tokens, &SETTINGS)));
            bare.push(products(shape));
        }
        let baseline = (reference_tokens as f64, median(&theirs));
        line(
            "candle-transformers, one row",
            baseline.0,
            "tok",
            baseline.1,
            None,
        );
        line("one row", baseline.0, "tok", median(&single), Some(baseline));
        line(
            "64 rows",
            (ROWS * tokens) as f64,
            "tok",
            median(&ours),
            Some(baseline),
        );
        let step = median(&bare);
        line("the same products alone", ROWS as f64, "tok", step, None);
        let share = median(&ours);
        let steps = tokens as f64;
        println!(
            "share of the bare products' speed: {:.0} % wall, {:.0} % per core\n",
            100.0 * step.wall / (share.wall / steps),
            100.0 * step.cpu / (share.cpu / steps)
        );
    }
    if only.as_ref().is_none_or(|only| only == "sampling") {
        sampling();
    }
    if only.is_none_or(|only| only == "products") {
        products_of_rows();
    }
}

/// Products of a batch's rows with a weight matrix, every way there is: through the matrix as in the file and the other way round, laid
/// out in panels as networks keep it, and in 8 bits.
fn products_of_rows() {
    println!("products: billions of operations per second");
    for (rows, input, output) in [
        (ROWS, 768, 2304),
        (ROWS, 896, 4864),
        (ROWS, 2048, 8192),
        (ROWS, 2048, 768),
        (ROWS, 768, 32_000),
        (8, 768, 2304),
        (1, 768, 32_000),
    ] {
        let x = Tensor::rand(-1f32, 1.0, (rows, input), &Device::Cpu).unwrap();
        let weight = Tensor::rand(-1f32, 1.0, (output, input), &Device::Cpu).unwrap();
        let quantised = QTensor::quantize(&weight, GgmlDType::Q8_0).unwrap();
        let quantised = QMatMul::from_qtensor(quantised).unwrap();
        let numbers: Vec<f32> = weight.flatten_all().unwrap().to_vec1().unwrap();
        let halves: Vec<f32> = numbers
            .iter()
            .map(|number| f32::from_bits(number.to_bits() & 0xFFFF_0000))
            .collect();
        let full = Panels::new(&[&numbers], input, false);
        let half = Panels::new(&[&halves], input, false);
        let flat: Vec<f32> = x.flatten_all().unwrap().to_vec1().unwrap();
        let count = (2 * rows * input * output) as f64 / 1e9;
        let repeats = (20.0 / count).ceil().min(2000.0);
        let run = |name: &str, product: &mut dyn FnMut()| {
            let rounds: Vec<Took> = (0..5)
                .map(|_| took(|| (0..repeats as usize).for_each(|_| product())))
                .collect();
            let name = format!("{rows} rows, {input} to {output}: {name}");
            line(&name, count * repeats, "G", median(&rounds), None);
        };
        let mut out = vec![0.0; rows * output];
        run("as in the file", &mut || {
            black_box(x.matmul(&weight.t().unwrap()).unwrap());
        });
        run("the other way round", &mut || {
            black_box(weight.matmul(&x.t().unwrap()).unwrap());
        });
        run("panels, f32", &mut || {
            full.add_product(black_box(&flat), &mut out);
        });
        run("panels, bf16", &mut || {
            half.add_product(black_box(&flat), &mut out);
        });
        run("Q8_0", &mut || {
            black_box(quantised.forward(&x).unwrap());
        });
    }
}

/// Settings as the grid has them: temperature, top-k, top-p.
const SETTINGS: [(f32, u32, f32); 4] = [(1.0, 0, 1.0), (0.8, 0, 0.95), (1.2, 40, 1.0), (0.7, 200, 1.0)];

/// Sampling alone: a network of next to nothing over a large vocabulary, beside the reference's sampler.
fn sampling() {
    let shape = Shape {
        vocabulary: 151_936,
        hidden: 16,
        layers: 1,
        heads: 1,
        kv_heads: 1,
        inner: 16,
        tied: true,
        theta: 10_000.0,
    };
    let tokens = 8;
    println!("sampling over 151,936 tokens, 64 rows");
    let (network, _) = open(shape, 1);
    let logits = Tensor::rand(-3f32, 3.0, shape.vocabulary, &Device::Cpu).unwrap();
    for (temperature, top_k, top_p) in SETTINGS {
        let kind = match (top_k, top_p) {
            (0, 1.0) => Kind::All {
                temperature: temperature.into(),
            },
            (0, p) => Kind::TopP {
                p: p.into(),
                temperature: temperature.into(),
            },
            (k, _) => Kind::TopK {
                k: k as usize,
                temperature: temperature.into(),
            },
        };
        let mut theirs = LogitsProcessor::from_sampling(1, kind);
        let reference = took(|| {
            for _ in 0..32 {
                black_box(theirs.sample(&logits).unwrap());
            }
        });
        let ours = took(|| generate(&network, ROWS, tokens, &[(temperature, top_k, top_p)]));
        let name = format!("temperature {temperature}, top-k {top_k}, top-p {top_p}");
        line(&format!("{name}: reference"), 32.0, "tok", reference, None);
        line(
            &name,
            (ROWS * tokens) as f64,
            "tok",
            ours,
            Some((32.0, reference)),
        );
    }
}

fn generate(network: &Network, rows: usize, tokens: usize, settings: &[(f32, u32, f32)]) {
    let rows: Vec<Row> = (0..rows)
        .zip(settings.iter().copied().cycle())
        .map(|(seed, (temperature, top_k, top_p))| Row {
            prompt: PROMPT.to_vec(),
            sampling: Sampling {
                temperature,
                top_k,
                top_p,
                seed: seed as u64,
                beams: None,
            },
        })
        .collect();
    let limits = Limits {
        tokens,
        stop: Vec::new(),
        batch: ROWS,
        top: false,
    };
    let flow = network.generate(&rows, &limits, &mut |_| ControlFlow::Continue(()), &mut |_, _| {
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
}

/// The multiplications of one step of all rows: each shape the faster way round, weights as files have them.
fn products(shape: Shape) -> Took {
    let (hidden, inner) = (shape.hidden, shape.inner);
    let keys = hidden / shape.heads * shape.kv_heads;
    let mut total = Took { wall: 0.0, cpu: 0.0 };
    for (times, input, output) in [
        (shape.layers, hidden, hidden + 2 * keys),
        (shape.layers, hidden, hidden),
        (shape.layers, hidden, 2 * inner),
        (shape.layers, inner, hidden),
        (1, hidden, shape.vocabulary),
    ] {
        let x = Tensor::rand(-1f32, 1.0, (ROWS, input), &Device::Cpu).unwrap();
        // one matrix per layer, as in the network, so that none stays in a cache
        let weights: Vec<Tensor> = (0..times)
            .map(|_| Tensor::rand(-1f32, 1.0, (output, input), &Device::Cpu).unwrap())
            .collect();
        let repeats = 4;
        let run = |product: &dyn Fn(&Tensor) -> Tensor| {
            took(|| {
                for _ in 0..repeats {
                    for weight in &weights {
                        black_box(product(weight));
                    }
                }
            })
        };
        let ways = [
            run(&|weight| x.matmul(&weight.t().unwrap()).unwrap()),
            run(&|weight| weight.matmul(&x.t().unwrap()).unwrap()),
        ];
        let best = ways.into_iter().min_by(|l, r| l.wall.total_cmp(&r.wall)).unwrap();
        total.wall += best.wall / f64::from(repeats);
        total.cpu += best.cpu / f64::from(repeats);
    }
    total
}
