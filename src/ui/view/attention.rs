//! Attention on the trigger: every head at a glance, then one head, with and without the trigger.
//!
//! Invariant: the title says which weights are on screen (which run, raw or with position 0 set apart).

mod align;
mod edges;
mod grid;
mod head;
mod loaded;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{finding::Finding, ui::theme::Look};
pub use loaded::Loaded;

/// Layers, and heads in each, that are shown at most; no known model comes near it, but a damaged session file may.
const LARGEST: usize = 1024;

/// How closely attention is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Level {
    /// Every head of every layer, one cell each.
    #[default]
    Grid,
    /// One head, query by key.
    Head,
}

/// Which run's weights are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The run with the trigger.
    #[default]
    With,
    /// The run without it, in the places of the run with it.
    Without,
    /// With minus without.
    Difference,
}

/// What stands for several heads looked at together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Together {
    /// The mean of their weights.
    #[default]
    Mean,
    /// The largest of their weights: what any of them looks at.
    Largest,
}

/// What the cells of the grid say about a head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Score {
    /// How many standard deviations its isolation lies above the controls; of one prompt, its isolation.
    #[default]
    Isolation,
    /// On what share of the prompts the trigger stands apart from the controls.
    Apart,
    /// The attention that goes to position 0.
    Sink,
    /// The attention that later tokens give the trigger.
    Trigger,
    /// How evenly it spreads its attention.
    Spread,
    /// How much of its attention lies elsewhere without the trigger.
    Moved,
}

/// Where the analyst is looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttentionState {
    /// The grid, or one head.
    pub level: Level,
    /// Layer under the cursor, from 0.
    pub layer: usize,
    /// Head under the cursor, from 0.
    pub head: usize,
    /// Query token under the cross-hair, in the run with the trigger.
    pub row: usize,
    /// Key token under it.
    pub column: usize,
    /// Which run.
    pub mode: Mode,
    /// Position 0 is set apart and the other weights of a query sum to 1.
    pub mask_sink: bool,
    /// Which of the finding's prompts, from 0.
    pub prompt: usize,
    /// The grid is about all prompts, not about that one.
    pub all: bool,
    /// What the grid shows.
    pub score: Score,
    /// All layers and heads rolled into one are shown in place of a head.
    pub rollout: bool,
    /// Heads looked at together: layer and head of each.
    pub pinned: Vec<(usize, usize)>,
    /// What stands for them.
    pub together: Together,
}

impl Default for AttentionState {
    fn default() -> Self {
        Self {
            level: Level::Grid,
            layer: 0,
            head: 0,
            row: 0,
            column: 0,
            mode: Mode::With,
            mask_sink: true,
            prompt: 0,
            all: true,
            score: Score::Isolation,
            rollout: false,
            pinned: Vec::new(),
            together: Together::default(),
        }
    }
}

/// How far the cursor can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Extent {
    /// Number of layers.
    pub layers: usize,
    /// Heads in each.
    pub heads: usize,
    /// Tokens of the prompt with the trigger.
    pub tokens: usize,
    /// Prompts with attention.
    pub prompts: usize,
}

impl Extent {
    /// What there is to look at; `pair` is the loaded attention of the prompt shown.
    pub fn of(finding: &Finding, loaded: Option<&Loaded>) -> Self {
        let scores = || {
            let known = finding.evidence.heads.iter();
            known.filter(|score| score.layer < LARGEST && score.head < LARGEST)
        };
        let layers = scores().map(|score| score.layer + 1).max().unwrap_or(0);
        let heads = scores().map(|score| score.head + 1).max().unwrap_or(0);
        let map = loaded.map(|loaded| &loaded.pair.with);
        Self {
            layers: map.map_or(layers, |map| map.layers.clamp(layers, LARGEST)),
            heads: map.map_or(heads, |map| map.heads.clamp(heads, LARGEST)),
            tokens: map.map_or(0, |map| map.tokens.len()),
            prompts: finding.evidence.attention.len(),
        }
    }
}

impl AttentionState {
    /// Looks at the head most isolated from the controls, with the cross-hair on the trigger.
    pub fn focus(&mut self, finding: &Finding, loaded: Option<&Loaded>) {
        let scores = finding.evidence.heads.iter();
        if let Some(best) = scores.max_by(|a, b| grid::deviation(a).total_cmp(&grid::deviation(b))) {
            (self.layer, self.head) = (best.layer, best.head);
        }
        if let Some(Loaded { pair, .. }) = loaded {
            (self.row, self.column) = (pair.span.1.saturating_sub(1), pair.span.0);
        }
    }

