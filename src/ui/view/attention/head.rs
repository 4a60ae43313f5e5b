//! One head: query by key, the trigger bracketed, the weight under the cross-hair in exact numbers for both runs.
//!
//! Invariant: all three modes share places and scale, so that switching between them compares like with like.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{AttentionState, Extent, Loaded, Mode, Together, align::Aligned, edges::Edges};
use crate::{
    finding::{AttentionPair, Finding},
    ui::{
        glyphs,
        theme::Look,
        view::figures,
        widget::{
            absence, fit,
            heatmap::{Entry, Heatmap, Margins, Scale, Seen},
            paragraph, put, put_all, quoted, rows, shown,
        },
    },
};

/// Draws the head under the cursor.
pub fn draw(
    area: Rect,
    buf: &mut Buffer,
    (finding, loaded): (&Finding, Option<&Loaded>),
    state: &AttentionState,
    look: &Look,
) {
    let extent = Extent::of(finding, loaded);
    let title = title(area.width, state, extent, look);
    put(
        buf,
        area,
        (0, 0),
        &fit(&title, usize::from(area.width), look),
        look.title,
    );
    let rest = rows(area, 1, area.height);
    let Some(loaded) = loaded.filter(|loaded| !loaded.pair.with.tokens.is_empty()) else {
        let sentence = if finding.evidence.attention.is_empty() {
            "No attention weights were stored for this finding; the isolation of its heads is all there is."
        } else {
            "The attention weights of this prompt are not loaded."
        };
        return absence(rest, buf, sentence, look);
    };
    // Too many tokens to be rolled out: said, and nothing else shown in its place.
    let rolled = loaded.rolled.as_deref();
    if state.rollout && rolled.is_none() {
        return absence(
            rest,
            buf,
            "There are too many tokens to roll the layers out.",
            look,
        );
    }
    let loaded = rolled.filter(|_| state.rollout).unwrap_or(loaded);
    let pair = &loaded.pair;
    let heads = state.heads();
    let aligned = Aligned::new(loaded, (&heads, state.together), state.mask_sink);
    let tiles = loaded.tiles.as_ref().filter(|tiles| tiles.are_of(state));
    let tokens = pair.with.tokens.len();
    let cursor = (state.row.min(tokens - 1), state.column.min(tokens - 1));
    let largest = tiles.map_or_else(|| aligned.largest(), |tiles| tiles.largest);
    let scale = match state.mode {
        Mode::Difference => Scale::Difference(largest),
        _ => Scale::Magnitude(largest),
    };
    let sentence = if area.height >= 20 { 2 } else { 0 };
    let below = 3 + sentence;
    let labels: Vec<String> = pair.with.tokens.iter().map(|token| shown(token, look)).collect();
    let computed = match (tiles, state.mode) {
        (Some(_), _) | (None, Mode::Difference) => None,
        (None, mode) => Some(Edges::of(&aligned, mode)),
    };
    let edges = tiles.map_or(computed.as_ref(), |tiles| tiles.edges(state.mode));
    let map = Heatmap {
        size: (tokens, tokens),
        tile: tiles.map_or(1, |tiles| tiles.side),
        entry: |query, key| match tiles {
            Some(tiles) => tiles.entry(state.mode, query, key),
            None => aligned.entry(state.mode, query, key),
        },
        scale,
        cursor,
        labels: &labels,
        span: pair.span.0..pair.span.1.min(tokens),
        first_apart: state.mask_sink,
        edges: edges.map(|edges| Margins {
            columns: ("gets", &edges.keys),
            rows: ("spread", &edges.queries),
        }),
    };
    let seen = map.draw(rows(rest, 0, rest.height.saturating_sub(below)), buf, look);
    let foot = rows(rest, rest.height.saturating_sub(below), below);
    let column = scale.legend(buf, foot, (0, 0), look);
    put(
        buf,
        foot,
        (column, 0),
        &notes(&aligned, state.mode, seen, look),
        look.dim,
    );
    readout(rows(foot, 1, 2), buf, (pair, &aligned), (state, cursor), look);
    let told = explain(pair, &aligned);
    paragraph(buf, foot, (3, sentence), &told, (look.dim, look));
}

