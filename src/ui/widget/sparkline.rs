//! A row of small columns: the course of a number where there is no room for a chart.
//!
//! Invariant: the same value has the same height in every row that shares a scale.

use crate::ui::{glyphs, theme::Look};

/// The values as one column each, on a scale from 0 to `end`. Values that are no numbers leave a blank.
pub fn sparkline(values: &[f32], end: f32, look: &Look) -> String {
    let level = |value: &f32| {
        if value.is_finite() {
            1.0 + (value.clamp(0.0, end) / end * 7.0).round()
        } else {
            0.0
        }
    };
    values
        .iter()
        .map(|value| glyphs::eighths(look.ascii, level(value) as usize))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::ColorDepth;

    #[test]
    fn a_value_beyond_the_scale_is_as_high_as_its_end() {
        let look = Look::new("terminal", ColorDepth::None, false).unwrap();
        assert_eq!(sparkline(&[0.0, 2.0, 4.0, 9.0, f32::NAN], 4.0, &look), "▁▅██ ");
        assert_eq!(sparkline(&[], 4.0, &look), "");
    }
}
