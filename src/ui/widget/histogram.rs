//! The values of the controls as columns, with the candidate's value marked among or beyond them.
//!
//! Invariant: the marked value is always drawn, at the edge where it lies far beyond the controls, and its number is always written.

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
    let (low, high) = range(&known, marked);
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
        ((share.clamp(0.0, 1.0) * places as f32) as usize).min(places - 1)
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
    let beyond = if marked > high {
        glyphs::right(look.ascii)
    } else if marked < low {
        glyphs::left(look.ascii)
    } else {
        ""
    };
    let label = format!(" candidate {value:.2} {unit} {beyond}");
    let label = label.trim_end();
    let width = label.chars().count() as u16;
    let start = if column + 1 + width <= area.width {
        column + 1
    } else {
        column.saturating_sub(width)
    };
    put(buf, area, (start, bars), label, look.with_run);
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

/// What the axis covers: the controls, and the marked value where that leaves them a fifth of the axis or more.
fn range(known: &[f32], marked: f32) -> (f32, f32) {
    const BESIDE: f32 = 0.25;
    let low = known.iter().copied().fold(f32::INFINITY, f32::min);
    let high = known.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let spread = high - low;
    let far = spread > 0.0 && (marked > high + 4.0 * spread || marked < low - 4.0 * spread);
    if !far {
        (low.min(marked), high.max(marked))
    } else if marked > high {
        (low, high + BESIDE * spread)
    } else {
        (low - BESIDE * spread, high)
    }
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
    fn controls_stay_readable_beside_a_candidate_far_away() {
        assert_eq!(range(&[0.0, 1.0], 3.0), (0.0, 3.0));
        assert_eq!(range(&[0.0, 1.0], 358.0), (0.0, 1.25));
        assert_eq!(range(&[0.0, 1.0], -9.0), (-0.25, 1.0));
        assert_eq!(range(&[0.5], 9.0), (0.5, 9.0));
        let look = Look::new("terminal", ColorDepth::None, true).unwrap();
        let area = Rect::new(0, 0, 50, 5);
        let mut buf = Buffer::empty(area);
        draw(area, &mut buf, &[0.0, 1.0], 358.0, "nats", &look);
        let text: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(text.contains("candidate 358.00 nats >"), "{text}");
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
