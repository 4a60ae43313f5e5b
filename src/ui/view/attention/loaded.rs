//! Attention of one prompt as it is looked at: the weights, and what is computed once so that a move costs the same at 4,096
//! tokens as at 40.
//!
//! Invariant: what is kept here follows from the weights and the head looked at alone.

use super::{
    AttentionState, Mode,
    align::{self, Aligned, weight},
};
use crate::{finding::AttentionPair, ui::widget::heatmap::Entry};

/// More tokens than this are looked at in tiles.
const WHOLE: usize = 512;
/// Tiles along a side at most.
const SIDE: usize = 512;

/// Attention that was loaded.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The weights of both runs.
    pub pair: AttentionPair,
    /// For each token of the run with the trigger: its place in the run without.
    pub counterpart: Vec<Option<usize>>,
    /// For each head, row-major: how evenly it spreads its attention, 0 to 1.
    pub spread: Vec<f32>,
    /// For each head, row-major: the share of its attention that lies elsewhere without the trigger, 0 to 1.
    pub moved: Vec<f32>,
    /// The head looked at, in tiles, where it has too many tokens to be pooled on every frame.
    pub tiles: Option<Tiles>,
}

/// The entries of one head, the largest of each square of `side` tokens.
#[derive(Debug, Clone)]
pub struct Tiles {
    heads: Vec<(usize, usize)>,
    mask_sink: bool,
    /// Tokens along a side of a tile.
    pub side: usize,
    across: usize,
    /// With, without, difference.
    modes: [Vec<Entry>; 3],
    /// End of the scale.
    pub largest: f32,
}

impl Loaded {
    /// Takes weights over, and computes what the grid of heads shows.
    pub fn new(pair: AttentionPair) -> Self {
        let counterpart = align::counterparts(&pair);
        // What a damaged file claims to hold is not computed.
        let tokens = pair.with.tokens.len().max(1);
        let there = pair.with.weights.len() / tokens.saturating_mul(tokens);
        let heads = pair.with.layers.saturating_mul(pair.with.heads).min(there);
        let at = |index: usize| (index / pair.with.heads.max(1), index % pair.with.heads.max(1));
        let spread = (0..heads).map(|index| spread(&pair, at(index))).collect();
        let moved = (0..heads)
            .map(|index| moved(&pair, &counterpart, at(index)))
            .collect();
        Self {
            pair,
            counterpart,
            spread,
            moved,
            tiles: None,
        }
    }

    /// Makes the tiles of what is looked at now, unless they are there or not needed.
    pub fn prepare(&mut self, state: &AttentionState) {
        let tokens = self.pair.with.tokens.len();
        let heads = state.heads();
        if tokens <= WHOLE {
            return;
        }
        let kept = self.tiles.as_ref();
        if kept.is_some_and(|tiles| tiles.heads == heads && tiles.mask_sink == state.mask_sink) {
            return;
        }
        let aligned = Aligned::new(self, &heads, state.mask_sink);
        let side = tokens.div_ceil(SIDE);
        let across = tokens.div_ceil(side);
        let modes = [Mode::With, Mode::Without, Mode::Difference].map(|mode| {
            let mut tiles = vec![Entry::Void; across * across];
            for query in 0..tokens {
                for key in 0..=query {
                    if let Some(tile) = tiles.get_mut(query / side * across + key / side) {
                        *tile = tile.pool(aligned.entry(mode, query, key));
                    }
                }
            }
            tiles
        });
        let largest = aligned.largest();
        self.tiles = Some(Tiles {
            heads,
            mask_sink: state.mask_sink,
            side,
            across,
            modes,
            largest,
        });
    }
}

impl Tiles {
    /// The largest entry of a tile.
    pub fn entry(&self, mode: Mode, row: usize, column: usize) -> Entry {
        let [with, without, difference] = &self.modes;
        let tiles = match mode {
            Mode::With => with,
            Mode::Without => without,
            Mode::Difference => difference,
        };
        if row >= self.across || column >= self.across {
            return Entry::Void;
        }
        tiles
            .get(row * self.across + column)
            .copied()
            .unwrap_or(Entry::Void)
    }

    /// Whether they are of these heads, seen so.
    pub fn are_of(&self, state: &AttentionState) -> bool {
        self.heads == state.heads() && self.mask_sink == state.mask_sink
    }
}

/// Mean entropy of a head's queries over the most it could be.
fn spread(pair: &AttentionPair, head: (usize, usize)) -> f32 {
    let tokens = pair.with.tokens.len();
    let (mut sum, mut count) = (0.0, 0_u32);
    for query in 1..tokens {
        let entropy: f32 = (0..=query)
            .filter_map(|key| weight(&pair.with, head, query, key))
            .filter(|share| *share > 0.0)
            .map(|share| -share * share.ln())
            .sum();
        if entropy.is_finite() {
            sum += entropy / ((query + 1) as f32).ln();
            count += 1;
        }
    }
    if count == 0 { 0.0 } else { sum / count as f32 }
}

/// Half the summed differences of the shares both runs give the same tokens, mean over the queries that both have.
fn moved(pair: &AttentionPair, counterpart: &[Option<usize>], head: (usize, usize)) -> f32 {
    let (mut sum, mut count) = (0.0, 0_u32);
    for (query, other) in counterpart.iter().enumerate() {
        let Some(other) = other else { continue };
        let mut difference = 0.0;
        for (key, place) in counterpart.iter().enumerate().take(query + 1) {
            let Some(place) = place else { continue };
            let with = weight(&pair.with, head, query, key).unwrap_or(0.0);
            let without = weight(&pair.without, head, *other, *place).unwrap_or(0.0);
            difference += (with - without).abs();
        }
        if difference.is_finite() {
            sum += difference / 2.0;
            count += 1;
        }
    }
    if count == 0 { 0.0 } else { sum / count as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::AttentionMap;

    fn pair(tokens: usize) -> AttentionPair {
        let map = AttentionMap {
            layers: 1,
            heads: 1,
            tokens: (0..tokens).map(|at| format!("t{at}")).collect(),
            weights: (0..tokens * tokens)
                .map(|at| (at * 31 % 97) as f32 / 97.0)
                .collect(),
        };
        AttentionPair {
            with: map.clone(),
            without: map,
            span: (4, 9),
        }
    }

    #[test]
    fn a_tile_holds_the_largest_of_its_entries() {
        let mut loaded = Loaded::new(pair(600));
        let mut state = AttentionState::default();
        state.enter();
        loaded.prepare(&state);
        let tiles = loaded.tiles.clone().unwrap();
        assert_eq!(tiles.side, 2);
        let aligned = Aligned::new(&loaded, &state.heads(), state.mask_sink);
        let pooled = [(10, 6), (10, 7), (11, 6), (11, 7)]
            .map(|(query, key)| aligned.entry(Mode::With, query, key))
            .into_iter()
            .fold(Entry::Void, Entry::pool);
        assert_eq!(tiles.entry(Mode::With, 5, 3), pooled);
        assert_eq!(tiles.entry(Mode::With, 999, 0), Entry::Void);
    }

    #[test]
    fn few_tokens_need_no_tiles_and_equal_runs_move_nothing() {
        let mut loaded = Loaded::new(pair(40));
        loaded.prepare(&AttentionState::default());
        assert!(loaded.tiles.is_none());
        assert_eq!(loaded.moved, [0.0]);
    }
}
