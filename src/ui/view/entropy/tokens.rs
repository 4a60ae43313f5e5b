//! A text as its tokens on a few lines, the one under the cursor highlighted and always in sight.

use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::UnicodeWidthStr;

use crate::ui::{
    theme::Look,
    widget::{fit, put, shown, window},
};

/// Draws the lines around token `cursor`; past the end of the text its last lines.
pub fn draw(area: Rect, buf: &mut Buffer, (tokens, cursor): (&[String], usize), look: &Look) {
    let width = usize::from(area.width);
    let mut lines: Vec<Vec<(usize, String)>> = vec![Vec::new()];
    let mut used = 0;
    let mut current = 0;
    for (index, token) in tokens.iter().enumerate() {
        let text = fit(&shown(token, look), width, look);
        if used > 0 && used + text.trim_end().width() > width {
            lines.push(Vec::new());
            used = 0;
        }
        used += text.width();
        if index <= cursor {
            current = lines.len() - 1;
        }
        if let Some(line) = lines.last_mut() {
            line.push((index, text));
        }
    }
    let first = window(current, lines.len(), usize::from(area.height));
    for (row, line) in lines
        .iter()
        .skip(first)
        .take(usize::from(area.height))
        .enumerate()
    {
        let mut column = 0;
        for (index, text) in line {
            let style = if *index == cursor {
                look.selection
            } else {
                look.text
            };
            column = put(buf, area, (column, row as u16), text, style);
        }
    }
}