fn title(width: u16, state: &AttentionState, extent: Extent, look: &Look) -> String {
    let separator = glyphs::separator(look.ascii);
    let run = match state.mode {
        Mode::With => "with the trigger",
        Mode::Without => "without the trigger",
        Mode::Difference => "with minus without",
    };
    let weights = match (state.mask_sink, width) {
        (true, 100..) => "position 0 apart, the rest of a query sums to 1",
        (true, 76..) => "sink apart, renormalised",
        (true, _) => "sink apart",
        (false, _) => "raw weights",
    };
    let heads: Vec<String> = state
        .heads()
        .iter()
        .map(|(layer, head)| format!("L{layer:02}.H{head:02}"))
        .collect();
    let word = match state.together {
        Together::Mean => "mean",
        Together::Largest => "largest",
    };
    let name = match heads.as_slice() {
        _ if state.rollout => "all layers rolled out".to_owned(),
        [one] => one.clone(),
        [_, _] | [_, _, _] => format!("{word} of {}", heads.join(" ")),
        several => format!("{word} of {} heads", several.len()),
    };
    let pinned = match state.pinned.len() {
        0 => String::new(),
        count => format!(" {separator} {count} pinned"),
    };
    format!(
        "{name}{pinned} {separator} {run} {separator} {weights} {separator} prompt {} of {}",
        state.prompt + 1,
        extent.prompts
    )
}

fn notes(aligned: &Aligned<'_>, mode: Mode, seen: Seen, look: &Look) -> String {
    let mut notes = Vec::new();
    if seen.pooled {
        notes.push("largest of each tile".to_owned());
    }
    if mode == Mode::Difference && (!look.colored() || look.ascii) {
        notes.push("1-9 more with, a-i less".to_owned());
    }
    if mode != Mode::With {
        notes.push(format!("{} no counterpart", glyphs::hatch(look.ascii)));
    }
    if mode != Mode::With && aligned.left_over() > 0 {
        let tokens = figures::counted(aligned.left_over(), "token");
        notes.push(format!("{tokens} of the other run left out"));
    }
    if seen.edged {
        notes.push("gets: a key, from the trigger on; spread: a query".to_owned());
    }
    // Queries before the trigger, and position 0 set apart, may lie beyond the end of the scale.
    let beyond = if mode == Mode::Difference { "" } else { "+" };
    format!("{beyond}  {}", notes.join("  "))
}

fn number(entry: Entry, mode: Mode) -> String {
    match entry {
        Entry::Value(value) if mode == Mode::Difference => format!("{value:+.3}"),
        Entry::Value(value) => format!("{value:.3}"),
        Entry::Missing => "no counterpart".to_owned(),
        Entry::Void => "none: a query sees no later key".to_owned(),
    }
}

/// Query, key and weight under the cross-hair; below it the same weight in both runs.
fn readout(
    area: Rect,
    buf: &mut Buffer,
    (pair, aligned): (&AttentionPair, &Aligned<'_>),
    (state, (query, key)): (&AttentionState, (usize, usize)),
    look: &Look,
) {
    let name = |place: usize| {
        let token = pair.with.tokens.get(place).map_or("", String::as_str);
        format!(
            "{place} {}",
            quoted(token, (usize::from(area.width) / 5).clamp(8, 24), look)
        )
    };
    let of = |mode| number(aligned.entry(mode, query, key), mode);
    let style = |place: usize| {
        if (pair.span.0..pair.span.1).contains(&place) {
            look.trigger
        } else {
            look.accent
        }
    };
    put_all(
        buf,
        area,
        (0, 0),
        &[
            ("q", look.dim),
            (&name(query), style(query)),
            (&format!(" {} k", glyphs::arrow(look.ascii)), look.dim),
            (&name(key), style(key)),
            (&format!(" {}", of(state.mode)), look.title),
        ],
    );
    if key > query {
        return;
    }
    let (with, without) = (of(Mode::With), of(Mode::Without));
    let mut column = put_all(
        buf,
        area,
        (0, 1),
        &[
            ("with ", look.dim),
            (&with, look.with_run),
            ("  without ", look.dim),
            (&without, look.without_run),
        ],
    );
    if let Entry::Value(_) = aligned.entry(Mode::Difference, query, key) {
        let pieces = [("  difference ", look.dim), (&*of(Mode::Difference), look.text)];
        column = put_all(buf, area, (column, 1), &pieces);
    }
    if let Some(raw) = aligned.raw(query, key).filter(|_| state.mask_sink && key > 0) {
        put(buf, area, (column, 1), &format!("  (raw {raw:.3})"), look.dim);
    }
}

fn explain(pair: &AttentionPair, aligned: &Aligned<'_>) -> String {
    let aligned = aligned.as_mean();
    let tokens = pair.with.tokens.len();
    let span = pair.span.0..pair.span.1.min(tokens);
    let inside = aligned.mean_share(span.clone(), &span);
    let after = aligned.mean_share(span.end..tokens, &span);
    let share =
        |share: Option<f32>| share.map_or("none".to_owned(), |share| format!("{:.0} %", share * 100.0));
    format!(
        "Trigger tokens give each other {} of their attention, later tokens give the trigger {}. A string that \
         stands apart shows two bright triangles and a dark block between them.",
        share(inside),
        share(after)
    )
}
