//! The training network: forward and backward by hand over one packed batch. A unit test checks every gradient by differences.

use candle_core::Result;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use crate::attention::{Heads, Inputs, Span};
use crate::design::{Design, Layout, Pair, Slot, Wiring};
use crate::kernel::{self, Angles, NOTHING, Norm, Normed};
use crate::matrix::Matrix;

/// A network and its weights.
pub struct Network {
    pub design: Design,
    pub layout: Layout,
    /// All weights, in the order of the layout.
    pub values: Vec<f32>,
    angles: Angles,
}

/// Texts one after the other.
pub struct Batch {
    tokens: Vec<u32>,
    targets: Vec<u32>,
    places: Vec<u32>,
    pub spans: Vec<Span>,
}

impl Batch {
    /// Packs the texts; every token but the first of each is a target.
    pub fn new<T: AsRef<[u32]>>(texts: &[T]) -> Self {
        let mut batch = Self {
            tokens: Vec::new(),
            targets: Vec::new(),
            places: Vec::new(),
            spans: Vec::new(),
        };
        for text in texts {
            let text = text.as_ref();
            batch.spans.push((batch.tokens.len(), text.len()));
            batch.places.extend(0..text.len() as u32);
            batch.tokens.extend(text);
            batch.targets.extend(text.get(1..).unwrap_or_default());
            if !text.is_empty() {
                batch.targets.push(NOTHING);
            }
        }
        batch
    }

    /// Lets some texts begin at a later place, so that learned positions are learned.
    pub fn scatter(&mut self, positions: usize, rng: &mut ChaCha8Rng) {
        for (start, length) in &self.spans {
            if rng.random_bool(0.4) && *length < positions {
                let first = rng.random_range(0..=positions - length) as u32;
                for place in &mut self.places[*start..start + length] {
                    *place += first;
                }
            }
        }
    }

    /// Tokens in it.
    pub fn len(&self) -> usize {
        self.tokens.len()
    }
}

/// What the gradient of a layer needs.
struct Tape {
    first_norm: Normed,
    /// What queries, keys and values are made of.
    first: Matrix,
    query_norm: Option<(Normed, Normed)>,
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    weights: Vec<f32>,
    mixed: Matrix,
    second_norm: Normed,
    second: Matrix,
    up: Matrix,
    curved: Matrix,
}

impl Network {
    pub fn new(design: Design, values: Vec<f32>) -> Self {
        Self {
            design,
            layout: Layout::new(&design),
            values,
            angles: Angles::new(design.rotated, design.theta, design.positions),
        }
    }

    /// Raw logits of every token, row by row.
    pub fn logits(&self, batch: &Batch) -> Result<Matrix> {
        let (stream, _) = self.run(batch, false)?;
        let (rows, _) = self.norm(self.layout.norm).forward(&stream);
        Matrix::new(rows, self.design.size.hidden)?.through(&self.matrix(self.layout.head)?)
    }

    /// Mean loss of a batch, and the gradient of every weight.
    pub fn gradient(&self, batch: &Batch) -> Result<(f64, Vec<f32>)> {
        let Design { size, vocabulary, .. } = self.design;
        let mut all = vec![0.0; self.values.len()];
        let (stream, tapes) = self.run(batch, true)?;
        let (rows, normed) = self.norm(self.layout.norm).forward(&stream);
        let rows = Matrix::new(rows, size.hidden)?;
        let head = self.matrix(self.layout.head)?;
        let logits = rows.through(&head)?;
        let (loss, gradient) = kernel::cross_entropy(&logits.numbers(), vocabulary, &batch.targets);
        let gradient = Matrix::new(gradient, vocabulary)?;
        kernel::add(
            self.layout.head.of_mut(&mut all),
            &gradient.across(&rows)?.numbers(),
        );
        let gradient = gradient.back_through(&head)?;
        let mut gradient = self.norm_back(self.layout.norm, &normed, &gradient.numbers(), &mut all);
        for (layer, tape) in tapes.iter().enumerate().rev() {
            gradient = self.layer_back(layer, tape, batch, gradient, &mut all)?;
        }
        let scale = self.design.embedding_scale;
        for ((token, place), row) in batch
            .tokens
            .iter()
            .zip(&batch.places)
            .zip(gradient.chunks_exact(size.hidden))
        {
            let at = *token as usize * size.hidden;
            let of_row = &mut self.layout.embedding.of_mut(&mut all)[at..at + size.hidden];
            kernel::add_scaled(of_row, scale, row);
            if let Some(positions) = self.layout.positions {
                let at = *place as usize * size.hidden;
                kernel::add_scaled(&mut positions.of_mut(&mut all)[at..at + size.hidden], 1.0, row);
            }
        }
        Ok((loss, all))
    }

