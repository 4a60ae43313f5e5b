//! Pieces that views are drawn from: data in, cells out.
//!
//! Invariant: nothing is written outside the area given, whatever its size, and model text only after [`shown`].

pub mod axis;
pub mod curve;
pub mod diff;
pub mod heatmap;
pub mod histogram;
pub mod sparkline;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{glyphs, theme::Look};
use crate::text;

/// Model text made safe, and ASCII where the terminal needs it.
pub fn shown(raw: &str, look: &Look) -> String {
    let safe = text::line(raw);
    if look.ascii {
        text::ascii(&safe).to_string()
    } else {
        safe.to_string()
    }
}

/// A token in quotes, at most `cells` wide.
pub fn quoted(raw: &str, cells: usize, look: &Look) -> String {
    format!("'{}'", fit(&shown(raw, look), cells.saturating_sub(2), look))
}

/// Text cut to at most `cells`, with an ellipsis where something was cut.
pub fn fit(text: &str, cells: usize, look: &Look) -> String {
    if text.width() <= cells {
        return text.to_owned();
    }
    let Some(room) = cells.checked_sub(1) else {
        return String::new();
    };
    let mut cut = take(text, room).to_owned();
    cut.push_str(glyphs::ellipsis(look.ascii));
    cut
}

/// The longest start of `text` that is at most `cells` wide.
fn take(text: &str, cells: usize) -> &str {
    let mut used = 0;
    for (start, grapheme) in text.grapheme_indices(true) {
        used += grapheme.width();
        if used > cells {
            return text.get(..start).unwrap_or(text);
        }
    }
    text
}

/// Writes one line of safe text at a place inside `area`; returns the column after it.
pub fn put(buf: &mut Buffer, area: Rect, (column, row): (u16, u16), text: &str, style: Style) -> u16 {
    let area = area.intersection(buf.area);
    if row >= area.height || column >= area.width {
        return column;
    }
    let room = usize::from(area.width - column);
    let (end, _) = buf.set_stringn(area.x + column, area.y + row, text, room, style);
    end - area.x
}

/// Writes pieces of one line after each other; returns the column after them.
pub fn put_all(buf: &mut Buffer, area: Rect, (column, row): (u16, u16), pieces: &[(&str, Style)]) -> u16 {
    pieces.iter().fold(column, |column, (text, style)| {
        put(buf, area, (column, row), text, *style)
    })
}

/// Lines of at most `width` cells, broken between words where possible.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if width == 0 {
        return lines;
    }
    let mut line = String::new();
    for word in text.split_whitespace() {
        let mut word = word;
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        while word.width() > width {
            let head = take(word, width);
            if head.is_empty() {
                break;
            }
            lines.push(head.to_owned());
            word = word.strip_prefix(head).unwrap_or_default();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Writes wrapped text from `row` on, in at most `rows` lines; returns the row after it.
pub fn paragraph(
    buf: &mut Buffer,
    area: Rect,
    (row, rows): (u16, u16),
    text: &str,
    (style, look): (Style, &Look),
) -> u16 {
    let lines = wrap(text, usize::from(area.width));
    let shown = lines.len().min(usize::from(rows));
    for (index, line) in lines.iter().take(shown).enumerate() {
        let place = (0, row + index as u16);
        if index + 1 == shown && shown < lines.len() {
            let room = usize::from(area.width).saturating_sub(1);
            let cut = format!("{}{}", take(line, room), glyphs::ellipsis(look.ascii));
            put(buf, area, place, &cut, style);
        } else {
            put(buf, area, place, line, style);
        }
    }
    row + shown as u16
}

/// What is drawn into an area of this size (columns, rows), as lines for a page of text.
pub fn lines(size: (u16, u16), draw: impl FnOnce(Rect, &mut Buffer)) -> Vec<Line<'static>> {
    let area = Rect::new(0, 0, size.0, size.1);
    let mut buf = Buffer::empty(area);
    draw(area, &mut buf);
    let rows = buf.content.chunks(usize::from(size.0.max(1)));
    rows.map(|row| {
        let mut spans: Vec<Span<'static>> = Vec::new();
        for cell in row {
            match spans.last_mut() {
                Some(last) if last.style == cell.style() => last.content.to_mut().push_str(cell.symbol()),
                _ => spans.push(Span::styled(cell.symbol().to_owned(), cell.style())),
            }
        }
        Line::from(spans)
    })
    .collect()
}

/// Why there is nothing to see: a sentence in place of a blank panel.
pub fn absence(area: Rect, buf: &mut Buffer, sentence: &str, look: &Look) {
    paragraph(buf, area, (0, area.height), sentence, (look.dim, look));
}

/// The part of `area` from `row` on, `rows` high at most.
pub fn rows(area: Rect, row: u16, rows: u16) -> Rect {
    let top = row.min(area.height);
    Rect {
        y: area.y.saturating_add(top),
        height: rows.min(area.height - top),
        ..area
    }
}

/// The part of `area` from `column` on, `columns` wide at most.
pub fn columns(area: Rect, column: u16, columns: u16) -> Rect {
    let left = column.min(area.width);
    Rect {
        x: area.x.saturating_add(left),
        width: columns.min(area.width - left),
        ..area
    }
}

/// First item shown so that `cursor` is among `shown` of `count` items.
pub fn window(cursor: usize, count: usize, shown: usize) -> usize {
    let last = count.saturating_sub(shown);
    cursor.saturating_sub(shown / 2).min(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::ColorDepth;

    #[test]
    fn text_is_cut_with_a_sign_and_never_wider_than_asked() {
        let look = Look::new("terminal", ColorDepth::None, false).unwrap();
        for cells in 0..12 {
            assert!(fit("naïve 日本語 text", cells, &look).width() <= cells);
        }
        assert_eq!(fit("abcdef", 4, &look), "abc…");
        assert_eq!(fit("abcd", 4, &look), "abcd");
    }

    #[test]
    fn ascii_shows_other_characters_by_code_point() {
        let look = Look::new("terminal", ColorDepth::None, true).unwrap();
        assert_eq!(shown("é!", &look), "\\u{e9}!");
    }

    #[test]
    fn writing_outside_the_area_does_nothing() {
        let look = Look::new("terminal", ColorDepth::None, true).unwrap();
        let whole = Rect::new(0, 0, 4, 2);
        let mut buf = Buffer::empty(whole);
        put(&mut buf, Rect::new(1, 0, 2, 1), (0, 0), "abcdef", look.text);
        put(&mut buf, Rect::new(0, 1, 9, 9), (2, 0), "xyz", look.text);
        put(&mut buf, Rect::new(0, 0, 4, 2), (9, 9), "no", look.text);
        assert_eq!(buf, Buffer::with_lines([" ab ", "  xy"]));
    }

    #[test]
    fn long_words_break_and_nothing_is_lost() {
        let lines = wrap("one verylongword two", 6);
        assert_eq!(lines, ["one", "verylo", "ngword", "two"]);
        assert!(wrap("日本語", 1).len() < 4);
    }

    #[test]
    fn the_window_holds_the_cursor() {
        for (cursor, count, shown) in [(0, 0, 0), (5, 10, 3), (9, 10, 3), (2, 3, 9)] {
            let first = window(cursor, count, shown);
            assert!(first <= cursor && (shown == 0 || cursor < first + shown));
        }
    }
}
