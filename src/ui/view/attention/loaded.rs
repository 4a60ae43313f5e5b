//! Attention of one prompt as it is looked at: the weights, and what is computed once so that a move costs the same at 4,096
//! tokens as at 40.
//!
//! Invariant: what is kept here follows from the weights and the head looked at alone.

use super::{AttentionState, Mode, Together, align::Aligned, edges::Edges};
use crate::{
    finding::{AttentionMap, AttentionPair},
    scan::heads::{self, weight},
    ui::widget::heatmap::Entry,
};

/// More tokens than this are looked at in tiles, of one token each up to [`SIDE`].
const WHOLE: usize = 128;
/// More tokens than this take too long to be rolled out while somebody waits.
const ROLLED: usize = 256;
/// Tiles along a side at most.
const SIDE: usize = 512;

/// Attention that was loaded.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The weights of both runs.
    pub pair: AttentionPair,
    /// For each token of the run with the trigger: its place in the run without.
    pub counterpart: Vec<Option<usize>>,
    /// For each head, row-major: how isolated the trigger is, natural log of the ratio.
    pub isolation: Vec<f64>,
    /// For each head, row-major: how evenly it spreads its attention, 0 to 1.
    pub spread: Vec<f32>,
    /// For each head, row-major: the share of its attention that lies elsewhere without the trigger, 0 to 1.
    pub moved: Vec<f32>,
    /// All layers and heads rolled into one, once it was asked for.
    pub rolled: Option<Box<Self>>,
    /// The head looked at, in tiles, where it has too many tokens to be pooled on every frame.
    pub tiles: Option<Tiles>,
}

/// The entries of one head, the largest of each square of `side` tokens.
#[derive(Debug, Clone)]
pub struct Tiles {
    heads: Vec<(usize, usize)>,
    together: Together,
    mask_sink: bool,
    /// Tokens along a side of a tile.
    pub side: usize,
    across: usize,
    /// With, without, difference.
    modes: [Vec<Entry>; 3],
    /// End of the scale.
    pub largest: f32,
    /// With, without.
    edges: [Edges; 2],
}

impl Loaded {
    /// Takes weights over, and computes what the grid of heads shows.
    pub fn new(pair: AttentionPair) -> Self {
        let counterpart = heads::counterparts(&pair);
        // What a damaged file claims to hold is not computed.
        let tokens = pair.with.tokens.len().max(1);
        let there = pair.with.weights.len() / tokens.saturating_mul(tokens);
        let known = pair.with.layers.saturating_mul(pair.with.heads).min(there);
        let at = |index: usize| (index / pair.with.heads.max(1), index % pair.with.heads.max(1));
        let spread = (0..known).map(|index| heads::spread(&pair, at(index))).collect();
        let moved = (0..known)
            .map(|index| heads::moved(&pair, &counterpart, at(index)))
            .collect();
        let mut isolation = heads::isolations(&pair);
        isolation.truncate(known);
        Self {
            pair,
            counterpart,
            isolation,
            spread,
            moved,
            rolled: None,
            tiles: None,
        }
    }

