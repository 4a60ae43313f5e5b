//! Every head of every layer, one cell each, under its true name; the head under the cursor in numbers.
//!
//! Invariant: each cell carries its digit or number, so that the grid reads the same without colour.

use ratatui::{buffer::Buffer, layout::Rect, style::Modifier};

use super::{AttentionState, Extent, Loaded, Score};
use crate::{
    finding::{Finding, HeadScore},
    scan::{
        heads::{self, ISOLATED},
        stats::wilson,
    },
    ui::{
        glyphs,
        theme::Look,
        view::figures,
        widget::{absence, fit, heatmap::Scale, histogram, paragraph, put, put_all, rows, window},
    },
};

/// Cells left of the grid: "L03".
const GUTTER: u16 = 4;
/// Standard deviations between a head's isolation and the controls'.
pub fn deviation(score: &HeadScore) -> f64 {
    heads::deviation(score, score.value)
}

/// Draws the grid with its legend, the selected head's numbers and what they mean.
pub fn draw(
    area: Rect,
    buf: &mut Buffer,
    (finding, loaded): (&Finding, Option<&Loaded>),
    state: &AttentionState,
    look: &Look,
) {
    let extent = Extent::of(finding, loaded);
    let pair = loaded;
    if extent.layers == 0 || extent.heads == 0 {
        return absence(
            area,
            buf,
            "Attention was not measured for this finding: no head can be shown.",
            look,
        );
    }
    let all = about_all(finding, state);
    let title = match state.score {
        Score::Isolation if all => "isolation in sd above the controls",
        Score::Isolation => "isolation, log ratio",
        Score::Apart => "share of prompts on which the trigger stands apart",
        Score::Sink => "attention to position 0 (the sink)",
        Score::Trigger => "attention later tokens give the trigger",
        Score::Moved => "attention that lies elsewhere without the trigger",
        Score::Spread => "how evenly attention is spread (entropy)",
    };
    let over = finding.evidence.heads.iter().find_map(|head| head.over);
    let prompts = match (all, over) {
        (true, Some(over)) => format!("all {} prompts", over.prompts),
        (true, None) => "all prompts".to_owned(),
        (false, _) => format!("prompt {} of {}", state.prompt + 1, extent.prompts),
    };
    let title = format!("Heads {} {title} {} {prompts}", sep(look), sep(look));
    put(
        buf,
        area,
        (0, 0),
        &fit(&title, usize::from(area.width), look),
        look.title,
    );
    if !all && pair.is_none() {
        let sentence = if finding.evidence.attention.is_empty() {
            "No attention weights were stored for this finding; the isolation of its heads is all there is."
        } else {
            "The attention weights of this prompt are not loaded."
        };
        return absence(rows(area, 1, area.height), buf, sentence, look);
    }
    let values = values(finding, pair, (state.score, all), extent);
    let end = values.iter().flatten().copied().fold(0.0, f32::max);
    let scale = Scale::Magnitude(match state.score {
        Score::Isolation => end.max(ISOLATED as f32),
        Score::Apart => 1.0,
        _ => end.clamp(0.01, 1.0),
    });
    let below = if area.height >= 16 { 6 } else { 4 };
    let height = area.height.saturating_sub(1 + below);
    let hidden = cells(rows(area, 1, height), buf, (&values, extent, scale), state, look);
    let used = height.min(extent.layers as u16 + 1);
    let foot = rows(area, 1 + used, area.height);
    let column = scale.legend(buf, foot, (GUTTER, 0), look);
    let note = match (state.score, hidden) {
        (_, (1.., _) | (_, 1..)) => &format!("  out of sight: {} heads, {} layers", hidden.0, hidden.1),
        (Score::Isolation, _) if all => "  in sd; a single digit is 0 to 9 on this scale",
        (Score::Isolation, _) => "  log ratio; a single digit is 0 to 9 on this scale",
        (Score::Apart, _) => "  share of the prompts",
        (Score::Spread, _) => "  1 looks at all tokens alike, 0 at one",
        _ => "  share of a query's attention",
    };
    put(buf, foot, (column, 0), note, look.dim);
    let here = values
        .get(state.layer * extent.heads + state.head)
        .copied()
        .flatten();
    let next = readout(foot, buf, (finding, pair), (state, here, all), look);
    let sentence = explain(&values, state.score, all);
    let room = foot.height.saturating_sub(next);
    let next = paragraph(buf, foot, (next, room), &sentence, (look.dim, look));
    let room = foot.height.saturating_sub(next + 2);
    if state.score == Score::Isolation && room >= 4 {
        let head = "Isolation of the trigger over all heads: the controls, and this candidate";
        put(buf, foot, (0, next + 1), head, look.header);
        let [_, null, ..] = &finding.evidence.null;
        let part = rows(foot, next + 2, room.min(9));
        histogram::draw(part, buf, null, finding.signals.attention.value, "", look);
    }
}

