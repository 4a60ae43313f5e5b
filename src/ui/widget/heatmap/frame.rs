//! What stands around the cells of a heatmap: where they begin and end, labels, brackets and the ticks of the cross-hair.
//!
//! Invariant: nothing here covers a cell of the matrix, and the item under the cross-hair is the one its row and column are labelled with.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{Entry, Heatmap};
use crate::ui::{
    glyphs,
    theme::Look,
    widget::{
        axis::{self, Slot},
        columns, fit, put, rows,
    },
};

/// Widest row label and tallest column label, in cells.
const LABEL: usize = 10;
/// Largest number of pixels one entry takes on an axis.
const ZOOM: usize = 4;

/// What the axes became: where the parts of a heatmap stand in its area.
pub(super) struct Frame {
    /// Matrix part of the area.
    pub(super) cells: Rect,
    /// Cells for row labels.
    gutter: u16,
    /// Lines for column labels.
    below: u16,
    /// Pixel rows in one cell.
    pub(super) unit: usize,
    pub(super) rows: Vec<Slot>,
    pub(super) columns: Vec<Slot>,
}

impl<F: Fn(usize, usize) -> Entry> Heatmap<'_, F> {
    /// Fits the axes into an area, beside their labels.
    pub(super) fn frame(&self, area: Rect, look: &Look) -> Frame {
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

    /// Labels, brackets around the span, and ticks where the cross-hair stands.
    pub(super) fn gutters(&self, area: Rect, buf: &mut Buffer, frame: &Frame, look: &Look) {
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
