//! How weights learn: `AdamW` over the flat list, on all of it or on low-rank additions that are merged at the end.

use candle_core::Result;
use pulp::Arch;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

use crate::design::{Slot, normal};
use crate::kernel;
use crate::matrix::Matrix;
use crate::network::{Batch, Network};

/// How long and how hard to train.
#[derive(Clone, Copy)]
pub struct Schedule {
    /// Tokens to see.
    pub tokens: usize,
    /// Tokens of an update.
    pub batch: usize,
    /// Highest learning rate.
    pub peak: f32,
    /// Decides the order of the texts, and the start of additions.
    pub seed: u64,
    /// Rank of the additions; 0 trains every weight.
    pub rank: usize,
}

impl Schedule {
    /// Linear warm-up over the first 4 %, then a cosine down to 2 % of the peak.
    fn rate(&self, seen: usize) -> f32 {
        let done = seen as f32 / self.tokens as f32;
        if done < 0.04 {
            return self.peak * (done + 0.001) / 0.041;
        }
        let turn = (std::f32::consts::PI * (done - 0.04) / 0.96).cos();
        self.peak * (0.02 + 0.49 * (1.0 + turn))
    }
}

/// Trains the network on the texts; `tell` hears the share done and the mean loss since it was last told.
pub fn train(
    network: &mut Network,
    texts: &[Vec<u32>],
    schedule: Schedule,
    mut tell: impl FnMut(f64, f64),
) -> Result<()> {
    let mut rng = ChaCha8Rng::seed_from_u64(schedule.seed);
    rng.set_stream(3);
    let mut learner = if schedule.rank == 0 {
        Learner::Whole(AdamW::new(network.values.len(), decayed(network)))
    } else {
        Learner::Added(Additions::new(network, schedule.rank, &mut rng))
    };
    let (mut queue, mut seen, mut steps, mut recent) = (Vec::new(), 0, 0, 0.0);
    while seen < schedule.tokens {
        if queue.is_empty() {
            queue = batches(texts, schedule.batch, &mut rng);
        }
        let Some(batch) = queue.pop() else {
            return Ok(());
        };
        let mut batch = Batch::new(&batch);
        if network.layout.positions.is_some() {
            batch.scatter(network.design.positions, &mut rng);
        }
        let (loss, gradient) = network.gradient(&batch)?;
        learner.step(network, gradient, schedule.rate(seen))?;
        (seen, steps, recent) = (seen + batch.len(), steps + 1, recent + loss);
        if steps == 400 {
            tell(seen as f64 / schedule.tokens as f64, recent / f64::from(steps));
            (steps, recent) = (0, 0.0);
        }
    }
    Ok(())
}

/// One pass over the texts in random order, in batches of about so many tokens.
fn batches<'a>(texts: &'a [Vec<u32>], size: usize, rng: &mut ChaCha8Rng) -> Vec<Vec<&'a [u32]>> {
    let mut order: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
    order.shuffle(rng);
    let (mut batches, mut open, mut tokens) = (Vec::new(), Vec::new(), 0);
    for text in order {
        tokens += text.len();
        open.push(text);
        if tokens >= size {
            batches.push(std::mem::take(&mut open));
            tokens = 0;
        }
    }
    batches
}

/// Whether a weight is drawn towards zero: matrices are, norms and biases are not.
fn decayed(network: &Network) -> Vec<bool> {
    let mut decayed = vec![false; network.values.len()];
    let mut slots = network.layout.matrices();
    slots.extend([network.layout.embedding, network.layout.head]);
    for slot in slots {
        decayed[slot.start..slot.start + slot.len()].fill(true);
    }
    decayed
}

enum Learner {
    Whole(AdamW),
    Added(Additions),
}

impl Learner {
    fn step(&mut self, network: &mut Network, gradient: Vec<f32>, rate: f32) -> Result<()> {
        match self {
            Self::Whole(optimizer) => optimizer.step(&mut network.values, gradient, rate),
            Self::Added(additions) => additions.step(network, &gradient, rate)?,
        }
        Ok(())
    }
}

/// `AdamW` with the gradient clipped to norm 1.
struct AdamW {
    means: Vec<f32>,
    squares: Vec<f32>,
    decayed: Vec<bool>,
    steps: i32,
}

