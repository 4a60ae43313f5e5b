//! Two curves over the same axis, one for each run, told apart by the shape of their line as well as by colour.
//!
//! Invariant: values that are no numbers are left out; the vertical axis starts at 0 and its ends are always written.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

use super::{columns, put, put_all, rows};
use crate::ui::{glyphs, theme::Look};

/// Dots of a braille cell by column and row, as bits above U+2800.
const DOTS: [[u8; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];
/// Cells left of the plot: a number and the axis.
const SCALE: u16 = 6;

/// Two curves to draw.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Curves<'a> {
    /// The run with the trigger: a whole line.
    pub with: &'a [f32],
    /// The run without it: a dotted line.
    pub without: &'a [f32],
    /// Where most other runs with the trigger lie at each item: lower and upper end.
    pub with_band: &'a [(f32, f32)],
    /// The same without it.
    pub without_band: &'a [(f32, f32)],
    /// Item under the cursor.
    pub cursor: usize,
    /// Unit of the values.
    pub unit: &'a str,
    /// What the items are.
    pub items: &'a str,
}

/// What one cell of the plot holds: dots of both curves.
#[derive(Debug, Clone, Copy, Default)]
struct Dots {
    with: u8,
    without: u8,
}

impl Curves<'_> {
    /// Draws the legend, the plot and both axes.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, look: &Look) {
        let area = area.intersection(buf.area);
        if area.height < 3 || area.width < SCALE + 4 {
            return;
        }
        self.legend(area, buf, look);
        let plot = rows(columns(area, SCALE, area.width), 1, area.height - 2);
        let end = self.end();
        self.axes(area, plot, buf, end, look);
        let (width, height) = (usize::from(plot.width), usize::from(plot.height));
        let mut cells = vec![Dots::default(); width * height];
        let length = self.length();
        trace(self.without, (&mut cells, width, height), (length, end), false);
        trace(self.with, (&mut cells, width, height), (length, end), true);
        let cursor = column_of(self.cursor, length, width * 2) / 2;
        for (index, dots) in cells.iter().enumerate() {
            let (column, row) = (index % width, index / width);
            let (text, style) = cell(*dots, look);
            let place = (column as u16, row as u16);
            if column != cursor && text == " " {
                let at = (column, row, width, height);
                if let Some((text, style)) = self.behind(at, (length, end), look) {
                    put(buf, plot, place, text, style);
                }
            } else if column != cursor {
                put(buf, plot, place, &text, style);
            } else if text == " " {
                put(buf, plot, place, glyphs::pipe(look.ascii), look.dim);
            } else {
                put(buf, plot, place, &text, style.add_modifier(Modifier::REVERSED));
            }
        }
    }

    /// What stands behind the curves in a cell: the band of the runs with the trigger, or without it.
    fn behind(
        &self,
        (column, row, width, height): (usize, usize, usize, usize),
        (length, end): (usize, f32),
        look: &Look,
    ) -> Option<(&'static str, Style)> {
        let item = (column * length.saturating_sub(1) + width / 2) / width.max(1);
        let middle = (1.0 - (row as f32 + 0.5) / height as f32) * end;
        let half = end / height as f32 / 2.0;
        let inside = |band: &[(f32, f32)]| {
            band.get(item)
                .is_some_and(|(low, high)| middle + half > *low && middle - half < *high)
        };
        if inside(self.with_band) {
            Some((
                glyphs::band(look.ascii, true),
                look.with_run.remove_modifier(Modifier::BOLD),
            ))
        } else if inside(self.without_band) {
            Some((glyphs::band(look.ascii, false), look.without_run))
        } else {
            None
        }
    }

    fn length(&self) -> usize {
        self.with.len().max(self.without.len())
    }

    fn end(&self) -> f32 {
        let largest = self
            .with
            .iter()
            .chain(self.without)
            .copied()
            .chain(
                self.with_band
                    .iter()
                    .chain(self.without_band)
                    .map(|(_, high)| *high),
            )
            .filter(|value| value.is_finite())
            .fold(0.0, f32::max);
        if largest > 0.0 { largest } else { 1.0 }
    }

    fn legend(&self, area: Rect, buf: &mut Buffer, look: &Look) {
        let (solid, dotted) = if look.ascii {
            ("###", "o o")
        } else {
            ("━━━", "┄┄┄")
        };
        let head = format!(
            "{:<width$} ",
            self.unit,
            width = usize::from(SCALE).saturating_sub(1)
        );
        let bands = match (
            self.with_band.is_empty() && self.without_band.is_empty(),
            look.ascii,
        ) {
            (true, _) => "",
            (false, false) => "  ░ · 80 % of all prompts",
            (false, true) => "  : . 80 % of all prompts",
        };
        put_all(
            buf,
            area,
            (0, 0),
            &[
                (&head, look.dim),
                (solid, look.with_run),
                (" with the trigger  ", look.with_run),
                (dotted, look.without_run),
                (" without", look.without_run),
                (bands, look.dim),
            ],
        );
    }

    fn axes(&self, area: Rect, plot: Rect, buf: &mut Buffer, end: f32, look: &Look) {
        for row in 0..plot.height {
            let value = if row == 0 {
                format!("{end:>4.1}")
            } else if row + 1 == plot.height {
                " 0.0".to_owned()
            } else if plot.height >= 5 && row == plot.height / 2 {
                format!(
                    "{:>4.1}",
                    end * (1.0 - f32::from(row) / f32::from(plot.height - 1))
                )
            } else {
                String::new()
            };
            put(buf, area, (0, row + 1), &value, look.dim);
            put(
                buf,
                area,
                (SCALE - 1, row + 1),
                glyphs::pipe(look.ascii),
                look.dim,
            );
        }
        let foot = area.height - 1;
        let last = self.length().saturating_sub(1);
        let mark = format!("{} {}", self.items, self.cursor);
        let span = mark.len() as u16;
        let cursor = SCALE + (column_of(self.cursor, self.length(), usize::from(plot.width) * 2) / 2) as u16;
        let start = cursor
            .saturating_sub(span / 2)
            .clamp(SCALE, (area.width - span.min(area.width)).max(SCALE));
        let end = last.to_string();
        let right = area.width - (end.len() as u16).min(area.width);
        if start > SCALE + 2 {
            put(buf, area, (SCALE, foot), "0", look.dim);
        }
        if start + span < right {
            put(buf, area, (right, foot), &end, look.dim);
        }
        put(buf, area, (start, foot), &mark, look.accent);
    }
}

