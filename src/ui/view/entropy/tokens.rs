//! A text as its tokens on a few lines, the one under the cursor highlighted and always in sight.

use ratatui::{buffer::Buffer, layout::Rect};
use unicode_width::UnicodeWidthStr;

use crate::ui::{
    theme::Look,
    widget::{fit, put, shown, window},
};

/// Draws the lines around token `cursor`; past the end of the text its last lines. `shares`, where there are any, colour each
/// token from 0 to 1; without colour a digit from 0 to 9 stands before it.
pub fn draw(area: Rect, buf: &mut Buffer, (tokens, cursor): (&[String], usize), shares: &[f32], look: &Look) {
    let width = usize::from(area.width);
    let mut lines: Vec<Vec<(usize, String)>> = vec![Vec::new()];
    let mut used = 0;
    let mut current = 0;
    for (index, token) in tokens.iter().enumerate() {
        let digit = shares
            .get(index)
            .filter(|_| !look.colored())
            .map_or_else(String::new, |share| look.digit(*share).to_string());
        let text = fit(&format!("{digit}{}", shown(token, look)), width, look);
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
            let style = match shares.get(*index) {
                _ if *index == cursor => look.selection,
                Some(share) if look.colored() => look.on(look.ramp(*share)),
                _ => look.text,
            };
            column = put(buf, area, (column, row as u16), text, style);
        }
    }
}
