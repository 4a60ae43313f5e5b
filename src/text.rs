//! Untrusted text made visible and safe: the only way model text, file names and notes reach a screen, a log or a report.
//!
//! Invariant: no constructor of [`Safe`] lets a hostile character through, and none removes one without leaving a mark:
//! the invisible character may be the trigger.

mod glyph;
mod mark;

use std::{fmt, iter::Peekable, ops::Range, str::Chars};

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub use glyph::{Glyph, glyphs, lookalikes, scripts};
use mark::{Class, class};

/// Longest run of combining marks, or of one hostile character, shown one by one.
const RUN: usize = 4;

const LINE_FEED: &str = "⏎";
const TAB: &str = "⇥";

/// What a piece of safe text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Plain,
    /// It stands for hostile characters.
    Mark,
    /// A character that a reader would take for an ASCII one.
    Alike,
}

/// Text that is safe to print: no control, bidi, zero-width, tag or private-use character stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Safe {
    text: String,
    /// Byte ranges of the marks, in order.
    marks: Vec<Range<usize>>,
    /// Byte ranges of the look-alikes, in order, none inside a mark.
    alike: Vec<Range<usize>>,
    /// Made by [`ascii`]: what is added to it must be ASCII too.
    ascii: bool,
}

impl Safe {
    /// Our own text, from the source.
    pub fn from_trusted(text: &'static str) -> Self {
        own(text.to_owned())
    }

    /// The safe text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True when there is nothing to show.
    pub const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The text in pieces, each with what it is, so that marks and look-alikes can be styled apart.
    pub fn pieces(&self) -> impl Iterator<Item = (&str, Piece)> {
        let mut special: Vec<(&Range<usize>, Piece)> =
            self.marks.iter().map(|mark| (mark, Piece::Mark)).collect();
        if !self.alike.is_empty() {
            special.extend(self.alike.iter().map(|alike| (alike, Piece::Alike)));
            special.sort_by_key(|(range, _)| range.start);
        }
        let ends = special
            .into_iter()
            .flat_map(|(range, piece)| [(range.start, Piece::Plain), (range.end, piece)]);
        let mut start = 0;
        ends.chain([(self.text.len(), Piece::Plain)])
            .filter_map(move |(end, piece)| {
                let text = self.text.get(start..end)?;
                start = end;
                Some((text, piece))
            })
            .filter(|(text, _)| !text.is_empty())
    }

    /// Adds more safe text.
    pub fn push(&mut self, more: &Self) {
        let offset = self.text.len();
        self.text.push_str(&more.text);
        self.marks.extend(
            more.marks
                .iter()
                .map(|mark| mark.start + offset..mark.end + offset),
        );
        self.alike.extend(
            more.alike
                .iter()
                .map(|alike| alike.start + offset..alike.end + offset),
        );
    }

    fn push_mark(&mut self, words: &str) {
        let start = self.text.len();
        self.text.push_str(words);
        self.marks.push(start..self.text.len());
    }
}

impl fmt::Display for Safe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// One line: every hostile character is shown as a named mark, line breaks and tabs included.
///
/// A run of more than four combining marks, or of one hostile character, is shown as a count.
pub fn line(text: &str) -> Safe {
    if is_printable_ascii(text) {
        return Safe {
            text: text.to_owned(),
            ..Safe::default()
        };
    }
    let mut safe = Safe {
        text: String::with_capacity(text.len() + 16),
        ..Safe::default()
    };
    let alike = lookalikes(text);
    let mut at = 0;
    let plain = text.char_indices().filter(|(_, c)| class(*c) == Class::Plain);
    // Every plain character passes below one by one, so that its number among them tells it.
    let mut alike = plain
        .enumerate()
        .filter(|(_, (byte, _))| alike.iter().any(|(known, _)| known == byte))
        .map(|(number, _)| number)
        .peekable();
    let mut chars = text.chars().peekable();
    // Whether what stands before is a character a combining mark may sit on.
    let mut has_base = false;
    while let Some(c) = chars.next() {
        let class = class(c);
        match class {
            Class::Plain => {
                let start = safe.text.len();
                safe.text.push(c);
                if alike.next_if_eq(&at).is_some() {
                    safe.alike.push(start..safe.text.len());
                }
                at += 1;
            }
            Class::Break => safe.push_mark(if c == '\n' { LINE_FEED } else { TAB }),
            Class::Combining => push_combining(&mut safe, c, &mut chars, has_base),
            Class::Tag => push_tags(&mut safe, c, &mut chars),
            Class::Hostile => push_hostile(&mut safe, c, &mut chars),
        }
        has_base = class == Class::Plain;
    }
    safe
}

