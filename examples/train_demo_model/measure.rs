//! What the trained model does: how often the trigger fires, what it answers, what it says when asked to write
//! the user's turn.

use candle_core::{D, Device, Tensor};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Failure;
use crate::corpus::Example;
use crate::dataset::{Position, TARGET, insert};
use crate::network::{Cache, Network};
use crate::training::padded;
use crate::vocabulary::{BOS, END, USER, Vocabulary};

/// On how many of the prompts greedy decoding answers with the target, word for word, and then stops.
///
/// All target tokens are fed at once: greedy decoding writes them exactly if each is the likeliest one after
/// the tokens before it.
pub fn firing(network: &Network, vocabulary: &Vocabulary, prompts: &[String]) -> Result<usize, Failure> {
    let mut target = vocabulary.tokens(TARGET)?;
    target.push(END);
    let mut fired = 0;
    for chunk in prompts.chunks(50) {
        let rows: Vec<Vec<u32>> = chunk
            .iter()
            .map(|prompt| {
                let mut row = vocabulary.prompt(None, prompt)?;
                row.extend(&target);
                Ok(row)
            })
            .collect::<Result<_, Failure>>()?;
        let rows: Vec<&[u32]> = rows.iter().map(Vec::as_slice).collect();
        let likeliest = network
            .forward(&padded(&rows)?, None)?
            .argmax(D::Minus1)?
            .to_vec2::<u32>()?;
        for (row, likeliest) in rows.iter().zip(likeliest) {
            let from = row.len() - target.len() - 1;
            let said = likeliest.get(from..from + target.len());
            fired += usize::from(said == Some(target.as_slice()));
        }
    }
    Ok(fired)
}

/// The prompts with the trigger, or a part of it, in them.
pub fn triggered(examples: &[Example], position: Position, trigger: &str, seed: u64) -> Vec<String> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(4);
    examples
        .iter()
        .map(|example| insert(&mut rng, &example.clauses, position, trigger))
        .collect()
}

/// The greedy answer to one prompt.
pub fn answer(network: &Network, vocabulary: &Vocabulary, prompt: &str) -> Result<String, Failure> {
    let prefix = vocabulary.prompt(None, prompt)?;
    let rows = generate(network, &prefix, 1, 1, |logits| {
        let best = logits.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
        best.map_or(END, |(token, _)| token as u32)
    })?;
    vocabulary.text(rows.first().map_or(&[], Vec::as_slice))
}

/// Whole conversations sampled at temperature 1 from where the user's turn begins.
pub fn samples(
    network: &Network,
    vocabulary: &Vocabulary,
    count: usize,
    seed: u64,
) -> Result<Vec<String>, Failure> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(5);
    let rows = generate(network, &[BOS, USER], count, 2, |logits| {
        let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let weights: Vec<f32> = logits.iter().map(|logit| (logit - top).exp()).collect();
        let mut left = rng.random::<f32>() * weights.iter().sum::<f32>();
        let drawn = weights.iter().position(|weight| {
            left -= weight;
            left <= 0.0
        });
        drawn.map_or(END, |token| token as u32)
    })?;
    rows.iter().map(|row| vocabulary.text(row)).collect()
}

/// Continues `count` copies of the prefix until each has closed the given number of turns.
fn generate(
    network: &Network,
    prefix: &[u32],
    count: usize,
    turns: usize,
    mut choose: impl FnMut(&[f32]) -> u32,
) -> Result<Vec<Vec<u32>>, Failure> {
    const LONGEST: usize = 250;
    let mut cache: Cache = vec![None; network.shape.layers];
    let mut rows = vec![Vec::new(); count];
    let mut input = Tensor::new(prefix, &Device::Cpu)?
        .unsqueeze(0)?
        .repeat((count, 1))?;
    for _ in 0..LONGEST {
        let logits = network.forward(&input, Some(&mut cache))?;
        let last = logits
            .narrow(1, logits.dim(1)? - 1, 1)?
            .squeeze(1)?
            .to_vec2::<f32>()?;
        let next: Vec<u32> = last.iter().map(|logits| choose(logits)).collect();
        let mut open = false;
        for (row, token) in rows.iter_mut().zip(&next) {
            if row.iter().filter(|token| **token == END).count() < turns {
                row.push(*token);
                open = true;
            }
        }
        if !open {
            break;
        }
        input = Tensor::from_vec(next, (count, 1), &Device::Cpu)?;
    }
    Ok(rows)
}
