//! Causal attention over the cache: on the processor slice by slice, elsewhere as tensor operations.
//!
//! Invariant: both ways give the same numbers; a weight of a key after its query is exactly zero.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use candle_core::{D, Device, Result, Tensor};
use rayon::prelude::*;

use super::{
    kernel::{dots, mix, softmax},
    rotary::{Angles, rotate},
    wide::wide,
};
use crate::model::{
    cache::{Cache, Store},
    spec::Attention,
};

/// (row, head) pairs a thread should have at least.
const GRAIN: usize = 4;

/// Attention of one layer over new positions.
pub struct Step<'a> {
    /// What the layer's attention is made of.
    pub attention: &'a Attention,
    /// The layer's number.
    pub layer: usize,
    /// New positions per row.
    pub count: usize,
    /// Angles of the new positions.
    pub angles: Option<&'a Angles>,
}

/// Keys and values one head of one row sees before its own.
#[derive(Clone, Copy, Default)]
struct Seen<'a> {
    keys: &'a [f32],
    values: &'a [f32],
}

impl Step<'_> {
    /// On the processor: `qkv` is row-major `[rows, count, queries + keys + values]`, the result `[rows, count, heads * width]`.
    ///
    /// Appends keys and values to the cache without counting them; `weights`, when given, is filled with `[rows, heads, count, all positions]`.
    pub fn host(&self, qkv: &[f32], cache: &mut Cache, weights: Option<&mut [f32]>) -> Vec<f32> {
        let Attention {
            heads,
            kv_heads,
            head_dim: width,
            ..
        } = *self.attention;
        self.append(qkv, cache);
        let (capacity, past, all) = (cache.capacity, cache.len, cache.positions() + self.count);
        let (keys, values) = cache.host(self.layer).unwrap_or_default();
        let shared = cache.shared.as_deref();
        let (front_keys, front_values) = shared
            .and_then(|shared| shared.host(self.layer))
            .unwrap_or_default();
        let (front, front_capacity) = shared.map_or((0, 0), |shared| (shared.len, shared.capacity));
        let own = past + self.count;

        let mut out = vec![0.0; cache.rows * self.count * heads * width];
        let task = |index: usize, out: &mut [f32], mut weights: Option<&mut [f32]>| {
            let (row, head) = (index / heads, index % heads);
            let kv = head / (heads / kv_heads);
            let before = Seen {
                keys: part(front_keys, kv * front_capacity * width, front * width),
                values: part(front_values, kv * front_capacity * width, front * width),
            };
            let start = (row * kv_heads + kv) * capacity * width;
            let after = Seen {
                keys: part(keys, start, own * width),
                values: part(values, start, own * width),
            };
            let mut query = vec![0.0; width];
            let mut scores = vec![0.0; all];
            for (position, out) in out.chunks_exact_mut(width).enumerate() {
                let from = (row * self.count + position) * self.attention.qkv_width() + head * width;
                self.turned(part(qkv, from, width), position, &mut query);
                let visible = all - self.count + position + 1;
                let scores = scores.get_mut(..visible).unwrap_or_default();
                attend(&query, self.attention.scale, before, after, scores, out);
                if let Some(row) = weights
                    .as_deref_mut()
                    .and_then(|all_rows| all_rows.get_mut(position * all..position * all + visible))
                {
                    row.copy_from_slice(scores);
                }
            }
        };
        let chunk = self.count * width;
        match weights {
            Some(weights) => out
                .par_chunks_mut(chunk)
                .zip(weights.par_chunks_mut(self.count * all))
                .enumerate()
                .with_min_len(GRAIN)
                .for_each(|(index, (out, weights))| task(index, out, Some(weights))),
            None => out
                .par_chunks_mut(chunk)
                .enumerate()
                .with_min_len(GRAIN)
                .for_each(|(index, out)| task(index, out, None)),
        }
        if self.count == 1 {
            return out;
        }
        swap_middle(&out, heads, self.count, width)
    }

    /// Writes the new keys and values behind the ones there.
    fn append(&self, qkv: &[f32], cache: &mut Cache) {
        let Attention {
            heads,
            kv_heads,
            head_dim: width,
            ..
        } = *self.attention;
        let (capacity, past) = (cache.capacity, cache.len);
        let Some(Store::Host { keys, values }) = cache.layer_mut(self.layer) else {
            return;
        };
        let size = kv_heads * capacity * width;
        keys.par_chunks_mut(size)
            .zip(values.par_chunks_mut(size))
            .zip(qkv.par_chunks(self.count * self.attention.qkv_width()))
            .with_min_len(GRAIN)
            .for_each(|((keys, values), rows)| {
                for (position, row) in rows.chunks_exact(self.attention.qkv_width()).enumerate() {
                    for kv in 0..kv_heads {
                        let to = (kv * capacity + past + position) * width;
                        let from = (heads + kv) * width;
                        if let Some(key) = keys.get_mut(to..to + width) {
                            self.turned(part(row, from, width), position, key);
                        }
                        if let Some(value) = values.get_mut(to..to + width) {
                            value.copy_from_slice(part(row, from + kv_heads * width, width));
                        }
                    }
                }
            });
    }

    #[inline]
    fn turned(&self, head: &[f32], position: usize, out: &mut [f32]) {
        match self.angles {
            Some(angles) => rotate(head, angles.at(position), out),
            None => out.copy_from_slice(head),
        }
    }

    /// As tensor operations: the same, with the weights as a tensor.
    pub fn device(&self, qkv: &Tensor, cache: &mut Cache, device: &Device) -> Result<(Tensor, Tensor)> {
        let Attention {
            heads,
            kv_heads,
            head_dim: width,
            scale,
            ..
        } = *self.attention;
        let (rows, count) = (cache.rows, self.count);
        let past = cache.positions();
        let all = past + count;
        let split = |from: usize, heads: usize| {
            qkv.narrow(D::Minus1, from * width, heads * width)?
                .reshape((rows, count, heads, width))?
                .transpose(1, 2)?
                .contiguous()
        };
        let (mut queries, mut new_keys) = (split(0, heads)?, split(heads, kv_heads)?);
        let new_values = split(heads + kv_heads, kv_heads)?;
        if let Some(angles) = self.angles {
            let cos = Tensor::from_slice(&angles.cos, (count, angles.pairs), device)?;
            let sin = Tensor::from_slice(&angles.sin, (count, angles.pairs), device)?;
            queries = candle_nn::rotary_emb::rope(&queries, &cos, &sin)?;
            new_keys = candle_nn::rotary_emb::rope(&new_keys, &cos, &sin)?;
        }
        let Some(Store::Device { keys, values }) = cache.layer_mut(self.layer) else {
            candle_core::bail!("the cache holds no tensors");
        };
        keys.slice_set(&new_keys, 2, past)?;
        values.slice_set(&new_values, 2, past)?;
        let repeat = |tensor: &Tensor| {
            tensor
                .narrow(2, 0, all)?
                .unsqueeze(2)?
                .broadcast_as((rows, kv_heads, heads / kv_heads, all, width))?
                .reshape((rows, heads, all, width))
        };
        let scores = (queries.matmul(&repeat(keys)?.transpose(2, 3)?)? * f64::from(scale))?;
        let mask: Vec<f32> = (0..count * all)
            .map(|index| {
                if index % all > past + index / all {
                    f32::NEG_INFINITY
                } else {
                    0.0
                }
            })
            .collect();
        let mask = Tensor::from_vec(mask, (count, all), device)?;
        let weights = candle_nn::ops::softmax_last_dim(&scores.broadcast_add(&mask)?)?;
        let out = weights
            .matmul(&repeat(values)?)?
            .transpose(1, 2)?
            .reshape((rows * count, heads * width))?;
        Ok((out, weights))
    }
}

wide! {
    /// One query over everything it sees.
    fn attend<'a>(
        query: &'a [f32],
        scale: f32,
        before: Seen<'a>,
        after: Seen<'a>,
        scores: &'a mut [f32],
        out: &'a mut [f32],
    ) -> () {
        let front = (before.keys.len() / query.len()).min(scores.len());
        let (front_scores, own_scores) = scores.split_at_mut(front);
        dots(query, before.keys, scale, front_scores);
        dots(query, after.keys, scale, own_scores);
        softmax(scores);
        let (front_scores, own_scores) = scores.split_at(front);
        out.fill(0.0);
        mix(front_scores, before.values, out);
        mix(own_scores, after.values, out);
    }
}

/// `[rows, heads, count, width]` to `[rows, count, heads, width]`.
fn swap_middle(values: &[f32], heads: usize, count: usize, width: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(values.len());
    for row in values.chunks_exact(heads * count * width) {
        for position in 0..count {
            for head in 0..heads {
                out.extend_from_slice(part(row, (head * count + position) * width, width));
            }
        }
    }
    out
}

#[inline(always)]
fn part(values: &[f32], from: usize, count: usize) -> &[f32] {
    values.get(from..from + count).unwrap_or_default()
}