    fn run(&self, batch: &Batch, keep: bool) -> Result<(Vec<f32>, Vec<Tape>)> {
        let hidden = self.design.size.hidden;
        let mut stream = Vec::with_capacity(batch.len() * hidden);
        let embedding = self.layout.embedding.of(&self.values);
        for (token, place) in batch.tokens.iter().zip(&batch.places) {
            let at = *token as usize * hidden;
            stream.extend(
                embedding[at..at + hidden]
                    .iter()
                    .map(|value| value * self.design.embedding_scale),
            );
            if let Some(positions) = self.layout.positions {
                let row = stream.len() - hidden;
                let at = *place as usize * hidden;
                kernel::add_scaled(
                    &mut stream[row..],
                    1.0,
                    &positions.of(&self.values)[at..at + hidden],
                );
            }
        }
        let mut tapes = Vec::new();
        for layer in 0..self.design.size.layers {
            let tape = self.layer(layer, batch, &mut stream)?;
            if keep {
                tapes.push(tape);
            }
        }
        Ok((stream, tapes))
    }

    fn layer(&self, layer: usize, batch: &Batch, stream: &mut [f32]) -> Result<Tape> {
        let Design { size, wiring, .. } = self.design;
        let slots = self.layout.layers[layer];
        let (queries_wide, keys_wide) = self.design.widths();
        let after = wiring == Wiring::After;
        let (first, mut first_norm) = if after {
            (stream.to_vec(), Normed::default())
        } else {
            self.norm(slots.first_norm).forward(stream)
        };
        let first = Matrix::new(first, size.hidden)?;
        let qkv = self.linear(&first, slots.qkv)?;
        let [mut queries, mut keys, values] = split(&qkv.numbers(), [queries_wide, keys_wide, keys_wide]);
        let query_norm = slots.query_norm.map(|(query, key)| {
            let (normed_queries, query_tape) = self.plain_norm(query).forward(&queries);
            let (normed_keys, key_tape) = self.plain_norm(key).forward(&keys);
            (queries, keys) = (normed_queries, normed_keys);
            (query_tape, key_tape)
        });
        let dim = self.design.head_dim;
        kernel::rotate(
            &mut queries,
            queries_wide,
            dim,
            &self.angles,
            &batch.places,
            false,
        );
        kernel::rotate(&mut keys, keys_wide, dim, &self.angles, &batch.places, false);
        let inputs = Inputs {
            queries: &queries,
            keys: &keys,
            values: &values,
        };
        let (mixed, weights) = self.heads().forward(inputs, &batch.spans);
        let mixed = Matrix::new(mixed, queries_wide)?;
        let mut half = self.linear(&mixed, slots.output)?;
        if after {
            let (out, normed) = self.norm(slots.first_norm).forward(&half.numbers());
            (half, first_norm) = (Matrix::new(out, size.hidden)?, normed);
        }
        if wiring != Wiring::Parallel {
            kernel::add(stream, &half.numbers());
        }
        let (second, mut second_norm) = if after {
            (stream.to_vec(), Normed::default())
        } else {
            self.norm(slots.second_norm).forward(stream)
        };
        if wiring == Wiring::Parallel {
            kernel::add(stream, &half.numbers());
        }
        let second = Matrix::new(second, size.hidden)?;
        let up = self.linear(&second, slots.up)?;
        let curved = kernel::curved(self.design.curve, self.design.gated, &up.numbers(), size.inner);
        let curved = Matrix::new(curved, size.inner)?;
        let mut half = self.linear(&curved, slots.down)?;
        if after {
            let (out, normed) = self.norm(slots.second_norm).forward(&half.numbers());
            (half, second_norm) = (Matrix::new(out, size.hidden)?, normed);
        }
        kernel::add(stream, &half.numbers());
        Ok(Tape {
            first_norm,
            first,
            query_norm,
            queries,
            keys,
            values,
            weights,
            mixed,
            second_norm,
            second,
            up,
            curved,
        })
    }

