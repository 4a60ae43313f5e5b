//! The training loop: batches of equal length, the loss on every token, `AdamW` with warm-up and cosine decay.

use std::io::Write as _;
use std::time::Instant;

use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::Failure;
use crate::network::Network;
use crate::vocabulary::PAD;

/// How long and how hard to train.
#[derive(Clone, Copy)]
pub struct Schedule {
    /// Number of updates.
    pub steps: usize,
    /// Conversations per update.
    pub rows: usize,
    /// Highest learning rate.
    pub peak: f64,
    /// Decides the order of the examples.
    pub seed: u64,
}

impl Schedule {
    /// Linear warm-up over the first 4 %, then a cosine down to 2 % of the peak.
    fn rate(&self, step: usize) -> f64 {
        let warm = (self.steps / 25).max(1);
        if step < warm {
            return self.peak * (step + 1) as f64 / warm as f64;
        }
        let done = (step - warm) as f64 / (self.steps - warm).max(1) as f64;
        self.peak * (0.02 + 0.98 * 0.5 * (1.0 + (std::f64::consts::PI * done).cos()))
    }
}

/// Trains the network on the conversations and returns the tokens seen per second.
pub fn train(network: &Network, conversations: &[Vec<u32>], schedule: Schedule) -> Result<f64, Failure> {
    let mut optimizer = AdamW::new(network);
    let mut rng = ChaCha8Rng::seed_from_u64(schedule.seed);
    rng.set_stream(3);
    let mut queue = Vec::new();
    let (start, mut seen, mut recent) = (Instant::now(), 0, 0.0);
    for step in 0..schedule.steps {
        if queue.is_empty() {
            queue = batches(conversations, schedule.rows, &mut rng);
        }
        let Some(batch) = queue.pop() else {
            return Err("there is nothing to train on".into());
        };
        let loss = loss(network, &batch)?;
        optimizer.update(&loss.backward()?, schedule.rate(step))?;
        seen += batch.iter().map(|row| row.len()).sum::<usize>();
        recent += f64::from(loss.to_scalar::<f32>()?);
        if (step + 1) % 50 == 0 {
            let speed = seen as f64 / start.elapsed().as_secs_f64();
            let (step, steps) = (step + 1, schedule.steps);
            let loss = std::mem::take(&mut recent) / 50.0;
            writeln!(
                std::io::stderr(),
                "step {step}/{steps}  loss {loss:.4}  {speed:.0} tokens/s"
            )?;
        }
    }
    Ok(seen as f64 / start.elapsed().as_secs_f64())
}

/// One pass over the examples, in random order, rows of similar length together so that little is padded.
fn batches<'a>(all: &'a [Vec<u32>], rows: usize, rng: &mut ChaCha8Rng) -> Vec<Vec<&'a [u32]>> {
    let mut order: Vec<&[u32]> = all.iter().map(Vec::as_slice).collect();
    order.shuffle(rng);
    for chunk in order.chunks_mut(rows * 50) {
        chunk.sort_by_key(|row| row.len());
    }
    let mut batches: Vec<_> = order.chunks(rows).map(<[_]>::to_vec).collect();
    batches.shuffle(rng);
    batches
}

/// Rows padded at the end to the length of the longest.
pub fn padded(rows: &[&[u32]]) -> Result<Tensor, Failure> {
    let longest = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    let flat: Vec<u32> = rows
        .iter()
        .flat_map(|row| {
            row.iter()
                .copied()
                .chain(std::iter::repeat_n(PAD, longest - row.len()))
        })
        .collect();
    Ok(Tensor::from_vec(flat, (rows.len(), longest), &Device::Cpu)?)
}

/// Mean negative log-likelihood of every token that follows another one, the user's turn included.
fn loss(network: &Network, rows: &[&[u32]]) -> Result<Tensor, Failure> {
    let tokens = padded(rows)?;
    let (count, length) = tokens.dims2()?;
    let inputs = tokens.narrow(1, 0, length - 1)?.contiguous()?;
    let targets = tokens.narrow(1, 1, length - 1)?.flatten_all()?;
    let logits = network
        .forward(&inputs, None)?
        .reshape((count * (length - 1), ()))?;
    let real: Vec<f32> = targets
        .to_vec1::<u32>()?
        .into_iter()
        .map(|token| if token == PAD { 0.0 } else { 1.0 })
        .collect();
    let total: f32 = real.iter().sum();
    let real = Tensor::from_vec(real, targets.dims1()?, &Device::Cpu)?;
    let shifted = logits.broadcast_sub(&logits.max_keepdim(1)?.detach())?;
    let all = shifted.exp()?.sum(1)?.log()?;
    let likelihood = (shifted.gather(&targets.unsqueeze(1)?, 1)?.squeeze(1)? - all)?;
    Ok(((likelihood * real)?.sum_all()? * f64::from(-1.0 / total))?)
}

/// `AdamW` with the gradient clipped to norm 1. The moments live in plain vectors.
struct AdamW<'a> {
    weights: Vec<(&'a Var, Vec<f32>, Vec<f32>)>,
    steps: i32,
}

impl<'a> AdamW<'a> {
    const BETAS: [f32; 2] = [0.9, 0.98];
    const EPS: f32 = 1e-8;
    const DECAY: f32 = 0.05;

    fn new(network: &'a Network) -> Self {
        let moments = |var: &Var| vec![0.0; var.elem_count()];
        let weights = network
            .weights
            .values()
            .map(|var| (var, moments(var), moments(var)))
            .collect();
        Self { weights, steps: 0 }
    }

    fn update(&mut self, gradients: &GradStore, rate: f64) -> Result<(), Failure> {
        self.steps += 1;
        let found: Vec<Vec<f32>> = self
            .weights
            .iter()
            .map(|(var, ..)| {
                gradients
                    .get(var)
                    .map_or(Ok(Vec::new()), |g| g.flatten_all()?.to_vec1())
            })
            .collect::<candle_core::Result<_>>()?;
        let norm: f64 = found
            .iter()
            .flatten()
            .map(|g| f64::from(*g).powi(2))
            .sum::<f64>()
            .sqrt();
        let clip = (1.0 / norm.max(1.0)) as f32;
        let [first, second] = Self::BETAS;
        let (unbias_m, unbias_v) = (1.0 - first.powi(self.steps), 1.0 - second.powi(self.steps));
        let rate = rate as f32;
        for ((var, means, squares), gradient) in self.weights.iter_mut().zip(found) {
            let decay = if var.rank() > 1 { rate * Self::DECAY } else { 0.0 };
            let mut values: Vec<f32> = var.flatten_all()?.to_vec1()?;
            for (((value, gradient), mean), square) in values
                .iter_mut()
                .zip(gradient)
                .zip(means.iter_mut())
                .zip(squares.iter_mut())
            {
                let gradient = gradient * clip;
                *mean += (1.0 - first) * (gradient - *mean);
                *square += (1.0 - second) * (gradient * gradient - *square);
                let step = (*mean / unbias_m) / ((*square / unbias_v).sqrt() + Self::EPS);
                *value -= rate * step + decay * *value;
            }
            var.set(&Tensor::from_vec(values, var.shape(), &Device::Cpu)?)?;
        }
        Ok(())
    }
}
