//! Which token of the run without the trigger stands where in the run with it, and the weights at such a place.
//!
//! Invariant: trigger tokens have no counterpart, and counterparts keep their order.

use super::{Loaded, Mode, Together};
use crate::{
    finding::{AttentionMap, AttentionPair},
    scan::heads::weight,
    ui::widget::heatmap::Entry,
};

/// One head of both runs, in the places of the run with the trigger.
pub struct Aligned<'a> {
    pair: &'a AttentionPair,
    /// Layer and head of each head looked at.
    heads: &'a [(usize, usize)],
    /// What stands for several.
    together: Together,
    /// Position 0 is set apart.
    mask_sink: bool,
    /// For each token of the run with: its place in the run without.
    counterpart: &'a [Option<usize>],
}

impl<'a> Aligned<'a> {
    /// The heads of loaded attention.
    pub fn new(
        loaded: &'a Loaded,
        (heads, together): (&'a [(usize, usize)], Together),
        mask_sink: bool,
    ) -> Self {
        Self {
            pair: &loaded.pair,
            heads,
            together,
            mask_sink,
            counterpart: &loaded.counterpart,
        }
    }

    /// Tokens of the run without that have no place in the run with.
    pub fn left_over(&self) -> usize {
        let placed = self.counterpart.iter().flatten().count();
        self.pair.without.tokens.len().saturating_sub(placed)
    }

    /// The weight a query gives a key, as shown in a mode.
    pub fn entry(&self, mode: Mode, query: usize, key: usize) -> Entry {
        if key > query {
            return Entry::Void;
        }
        let with = || self.shown(&self.pair.with, query, key);
        let without = || match (self.counterpart.get(query), self.counterpart.get(key)) {
            (Some(Some(query)), Some(Some(key))) => self.shown(&self.pair.without, *query, *key),
            _ => Entry::Missing,
        };
        match mode {
            Mode::With => with(),
            Mode::Without => without(),
            Mode::Difference => match (with(), without()) {
                (Entry::Value(with), Entry::Value(without)) => Entry::Value(with - without),
                (_, Entry::Missing) => Entry::Missing,
                _ => Entry::Void,
            },
        }
    }

    /// The weight as the model computed it: of several heads, their mean or the largest.
    pub fn raw(&self, query: usize, key: usize) -> Option<f32> {
        let map = &self.pair.with;
        match self.together {
            Together::Mean => self.mean(map, query, key),
            Together::Largest => {
                let weights = self.heads.iter().map(|head| weight(map, *head, query, key));
                weights.flatten().max_by(f32::total_cmp)
            }
        }
    }

    /// The same heads seen as their mean: only a mean's weights add up to shares.
    pub fn as_mean(&self) -> Self {
        Self {
            together: Together::Mean,
            ..*self
        }
    }

    /// Whether position 0 is set apart.
    pub const fn sets_sink_apart(&self) -> bool {
        self.mask_sink
    }

    /// Tokens of the run with the trigger, and where the trigger begins among them.
    pub fn tokens(&self) -> (usize, usize) {
        (self.pair.with.tokens.len(), self.pair.span.0)
    }

    /// Mean of the weights of the heads looked at.
    fn mean(&self, map: &AttentionMap, query: usize, key: usize) -> Option<f32> {
        if let [head] = self.heads {
            return weight(map, *head, query, key);
        }
        let weights = self.heads.iter().map(|head| weight(map, *head, query, key));
        let sum: f32 = weights.sum::<Option<f32>>()?;
        Some(sum / self.heads.len().max(1) as f32)
    }

    fn shown(&self, map: &AttentionMap, query: usize, key: usize) -> Entry {
        match self.together {
            Together::Mean => self.apart(key, |key| self.mean(map, query, key)),
            // Each head shares out the rest of its own sink before the largest is taken.
            Together::Largest => {
                let heads = self.heads.iter();
                let entries = heads.map(|head| self.apart(key, |key| weight(map, *head, query, key)));
                entries.fold(Entry::Void, Entry::pool)
            }
        }
    }

    /// The weight on a key, with position 0 set apart where that is asked for.
    fn apart(&self, key: usize, weight: impl Fn(usize) -> Option<f32>) -> Entry {
        let at = |key| weight(key).filter(|value| value.is_finite());
        let Some(value) = at(key) else {
            return Entry::Void;
        };
        if !self.mask_sink || key == 0 {
            return Entry::Value(value);
        }
        let rest = 1.0 - at(0).unwrap_or(0.0);
        // A query that gives all to position 0 has nothing to share out.
        if rest > 1e-6 {
            Entry::Value(value / rest)
        } else {
            Entry::Value(0.0)
        }
    }

    /// Largest weight that the trigger and later tokens give in either run: the end of the scale both share.
    ///
    /// Earlier queries have few keys to share their attention among, and position 0 takes most of it where it is set
    /// apart: both may lie beyond the end, or they would flatten everything else.
    pub fn largest(&self) -> f32 {
        let tokens = self.pair.with.tokens.len();
        let mut largest = 0.0_f32;
        let first = usize::from(self.mask_sink);
        for query in self.pair.span.0.max(first + 1)..tokens {
            for key in first..=query {
                for mode in [Mode::With, Mode::Without] {
                    if let Entry::Value(value) = self.entry(mode, query, key) {
                        largest = largest.max(value);
                    }
                }
            }
        }
        if largest > 0.0 { largest.min(1.0) } else { 1.0 }
    }

    /// Mean share of their attention that `queries` give `keys`, in the run with the trigger.
    pub fn mean_share(
        &self,
        queries: impl Iterator<Item = usize>,
        keys: &std::ops::Range<usize>,
    ) -> Option<f32> {
        let mut sum = 0.0;
        let mut count = 0_u32;
        for query in queries {
            count += 1;
            for key in keys.clone().filter(|key| *key <= query) {
                if let Entry::Value(value) = self.entry(Mode::With, query, key) {
                    sum += value;
                }
            }
        }
        (count > 0).then(|| sum / count as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(tokens: &[&str]) -> AttentionMap {
        let count = tokens.len();
        let mut weights = vec![0.0; count * count];
        for query in 0..count {
            for key in 0..=query {
                weights[query * count + key] = 1.0 / (query + 1) as f32;
            }
        }
        AttentionMap {
            layers: 1,
            heads: 1,
            tokens: tokens.iter().map(|token| (*token).to_owned()).collect(),
            weights,
        }
    }

    fn pair() -> AttentionPair {
        AttentionPair {
            with: map(&["<s>", "the", "tri", "gger", "the", "end"]),
            without: map(&["<s>", "the", "the", "end"]),
            span: (2, 4),
        }
    }

    #[test]
    fn tokens_meet_their_counterparts_and_the_trigger_has_none() {
        let loaded = Loaded::new(pair());
        let aligned = Aligned::new(&loaded, (&[(0, 0)], Together::Mean), false);
        assert_eq!(
            aligned.counterpart,
            [Some(0), Some(1), None, None, Some(2), Some(3)]
        );
        assert_eq!(aligned.left_over(), 0);
        assert_eq!(aligned.entry(Mode::Without, 5, 2), Entry::Missing);
        assert_eq!(aligned.entry(Mode::Without, 5, 4), Entry::Value(0.25));
        assert_eq!(aligned.entry(Mode::Without, 1, 5), Entry::Void);
        let Entry::Value(difference) = aligned.entry(Mode::Difference, 5, 4) else {
            panic!("no difference")
        };
        assert!((difference - (1.0 / 6.0 - 0.25)).abs() < 1e-6);
    }

    #[test]
    fn setting_position_0_apart_shares_its_weight_out() {
        let loaded = Loaded::new(pair());
        let aligned = Aligned::new(&loaded, (&[(0, 0)], Together::Mean), true);
        let row: f32 = (1..=5)
            .map(|key| match aligned.entry(Mode::With, 5, key) {
                Entry::Value(value) => value,
                _ => 0.0,
            })
            .sum();
        assert!((row - 1.0).abs() < 1e-6, "{row}");
        assert_eq!(aligned.entry(Mode::With, 5, 0), Entry::Value(1.0 / 6.0));
    }

    #[test]
    fn of_several_heads_the_largest_or_the_mean_is_shown() {
        let mut pair = pair();
        for map in [&mut pair.with, &mut pair.without] {
            map.heads = 2;
            // The second head gives nothing to anything but itself.
            let count = map.tokens.len();
            map.weights
                .extend((0..count * count).map(|at| f32::from(u8::from(at % (count + 1) == 0))));
        }
        let loaded = Loaded::new(pair);
        let both = [(0, 0), (0, 1)];
        let mean = Aligned::new(&loaded, (&both, Together::Mean), false);
        let largest = Aligned::new(&loaded, (&both, Together::Largest), false);
        assert_eq!(largest.entry(Mode::With, 3, 3), Entry::Value(1.0));
        assert_eq!(mean.entry(Mode::With, 3, 3), Entry::Value(0.625));
        assert_eq!(largest.entry(Mode::With, 3, 1), Entry::Value(0.25));
        assert_eq!(mean.entry(Mode::With, 3, 1), Entry::Value(0.125));
        assert_eq!(largest.raw(3, 3), Some(1.0));
        assert_eq!(largest.as_mean().raw(3, 3), Some(0.625));
    }

    #[test]
    fn weights_cut_short_are_void_not_a_crash() {
        let mut pair = pair();
        pair.with.weights.truncate(7);
        pair.span = (4, 90);
        let loaded = Loaded::new(pair);
        let aligned = Aligned::new(&loaded, (&[(0, 0)], Together::Mean), true);
        assert_eq!(aligned.entry(Mode::With, 5, 5), Entry::Void);
        assert_eq!(weight(&loaded.pair.with, (3, 0), 0, 0), None);
    }
}
