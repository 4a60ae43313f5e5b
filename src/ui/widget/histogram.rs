//! The values of the controls as columns, with the candidate's value marked among or beyond them.
//!
//! Invariant: the marked value is always inside the drawn range, and its number is always written.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{absence, put, put_all};
use crate::ui::{glyphs, theme::Look};

/// Draws `null` as a histogram with `value` marked. `unit` is written behind the numbers.
pub fn draw(area: Rect, buf: &mut Buffer, null: &[f32], value: f64, unit: &str, look: &Look) {
    let area = area.intersection(buf.area);
    let known: Vec<f32> = null.iter().copied().filter(|value| value.is_finite()).collect();
    if known.is_empty() || !value.is_finite() {
        return absence(area, buf, "No control was measured for this signal.", look);
    }
    if area.width < 4 || area.height < 3 {
        return;
    }
    let marked = value as f32;
    let low = known.iter().copied().fold(marked, f32::min);
    let high = known.iter().copied().fold(marked, f32::max);
    let columns = usize::from(area.width);
    // Few controls on many columns would be a comb.
    let bins = ((known.len() as f32).sqrt() * 3.0)
        .ceil()
        .clamp(4.0, columns as f32) as usize;
    let place = |value: f32, places: usize| {
        let share = if high > low {
            (value - low) / (high - low)
        } else {
            0.5
        };
        ((share * places as f32) as usize).min(places - 1)
    };
    let mut counts = vec![0_u32; bins];
    for value in &known {
        if let Some(count) = counts.get_mut(place(*value, bins)) {
            *count += 1;
        }
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let bars = area.height - 2;
    let eighths = u32::from(bars) * 8;
    for column in 0..columns {
        let count = counts.get(column * bins / columns).copied().unwrap_or(0);
        // A single control must not round to nothing.
        let full = (count * eighths / most).max(u32::from(count > 0));
        for row in 0..bars {
            let level = full.saturating_sub(u32::from(bars - 1 - row) * 8).min(8) as usize;
            if level > 0 {
                put(
                    buf,
                    area,
                    (column as u16, row),
                    glyphs::eighths(look.ascii, level),
                    look.dim,
                );
            }
        }
    }
    let column = place(marked, columns) as u16;
    for row in 0..bars {
        put(buf, area, (column, row), glyphs::pipe(look.ascii), look.with_run);
    }
    put(buf, area, (column, bars), glyphs::up(look.ascii), look.with_run);
    let label = format!(" candidate {value:.2} {unit}");
    let width = label.chars().count() as u16;
    let start = if column + 1 + width <= area.width {
        column + 1
    } else {
        column.saturating_sub(width)
    };
    put(buf, area, (start, bars), &label, look.with_run);
    let end = format!("{high:.2}");
    let end_column = area.width.saturating_sub(end.len() as u16);
    put_all(
        buf,
        area,
        (0, bars + 1),
        &[
            (&format!("{low:.2}"), look.dim),
            (&format!("  {} controls", known.len()), look.dim),
        ],
    );
    put(buf, area, (end_column, bars + 1), &end, look.dim);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::ColorDepth;

    #[test]
    fn the_candidate_is_marked_beyond_the_controls() {
        let look = Look::new("terminal", ColorDepth::None, true).unwrap();
        let area = Rect::new(0, 0, 40, 5);
        let mut buf = Buffer::empty(area);
        draw(
            area,
            &mut buf,
            &[0.0, 0.1, 0.1, 0.2, f32::NAN],
            4.0,
            "nats",
            &look,
        );
        assert_eq!(buf.cell((39, 3)).unwrap().symbol(), "^");
        let text: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(
            text.contains("candidate 4.00 nats") && text.contains("4 controls"),
            "{text}"
        );
    }

    #[test]
    fn without_controls_it_says_so() {
        let look = Look::new("terminal", ColorDepth::None, true).unwrap();
        let area = Rect::new(0, 0, 60, 3);
        let mut buf = Buffer::empty(area);
        draw(area, &mut buf, &[], 1.0, "nats", &look);
        assert!(buf.cell((0, 0)).unwrap().symbol() == "N");
    }
}