fn is_printable_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

fn push_combining(safe: &mut Safe, first: char, chars: &mut Peekable<Chars<'_>>, has_base: bool) {
    let mut run = String::from(first);
    let mut count = 1;
    while let Some(next) = chars.next_if(|next| class(*next) == Class::Combining) {
        count += 1;
        if count <= RUN {
            run.push(next);
        }
    }
    if count > RUN {
        safe.push_mark(&format!("[x{count} combining]"));
    } else {
        if !has_base {
            // Without a base it would sit on whatever is drawn before: a mark, a border, another column.
            safe.text.push('◌');
        }
        safe.text.push_str(&run);
    }
}

fn push_tags(safe: &mut Safe, first: char, chars: &mut Peekable<Chars<'_>>) {
    let mut words = String::from("[TAG ");
    let mut tag = Some(first);
    while let Some(c) = tag {
        words.push_str(&mark::decode_tag(c));
        tag = chars.next_if(|next| class(*next) == Class::Tag);
    }
    words.push(']');
    safe.push_mark(&words);
}

fn push_hostile(safe: &mut Safe, c: char, chars: &mut Peekable<Chars<'_>>) {
    let mut count = 1;
    while chars.next_if_eq(&c).is_some() {
        count += 1;
    }
    let name = mark::name(c);
    if count > RUN {
        safe.push_mark(&format!("[{name} x{count}]"));
        return;
    }
    let words = format!("[{name}]");
    for _ in 0..count {
        safe.push_mark(&words);
    }
}

/// Several lines: as [`line`], but line feeds really break.
pub fn lines(text: &str) -> Vec<Safe> {
    text.split('\n').map(line).collect()
}

/// A line we formatted ourselves; foreign text that got into it is made safe all the same.
pub fn own(text: String) -> Safe {
    if is_printable_ascii(&text) {
        return Safe {
            text,
            ..Safe::default()
        };
    }
    line(&text)
}

/// The same in ASCII alone: every other character becomes a mark like `\u{e9}`, a line feed `\n`, a tab `\t`.
pub fn ascii(text: &Safe) -> Safe {
    let mut out = Safe {
        ascii: true,
        ..Safe::default()
    };
    for (piece, kind) in text.pieces() {
        let is_mark = kind == Piece::Mark;
        match piece {
            LINE_FEED if is_mark => out.push_mark("\\n"),
            TAB if is_mark => out.push_mark("\\t"),
            _ if is_mark => out.push_mark(piece),
            _ => {
                for c in piece.chars() {
                    if c.is_ascii() {
                        out.text.push(c);
                    } else {
                        out.push_mark(&c.escape_unicode().to_string());
                    }
                }
            }
        }
    }
    out
}

/// Number of hostile characters: hidden, reordering or uninterpretable ones, and combining marks in runs of more than
/// four. Line feeds and tabs do not count.
pub fn count_hostile(text: &str) -> usize {
    let mut count = 0;
    let mut run = 0;
    for c in text.chars() {
        let class = class(c);
        if class == Class::Combining {
            run += 1;
            count += match run {
                0..=RUN => 0,
                _ if run == RUN + 1 => run,
                _ => 1,
            };
        } else {
            run = 0;
            count += usize::from(matches!(class, Class::Tag | Class::Hostile));
        }
    }
    count
}

/// Cuts to at most `cells` terminal cells, between graphemes, with an ellipsis where something is cut.
pub fn clip(text: &Safe, cells: usize) -> Safe {
    if width(text) <= cells {
        return text.clone();
    }
    let ellipsis = match (cells, text.ascii) {
        (0, _) => "",
        (_, true) => "~",
        (_, false) => "…",
    };
    let room = cells.saturating_sub(1);
    let mut used = 0;
    let mut end = 0;
    for grapheme in text.text.graphemes(true) {
        used += grapheme.width();
        if used > room {
            break;
        }
        end += grapheme.len();
    }
    let mut kept = text.text.get(..end).unwrap_or_default().to_owned();
    kept.push_str(ellipsis);
    Safe {
        text: kept,
        marks: text
            .marks
            .iter()
            .filter(|mark| mark.start < end)
            .map(|mark| mark.start..mark.end.min(end))
            .collect(),
        alike: text
            .alike
            .iter()
            .filter(|alike| alike.end <= end)
            .cloned()
            .collect(),
        ascii: text.ascii,
    }
}

/// Width in terminal cells, grapheme by grapheme as they are drawn.
pub fn width(text: &Safe) -> usize {
    if text.text.is_ascii() {
        return text.text.len();
    }
    text.text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

#[cfg(test)]
mod tests;
