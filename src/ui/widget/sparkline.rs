//! A row of small columns: the course of a number where there is no room for a chart.
//!
//! Invariant: where several values share a column, the largest shows.

use crate::ui::{glyphs, theme::Look};

/// The values as at most `cells` columns, from 0 to the largest of them. Values that are no numbers leave a blank.
pub fn sparkline(values: &[f32], cells: usize, look: &Look) -> String {
    let end = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .fold(0.0, f32::max);
    let columns = values.len().min(cells);
    (0..columns)
        .map(|column| {
            let pooled = values
                .get(column * values.len() / columns..(column + 1) * values.len() / columns)
                .unwrap_or_default();
            let value = pooled
                .iter()
                .copied()
                .filter(|value| value.is_finite())
                .reduce(f32::max);
            let level = match value {
                Some(value) if end > 0.0 => 1.0 + (value.max(0.0) / end * 7.0).round(),
                Some(_) => 1.0,
                None => 0.0,
            };
            glyphs::eighths(look.ascii, level as usize)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::ColorDepth;

    #[test]
    fn the_largest_value_survives_a_narrow_line() {
        let look = Look::new("terminal", ColorDepth::None, false).unwrap();
        let mut values = vec![0.0; 100];
        values[37] = 5.0;
        assert_eq!(sparkline(&values, 10, &look), "▁▁▁█▁▁▁▁▁▁");
        assert_eq!(sparkline(&[f32::NAN, 1.0], 9, &look), " █");
        assert_eq!(sparkline(&values, 0, &look), "");
    }
}
