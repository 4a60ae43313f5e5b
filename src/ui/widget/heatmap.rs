//! A matrix as colours: two square pixels in a cell, a cross-hair, labels where they fit, a legend with numbers.
//!
//! Invariant: a pixel that stands for several entries shows the one of largest magnitude, so nothing present is hidden.

mod margins;
mod scale;

use std::ops::Range;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub use margins::Margins;
pub use scale::Scale;

use super::{
    axis::{self, Slot},
    columns, fit, put, rows,
};
use crate::ui::{glyphs, theme::Look};

/// Widest row label and tallest column label, in cells.
const LABEL: usize = 10;
/// Largest number of pixels one entry takes on an axis.
const ZOOM: usize = 4;

/// One entry, or several pooled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Entry {
    /// It cannot have a value: drawn blank.
    Void,
    /// It has no counterpart in the other run: hatched.
    Missing,
    /// Its value.
    Value(f32),
}

impl Entry {
    /// The one that is seen when both fall on one pixel.
    #[must_use]
    pub fn pool(self, other: Self) -> Self {
        match (self, other) {
            (Self::Value(a), Self::Value(b)) => Self::Value(if b.abs() > a.abs() { b } else { a }),
            (Self::Value(_), _) | (Self::Missing, Self::Void) => self,
            _ => other,
        }
    }
}

/// A matrix to draw: rows are queries and columns keys, or whatever the caller says.
pub struct Heatmap<'a, F: Fn(usize, usize) -> Entry> {
    /// Number of rows and columns.
    pub size: (usize, usize),
    /// The entry at a row and a column; of tiles, where `tile` is more than 1.
    pub entry: F,
    /// Rows and columns that one entry stands for.
    pub tile: usize,
    /// What values mean.
    pub scale: Scale,
    /// Row and column under the cross-hair.
    pub cursor: (usize, usize),
    /// Labels of rows and columns alike. Safe text.
    pub labels: &'a [String],
    /// Items that are bracketed on both axes, with a rule around their block.
    pub span: Range<usize>,
    /// A rule after the first column: it is on its own scale.
    pub first_apart: bool,
    /// Numbers along both axes, drawn where there is room.
    pub edges: Option<Margins<'a>>,
}

/// What a drawing came to: its legend says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Some pixels stand for several entries.
    pub pooled: bool,
    /// There was room for the numbers along the axes.
    pub edged: bool,
}

/// What the axes became: where the parts of a heatmap stand in its area.
struct Frame {
    /// Matrix part of the area.
    cells: Rect,
    /// Cells for row labels.
    gutter: u16,
    /// Lines for column labels.
    below: u16,
    /// Pixel rows in one cell.
    unit: usize,
    rows: Vec<Slot>,
    columns: Vec<Slot>,
}

