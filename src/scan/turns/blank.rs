//! Blanks and line breaks beside the markers of a frame: they may be other tokens there than in the frame itself. Pure.
//!
//! Invariant: only tokens of nothing else are cut off.

use super::Words;

/// Is it an ordinary token of blanks and line breaks alone?
pub(super) fn is_blank(token: u32, words: &dyn Words) -> bool {
    !words.is_special(token) && words.text(token).trim().is_empty()
}

/// Without the blanks and line breaks at its end.
pub(super) fn without_blank<'a>(tokens: &'a [u32], words: &dyn Words) -> &'a [u32] {
    let blank = tokens.iter().rev().take_while(|token| is_blank(**token, words));
    let blank = blank.count();
    tokens.get(..tokens.len() - blank).unwrap_or(tokens)
}

/// Bytes of blanks and line breaks a text begins with.
pub(super) fn opening(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// A turn without the blanks at its end that are `left` bytes of the marker behind it. A line break that a token joins to a mark cannot be
/// cut off and stays.
pub(super) fn without_opening<'a>(turn: &'a [u32], mut left: usize, words: &dyn Words) -> &'a [u32] {
    let mut turn = turn;
    while let Some((last, rest)) = turn.split_last()
        && left > 0
        && is_blank(*last, words)
    {
        left = left.saturating_sub(words.text(*last).len());
        turn = rest;
    }
    turn
}
