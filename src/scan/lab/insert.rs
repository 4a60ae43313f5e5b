//! A string as it is put into prompts: its tokens at the start of a text, after other text, and where a turn ends behind it.
//!
//! Invariant: no longer than a context has room for.

use super::{Lab, fitting};

/// A string to put into prompts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Insert {
    /// Its tokens as found.
    pub tokens: Vec<u32>,
    /// Its tokens after other text: with a leading blank.
    pub(super) spaced: Vec<u32>,
    /// The same where a turn ends behind it: without the blanks it leaked with, if any.
    pub(super) last: Vec<u32>,
    /// Whether it ends with a blank of its own.
    pub(super) blank_end: bool,
}

impl Lab<'_, '_> {
    /// Tokens of the same text after other text: with a leading blank.
    pub fn spaced(&self, tokens: &[u32]) -> Vec<u32> {
        let text = self.model.decode(tokens);
        if text.starts_with(char::is_whitespace) {
            tokens.to_vec()
        } else {
            self.model.encode(&format!(" {text}"))
        }
    }

    /// A string to put into prompts; no longer than [`Self::longest_string`], or it is cut.
    pub fn insert(&self, tokens: &[u32]) -> Insert {
        let most = self.longest_string();
        let tokens = tokens.get(..most).unwrap_or(tokens);
        let text = self.model.decode(tokens);
        let bare = text.trim_end();
        let blank_end = bare.len() < text.len();
        let spaced = fitting(self.spaced(tokens), most + 1);
        let last = if blank_end && !bare.is_empty() && !self.frame.suffix.is_empty() {
            fitting(self.spaced(&self.model.encode(bare)), most + 1)
        } else {
            spaced.clone()
        };
        Insert {
            tokens: tokens.to_vec(),
            spaced,
            last,
            blank_end,
        }
    }
}