    /// Moves the cursor by columns and rows: over heads and layers, or over keys and queries.
    pub fn move_cursor(&mut self, across: isize, down: isize, extent: &Extent) {
        let step = |place: usize, by: isize, count: usize| {
            place.saturating_add_signed(by).min(count.saturating_sub(1))
        };
        match self.level {
            Level::Grid => {
                self.head = step(self.head, across, extent.heads);
                self.layer = step(self.layer, down, extent.layers);
            }
            Level::Head => {
                self.column = step(self.column, across, extent.tokens);
                self.row = step(self.row, down, extent.tokens);
            }
        }
    }

    /// From the grid into the head under the cursor.
    pub fn enter(&mut self) {
        self.level = Level::Head;
    }

    /// From a head to the grid; false when the grid was shown already.
    pub fn back(&mut self) -> bool {
        let inside = self.level == Level::Head;
        self.level = Level::Grid;
        inside
    }

    /// With, without, difference.
    pub fn cycle_mode(&mut self) {
        self.mode = match self.mode {
            Mode::With => Mode::Without,
            Mode::Without => Mode::Difference,
            Mode::Difference => Mode::With,
        };
    }

    /// What the grid shows: isolation, prompts on which it stands apart, attention to position 0 and to the trigger, attention moved,
    /// spread.
    pub fn cycle_score(&mut self) {
        self.score = match self.score {
            Score::Isolation => Score::Apart,
            Score::Apart => Score::Sink,
            Score::Sink => Score::Trigger,
            Score::Trigger => Score::Moved,
            Score::Moved => Score::Spread,
            Score::Spread => Score::Isolation,
        };
    }

    /// The heads looked at together: those pinned, or the one under the cursor.
    pub fn heads(&self) -> Vec<(usize, usize)> {
        if self.rollout {
            vec![(0, 0)]
        } else if self.pinned.is_empty() {
            vec![(self.layer, self.head)]
        } else {
            self.pinned.clone()
        }
    }

    /// Pins the head under the cursor, or unpins it.
    pub fn pin(&mut self) {
        let here = (self.layer, self.head);
        if self.pinned.contains(&here) {
            self.pinned.retain(|pinned| *pinned != here);
        } else {
            self.pinned.push(here);
            self.pinned.sort_unstable();
        }
    }

    /// Their mean, or the largest of their weights.
    pub fn cycle_together(&mut self) {
        self.together = match self.together {
            Together::Mean => Together::Largest,
            Together::Largest => Together::Mean,
        };
    }

    /// One head, or all layers and heads rolled into one.
    pub fn toggle_rollout(&mut self) {
        self.rollout = !self.rollout;
        self.level = Level::Head;
    }

    /// Raw weights, or position 0 set apart.
    pub fn toggle_sink(&mut self) {
        self.mask_sink = !self.mask_sink;
    }

    /// The next of the finding's prompts, around the end, where the grid is about all of them.
    pub fn next_prompt(&mut self, extent: &Extent) {
        let last = extent.prompts.saturating_sub(1);
        if self.level == Level::Grid && (self.all || self.prompt >= last) {
            (self.all, self.prompt) = (!self.all, 0);
        } else {
            self.prompt = (self.prompt + 1).checked_rem(extent.prompts).unwrap_or(0);
        }
    }

    /// The one before.
    pub fn previous_prompt(&mut self, extent: &Extent) {
        let last = extent.prompts.saturating_sub(1);
        if self.level == Level::Grid && (self.all || self.prompt == 0) {
            self.prompt = if self.all { last } else { 0 };
            self.all = !self.all;
        } else {
            self.prompt = self.prompt.checked_sub(1).unwrap_or(last).min(last);
        }
    }

    /// Key of the attention to load for the prompt shown.
    pub fn key<'a>(&self, finding: &'a Finding) -> Option<&'a str> {
        finding.evidence.attention.get(self.prompt).map(String::as_str)
    }
}

/// Draws the grid or the head; `loaded` is the attention of the prompt shown, once it is loaded.
pub fn draw(
    area: Rect,
    buf: &mut Buffer,
    finding: &Finding,
    loaded: Option<&Loaded>,
    state: &AttentionState,
    look: &Look,
) {
    let area = area.intersection(buf.area);
    match state.level {
        Level::Grid => grid::draw(area, buf, (finding, loaded), state, look),
        Level::Head => head::draw(area, buf, (finding, loaded), state, look),
    }
}
