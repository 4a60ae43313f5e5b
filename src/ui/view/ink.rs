//! Text to styled lines: the door through which foreign text reaches the screen, made safe, clipped or wrapped.

use ratatui::{
    style::{Modifier, Style},
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::{
    text::{self, Piece, Safe},
    ui::theme::Look,
};

/// Lines that are put together piece by piece.
pub type Lines = Vec<Line<'static>>;

/// Foreign text as one line; marks that stand for hostile characters are styled apart.
pub fn foreign(raw: &str, style: Style, look: &Look) -> Vec<Span<'static>> {
    spans(&text::line(raw), style, look)
}

/// Foreign text as one line of at most `cells` cells.
pub fn clipped(raw: &str, cells: usize, style: Style, look: &Look) -> Vec<Span<'static>> {
    // A row shows a few cells of what may be a megabyte: what cannot be seen is not made safe either.
    let head = raw.chars().take(4 * cells + 16).collect::<String>();
    let mut safe = text::line(&head);
    if look.ascii {
        safe = text::ascii(&safe);
    }
    spans(&text::clip(&safe, cells), style, look)
}

fn spans(safe: &Safe, style: Style, look: &Look) -> Vec<Span<'static>> {
    let ascii;
    let safe = if look.ascii {
        ascii = text::ascii(safe);
        &ascii
    } else {
        safe
    };
    safe.pieces()
        .map(|(text, piece)| {
            let style = match piece {
                Piece::Plain => style,
                Piece::Mark => style.patch(look.warn),
                Piece::Alike => style.patch(look.warn).add_modifier(Modifier::UNDERLINED),
            };
            Span::styled(text.to_owned(), style)
        })
        .collect()
}

/// Foreign text of several lines, wrapped to `width` cells; whatever stands in `marked` is styled as trigger.
pub fn wrapped(raw: &str, marked: &[&str], width: usize, style: Style, look: &Look) -> Lines {
    let mut lines = Lines::new();
    // Split after the marks are known: a trigger may hold a line break.
    let mut row = Vec::new();
    for (piece, is_trigger) in split(raw, marked) {
        let style = if is_trigger {
            style.patch(look.trigger)
        } else {
            style
        };
        for (index, part) in text::lines(piece).iter().enumerate() {
            if index > 0 {
                lines.extend(wrap(std::mem::take(&mut row), width));
            }
            row.extend(spans(part, style, look));
        }
    }
    lines.extend(wrap(row, width));
    lines
}

/// The text in pieces, each with whether it is one of the marked strings; earlier marks win.
fn split<'a>(raw: &'a str, marked: &[&str]) -> Vec<(&'a str, bool)> {
    let Some(mark) = marked
        .iter()
        .find(|mark| !mark.trim().is_empty() && raw.contains(**mark))
    else {
        return vec![(raw, false)];
    };
    let mut pieces = Vec::new();
    let mut at = 0;
    for (start, found) in raw.match_indices(*mark) {
        pieces.push((raw.get(at..start).unwrap_or_default(), false));
        pieces.push((found, true));
        at = start + found.len();
    }
    pieces.push((raw.get(at..).unwrap_or_default(), false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

/// Breaks a row of spans into lines of at most `width` cells, between words where it can.
pub fn wrap(spans: Vec<Span<'static>>, width: usize) -> Lines {
    let width = width.max(1);
    let mut lines = Lines::new();
    let mut line: Vec<(String, Style)> = Vec::new();
    let mut used = 0;
    for span in spans {
        for grapheme in span.content.graphemes(true) {
            let cells = grapheme.width();
            if used + cells > width {
                // Carry the unfinished word over, unless it is the whole line.
                let cut = line
                    .iter()
                    .rposition(|(text, _)| text == " ")
                    .map(|blank| blank + 1);
                let rest = cut
                    .filter(|_| grapheme != " ")
                    .map_or_else(Vec::new, |cut| line.split_off(cut));
                lines.push(merge(std::mem::replace(&mut line, rest)));
                used = line.iter().map(|(text, _)| text.width()).sum();
                if grapheme == " " {
                    continue;
                }
            }
            line.push((grapheme.to_owned(), span.style));
            used += cells;
        }
    }
    lines.push(merge(line));
    lines
}

fn merge(line: Vec<(String, Style)>) -> Line<'static> {
    let mut spans: Vec<Span<'static>> = Vec::new();
    for (text, style) in line {
        match spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(&text),
            _ => spans.push(Span::styled(text, style)),
        }
    }
    Line::from(spans)
}

/// Our own sentence, wrapped to `width` cells behind `indent` blanks.
pub fn sentence(own: &str, indent: usize, width: usize, style: Style, look: &Look) -> Lines {
    let lines = wrap(foreign(own, style, look), width.saturating_sub(indent));
    behind(&Span::raw(" ".repeat(indent)), lines)
}

/// The same lines, each behind an edge.
pub fn behind(edge: &Span<'static>, mut lines: Lines) -> Lines {
    for line in &mut lines {
        line.spans.insert(0, edge.clone());
    }
    lines
}

/// Width of spans in cells.
pub fn width(spans: &[Span<'_>]) -> usize {
    spans.iter().map(Span::width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::ColorDepth;

    fn plain(lines: &Lines) -> Vec<String> {
        lines.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_break_between_words_and_long_words_break_anywhere() {
        let wrapped = wrap(vec![Span::raw("one two three"), Span::raw(" abcdefghijk")], 8);
        assert_eq!(plain(&wrapped), ["one two ", "three ", "abcdefgh", "ijk"]);
        assert_eq!(plain(&wrap(Vec::new(), 8)), [""]);
        assert_eq!(plain(&wrap(vec![Span::raw("日本語")], 1)).len(), 4);
    }

    #[test]
    fn marked_text_is_styled_even_across_lines() {
        let look = Look::new("terminal", ColorDepth::Ansi16, false).unwrap();
        let lines = wrapped("a X\nY b X\nY", &["X\nY"], 20, look.text, &look);
        assert_eq!(lines.len(), 3);
        let marked: String = lines
            .iter()
            .flat_map(|line| &line.spans)
            .filter(|span| span.style == look.text.patch(look.trigger))
            .map(|span| span.content.as_ref())
            .collect();
        assert_eq!(marked, "XYXY");
    }
}