    /// Makes the tiles of what is looked at now, unless they are there or not needed.
    pub fn prepare(&mut self, state: &AttentionState) {
        let tokens = self.pair.with.tokens.len();
        if state.rollout && self.rolled.is_none() && tokens <= ROLLED {
            let pair = AttentionPair {
                with: rollout(&self.pair.with),
                without: rollout(&self.pair.without),
                span: self.pair.span,
            };
            self.rolled = Some(Box::new(Self::new(pair)));
        }
        let heads = state.heads();
        if tokens <= WHOLE {
            return;
        }
        let kept = self.tiles.as_ref();
        if kept.is_some_and(|tiles| tiles.are_of(state)) {
            return;
        }
        let aligned = Aligned::new(self, (&heads, state.together), state.mask_sink);
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
        let edges = [Mode::With, Mode::Without].map(|mode| Edges::of(&aligned, mode));
        self.tiles = Some(Tiles {
            heads,
            together: state.together,
            mask_sink: state.mask_sink,
            side,
            across,
            modes,
            largest,
            edges,
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

    /// The sums along both axes; of a difference there are none.
    pub fn edges(&self, mode: Mode) -> Option<&Edges> {
        let [with, without] = &self.edges;
        match mode {
            Mode::With => Some(with),
            Mode::Without => Some(without),
            Mode::Difference => None,
        }
    }

    /// Whether they are of these heads, seen so.
    pub fn are_of(&self, state: &AttentionState) -> bool {
        let same = self.together == state.together && self.mask_sink == state.mask_sink;
        same && self.heads == state.heads()
    }
}

/// Attention rollout (Abnar and Zuidema 2020): what each position draws from each token through all layers, where every layer
/// mixes the mean of its heads with what stood there before, half and half. One layer, one head.
fn rollout(map: &AttentionMap) -> AttentionMap {
    let tokens = map.tokens.len();
    let mut drawn: Vec<f32> = (0..tokens * tokens)
        .map(|at| f32::from(u8::from(at % (tokens + 1) == 0)))
        .collect();
    let there = map.weights.len() / (tokens * tokens).max(1);
    let layers = map.layers.min(there / map.heads.max(1));
    for layer in 0..layers {
        let mut next = vec![0.0; tokens * tokens];
        for query in 0..tokens {
            let row = query * tokens..(query + 1) * tokens;
            let (Some(out), Some(before)) = (next.get_mut(row.clone()), drawn.get(row)) else {
                continue;
            };
            for (out, before) in out.iter_mut().zip(before) {
                *out = before / 2.0;
            }
            for key in 0..=query {
                let heads = (0..map.heads).filter_map(|head| weight(map, (layer, head), query, key));
                let share = heads.sum::<f32>() / map.heads.max(1) as f32 / 2.0;
                let Some(source) = drawn.get(key * tokens..(key + 1) * tokens) else {
                    continue;
                };
                for (out, source) in out.iter_mut().zip(source) {
                    *out += share * source;
                }
            }
        }
        drawn = next;
    }
    AttentionMap {
        layers: 1,
        heads: 1,
        tokens: map.tokens.clone(),
        weights: drawn,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let heads = state.heads();
        let aligned = Aligned::new(&loaded, (&heads, state.together), state.mask_sink);
        let pooled = [(10, 6), (10, 7), (11, 6), (11, 7)]
            .map(|(query, key)| aligned.entry(Mode::With, query, key))
            .into_iter()
            .fold(Entry::Void, Entry::pool);
        assert_eq!(tiles.entry(Mode::With, 5, 3), pooled);
        assert_eq!(tiles.entry(Mode::With, 999, 0), Entry::Void);
    }

    #[test]
    fn rolled_out_every_query_still_gives_all_it_has() {
        let map = AttentionMap {
            layers: 2,
            heads: 1,
            tokens: vec!["a".to_owned(), "b".to_owned()],
            weights: vec![1.0, 0.0, 0.6, 0.4, 1.0, 0.0, 0.2, 0.8],
        };
        let rolled = rollout(&map);
        // Layer one: half itself, half its row, so 0.3 and 0.7; layer two draws 0.1 of a and 0.9 of that.
        let expected = [1.0, 0.0, 0.1 + 0.9 * 0.3, 0.9 * 0.7];
        for (seen, expected) in rolled.weights.iter().zip(expected) {
            assert!((seen - expected).abs() < 1e-6, "{:?}", rolled.weights);
        }
    }

    #[test]
    fn few_tokens_need_no_tiles_and_equal_runs_move_nothing() {
        let mut loaded = Loaded::new(pair(40));
        loaded.prepare(&AttentionState::default());
        assert!(loaded.tiles.is_none());
        assert_eq!(loaded.moved, [0.0]);
    }
}
