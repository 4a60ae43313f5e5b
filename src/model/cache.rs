//! Keys and values of the positions computed so far, preallocated, appended in place.
//!
//! Invariant: every row has the same number of positions; a prefix that rows share is held once and never written to.

use std::sync::Arc;

use candle_core::{DType, Device, Result, Tensor};

use super::spec::Attention;

/// Keys and values of a batch of rows.
#[derive(Debug)]
pub struct Cache {
    /// Rows.
    pub rows: usize,
    /// Own positions there is room for.
    pub capacity: usize,
    /// Own positions filled.
    pub len: usize,
    /// Positions all rows share, before their own; held with one row.
    pub shared: Option<Arc<Self>>,
    /// Length the rows will have at least: rope of some models depends on it.
    pub reach: usize,
    /// Numbers of one head at one position.
    width: usize,
    layers: Vec<Store>,
}

/// Keys and values of one layer.
#[derive(Debug)]
pub enum Store {
    /// On the processor: row-major `[rows, kv heads, capacity, head width]`.
    Host {
        /// Keys.
        keys: Vec<f32>,
        /// Values.
        values: Vec<f32>,
    },
    /// On a device, the shared prefix copied to the front of each row: `[rows, kv heads, shared + capacity, head width]`.
    Device {
        /// Keys.
        keys: Tensor,
        /// Values.
        values: Tensor,
    },
}

impl Cache {
    /// Room for `rows` of `capacity` positions each after what they share; `device` is `None` for slices on the processor.
    pub fn new(
        layers: usize,
        attention: &Attention,
        rows: usize,
        capacity: usize,
        shared: Option<Arc<Self>>,
        device: Option<&Device>,
    ) -> Result<Self> {
        let (heads, width) = (attention.kv_heads, attention.head_dim);
        let layers = (0..layers)
            .map(|layer| match device {
                None => {
                    let size = rows * heads * capacity * width;
                    Ok(Store::Host {
                        keys: vec![0.0; size],
                        values: vec![0.0; size],
                    })
                }
                Some(device) => {
                    let front = shared.as_ref().map_or(0, |shared| shared.positions());
                    let shape = (rows, heads, front + capacity, width);
                    let keys = Tensor::zeros(shape, DType::F32, device)?;
                    let values = Tensor::zeros(shape, DType::F32, device)?;
                    let stores = shared.as_ref().and_then(|shared| shared.layers.get(layer));
                    if let Some(Store::Device { keys: k, values: v }) = stores {
                        let front_shape = (rows, heads, front, width);
                        let k = k.narrow(2, 0, front)?.broadcast_as(front_shape)?;
                        let v = v.narrow(2, 0, front)?.broadcast_as(front_shape)?;
                        keys.slice_set(&k.contiguous()?, 2, 0)?;
                        values.slice_set(&v.contiguous()?, 2, 0)?;
                    }
                    Ok(Store::Device { keys, values })
                }
            })
            .collect::<Result<_>>()?;
        Ok(Self {
            rows,
            capacity,
            len: 0,
            shared,
            reach: 0,
            width,
            layers,
        })
    }

    /// Positions each row has, the shared ones included.
    pub fn positions(&self) -> usize {
        self.len + self.shared.as_ref().map_or(0, |shared| shared.positions())
    }

    /// One layer.
    pub fn layer_mut(&mut self, layer: usize) -> Option<&mut Store> {
        self.layers.get_mut(layer)
    }

    /// Keys and values of a layer on the processor.
    pub fn host(&self, layer: usize) -> Option<(&[f32], &[f32])> {
        match self.layers.get(layer)? {
            Store::Host { keys, values } => Some((keys, values)),
            Store::Device { .. } => None,
        }
    }

    /// Keeps these rows, in this order; a row that keeps its place is not moved.
    ///
    /// On the processor a row may only come from its own place or a later one, as when finished rows are filled from the end.
    pub fn keep(&mut self, rows: &[usize]) -> Result<()> {
        for store in &mut self.layers {
            match store {
                Store::Host { keys, values } => {
                    let size = keys.len() / self.rows.max(1);
                    for (to, from) in rows.iter().enumerate().filter(|(to, from)| to != *from) {
                        keys.copy_within(from * size..(from + 1) * size, to * size);
                        values.copy_within(from * size..(from + 1) * size, to * size);
                    }
                    keys.truncate(rows.len() * size);
                    values.truncate(rows.len() * size);
                }
                Store::Device { keys, values } => {
                    let index: Vec<u32> = rows.iter().map(|row| *row as u32).collect();
                    let index = Tensor::from_vec(index, rows.len(), keys.device())?;
                    *keys = keys.index_select(&index, 0)?;
                    *values = values.index_select(&index, 0)?;
                }
            }
        }
        self.rows = rows.len();
        Ok(())
    }

    /// Gives each row the positions of the row named in its place; one may be named several times.
    pub fn branch(&mut self, rows: &[usize]) -> Result<()> {
        let (count, capacity, filled) = (self.rows, self.capacity, self.len);
        if filled == 0 {
            return Ok(());
        }
        for store in &mut self.layers {
            match store {
                Store::Host { keys, values } => {
                    for numbers in [keys, values] {
                        branch(numbers, rows, count, (capacity * self.width, filled * self.width));
                    }
                }
                Store::Device { keys, values } => {
                    let index: Vec<u32> = rows.iter().map(|row| *row as u32).collect();
                    let index = Tensor::from_vec(index, rows.len(), keys.device())?;
                    *keys = keys.index_select(&index, 0)?;
                    *values = values.index_select(&index, 0)?;
                }
            }
        }
        Ok(())
    }
}

/// Copies rows of `[rows, heads, capacity, width]`: of each head the numbers that are `filled` out of `room`.
fn branch(numbers: &mut [f32], rows: &[usize], count: usize, (room, filled): (usize, usize)) {
    let size = numbers.len() / count.max(1);
    // a row that others still need is read before it is written
    let moved: Vec<(usize, Vec<f32>)> = rows
        .iter()
        .enumerate()
        .filter(|(to, from)| to != *from)
        .filter_map(|(to, from)| {
            let heads = numbers.get(from * size..(from + 1) * size)?.chunks_exact(room);
            Some((
                to,
                heads.flat_map(|head| head.iter().take(filled)).copied().collect(),
            ))
        })
        .collect();
    for (to, row) in moved {
        let heads = numbers.get_mut(to * size..(to + 1) * size).unwrap_or_default();
        for (head, from) in heads.chunks_exact_mut(room).zip(row.chunks_exact(filled)) {
            for (to, from) in head.iter_mut().zip(from) {
                *to = *from;
            }
        }
    }
}