impl<F: Fn(usize, usize) -> Entry> Heatmap<'_, F> {
    /// Draws it into `area`. The legend is the caller's, through [`Scale::legend`].
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: &Look) -> Seen {
        let whole = area.intersection(buf.area);
        let mut area = whole;
        let mut frame = self.frame(area, look);
        let mut edged = false;
        let inner = margins::inside(whole);
        if let Some(edges) = self.edges {
            let smaller = self.frame(inner, look);
            let spare =
                smaller.rows.len() == frame.rows.len() && smaller.columns.len() == frame.columns.len();
            // On a large screen they are worth a row; on a small one, they come only for nothing.
            if !inner.is_empty() && (spare || margins::is_large(whole)) {
                (area, frame, edged) = (inner, smaller, true);
                edges.draw(
                    buf,
                    whole,
                    (frame.cells, frame.unit),
                    (&frame.rows, &frame.columns),
                    look,
                );
            }
        }
        self.gutters(area, buf, &frame, look);
        for line in 0..frame.cells.height {
            for column in 0..frame.cells.width {
                self.cell(buf, &frame, (column, line), look);
            }
        }
        let pooled = |axis: &[Slot]| {
            axis.iter()
                .any(|slot| matches!(slot, Slot::Items(range) if range.len() > 1))
        };
        Seen {
            pooled: pooled(&frame.rows) || pooled(&frame.columns),
            edged,
        }
    }

    fn frame(&self, area: Rect, look: &Look) -> Frame {
        let unit = if look.colored() && !look.ascii { 2 } else { 1 };
        let widest = self
            .labels
            .iter()
            .map(|label| label.width())
            .max()
            .unwrap_or(0)
            .min(LABEL) as u16;
        let labels = if area.width >= 30 { widest + 1 } else { 0 };
        // Label, bracket, cursor tick.
        let gutter = (labels + 2).min(area.width);
        let below = if area.height >= 16 {
            1 + widest.min(area.height / 5)
        } else {
            1
        }
        .min(area.height);
        let (height, width) = self.size;
        let room = (
            usize::from(area.height - below) * unit,
            usize::from(area.width - gutter),
        );
        // A whole cell is about twice as high as wide: two of them side by side make a square again.
        let aspect = if unit == 1 && room.1 >= 2 * width { 2 } else { 1 };
        let axes = [
            (room.0.saturating_sub(4 * unit), height),
            (room.1.saturating_sub(3) / aspect, width),
        ];
        let zoom = axis::zoom(&axes, ZOOM);
        let breaks = [self.span.start, self.span.end];
        let mut column_breaks = breaks.to_vec();
        if self.first_apart {
            column_breaks.insert(0, 1);
        }
        let rows = axis::slots(height, room.0, zoom, &breaks, unit);
        Frame {
            cells: Rect {
                x: area.x + gutter,
                width: area.width - gutter,
                height: rows.len().div_ceil(unit) as u16,
                ..area
            },
            gutter,
            below,
            unit,
            rows,
            columns: axis::slots(width, room.1, zoom * aspect, &column_breaks, 1),
        }
    }

    /// The entry a pixel shows: the largest of those that fall on it.
    fn pooled(&self, row: &Range<usize>, column: &Range<usize>) -> Entry {
        let tile = self.tile.max(1);
        let tiles = |range: &Range<usize>| range.start / tile..range.end.div_ceil(tile);
        let (row, column) = (tiles(row), tiles(column));
        row.flat_map(|row| column.clone().map(move |column| (row, column)))
            .map(|(row, column)| (self.entry)(row, column))
            .fold(Entry::Void, Entry::pool)
    }

    fn cell(&self, buf: &mut Buffer, frame: &Frame, (column, line): (u16, u16), look: &Look) {
        let place = |text: &str, style: Style, buf: &mut Buffer| {
            put(buf, frame.cells, (column, line), text, style);
        };
        let first = usize::from(line) * frame.unit;
        let (Some(across), Some(upper)) = (frame.columns.get(usize::from(column)), frame.rows.get(first))
        else {
            return;
        };
        let lower = if frame.unit == 2 {
            frame.rows.get(first + 1)
        } else {
            None
        };
        let cursor = across.holds(self.cursor.1)
            && [Some(upper), lower]
                .into_iter()
                .flatten()
                .any(|slot| slot.holds(self.cursor.0));
        match (across, upper) {
            (Slot::Rule, Slot::Rule) => place(if look.ascii { "+" } else { "┼" }, look.trigger, buf),
            (Slot::Rule, _) => place(glyphs::pipe(look.ascii), look.trigger, buf),
            (_, Slot::Rule) => place(glyphs::rule(look.ascii), look.trigger, buf),
            (Slot::Items(across), _) => {
                let pixel = |slot: Option<&Slot>| match slot {
                    Some(Slot::Items(down)) => self.pooled(down, across),
                    _ => Entry::Void,
                };
                if cursor {
                    place(glyphs::crosshair(look.ascii), look.cursor, buf);
                } else {
                    let (text, style) = self.pixels((pixel(Some(upper)), pixel(lower)), frame.unit, look);
                    place(&text, style, buf);
                }
            }
            (Slot::Pad, _) => {}
        }
    }

    fn pixels(&self, (upper, lower): (Entry, Entry), unit: usize, look: &Look) -> (String, Style) {
        let color = |entry| match entry {
            Entry::Value(value) => Some(self.scale.color(value, look)),
            _ => None,
        };
        match (upper, lower) {
            (Entry::Value(value), _) if unit == 1 => {
                let (mark, style) = self.scale.cell(value, look);
                (mark.to_string(), style)
            }
            (Entry::Void, Entry::Void) => (" ".to_owned(), Style::new()),
            (Entry::Missing, Entry::Missing | Entry::Void) | (Entry::Void, Entry::Missing) => {
                (glyphs::hatch(look.ascii).to_owned(), look.hatch)
            }
            _ => match (color(upper), color(lower)) {
                (Some(above), Some(below)) => ("▀".to_owned(), Style::new().fg(above).bg(below)),
                (Some(above), None) => ("▀".to_owned(), Style::new().fg(above)),
                (None, Some(below)) => ("▄".to_owned(), Style::new().fg(below)),
                (None, None) => (" ".to_owned(), Style::new()),
            },
        }
    }

    /// Labels, brackets around the span, and ticks where the cross-hair stands.
    fn gutters(&self, area: Rect, buf: &mut Buffer, frame: &Frame, look: &Look) {
        let left = columns(area, 0, frame.gutter);
        let mut labelled = None;
        for line in 0..frame.cells.height {
            let first = usize::from(line) * frame.unit;
            let items = frame
                .rows
                .get(first..(first + frame.unit).min(frame.rows.len()))
                .unwrap_or_default();
            let here = |index: usize| items.iter().any(|slot| slot.holds(index));
            let start = items.iter().find_map(|slot| match slot {
                Slot::Items(range) => Some(range.start),
                _ => None,
            });
            let Some(start) = start else { continue };
            let cursor = here(self.cursor.0);
            let item = if cursor { self.cursor.0 } else { start };
            let bracketed = items.iter().any(|slot| {
                matches!(slot, Slot::Items(range) if range.start < self.span.end && range.end > self.span.start)
            });
            if labelled != Some(item) && left.width > 2 {
                let label = self.labels.get(item).map_or("", String::as_str);
                let style = if cursor {
                    look.selection
                } else {
                    self.label_style(item, look)
                };
                put(
                    buf,
                    left,
                    (0, line),
                    &fit(label, usize::from(left.width - 3), look),
                    style,
                );
                labelled = Some(item);
            }
            if bracketed {
                put(
                    buf,
                    left,
                    (left.width.saturating_sub(2), line),
                    glyphs::bracket(look.ascii),
                    look.trigger,
                );
            }
            if cursor {
                put(
                    buf,
                    left,
                    (left.width.saturating_sub(1), line),
                    glyphs::right(look.ascii),
                    look.accent,
                );
            }
        }
        let below = rows(area, frame.cells.height, frame.below);
        let below = columns(below, frame.gutter, frame.cells.width);
        let mut labelled = None;
        for (column, slot) in frame.columns.iter().enumerate() {
            let Slot::Items(range) = slot else { continue };
            let column = column as u16;
            let cursor = slot.holds(self.cursor.1);
            if cursor {
                put(buf, below, (column, 0), glyphs::up(look.ascii), look.accent);
            } else if self.span.contains(&range.start) {
                put(
                    buf,
                    below,
                    (column, 0),
                    glyphs::underline(look.ascii),
                    look.trigger,
                );
            }
            let item = if cursor { self.cursor.1 } else { range.start };
            if labelled != Some(item) && below.height > 1 {
                let label = self.labels.get(item).map_or("", String::as_str);
                let style = if cursor {
                    look.selection
                } else {
                    self.label_style(item, look)
                };
                let signs = label.trim().graphemes(true).take(usize::from(below.height - 1));
                for (row, sign) in signs.enumerate() {
                    // A sign of two cells would run into the next column.
                    let sign = if sign.width() == 1 { sign } else { "+" };
                    put(buf, below, (column, row as u16 + 1), sign, style);
                }
                labelled = Some(item);
            }
        }
    }

    fn label_style(&self, item: usize, look: &Look) -> Style {
        if self.span.contains(&item) {
            look.trigger
        } else {
            look.dim
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::ColorDepth;

    fn heatmap(values: &[f32], size: (usize, usize)) -> Heatmap<'static, impl Fn(usize, usize) -> Entry> {
        let values = values.to_vec();
        Heatmap {
            size,
            tile: 1,
            entry: move |row, column| Entry::Value(values[row * size.1 + column]),
            scale: Scale::Magnitude(1.0),
            cursor: (0, 0),
            labels: &[],
            span: 0..0,
            first_apart: false,
            edges: None,
        }
    }

    #[test]
    fn pooling_keeps_the_largest_entry() {
        let mut values = vec![0.1; 64 * 64];
        values[50 * 64 + 13] = 0.9;
        let look = Look::new("terminal", ColorDepth::None, true).unwrap();
        let area = Rect::new(0, 0, 12, 11);
        let mut buf = Buffer::empty(area);
        assert!(heatmap(&values, (64, 64)).draw(area, &mut buf, &look).pooled);
        let marks = buf.content().iter().filter(|cell| cell.symbol() == "@").count();
        assert_eq!(marks, 1, "{buf:?}");
    }

    #[test]
    fn negative_extremes_survive_pooling_too() {
        assert_eq!(Entry::Value(-0.9).pool(Entry::Value(0.3)), Entry::Value(-0.9));
        assert_eq!(Entry::Missing.pool(Entry::Value(0.0)), Entry::Value(0.0));
        assert_eq!(Entry::Void.pool(Entry::Missing), Entry::Missing);
    }

    #[test]
    fn two_pixels_share_a_cell_in_their_own_colours() {
        let look = Look::new("dark", ColorDepth::TrueColor, false).unwrap();
        let area = Rect::new(0, 0, 3, 2);
        let mut buf = Buffer::empty(area);
        let mut map = heatmap(&[1.0, 0.0], (2, 1));
        map.cursor = (9, 9);
        map.draw(area, &mut buf, &look);
        let cell = buf.cell((2, 0)).unwrap();
        assert_eq!(
            (cell.symbol(), cell.fg, cell.bg),
            ("▀", look.ramp(1.0), look.ramp(0.0))
        );
    }
}