    /// From the gradient of a layer's output to that of its input.
    fn layer_back(
        &self,
        layer: usize,
        tape: &Tape,
        batch: &Batch,
        gradient: Vec<f32>,
        all: &mut [f32],
    ) -> Result<Vec<f32>> {
        let Design { size, wiring, .. } = self.design;
        let slots = self.layout.layers[layer];
        let after = wiring == Wiring::After;
        let mut stream = gradient.clone();

        let half = if after {
            self.norm_back(slots.second_norm, &tape.second_norm, &gradient, all)
        } else {
            gradient.clone()
        };
        let of_curved = self.linear_back(&tape.curved, slots.down, &Matrix::new(half, size.hidden)?, all)?;
        let of_up = kernel::curved_back(
            self.design.curve,
            self.design.gated,
            &tape.up.numbers(),
            size.inner,
            &of_curved.numbers(),
        );
        let of_second = self.linear_back(
            &tape.second,
            slots.up,
            &Matrix::new(of_up, tape.up.columns())?,
            all,
        )?;
        if after {
            kernel::add(&mut stream, &of_second.numbers());
        } else {
            let back = self.norm_back(slots.second_norm, &tape.second_norm, &of_second.numbers(), all);
            kernel::add(&mut stream, &back);
        }

        let half = match wiring {
            Wiring::Parallel => gradient,
            Wiring::Before => stream.clone(),
            Wiring::After => self.norm_back(slots.first_norm, &tape.first_norm, &stream, all),
        };
        let of_mixed = self.linear_back(&tape.mixed, slots.output, &Matrix::new(half, size.hidden)?, all)?;
        let of_qkv = self.attention_back(layer, tape, batch, &of_mixed, all);
        let width = slots.qkv.weight.rows;
        let of_first = self.linear_back(&tape.first, slots.qkv, &Matrix::new(of_qkv, width)?, all)?;
        if after {
            kernel::add(&mut stream, &of_first.numbers());
        } else {
            let back = self.norm_back(slots.first_norm, &tape.first_norm, &of_first.numbers(), all);
            kernel::add(&mut stream, &back);
        }
        Ok(stream)
    }

    fn attention_back(
        &self,
        layer: usize,
        tape: &Tape,
        batch: &Batch,
        of_mixed: &Matrix,
        all: &mut [f32],
    ) -> Vec<f32> {
        let (queries_wide, keys_wide) = self.design.widths();
        let inputs = Inputs {
            queries: &tape.queries,
            keys: &tape.keys,
            values: &tape.values,
        };
        let mut back = self
            .heads()
            .backward(inputs, &tape.weights, &of_mixed.numbers(), &batch.spans);
        let dim = self.design.head_dim;
        kernel::rotate(
            &mut back.queries,
            queries_wide,
            dim,
            &self.angles,
            &batch.places,
            true,
        );
        kernel::rotate(&mut back.keys, keys_wide, dim, &self.angles, &batch.places, true);
        if let (Some((query, key)), Some((query_tape, key_tape))) =
            (self.layout.layers[layer].query_norm, &tape.query_norm)
        {
            for (slot, tape, gradient) in [
                (query, query_tape, &mut back.queries),
                (key, key_tape, &mut back.keys),
            ] {
                *gradient = self
                    .plain_norm(slot)
                    .backward(tape, gradient, slot.of_mut(all), None);
            }
        }
        let mut rows = Vec::with_capacity(batch.len() * (queries_wide + 2 * keys_wide));
        let keys = back
            .keys
            .chunks_exact(keys_wide)
            .zip(back.values.chunks_exact(keys_wide));
        for (query, (key, value)) in back.queries.chunks_exact(queries_wide).zip(keys) {
            rows.extend(query);
            rows.extend(key);
            rows.extend(value);
        }
        rows
    }

    fn heads(&self) -> Heads {
        Heads {
            heads: self.design.size.heads,
            kv_heads: self.design.size.kv_heads,
            dim: self.design.head_dim,
        }
    }

    fn matrix(&self, slot: Slot) -> Result<Matrix> {
        Matrix::copy(slot.of(&self.values), slot.columns)
    }

    fn linear(&self, input: &Matrix, pair: Pair) -> Result<Matrix> {
        let out = input.through(&self.matrix(pair.weight)?)?;
        let Some(bias) = pair.bias else {
            return Ok(out);
        };
        let mut rows = out.numbers().to_vec();
        kernel::add_to_rows(&mut rows, bias.of(&self.values));
        Matrix::new(rows, pair.weight.rows)
    }

    fn linear_back(&self, input: &Matrix, pair: Pair, gradient: &Matrix, all: &mut [f32]) -> Result<Matrix> {
        kernel::add(pair.weight.of_mut(all), &gradient.across(input)?.numbers());
        if let Some(bias) = pair.bias {
            kernel::add_rows(bias.of_mut(all), &gradient.numbers());
        }
        gradient.back_through(&self.matrix(pair.weight)?)
    }

