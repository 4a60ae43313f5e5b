//! What a value looks like: its colour, its mark without colour, and the legend that tells the numbers.
//!
//! Invariant: a value beyond the end of the scale looks like the end, and the sign of a difference never rests on colour alone.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Style},
};

use crate::ui::{theme::Look, widget::put};

/// What values mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// Magnitudes from 0 to this.
    Magnitude(f32),
    /// Differences from minus this to this.
    Difference(f32),
}

impl Scale {
    /// The colour of a value.
    pub fn color(self, value: f32, look: &Look) -> Color {
        match self {
            Self::Magnitude(_) => look.ramp(self.share(value)),
            Self::Difference(_) => look.diverging(self.share(value)),
        }
    }

    /// The mark of a value where colour cannot tell it: shades; for differences 1 to 9 above zero and a to i below.
    pub fn mark(self, value: f32, look: &Look) -> char {
        let share = self.share(value);
        match self {
            Self::Magnitude(_) => look.shade(share),
            Self::Difference(_) => {
                let step = (share.abs() * 9.0).round().clamp(0.0, 9.0) as u8;
                match step {
                    0 => '.',
                    _ if share < 0.0 => char::from(b'a' + step - 1),
                    _ => char::from(b'0' + step),
                }
            }
        }
    }

    /// The value as a share of the scale's end.
    fn share(self, value: f32) -> f32 {
        let (Self::Magnitude(end) | Self::Difference(end)) = self;
        if end > 0.0 && value.is_finite() {
            (value / end).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    }

    /// Draws the legend on one row from `column` on; numbers stand at its ends. Returns the column after it.
    pub fn legend(self, buf: &mut Buffer, area: Rect, (column, row): (u16, u16), look: &Look) -> u16 {
        let (low, end) = match self {
            Self::Magnitude(end) => (0.0, end),
            Self::Difference(end) => (-end, end),
        };
        let first = match self {
            Self::Magnitude(_) => "0 ".to_owned(),
            Self::Difference(_) => format!("{low:+.2} "),
        };
        let mut column = put(buf, area, (column, row), &first, look.dim);
        let steps = if area.width >= 50 { 16 } else { 10 };
        for step in 0..steps {
            let value = low + (end - low) * (step as f32 + 0.5) / steps as f32;
            let (mark, style) = self.cell(value, look);
            column = put(buf, area, (column, row), mark.encode_utf8(&mut [0; 4]), style);
        }
        let last = match self {
            Self::Magnitude(_) => format!(" {end:.2}"),
            Self::Difference(_) => format!(" {end:+.2}"),
        };
        put(buf, area, (column, row), &last, look.dim)
    }

    /// A whole cell for a value: blank on its colour, or its mark.
    pub fn cell(self, value: f32, look: &Look) -> (char, Style) {
        let mark = if look.colored() && !look.ascii {
            ' '
        } else {
            self.mark(value, look)
        };
        (mark, look.on(self.color(value, look)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::ColorDepth;

    #[test]
    fn differences_keep_their_sign_without_colour() {
        let look = Look::new("terminal", ColorDepth::None, true).unwrap();
        let scale = Scale::Difference(0.5);
        let marks: String = [-0.5, -0.1, 0.0, 0.1, 0.5]
            .map(|value| scale.mark(value, &look))
            .iter()
            .collect();
        assert_eq!(marks, "ib.29");
    }

    #[test]
    fn the_legend_always_tells_its_numbers() {
        let look = Look::new("terminal", ColorDepth::Ansi16, false).unwrap();
        let area = Rect::new(0, 0, 40, 1);
        let mut buf = Buffer::empty(area);
        Scale::Difference(0.25).legend(&mut buf, area, (0, 0), &look);
        let text: String = buf.content().iter().map(ratatui::buffer::Cell::symbol).collect();
        assert!(
            text.starts_with("-0.25") && text.trim_end().ends_with("+0.25"),
            "{text}"
        );
    }
}
