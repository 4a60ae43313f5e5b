//! Causal attention over the cache: on the processor slice by slice, elsewhere as tensor operations.
//!
//! Invariant: both ways give the same numbers; a weight of a key after its query is exactly zero.

#![expect(
    clippy::inline_always,
    reason = "only what is inlined is compiled for the wider vectors"
)]

use candle_core::{D, Device, Result, Tensor};
use pulp::Arch;
use rayon::prelude::*;

use super::{
    attend::{Attend, Seen},
    rotary::{Angles, rotate},
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
    /// Those at the end of each row whose output is wanted.
    pub last: usize,
    /// Angles of the new positions; `None` in a layer that knows no positions.
    pub angles: Option<&'a Angles>,
    /// Keys a query sees, its own included.
    pub window: Option<usize>,
    /// What hides keys, for tensor operations: see [`mask`].
    pub mask: Option<&'a Tensor>,
}

/// The first key that the last of so many visible ones sees.
const fn first_seen(visible: usize, window: Option<usize>) -> usize {
    match window {
        Some(window) => visible.saturating_sub(window),
        None => 0,
    }
}

/// What is added to the scores of `count` new queries after `past` positions, `[count, keys from the first any of them sees]`.
///
/// A single query needs none: it sees all of those.
pub fn mask(count: usize, past: usize, window: Option<usize>, device: &Device) -> Result<Option<Tensor>> {
    if count == 1 {
        return Ok(None);
    }
    let first = first_seen(past + 1, window);
    let width = past + count - first;
    let hidden = (0..count * width).map(|index| {
        let (query, key) = (past + index / width, first + index % width);
        if key > query || key < first_seen(query + 1, window) {
            f32::NEG_INFINITY
        } else {
            0.0
        }
    });
    Tensor::from_vec(hidden.collect(), (count, width), device).map(Some)
}

