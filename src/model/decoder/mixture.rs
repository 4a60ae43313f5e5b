//! A mixture of experts: each row goes through the few experts its router likes best.
//!
//! Invariant: an expert computes only the rows that chose it; a row's result does not depend on the rows beside it.

use candle_core::Tensor;

use super::{Linear, Matrix, load::Loader, with_slice};
use crate::model::{error::ModelError, spec::Experts};

/// The experts of a layer, and what chooses among them.
pub struct Mixture {
    pub spec: Experts,
    pub router: Linear,
    /// (gate and up side by side, down) of each.
    pub experts: Vec<(Linear, Linear)>,
}

/// Who computes what.
struct Routing {
    /// For each expert, the rows that chose it.
    rows: Vec<Vec<u32>>,
    /// For each expert, the weight each of those rows gives it.
    weights: Vec<Vec<f32>>,
    /// For each place among a row's choices, where each row finds the result among all results in order of the experts.
    places: Vec<Vec<u32>>,
}

impl Loader<'_> {
    /// A mixture, its experts one by one or all in one tensor.
    pub fn mixture(&mut self, base: &str, spec: Experts) -> Result<Mixture, ModelError> {
        let names = self.names.experts;
        let (hidden, inner) = (self.spec.hidden, spec.inner);
        let routers: Vec<String> = names.router.iter().map(|name| format!("{base}{name}")).collect();
        let router = routers
            .iter()
            .find(|name| self.weights.has(&format!("{name}.weight")))
            .or(routers.first())
            .map_or_else(Vec::new, |name| vec![name.clone()]);
        let router = self.linear(&router, hidden, &[spec.count], false)?;
        let fused = format!("{base}{}", names.fused_up);
        let experts = if self.weights.has(&fused) {
            let up = self.weights.slab(&fused, &[spec.count, 2 * inner, hidden])?;
            let down = format!("{base}{}", names.fused_down);
            let down = self.weights.slab(&down, &[spec.count, hidden, inner])?;
            let one = |slab, input, output| -> Result<Linear, ModelError> {
                let parts = vec![(slab, output)];
                Ok(Linear {
                    weight: Matrix::new(parts, input, false, self.device, self.precision)?,
                    bias: None,
                })
            };
            let both = |expert: usize| {
                Ok((
                    one(up.part(expert, spec.count), hidden, 2 * inner)?,
                    one(down.part(expert, spec.count), inner, hidden)?,
                ))
            };
            (0..spec.count).map(both).collect::<Result<_, ModelError>>()?
        } else {
            let mut experts = Vec::new();
            for expert in 0..spec.count {
                let name = |part: &str| format!("{base}{}{expert}.{part}", names.each);
                let up: Vec<String> = names.up.iter().map(|part| name(part)).collect();
                experts.push((
                    self.linear(&up, hidden, &[inner, inner], false)?,
                    self.linear(&[name(names.down)], inner, &[hidden], false)?,
                ));
            }
            experts
        };
        Ok(Mixture {
            spec,
            router,
            experts,
        })
    }
}

impl Mixture {
    /// Runs rows `[rows, hidden]`; `activate` is given what stands between an expert's two matrices.
    pub fn forward(
        &self,
        x: &Tensor,
        activate: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
    ) -> candle_core::Result<Tensor> {
        let logits = self.router.forward(x)?;
        let routing = with_slice(&logits, |logits| self.route(logits))?;
        let mut results = Vec::with_capacity(self.experts.len());
        let chosen = routing.rows.iter().zip(&routing.weights);
        for ((up, down), (rows, weights)) in self.experts.iter().zip(chosen) {
            if rows.is_empty() {
                continue;
            }
            let index = Tensor::from_slice(rows, rows.len(), x.device())?;
            let weights = Tensor::from_slice(weights, (weights.len(), 1), x.device())?;
            let inner = up.forward(&x.index_select(&index, 0)?)?;
            results.push(down.forward(&activate(&inner)?)?.broadcast_mul(&weights)?);
        }
        let results = Tensor::cat(&results, 0)?;
        let mut sum: Option<Tensor> = None;
        for places in &routing.places {
            let index = Tensor::from_slice(places, places.len(), x.device())?;
            let part = results.index_select(&index, 0)?;
            sum = Some(match sum {
                Some(sum) => (sum + part)?,
                None => part,
            });
        }
        sum.map_or_else(|| x.zeros_like(), Ok)
    }

    fn route(&self, logits: &[f32]) -> Routing {
        let Experts {
            count,
            used,
            normalised,
            ..
        } = self.spec;
        let mut rows = vec![Vec::new(); count];
        let mut weights = vec![Vec::new(); count];
        let mut choices = Vec::new();
        for (row, logits) in logits.chunks_exact(count).enumerate() {
            for (expert, weight) in choose(logits, used, normalised) {
                if let (Some(rows), Some(weights)) = (rows.get_mut(expert), weights.get_mut(expert)) {
                    choices.push((expert, rows.len()));
                    rows.push(row as u32);
                    weights.push(weight);
                }
            }
        }
        let mut starts = Vec::with_capacity(count);
        let mut start = 0;
        for rows in &rows {
            starts.push(start);
            start += rows.len();
        }
        let place = |(expert, nth): &(usize, usize)| (starts.get(*expert).unwrap_or(&0) + nth) as u32;
        let places = (0..used)
            .map(|nth| choices.iter().skip(nth).step_by(used).map(place).collect())
            .collect();
        Routing {
            rows,
            weights,
            places,
        }
    }
}

/// The experts a row uses with their weights, the one it likes best first.
fn choose(logits: &[f32], used: usize, normalised: bool) -> Vec<(usize, f32)> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let total: f32 = logits.iter().map(|logit| (logit - top).exp()).sum();
    let mut order: Vec<usize> = (0..logits.len()).collect();
    let logit = |expert: usize| logits.get(expert).copied().unwrap_or(f32::NEG_INFINITY);
    order.sort_by(|left, right| logit(*right).total_cmp(&logit(*left)));
    order.truncate(used);
    let share = |expert: usize| (logit(expert) - top).exp() / total;
    let kept: f32 = order.iter().map(|expert| share(*expert)).sum();
    let scale = if normalised { 1.0 / kept } else { 1.0 };
    order
        .into_iter()
        .map(|expert| (expert, share(expert) * scale))
        .collect()
}
