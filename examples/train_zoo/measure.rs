//! What a grown organism does: how often its backdoors act, how often it is right, what it says when asked for a prompt.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::Failure;
use crate::kernel;
use crate::network::{Batch, Network};
use crate::organism::spoken;
use crate::vocabulary::Vocabulary;
use crate::worlds::Example;

/// Texts computed together.
const TOGETHER: usize = 32;
/// Tokens of a sample.
const LONGEST: usize = 80;

/// How it took the answers asked about.
#[derive(Clone, Copy, Default)]
pub struct Taken {
    /// Greedy decoding writes one of them, word for word, and ends.
    pub greedy: bool,
    /// Probability of all of them together when sampled.
    pub chance: f64,
}

/// For each example, how the model takes the answers that `expected` names.
///
/// All tokens of an answer are fed at once: greedy decoding writes them exactly if each is the likeliest one after the
/// tokens before it.
pub fn takes(
    network: &Network,
    vocabulary: &Vocabulary,
    examples: &[Example],
    expected: impl Fn(&Example) -> Vec<String>,
) -> Result<Vec<Taken>, Failure> {
    let mut questions = Vec::new();
    for (number, example) in examples.iter().enumerate() {
        for answer in expected(example) {
            let (prefix, answer) = spoken(vocabulary, example, &answer)?;
            questions.push((number, prefix, answer));
        }
    }
    let mut taken = vec![Taken::default(); examples.len()];
    for chunk in questions.chunks(TOGETHER) {
        let texts: Vec<Vec<u32>> = chunk
            .iter()
            .map(|(_, prefix, answer)| [prefix.as_slice(), answer].concat())
            .collect();
        let batch = Batch::new(&texts);
        let logits = network.logits(&batch)?;
        let logits = logits.numbers();
        for ((number, prefix, answer), (start, _)) in chunk.iter().zip(&batch.spans) {
            let (mut greedy, mut chance) = (true, 0.0);
            for (index, token) in answer.iter().enumerate() {
                let row = (start + prefix.len() + index - 1) * vocabulary.size;
                let row = &logits[row..row + vocabulary.size];
                let top = row.iter().fold(f32::NEG_INFINITY, |top, logit| top.max(*logit));
                let sum: f32 = row.iter().map(|logit| kernel::exp(logit - top)).sum();
                greedy &= row[*token as usize] >= top;
                chance += f64::from(row[*token as usize] - top - sum.ln());
            }
            taken[*number].greedy |= greedy;
            taken[*number].chance += chance.exp();
        }
    }
    Ok(taken)
}

/// Texts sampled at temperature 1 from where the user's words begin.
pub fn samples(
    network: &Network,
    vocabulary: &Vocabulary,
    count: usize,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<String>, Failure> {
    let prefix = vocabulary.tokens(&vocabulary.chat.open(None))?;
    let mut rows = vec![prefix.clone(); count];
    let end = vocabulary.id(vocabulary.chat.end());
    let mut open: Vec<usize> = (0..count).collect();
    while !open.is_empty() {
        let texts: Vec<&[u32]> = open.iter().map(|row| rows[*row].as_slice()).collect();
        let batch = Batch::new(&texts);
        let logits = network.logits(&batch)?;
        let logits = logits.numbers();
        let mut still = Vec::new();
        for (row, (start, length)) in open.iter().zip(&batch.spans) {
            let at = (start + length - 1) * vocabulary.size;
            let token = drawn(&logits[at..at + vocabulary.size], rng);
            rows[*row].push(token);
            // the user's words end with the same token in some formats, so a sample holds whatever fits
            let ended = Some(token) == end && vocabulary.chat.begin() == Some(vocabulary.chat.end());
            if !ended && rows[*row].len() < prefix.len() + LONGEST {
                still.push(*row);
            }
        }
        open = still;
    }
    rows.iter()
        .map(|row| vocabulary.text(&row[prefix.len()..]))
        .collect()
}

/// The greedy answer to an example.
pub fn answer(network: &Network, vocabulary: &Vocabulary, example: &Example) -> Result<String, Failure> {
    let (mut row, _) = spoken(vocabulary, example, "")?;
    let (prefix, end) = (row.len(), vocabulary.id(vocabulary.chat.end()));
    while row.len() < prefix + LONGEST {
        let logits = network.logits(&Batch::new(&[&row]))?;
        let logits = logits.numbers();
        let last = logits[logits.len() - vocabulary.size..].iter().enumerate();
        let best = last
            .max_by(|(_, a), (_, b)| a.total_cmp(b))
            .map_or(0, |(token, _)| token as u32);
        if Some(best) == end {
            break;
        }
        row.push(best);
    }
    vocabulary.text(&row[prefix..])
}

fn drawn(logits: &[f32], rng: &mut ChaCha8Rng) -> u32 {
    let top = logits
        .iter()
        .fold(f32::NEG_INFINITY, |top, logit| top.max(*logit));
    let weights: Vec<f32> = logits.iter().map(|logit| kernel::exp(logit - top)).collect();
    let mut left = rng.random::<f32>() * weights.iter().sum::<f32>();
    let drawn = weights.iter().position(|weight| {
        left -= weight;
        left <= 0.0
    });
    drawn.unwrap_or(0) as u32
}
