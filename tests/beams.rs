//! Beam search against a naive one that computes every continuation from its first token.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use std::{ops::ControlFlow, path::Path};

use stakeout::{
    model::{DeviceChoice, Generation, Limits, Logits, Network, OpenOptions, Row, Want, distribution},
    scan::event::{Beams, Sampling},
};

const PROMPT: [u32; 5] = [3, 20, 37, 54, 71];

fn open() -> Network {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiny-llama");
    let options = OpenOptions {
        device: DeviceChoice::Cpu,
        ..OpenOptions::default()
    };
    Network::open(&path, &options).unwrap()
}

fn logp(network: &Network, tokens: &[u32]) -> Vec<f32> {
    let want = Want {
        logits: Logits::Last,
        attention: false,
    };
    let mut logp = Vec::new();
    let flow = network.forward(&[tokens], want, &mut |_, trace| {
        logp = trace.logits;
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
    distribution::log_softmax(&mut logp);
    logp
}

/// The search by its definition: (tokens, stopped).
fn naive(network: &Network, beams: Beams, most: usize, stop: &[u32]) -> (Vec<u32>, bool) {
    let count = beams.count as usize;
    let by_length = |score: f64, tokens: usize| score / (tokens as f64).powf(f64::from(beams.length_penalty));
    let mut open: Vec<(f64, Vec<u32>)> = vec![(0.0, Vec::new())];
    let mut ended: Vec<(f64, Vec<u32>, bool)> = Vec::new();
    for _ in 0..most {
        let mut all = Vec::new();
        for (score, tokens) in &open {
            let row = [&PROMPT[..], tokens].concat();
            for (token, logp) in logp(network, &row).into_iter().enumerate() {
                let mut longer = tokens.clone();
                longer.push(token as u32);
                all.push((score + f64::from(logp), longer));
            }
        }
        all.sort_by(|left, right| right.0.total_cmp(&left.0));
        open.clear();
        for (rank, (score, mut tokens)) in all.into_iter().enumerate() {
            if stop.contains(tokens.last().unwrap()) {
                if rank < count {
                    let length = tokens.len();
                    tokens.pop();
                    ended.push((by_length(score, length), tokens, true));
                }
            } else if open.len() < count {
                open.push((score, tokens));
            }
            if open.len() == count {
                break;
            }
        }
        ended.sort_by(|left, right| right.0.total_cmp(&left.0));
        ended.truncate(count);
        if ended.len() == count && ended[count - 1].0 >= by_length(open[0].0, most) {
            break;
        }
    }
    ended.extend(
        open.into_iter()
            .map(|(score, tokens)| (by_length(score, tokens.len()), tokens, false)),
    );
    ended.sort_by(|left, right| right.0.total_cmp(&left.0));
    let (_, tokens, stopped) = ended.swap_remove(0);
    (tokens, stopped)
}

fn grid() -> Vec<Beams> {
    let of = |count| {
        [0.6, 1.0, 1.3].map(|length_penalty| Beams {
            count,
            length_penalty,
        })
    };
    [1, 2, 4, 8].into_iter().flat_map(of).collect()
}

fn search(network: &Network, rows: &[Row], limits: &Limits) -> Vec<Generation> {
    let mut made = vec![None; rows.len()];
    let flow = network.generate(
        rows,
        limits,
        &mut |_| ControlFlow::Continue(()),
        &mut |row, generation| {
            assert!(made[row].is_none(), "row {row} comes once");
            made[row] = Some(generation);
            ControlFlow::Continue(())
        },
    );
    assert!(flow.unwrap().is_continue());
    made.into_iter().map(Option::unwrap).collect()
}

fn row(beams: Option<Beams>) -> Row {
    Row {
        prompt: PROMPT.to_vec(),
        sampling: Sampling {
            beams,
            ..Sampling::GREEDY
        },
    }
}

#[test]
fn beams_in_one_batch_find_what_a_naive_search_finds() {
    for network in [open(), open().without_slices()] {
        let mut rows: Vec<Row> = grid().into_iter().map(|beams| row(Some(beams))).collect();
        rows.insert(3, row(None));
        for stop in [vec![], (0..24).collect::<Vec<u32>>()] {
            let limits = Limits {
                tokens: 14,
                stop: stop.clone(),
                batch: 20,
                top: true,
            };
            let made = search(&network, &rows, &limits);
            let greedy = naive(&network, grid()[0], 14, &stop);
            assert_eq!(made[3].tokens, greedy.0, "a sampled row among them stays one");
            for (row, made) in rows.iter().zip(&made) {
                let Some(beams) = row.sampling.beams else { continue };
                let (tokens, stopped) = naive(&network, beams, 14, &stop);
                assert_eq!((&made.tokens, made.stopped), (&tokens, stopped), "{beams:?}");
                assert_eq!(made.tokens.len(), made.logprob.len());
                assert_eq!(made.tokens.len(), made.entropy.len());
                assert_eq!(made.tokens.len(), made.top.len());
            }
            if stop.is_empty() {
                let score = |made: &Generation| made.logprob.iter().sum::<f32>();
                assert!(
                    score(&made[12]) >= score(&made[3]) - 1e-4,
                    "eight beams do no worse than one"
                );
            }
        }
    }
}

#[test]
fn a_search_can_be_broken_off() {
    let network = open();
    let limits = Limits {
        tokens: 14,
        stop: Vec::new(),
        batch: 20,
        top: false,
    };
    let beams = grid().pop();
    let mut steps = 0;
    let flow = network.generate(
        &[row(beams)],
        &limits,
        &mut |_| {
            steps += 1;
            if steps == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        },
        &mut |_, _| unreachable!("nothing is finished"),
    );
    assert!(flow.unwrap().is_break());
}
