//! A matrix as colours: two square pixels in a cell, a cross-hair, labels where they fit, a legend with numbers.
//!
//! Invariant: a pixel that stands for several entries shows the one of largest magnitude, so nothing present is hidden.

mod frame;
mod margins;
mod scale;

use std::ops::Range;

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use frame::Frame;
pub use margins::Margins;
pub use scale::Scale;

use super::{axis::Slot, put};
use crate::ui::{glyphs, theme::Look};

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
