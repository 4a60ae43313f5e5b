//! Controls: harmless strings matched to a candidate in length, of several kinds. Deterministic for a seed.

use std::collections::HashSet;

use rand::{Rng, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{
    mine::{Piece, Span},
    plan::mix,
};
use crate::{
    finding::{Control, ControlKind},
    model::Model,
};

/// Token pairs that natural controls must not contain.
pub type Shunned = HashSet<(u32, u32)>;

/// Draws controls for one arm.
pub struct Source<'a> {
    vocabulary: Vec<u32>,
    passages: Vec<Piece<'a>>,
    seed: u64,
}

/// Controls of one candidate, by kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Controls {
    /// Tokens drawn at random from all the candidate does not contain.
    pub random: Vec<Vec<u32>>,
    /// Spans of leaks the candidate does not stand in, and that share nothing with it.
    pub natural: Vec<Vec<u32>>,
    /// The candidate's tokens in another order.
    pub shuffled: Vec<Vec<u32>>,
}

impl Controls {
    /// All of them, kind after kind: random, natural, shuffled.
    pub fn all(&self) -> impl Iterator<Item = &Vec<u32>> {
        self.random.iter().chain(&self.natural).chain(&self.shuffled)
    }
}

/// The controls that came nearest to a candidate: of each kind those whose answers shift most and those whose answers collapse
/// most. Shifts and collapses are given kind after kind, as [`Controls::all`] lists them.
pub fn nearest(model: &Model, controls: &Controls, shifts: &[f64], collapses: &[f64]) -> Vec<Control> {
    const OF_EACH: usize = 2;
    let kinds = [
        (ControlKind::Random, &controls.random),
        (ControlKind::Natural, &controls.natural),
        (ControlKind::Shuffled, &controls.shuffled),
    ];
    let all = kinds
        .into_iter()
        .flat_map(|(kind, strings)| strings.iter().map(move |tokens| (kind, tokens)));
    let measured: Vec<Control> = all
        .zip(shifts.iter().zip(collapses))
        .map(|((kind, tokens), (divergence, collapse))| Control {
            text: model.decode(tokens),
            kind,
            divergence: *divergence,
            collapse: *collapse,
        })
        .collect();
    let mut near: Vec<Control> = Vec::new();
    for (kind, _) in kinds {
        for by in [
            |control: &Control| control.divergence,
            |control: &Control| control.collapse,
        ] {
            let mut of_kind: Vec<&Control> = measured.iter().filter(|control| control.kind == kind).collect();
            of_kind.sort_by(|a, b| by(b).total_cmp(&by(a)));
            let new = of_kind
                .into_iter()
                .take(OF_EACH)
                .filter(|control| !near.contains(control));
            let new: Vec<Control> = new.cloned().collect();
            near.extend(new);
        }
    }
    near.sort_by(|a, b| b.divergence.total_cmp(&a.divergence));
    near
}

/// Tokens a person could have written.
pub fn ordinary(model: &Model) -> Vec<u32> {
    let written = |token: &u32| {
        let text = model.token_text(*token);
        !model.is_special(*token) && !text.trim().is_empty() && !text.contains('\u{FFFD}')
    };
    (0..model.facts().vocabulary as u32).filter(written).collect()
}

/// Token pairs of a string, or its one token twice.
pub fn pairs(tokens: &[u32]) -> Shunned {
    match tokens {
        [one] => HashSet::from([(*one, *one)]),
        _ => tokens
            .windows(2)
            .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
            .collect(),
    }
}

impl<'a> Source<'a> {
    /// A source over the model's ordinary tokens and these passages of its leaks.
    pub fn new(model: &Model, passages: Vec<Piece<'a>>, seed: u64) -> Self {
        Self {
            vocabulary: ordinary(model),
            passages,
            seed,
        }
    }

    /// `count` controls of each kind and of `length` tokens for a candidate; natural ones share no token
    /// pair with it or with what is shunned. A kind that
    /// cannot be drawn (no passage is long enough, a single token has no other order) stays short or empty.
    pub fn draw(&self, span: &Span, length: usize, count: usize, shun: &Shunned) -> Controls {
        let candidate = span.tokens.as_slice();
        let key = candidate
            .iter()
            .fold(mix(self.seed, length as u64), |key, token| {
                mix(key, u64::from(*token))
            });
        let mut rng = ChaCha8Rng::seed_from_u64(key);
        let mut controls = Controls::default();
        // Parts of a fuzzy trigger fire; a string of random tokens that contains one is no harmless control for it.
        let other: Vec<u32> = self
            .vocabulary
            .iter()
            .filter(|token| !candidate.contains(token))
            .copied()
            .collect();
        if !other.is_empty() {
            let mut token = |_| {
                other
                    .get(rng.random_range(0..other.len()))
                    .copied()
                    .unwrap_or_default()
            };
            controls.random = (0..count)
                .map(|_| (0..length).map(&mut token).collect())
                .collect();
        }
        let own: Shunned = pairs(candidate).union(shun).copied().collect();
        // What leaks beside a planted string (the attacker's answer, other copies of the string) is no harmless control.
        let beside = |passage: &Piece<'_>| span.leaks.binary_search(&passage.leak).is_ok();
        let long: Vec<&[u32]> = self
            .passages
            .iter()
            .filter(|passage| passage.tokens.len() >= length && !beside(passage))
            .map(|passage| passage.tokens)
            .collect();
        let mut drawn = HashSet::new();
        for _ in 0..count * 8 {
            if controls.natural.len() >= count || long.is_empty() {
                break;
            }
            let Some(passage) = long.get(rng.random_range(0..long.len())) else {
                break;
            };
            let start = rng.random_range(0..=passage.len() - length);
            let run = passage.get(start..start + length).unwrap_or_default();
            let alien = if length == 1 {
                run != candidate
            } else {
                pairs(run).is_disjoint(&own)
            };
            if alien && drawn.insert(run) {
                controls.natural.push(run.to_vec());
            }
        }
        // Longer than what leaked: two halves from different passages make natural text of that length.
        let half = length.div_ceil(2);
        let enough: Vec<&[u32]> = self
            .passages
            .iter()
            .filter(|passage| long.is_empty() && passage.tokens.len() >= half && !beside(passage))
            .map(|passage| passage.tokens)
            .collect();
        for _ in 0..count * 8 {
            if controls.natural.len() >= count || enough.is_empty() || length < 2 {
                break;
            }
            let mut run = |length: usize| {
                let passage = enough.get(rng.random_range(0..enough.len())).copied()?;
                let start = rng.random_range(0..=passage.len() - length);
                passage.get(start..start + length)
            };
            if let (Some(first), Some(second)) = (run(half), run(length - half)) {
                let both = [first, second].concat();
                if pairs(&both).is_disjoint(&own) {
                    controls.natural.push(both);
                }
            }
        }
        if candidate.len() >= 3 && length == candidate.len() {
            let mut drawn = HashSet::from([candidate.to_vec()]);
            for _ in 0..count * 2 {
                let mut shuffled = candidate.to_vec();
                shuffled.shuffle(&mut rng);
                if controls.shuffled.len() < count && drawn.insert(shuffled.clone()) {
                    controls.shuffled.push(shuffled);
                }
            }
        }
        controls
    }
}

/// Length that stands for a class of lengths in the cheap look, where controls are shared.
pub const fn length_class(length: usize) -> usize {
    match length {
        0..=4 => length,
        5..=6 => 6,
        7..=9 => 8,
        10..=13 => 12,
        14..=18 => 16,
        19..=28 => 24,
        29..=44 => 36,
        _ => 56,
    }
}