impl Step<'_> {
    /// On the processor: `qkv` is row-major `[rows, count, queries + keys + values]`, the result `[rows, last, heads * width]`, or
    /// `[rows, count, heads * width]` where weights are given.
    ///
    /// Appends keys and values to the cache without counting them; `weights` is filled with `[rows, heads, count, all positions]`.
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
        let queries = if weights.is_some() { self.count } else { self.last };
        let skipped = self.count - queries;

        let mut out = vec![0.0; cache.rows * queries * heads * width];
        let arch = Arch::new();
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
            let from = self.attention.query_at(head);
            let mut query = vec![0.0; width];
            let mut scores = vec![0.0; all];
            for (position, out) in (skipped..).zip(out.chunks_exact_mut(width)) {
                let at = (row * self.count + position) * self.attention.qkv_width() + from;
                self.turned(part(qkv, at, width), position, &mut query);
                let visible = all - self.count + position + 1;
                let first = first_seen(visible, self.window);
                let scores = scores.get_mut(first..visible).unwrap_or_default();
                let cut = first.min(front);
                let (before, after) = (before.behind(cut * width), after.behind((first - cut) * width));
                let Attention { scale, cap, .. } = *self.attention;
                arch.dispatch(Attend {
                    query: &query,
                    scale,
                    cap,
                    seen: [before, after],
                    weights: scores,
                    out,
                });
                if let Some(row) = weights
                    .as_deref_mut()
                    .and_then(|rows| rows.get_mut(position * all + first..position * all + visible))
                {
                    row.copy_from_slice(scores);
                }
            }
        };
        let chunk = queries * width;
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
        if queries == 1 {
            return out;
        }
        swap_middle(&out, heads, queries, width)
    }

    /// Writes the new keys and values behind the ones there.
    fn append(&self, qkv: &[f32], cache: &mut Cache) {
        let Attention {
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
                        if let Some(key) = keys.get_mut(to..to + width) {
                            self.turned(part(row, self.attention.key_at(kv), width), position, key);
                        }
                        if let Some(value) = values.get_mut(to..to + width) {
                            value.copy_from_slice(part(row, self.attention.value_at(kv), width));
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

    /// As tensor operations: the same, with the weights as a tensor `[rows, heads, count, all positions]` when they are asked for.
    pub fn device(&self, qkv: &Tensor, cache: &mut Cache, weighed: bool) -> Result<(Tensor, Option<Tensor>)> {
        let Attention {
            heads,
            kv_heads,
            head_dim: width,
            scale,
            cap,
            ..
        } = *self.attention;
        let (rows, count) = (cache.rows, self.count);
        let past = cache.positions();
        let [queries, new_keys, new_values] = self.split(qkv, rows)?;
        let (queries, new_keys) = (self.turn(queries)?, self.turn(new_keys)?);
        let Some(Store::Device { keys, values }) = cache.layer_mut(self.layer) else {
            candle_core::bail!("the cache holds no tensors");
        };
        keys.slice_set(&new_keys, 2, past)?;
        values.slice_set(&new_values, 2, past)?;
        let first = first_seen(past + 1, self.window);
        let seen = past + count - first;
        let repeat = |tensor: &Tensor| {
            tensor
                .narrow(2, first, seen)?
                .unsqueeze(2)?
                .broadcast_as((rows, kv_heads, heads / kv_heads, seen, width))?
                .reshape((rows, heads, seen, width))
        };
        let mut scores = (queries.matmul(&repeat(keys)?.transpose(2, 3)?)? * f64::from(scale))?;
        if let Some(cap) = cap {
            scores = ((scores / f64::from(cap))?.tanh()? * f64::from(cap))?;
        }
        if let Some(mask) = self.mask {
            scores = scores.broadcast_add(mask)?;
        }
        let weights = candle_nn::ops::softmax_last_dim(&scores)?;
        let out = weights
            .matmul(&repeat(values)?)?
            .transpose(1, 2)?
            .reshape((rows * count, heads * width))?;
        let weights = weighed.then(|| weights.pad_with_zeros(D::Minus1, first, 0));
        Ok((out, weights.transpose()?))
    }

    /// Queries, keys and values `[rows, their heads, count, width]`.
    fn split(&self, qkv: &Tensor, rows: usize) -> Result<[Tensor; 3]> {
        let Attention {
            heads,
            kv_heads,
            head_dim: width,
            interleaved,
            ..
        } = *self.attention;
        let heads_first = |tensor: Tensor| tensor.transpose(1, 2)?.contiguous();
        if interleaved {
            let qkv = qkv.reshape((rows, self.count, heads, 3 * width))?;
            let part = |place: usize| heads_first(qkv.narrow(3, place * width, width)?);
            return Ok([part(0)?, part(1)?, part(2)?]);
        }
        let part = |from: usize, heads: usize| {
            let part = qkv.narrow(D::Minus1, from * width, heads * width)?;
            heads_first(part.reshape((rows, self.count, heads, width))?)
        };
        Ok([
            part(0, heads)?,
            part(heads, kv_heads)?,
            part(heads + kv_heads, kv_heads)?,
        ])
    }

    /// The front of each head rotated.
    fn turn(&self, heads: Tensor) -> Result<Tensor> {
        let Some((cos, sin)) = self.angles.and_then(|angles| angles.tensors.as_ref()) else {
            return Ok(heads);
        };
        let (front, width) = (2 * cos.dim(1)?, self.attention.head_dim);
        if front == width {
            return candle_nn::rotary_emb::rope(&heads, cos, sin);
        }
        let turned = candle_nn::rotary_emb::rope(&heads.narrow(3, 0, front)?.contiguous()?, cos, sin)?;
        let rest = heads.narrow(3, front, width - front)?;
        Tensor::cat(&[turned, rest], 3)?.contiguous()
    }
}

/// The last positions of each row of `[rows * count, width]`: `[rows * last, width]`.
pub fn ends(x: &Tensor, count: usize, last: usize) -> Result<Tensor> {
    if last == count {
        return Ok(x.clone());
    }
    let (positions, width) = x.dims2()?;
    let rows = positions / count.max(1);
    let x = x.reshape((rows, count, width))?;
    x.narrow(1, count - last, last)?
        .contiguous()?
        .reshape((rows * last, width))
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