    fn norm(&self, pair: Pair) -> Norm<'_> {
        Norm {
            bias: pair.bias.map(|bias| bias.of(&self.values)),
            centred: self.design.centred,
            ..self.plain_norm(pair.weight)
        }
    }

    fn plain_norm(&self, slot: Slot) -> Norm<'_> {
        Norm {
            weight: slot.of(&self.values),
            bias: None,
            centred: false,
            from_one: self.design.from_one,
            eps: self.design.eps,
        }
    }

    fn norm_back(&self, pair: Pair, normed: &Normed, gradient: &[f32], all: &mut [f32]) -> Vec<f32> {
        let mut of_weight = vec![0.0; pair.weight.len()];
        let mut of_bias = pair.bias.map(|bias| vec![0.0; bias.len()]);
        let out = self
            .norm(pair)
            .backward(normed, gradient, &mut of_weight, of_bias.as_deref_mut());
        kernel::add(pair.weight.of_mut(all), &of_weight);
        if let (Some(bias), Some(of_bias)) = (pair.bias, of_bias) {
            kernel::add(bias.of_mut(all), &of_bias);
        }
        out
    }
}

/// Columns side by side, taken apart.
fn split<const N: usize>(rows: &[f32], widths: [usize; N]) -> [Vec<f32>; N] {
    let width: usize = widths.iter().sum();
    let mut start = 0;
    widths.map(|wide| {
        let from = start;
        start += wide;
        rows.chunks_exact(width)
            .flat_map(|row| &row[from..from + wide])
            .copied()
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;
    use crate::design::{Family, Size};

    #[test]
    fn every_gradient_is_the_slope_of_the_loss() -> Result<()> {
        let size = Size {
            layers: 2,
            hidden: 32,
            heads: 4,
            kv_heads: 2,
            inner: 24,
            tied: false,
        };
        for (family, tied) in [
            (Family::Llama, false),
            (Family::Qwen2, true),
            (Family::Qwen3, false),
            (Family::Gemma, true),
            (Family::Gpt2, true),
            (Family::GptNeox, false),
            (Family::Olmo2, false),
        ] {
            let kv_heads = if matches!(family, Family::Gpt2 | Family::GptNeox) {
                4
            } else {
                2
            };
            let design = Design::new(
                family,
                Size {
                    kv_heads,
                    tied,
                    ..size
                },
                40,
                16,
            );
            let mut rng = ChaCha8Rng::seed_from_u64(3);
            let mut values = Layout::new(&design).random(&design, &mut rng);
            for value in &mut values {
                *value = 4.0 * *value + 0.05 * crate::design::normal(&mut rng);
            }
            let mut network = Network::new(design, values);
            let batch = Batch::new(&[vec![3_u32, 9, 22, 9, 1], vec![7, 3, 39, 0, 5, 5, 12]]);
            let (_, gradient) = network.gradient(&batch)?;
            let direction: Vec<f32> = gradient.iter().map(|_| crate::design::normal(&mut rng)).collect();
            let slots = slots(&network.layout);
            for slot in slots {
                let mut along = |step: f32| -> Result<f64> {
                    let before = slot.of(&network.values).to_vec();
                    kernel::add_scaled(slot.of_mut(&mut network.values), step, slot.of(&direction));
                    let loss = network.gradient(&batch)?.0;
                    slot.of_mut(&mut network.values).copy_from_slice(&before);
                    Ok(loss)
                };
                let mut slope =
                    |step: f32| -> Result<f64> { Ok((along(step)? - along(-step)?) / f64::from(2.0 * step)) };
                let measured = (4.0 * slope(2.5e-4)? - slope(5e-4)?) / 3.0;
                let pairs = slot.of(&gradient).iter().zip(slot.of(&direction));
                let computed: f64 = pairs.map(|(a, b)| f64::from(a * b)).sum();
                let off = (measured - computed).abs();
                assert!(
                    off < 6e-3 + 5e-3 * measured.abs(),
                    "{family:?} {slot:?}: {computed}, not {measured}"
                );
            }
        }
        Ok(())
    }

    fn slots(layout: &Layout) -> Vec<Slot> {
        let pairs = layout.layers.iter().flat_map(|layer| {
            [
                layer.first_norm,
                layer.second_norm,
                layer.qkv,
                layer.output,
                layer.up,
                layer.down,
            ]
        });
        let mut slots = vec![layout.embedding, layout.head, layout.norm.weight];
        slots.extend(layout.positions);
        slots.extend(pairs.flat_map(|pair| [Some(pair.weight), pair.bias]).flatten());
        for layer in &layout.layers {
            slots.extend(layer.query_norm.iter().flat_map(|(query, key)| [*query, *key]));
        }
        slots
    }
}
