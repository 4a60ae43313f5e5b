//! A comparison on lines of a given width: side by side in step, or in one column with brackets.
//!
//! Invariant: side by side, both columns have reached the same line wherever both texts have the same words.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};
use unicode_width::UnicodeWidthStr;

use super::{Chunk, Mark, SetOff, Stretch};
use crate::ui::{
    glyphs,
    theme::Look,
    widget::{columns, put, shown, take},
};

/// Cells for the `+` or `-` before a line.
const GUTTER: u16 = 2;

/// How two texts stand on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Without on the left, with on the right.
    #[default]
    SideBySide,
    /// One column; what only one run has is bracketed.
    Inline,
}

/// A safe piece of one line of the screen: whose it is, what sets it off, its text.
type Part = (Mark, Option<Style>, String);
type Line = Vec<Part>;

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

    /// A piece that begins at byte `at` of its side.
    fn piece(&mut self, mark: Mark, raw: &str, at: usize, set_off: &[Stretch], look: &Look) {
        let mut at = at;
        for part in raw.split_inclusive('\n') {
            let runs = runs(part, at, set_off);
            let shown: Vec<(Option<Style>, String)> =
                runs.map(|(style, run)| (style, shown(run, look))).collect();
            // White space may hang over the end of a line: it is not seen there.
            let whole: String = shown.iter().map(|(_, text)| text.as_str()).collect();
            if !self.fits(whole.trim_end().width()) {
                self.line_break();
            }
            for (style, text) in &shown {
                self.text(mark, *style, text);
            }
            if part.ends_with('\n') {
                self.line_break();
            }
            at += part.len();
        }
    }

    fn text(&mut self, mark: Mark, style: Option<Style>, text: &str) {
        let mut text = text;
        while self.used + text.trim_end().width() > self.width {
            let head = take(text, self.width.saturating_sub(self.used));
            if head.is_empty() && self.used == 0 {
                break;
            }
            self.append(mark, style, head);
            self.line_break();
            text = text.strip_prefix(head).unwrap_or_default();
        }
        self.append(mark, style, text);
    }

    fn append(&mut self, mark: Mark, style: Option<Style>, text: &str) {
        if text.is_empty() {
            return;
        }
        self.used += text.width();
        if let Some(line) = self.lines.last_mut() {
            match line.last_mut() {
                Some((last, off, words)) if *last == mark && *off == style => words.push_str(text),
                _ => line.push((mark, style, text.to_owned())),
            }
        }
    }
}

/// A piece cut where what is set off begins and ends; `at` is where the piece begins in its side, in bytes.
fn runs<'a>(
    piece: &'a str,
    at: usize,
    set_off: &[Stretch],
) -> impl Iterator<Item = (Option<Style>, &'a str)> {
    let mut cuts = vec![0, piece.len()];
    for (range, _) in set_off {
        cuts.extend([range.start, range.end].map(|cut| cut.saturating_sub(at)));
    }
    cuts.retain(|cut| *cut <= piece.len() && piece.is_char_boundary(*cut));
    cuts.sort_unstable();
    cuts.dedup();
    let styled = |start: usize| {
        let holds = |(range, _): &&Stretch| range.contains(&(at + start));
        set_off.iter().find(holds).map(|(_, style)| *style)
    };
    let pairs: Vec<(Option<Style>, &str)> = cuts
        .windows(2)
        .filter_map(|pair| Some((styled(*pair.first()?), piece.get(*pair.first()?..*pair.get(1)?)?)))
        .collect();
    pairs.into_iter()
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
    pub fn new(chunks: &[Chunk<'_>], width: u16, shape: Shape, (set_off, look): (&SetOff, &Look)) -> Self {
        let cells = |width: u16| usize::from(width.saturating_sub(GUTTER)).max(1);
        let mut layout = match shape {
            Shape::SideBySide => {
                Self::side_by_side(chunks, cells(width.saturating_sub(1) / 2), (set_off, look))
            }
            Shape::Inline => Self::inline(chunks, cells(width), (set_off, look)),
        };
        layout.height = layout.left.len().max(layout.right.len());
        layout
    }

    fn side_by_side(chunks: &[Chunk<'_>], width: usize, (set_off, look): (&SetOff, &Look)) -> Self {
        let (mut without, mut with) = (0, 0);
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
                    left.piece(chunk.mark, piece, without, &set_off.without, look);
                    without += piece.len();
                }
                if chunk.mark != Mark::Removed {
                    right.piece(chunk.mark, piece, with, &set_off.with, look);
                    with += piece.len();
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

    fn inline(chunks: &[Chunk<'_>], width: usize, (set_off, look): (&SetOff, &Look)) -> Self {
        let (mut without, mut with) = (0, 0);
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
            if !flow.fits(open.width()) {
                flow.line_break();
            }
            flow.append(chunk.mark, None, open);
            for piece in &chunk.pieces {
                let (at, off) = match chunk.mark {
                    Mark::Removed => (without, &set_off.without),
                    Mark::Same | Mark::Added => (with, &set_off.with),
                };
                flow.piece(chunk.mark, piece, at, off, look);
                without += if chunk.mark == Mark::Added { 0 } else { piece.len() };
                with += if chunk.mark == Mark::Removed {
                    0
                } else {
                    piece.len()
                };
            }
            flow.append(chunk.mark, None, close);
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
                .any(|(of, _, text)| *of == mark && !text.trim().is_empty())
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
        for (mark, off, text) in line {
            let style = match mark {
                Mark::Same => look.text,
                Mark::Removed => look.removed,
                Mark::Added => look.added,
            };
            let style = style.patch(off.unwrap_or_default());
            place = put(buf, area, (place, row), text, style);
        }
    }
}
