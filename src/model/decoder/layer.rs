//! One layer: norms where the architecture has them, attention, then a plain second half or a mixture.
//!
//! Invariant: what a layer does is said by its parts and the spec; a part that is not there costs nothing.

use candle_core::{D, Result, Tensor};

use super::{
    Captured, Linear, Network, NormWeights,
    attention::{Step, ends},
    heads::HeadNorms,
    kernel,
    mixture::Mixture,
    with_slice,
};
use crate::model::{
    cache::Cache,
    spec::{Activation, Kind, Residual},
};

/// One layer: attention, then the second half.
pub struct Layer {
    pub kind: Kind,
    pub attention_norm: Option<NormWeights>,
    pub qkv: Linear,
    pub head_norms: Option<HeadNorms>,
    pub output: Linear,
    pub attention_post_norm: Option<NormWeights>,
    pub mlp_norm: Option<NormWeights>,
    pub mlp: Feed,
    pub mlp_post_norm: Option<NormWeights>,
}

/// The second half of a layer.
pub enum Feed {
    Dense { up: Linear, down: Linear },
    Mixture(Mixture),
}

impl Network {
    /// Runs one layer over new positions; the result has those that are wanted.
    pub(super) fn layer(
        &self,
        x: &Tensor,
        layer: &Layer,
        step: &Step,
        cache: &mut Cache,
        captured: Option<&mut Captured>,
    ) -> Result<Tensor> {
        let entry = self.normed(x, layer.attention_norm.as_ref())?;
        let qkv = layer.qkv.forward(&entry)?;
        let mixed = self.attend(step, &qkv, layer.head_norms.as_ref(), cache, captured)?;
        let x = ends(x, step.count, step.last)?;
        let mixed = self.added(layer.output.forward(&mixed)?, layer.attention_post_norm.as_ref())?;
        if self.spec.residual == Residual::Parallel {
            let inner = match &layer.mlp_norm {
                Some(norm) => self.norm(&x, norm)?,
                None => ends(&entry, step.count, step.last)?,
            };
            let fed = self.added(self.feed(&layer.mlp, &inner)?, layer.mlp_post_norm.as_ref())?;
            return self.plus(&self.plus(&x, &mixed)?, &fed);
        }
        let x = self.plus(&x, &mixed)?;
        let inner = self.normed(&x, layer.mlp_norm.as_ref())?;
        let fed = self.added(self.feed(&layer.mlp, &inner)?, layer.mlp_post_norm.as_ref())?;
        self.plus(&x, &fed)
    }

    fn feed(&self, mlp: &Feed, x: &Tensor) -> Result<Tensor> {
        match mlp {
            Feed::Dense { up, down } => down.forward(&self.activate(&up.forward(x)?, self.spec.mlp.inner)?),
            Feed::Mixture(mixture) => mixture.forward(x, |inner| self.activate(inner, mixture.spec.inner)),
        }
    }

    /// What a half of a layer adds, normed and scaled as the architecture says.
    fn added(&self, part: Tensor, norm: Option<&NormWeights>) -> Result<Tensor> {
        let part = match norm {
            Some(norm) => self.norm(&part, norm)?,
            None => part,
        };
        self.scaled(part, self.spec.scales.residual)
    }

    fn attend(
        &self,
        step: &Step,
        qkv: &Tensor,
        norms: Option<&HeadNorms>,
        cache: &mut Cache,
        captured: Option<&mut Captured>,
    ) -> Result<Tensor> {
        let norm = self.spec.norm;
        if !self.slices {
            let normed = norms.map(|norms| norms.device(norm, qkv)).transpose()?;
            let (out, weights) = step.device(normed.as_ref().unwrap_or(qkv), cache, captured.is_some())?;
            if let (Some(captured), Some(weights)) = (captured, weights) {
                captured.layers.push(weights.flatten_all()?.to_vec1()?);
            }
            return ends(&out, step.count, step.last);
        }
        let attention = &self.spec.attention;
        let (rows, all) = (cache.rows, cache.positions() + step.count);
        let queries = if captured.is_some() { step.count } else { step.last };
        let mut weights = captured
            .is_some()
            .then(|| vec![0.0; rows * attention.heads * step.count * all]);
        let out = match norms {
            None => with_slice(qkv, |qkv| step.host(qkv, cache, weights.as_deref_mut()))?,
            Some(norms) => {
                let mut qkv = with_slice(qkv, <[f32]>::to_vec)?;
                norms.host(norm, &mut qkv, attention.qkv_width())?;
                step.host(&qkv, cache, weights.as_deref_mut())
            }
        };
        if let (Some(captured), Some(weights)) = (captured, weights) {
            captured.layers.push(weights);
        }
        let out = Tensor::from_vec(out, (rows * queries, attention.output_width()), &self.device)?;
        ends(&out, queries, step.last)
    }

    /// Normed where there is a norm.
    fn normed(&self, x: &Tensor, norm: Option<&NormWeights>) -> Result<Tensor> {
        norm.map_or_else(|| Ok(x.clone()), |norm| self.norm(x, norm))
    }

    /// The curve over gate and up side by side, each `width` wide, or over up alone.
    fn activate(&self, inner: &Tensor, width: usize) -> Result<Tensor> {
        let mlp = self.spec.mlp;
        if !self.slices {
            if !mlp.gated {
                return curve(mlp.activation, inner);
            }
            let gate = inner.narrow(D::Minus1, 0, width)?.contiguous()?;
            return curve(mlp.activation, &gate)? * inner.narrow(D::Minus1, width, width)?;
        }
        let rows = inner.dim(0)?;
        let out = with_slice(inner, |inner| {
            if mlp.gated {
                kernel::gated(mlp.activation, inner, width)
            } else {
                kernel::activated(mlp.activation, inner)
            }
        })?;
        Tensor::from_vec(out, (rows, width), &self.device)
    }
}

fn curve(activation: Activation, x: &Tensor) -> Result<Tensor> {
    match activation {
        Activation::Silu => x.silu(),
        Activation::GeluTanh => x.gelu(),
        Activation::Gelu => x.gelu_erf(),
        Activation::Relu => x.relu(),
    }
}