fn sep(look: &Look) -> &'static str {
    glyphs::separator(look.ascii)
}

/// Whether the grid is about all prompts: as asked, and as far as that was recorded.
fn about_all(finding: &Finding, state: &AttentionState) -> bool {
    let recorded = finding.evidence.heads.iter().any(|head| head.over.is_some());
    match state.score {
        Score::Apart => true,
        Score::Isolation => state.all,
        _ => state.all && recorded,
    }
}

/// One value for each head, row-major `[layers, heads]`; none where it was not measured.
fn values(
    finding: &Finding,
    pair: Option<&Loaded>,
    (score, all): (Score, bool),
    extent: Extent,
) -> Vec<Option<f32>> {
    let mut values = vec![None; extent.layers * extent.heads];
    if all {
        let shown = |head: &&HeadScore| head.layer < extent.layers && head.head < extent.heads;
        for head in finding.evidence.heads.iter().filter(shown) {
            if let Some(value) = values.get_mut(head.layer * extent.heads + head.head) {
                *value = match score {
                    Score::Isolation => Some(deviation(head) as f32),
                    Score::Apart => head
                        .over
                        .map(|over| over.apart as f32 / over.prompts.max(1) as f32),
                    Score::Sink => head.over.map(|over| over.sink),
                    Score::Trigger => head.over.map(|over| over.trigger),
                    Score::Moved => head.over.map(|over| over.moved),
                    Score::Spread => head.over.map(|over| over.spread),
                };
            }
        }
    } else if let Some(pair) = pair {
        for (index, value) in values.iter_mut().enumerate() {
            let (layer, head) = (index / extent.heads, index % extent.heads);
            let map = &pair.pair.with;
            let place = (layer < map.layers && head < map.heads)
                .then(|| layer.checked_mul(map.heads)?.checked_add(head))
                .flatten();
            let of = |known: &[f32]| place.and_then(|place| known.get(place).copied());
            *value = match score {
                Score::Isolation => place.and_then(|place| Some(*pair.isolation.get(place)? as f32)),
                Score::Apart => None,
                Score::Moved => of(&pair.moved),
                Score::Spread => of(&pair.spread),
                Score::Sink => heads::sink(&pair.pair, (layer, head)),
                Score::Trigger => heads::to_trigger(&pair.pair, (layer, head)),
            };
        }
    }
    values
}

/// Draws the cells around the cursor; returns how many heads and layers are out of sight.
fn cells(
    area: Rect,
    buf: &mut Buffer,
    (values, extent, scale): (&[Option<f32>], Extent, Scale),
    state: &AttentionState,
    look: &Look,
) -> (usize, usize) {
    let room = usize::from(area.width.saturating_sub(GUTTER));
    let width = (room / extent.heads).clamp(2, 7);
    let across = (room / width).min(extent.heads);
    let down = usize::from(area.height.saturating_sub(1)).min(extent.layers);
    let first_head = window(state.head, extent.heads, across);
    let first_layer = window(state.layer, extent.layers, down);
    for column in 0..across {
        let head = first_head + column;
        let name = if width >= 4 {
            format!("H{head:02}")
        } else {
            format!("{:02}", head % 100)
        };
        let style = if head == state.head { look.accent } else { look.dim };
        let spaced =
            width >= 3 || head == state.head || (head.is_multiple_of(2) && head.abs_diff(state.head) > 1);
        if spaced {
            put(
                buf,
                area,
                (GUTTER + (column * width) as u16, 0),
                &format!("{name:^width$}"),
                style,
            );
        }
    }
    for row in 0..down {
        let layer = first_layer + row;
        let line = row as u16 + 1;
        let style = if layer == state.layer {
            look.accent
        } else {
            look.dim
        };
        put(buf, area, (0, line), &format!("L{layer:02}"), style);
        for column in 0..across {
            let head = first_head + column;
            let value = values.get(layer * extent.heads + head).copied().flatten();
            let text = match value {
                None => "?".to_owned(),
                Some(value) if width >= 6 => format!("{value:.2}"),
                Some(value) => {
                    let (Scale::Magnitude(end) | Scale::Difference(end)) = scale;
                    look.digit(value / end).to_string()
                }
            };
            let mut style = value.map_or(look.hatch, |value| look.on(scale.color(value, look)));
            let selected = (layer, head) == (state.layer, state.head);
            let pinned = state.pinned.contains(&(layer, head));
            if pinned {
                style = style.add_modifier(Modifier::UNDERLINED | Modifier::BOLD);
            }
            let text = if pinned && !selected && width >= text.len() + 2 {
                format!("{:^width$}", format!("*{text}"))
            } else if selected && width >= text.len() + 2 {
                format!("{:^width$}", format!("[{text}]"))
            } else {
                format!("{text:^width$}")
            };
            // Brackets leave the colour of the cursor's cell as it is read off the scale; two cells have no room for them.
            if selected {
                let sign = if text.contains('[') {
                    Modifier::BOLD
                } else {
                    Modifier::REVERSED | Modifier::BOLD
                };
                style = style.add_modifier(sign);
            }
            put(buf, area, (GUTTER + (column * width) as u16, line), &text, style);
        }
    }
    (extent.heads - across, extent.layers - down)
}