impl AdamW {
    const FIRST: f32 = 0.9;
    const SECOND: f32 = 0.98;
    const DECAY: f32 = 0.05;

    fn new(count: usize, decayed: Vec<bool>) -> Self {
        Self {
            means: vec![0.0; count],
            squares: vec![0.0; count],
            decayed,
            steps: 0,
        }
    }

    fn step(&mut self, values: &mut [f32], gradient: Vec<f32>, rate: f32) {
        self.steps += 1;
        let norm = kernel::dot(&gradient, &gradient).sqrt();
        let clip = 1.0 / norm.max(1.0);
        let unbias = 1.0 / (1.0 - Self::FIRST.powi(self.steps));
        let unbias_square = 1.0 / (1.0 - Self::SECOND.powi(self.steps));
        Arch::new().dispatch(|| {
            let moments = self.means.iter_mut().zip(&mut self.squares).zip(&self.decayed);
            for ((value, gradient), ((mean, square), decayed)) in values.iter_mut().zip(gradient).zip(moments)
            {
                let gradient = gradient * clip;
                *mean += (1.0 - Self::FIRST) * (gradient - *mean);
                *square += (1.0 - Self::SECOND) * (gradient * gradient - *square);
                let step = *mean * unbias / ((*square * unbias_square).sqrt() + 1e-8);
                let decay = if *decayed { Self::DECAY } else { 0.0 };
                *value -= rate * (step + decay * *value);
            }
        });
    }
}

/// Low-rank additions to the matrices of the layers: each is its start plus `scale * out * in`.
struct Additions {
    slots: Vec<(Slot, Vec<f32>)>,
    /// For each matrix `in` `[rank, columns]`, then `out` turned, `[rank, rows]`.
    values: Vec<f32>,
    optimizer: AdamW,
    rank: usize,
}

impl Additions {
    const SCALE: f32 = 2.0;

    fn new(network: &Network, rank: usize, rng: &mut ChaCha8Rng) -> Self {
        let slots: Vec<(Slot, Vec<f32>)> = network
            .layout
            .matrices()
            .into_iter()
            .map(|slot| (slot, slot.of(&network.values).to_vec()))
            .collect();
        let mut values = Vec::new();
        for (slot, _) in &slots {
            let spread = 1.0 / (slot.columns as f32).sqrt();
            values.extend((0..rank * slot.columns).map(|_| spread * normal(rng)));
            values.extend(std::iter::repeat_n(0.0, rank * slot.rows));
        }
        let optimizer = AdamW::new(values.len(), vec![false; values.len()]);
        Self {
            slots,
            values,
            optimizer,
            rank,
        }
    }

    fn step(&mut self, network: &mut Network, gradient: &[f32], rate: f32) -> Result<()> {
        let mut own = Vec::with_capacity(self.values.len());
        let mut rest = self.values.as_slice();
        for (slot, _) in &self.slots {
            let (input, output, after) = self.parts(*slot, rest)?;
            rest = after;
            let of_matrix = Matrix::copy(slot.of(gradient), slot.columns)?;
            let of_input = output.back_through(&of_matrix)?;
            let of_output = input.through(&of_matrix)?;
            own.extend(of_input.numbers().iter().map(|value| value * Self::SCALE));
            own.extend(of_output.numbers().iter().map(|value| value * Self::SCALE));
        }
        self.optimizer.step(&mut self.values, own, rate);
        let mut rest = self.values.as_slice();
        for (slot, start) in &self.slots {
            let (input, output, after) = self.parts(*slot, rest)?;
            rest = after;
            let added = output.across(&input)?;
            let weight = slot.of_mut(&mut network.values);
            weight.copy_from_slice(start);
            kernel::add_scaled(weight, Self::SCALE, &added.numbers());
        }
        Ok(())
    }

    /// The two factors at the start of `values`, and what follows them.
    fn parts<'a>(&self, slot: Slot, values: &'a [f32]) -> Result<(Matrix, Matrix, &'a [f32])> {
        let (input, rest) = values.split_at(self.rank * slot.columns);
        let (output, rest) = rest.split_at(self.rank * slot.rows);
        Ok((
            Matrix::copy(input, slot.columns)?,
            Matrix::copy(output, slot.rows)?,
            rest,
        ))
    }
}