/// Sets the dots of one curve, joining neighbours; the dotted one leaves every other column out.
fn trace(
    values: &[f32],
    (cells, width, height): (&mut [Dots], usize, usize),
    (length, end): (usize, f32),
    with: bool,
) {
    let (across, down) = (width * 2, height * 4);
    let level = |value: f32| {
        let share = (value / end).clamp(0.0, 1.0);
        ((1.0 - share) * (down - 1) as f32).round() as usize
    };
    let mut previous: Option<(usize, usize)> = None;
    for (index, value) in values.iter().enumerate() {
        if !value.is_finite() {
            previous = None;
            continue;
        }
        let here = (column_of(index, length, across), level(*value));
        let from = previous.unwrap_or(here);
        for (x, y) in segment(from, here) {
            if !with && x % 2 == 1 && y % 2 == 0 {
                continue;
            }
            let bit = DOTS
                .get(x % 2)
                .and_then(|column| column.get(y % 4))
                .copied()
                .unwrap_or(0);
            if let Some(dots) = cells.get_mut(y / 4 * width + x / 2) {
                if with {
                    dots.with |= bit;
                } else {
                    dots.without |= bit;
                }
            }
        }
        previous = Some(here);
    }
}

/// Dot column of item `index` among `length` on `across` dot columns.
fn column_of(index: usize, length: usize, across: usize) -> usize {
    let last = length.saturating_sub(1).max(1);
    index.min(last) * across.saturating_sub(1) / last
}

/// Every dot on the way between two dots: one for each step on the longer side.
fn segment(from: (usize, usize), to: (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    let steps = from.0.abs_diff(to.0).max(from.1.abs_diff(to.1)).max(1);
    let between = move |a: usize, b: usize, step: usize| {
        if b >= a {
            a + (b - a) * step / steps
        } else {
            a - (a - b) * step / steps
        }
    };
    (0..=steps).map(move |step| (between(from.0, to.0, step), between(from.1, to.1, step)))
}

fn cell(dots: Dots, look: &Look) -> (String, Style) {
    let style = if dots.with > 0 {
        look.with_run
    } else {
        look.without_run
    };
    let text = match (dots.with > 0, dots.without > 0) {
        (false, false) => " ".to_owned(),
        (with, without) if look.ascii => {
            let mark = match (with, without) {
                (true, true) => glyphs::both_mark(true),
                (true, false) => glyphs::with_mark(true),
                _ => glyphs::without_mark(true),
            };
            mark.to_owned()
        }
        _ => char::from_u32(0x2800 + u32::from(dots.with | dots.without))
            .unwrap_or(' ')
            .to_string(),
    };
    (text, style)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::ColorDepth;

    fn drawn(with: &[f32], without: &[f32], cursor: usize) -> Vec<String> {
        let look = Look::new("terminal", ColorDepth::None, true).unwrap();
        let area = Rect::new(0, 0, 30, 8);
        let mut buf = Buffer::empty(area);
        let curves = Curves {
            with_band: &[],
            without_band: &[],
            with,
            without,
            cursor,
            unit: "nats",
            items: "token",
        };
        curves.draw(area, &mut buf, &look);
        buf.content()
            .chunks(30)
            .map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect())
            .collect()
    }

    #[test]
    fn each_run_has_its_own_mark_and_the_axis_its_numbers() {
        let rows = drawn(&[2.0, 2.0, 2.0, 2.0], &[0.0, 0.0, 0.0, 0.0], 1);
        assert!(
            rows[0].contains("nats") && rows[0].contains("### with"),
            "{rows:?}"
        );
        assert!(
            rows[1].starts_with(" 2.0 |") && rows[1].contains("####"),
            "{rows:?}"
        );
        assert!(
            rows[6].starts_with(" 0.0 |") && rows[6].contains("oooo"),
            "{rows:?}"
        );
        assert!(rows[7].contains("token 1"), "{rows:?}");
    }

    #[test]
    fn values_that_are_no_numbers_are_left_out() {
        let rows = drawn(&[f32::NAN, f32::INFINITY], &[], 0);
        assert!(!rows[1..7].concat().contains('#'), "{rows:?}");
    }

    #[test]
    fn the_highest_point_reaches_the_top_and_crossing_curves_are_marked() {
        let rows = drawn(&[0.0, 4.0], &[4.0, 0.0], 0);
        assert!(rows[1].contains('#') && rows[1].contains('o'));
        assert!(rows.concat().contains('@'), "{rows:?}");
    }
}