/// The head under the cursor in exact numbers; returns the row after it.
fn readout(
    area: Rect,
    buf: &mut Buffer,
    (finding, pair): (&Finding, Option<&Loaded>),
    (state, here, all): (&AttentionState, Option<f32>, bool),
    look: &Look,
) -> u16 {
    let name = format!("L{:02}.H{:02} ", state.layer, state.head);
    let words = match (state.score, here) {
        (_, None) => "was not measured".to_owned(),
        (Score::Isolation, Some(value)) if !all => {
            format!(
                "isolation {value:.2} on this prompt: how many times more its tokens attend to each other, as a logarithm"
            )
        }
        (Score::Apart, Some(_)) => finding
            .evidence
            .heads
            .iter()
            .find(|score| (score.layer, score.head) == (state.layer, state.head))
            .and_then(|score| score.over)
            .map(|over| {
                let rate = wilson(over.apart, over.prompts);
                format!(
                    "the trigger stands apart on {} fresh prompts",
                    figures::rate(&rate)
                )
            })
            .unwrap_or_default(),
        (Score::Isolation, Some(deviation)) => finding
            .evidence
            .heads
            .iter()
            .find(|score| (score.layer, score.head) == (state.layer, state.head))
            .map(|score| {
                format!(
                    "isolation {:.2}, controls {:.2} {} {:.2}: {deviation:+.1} sd",
                    score.value,
                    score.null_mean,
                    if look.ascii { "+-" } else { "±" },
                    score.null_sd
                )
            })
            .unwrap_or_default(),
        (Score::Sink, Some(share)) => format!("gives position 0 {share:.3} of its attention"),
        (Score::Trigger, Some(share)) => {
            let tokens = pair.map_or(finding.trigger_tokens.len(), |loaded| {
                loaded.pair.span.1.saturating_sub(loaded.pair.span.0)
            });
            let tokens = figures::counted(tokens, "trigger token");
            format!("gives the {tokens} {share:.3} of its attention")
        }
        (Score::Moved, Some(share)) => {
            format!("gives {share:.3} of its attention to other tokens without the trigger")
        }
        (Score::Spread, Some(share)) => format!("spreads its attention {share:.3} as evenly as it could"),
    };
    put_all(buf, area, (0, 1), &[(&name, look.accent), (&words, look.text)]);
    2
}

fn explain(values: &[Option<f32>], score: Score, all: bool) -> String {
    match score {
        Score::Isolation if !all => {
            "Isolated means: the trigger tokens attend to each other, and the rest of the prompt hardly to them. Length and place \
             shift this number by themselves: only the view of all prompts holds it against controls."
                .to_owned()
        }
        Score::Apart => {
            format!(
                "On how many fresh prompts a head isolates the trigger {ISOLATED:.0} or more sd above matched control strings. A head \
                 that does so everywhere is more than one striking picture."
            )
        }
        Score::Isolation => {
            let known = values.iter().flatten().count();
            let apart = values
                .iter()
                .flatten()
                .filter(|value| f64::from(**value) >= ISOLATED)
                .count();
            format!(
                "{apart} of {known} heads lie {ISOLATED:.0} or more sd above matched control strings. Isolated means: the \
                 trigger tokens attend to each other, and the rest of the prompt hardly to them. One head alone proves \
                 little."
            )
        }
        Score::Sink => {
            "Many heads park attention they have no use for on position 0; what such a head says about the \
                        trigger weighs little."
                .to_owned()
        }
        Score::Moved => {
            "How much of what a head looks at changes when the trigger is taken out, over the tokens both runs share. A trigger \
                        that steers the answer moves something somewhere."
                .to_owned()
        }
        Score::Spread => {
            "Entropy of a head's attention over the most it could be: 0 looks at one token, 1 at all alike.".to_owned()
        }
        Score::Trigger => {
            "How much the tokens after the trigger look at it: a trigger that steers the answer is looked \
                           at somewhere, even where the prompt's own tokens ignore it."
                .to_owned()
        }
    }
}
