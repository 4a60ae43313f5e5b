//! Numbers along the edges of a matrix: small columns above it, small bars to the right of it.
//!
//! Invariant: a number that stands for several rows or columns is the largest of theirs, as in the matrix itself.

use std::ops::Range;

use ratatui::{buffer::Buffer, layout::Rect};

use super::Slot;
use crate::ui::{
    glyphs,
    theme::Look,
    widget::{put, sparkline::sparkline},
};

/// Cells of a bar, and the blank before it.
const BAR: u16 = 6;

/// A name and a number from 0 to 1 for each column and for each row; what is no number is left blank.
#[derive(Debug, Clone, Copy)]
pub struct Margins<'a> {
    /// Above the columns.
    pub columns: (&'static str, &'a [f32]),
    /// To the right of the rows.
    pub rows: (&'static str, &'a [f32]),
}

/// What they leave of an area.
pub fn inside(area: Rect) -> Rect {
    Rect {
        y: area.y.saturating_add(area.height.min(1)),
        height: area.height.saturating_sub(1),
        width: area.width.saturating_sub(BAR + 1),
        ..area
    }
}

/// True of an area so large that the matrix can give way.
pub fn is_large(area: Rect) -> bool {
    area.width >= 76 && area.height >= 20
}

impl Margins<'_> {
    /// Draws them around `cells`, whose rows and columns lie as told, `unit` rows in a cell.
    pub fn draw(
        &self,
        buf: &mut Buffer,
        area: Rect,
        (cells, unit): (Rect, usize),
        (rows, columns): (&[Slot], &[Slot]),
        look: &Look,
    ) {
        let (name, values) = self.columns;
        let above: Vec<f32> = columns.iter().map(|slot| of(slot, values)).collect();
        let left = cells.x - area.x;
        put(
            buf,
            area,
            (0, 0),
            &format!("{name:.width$}", width = usize::from(left)),
            look.dim,
        );
        put(buf, area, (left, 0), &sparkline(&above, 1.0, look), look.bar);
        let right = left + columns.len() as u16 + 1;
        let (name, values) = self.rows;
        put(buf, area, (right, 0), name, look.dim);
        for (line, slots) in rows.chunks(unit).enumerate() {
            let value = slots.iter().map(|slot| of(slot, values)).fold(f32::NAN, f32::max);
            if value.is_nan() {
                continue;
            }
            let full = (value.clamp(0.0, 1.0) * f32::from(BAR)).round() as usize;
            let row = cells.y - area.y + line as u16;
            let column = put(
                buf,
                area,
                (right, row),
                &glyphs::full(look.ascii).repeat(full),
                look.bar,
            );
            let rest = glyphs::track(look.ascii).repeat(usize::from(BAR).saturating_sub(full));
            put(buf, area, (column, row), &rest, look.dim);
        }
    }
}

/// The largest of the numbers that fall on a slot.
fn of(slot: &Slot, values: &[f32]) -> f32 {
    let range: Range<usize> = match slot {
        Slot::Items(range) => range.clone(),
        Slot::Rule | Slot::Pad => return f32::NAN,
    };
    let here = values.get(range).unwrap_or_default();
    here.iter().copied().fold(f32::NAN, f32::max)
}
