//! The prompts of a finding as a list: whether each fired, and which of the analyst's expressions its answers hold.
//!
//! Invariant: a sign and a word, never a colour alone, tell what fired.

use ratatui::{buffer::Buffer, layout::Rect};

use super::pattern::{self, Hit};
use crate::{
    finding::{Example, Finding, Rate},
    ui::{
        glyphs,
        theme::Look,
        view::{figures, select},
        widget::{fit, put_all, rows, shown, window},
    },
};

/// How many prompts it fired on, of those shown and of all.
pub fn summary(area: Rect, buf: &mut Buffer, finding: &Finding, look: &Look) {
    let fired = finding.examples.iter().filter(|example| example.fired).count();
    let of = |rate: &Rate| format!("{}/{}", rate.k, rate.n);
    let head = format!("Fired on {fired} of {} shown", finding.examples.len());
    let tail = format!(
        " {} fresh prompts {}, controls {}",
        glyphs::separator(look.ascii),
        of(&finding.activation.with),
        of(&finding.activation.without)
    );
    put_all(buf, area, (0, 0), &[(&head, look.title), (&tail, look.dim)]);
}

/// The analyst's expressions, each with how many answers it is found in.
pub fn asked_about(area: Rect, buf: &mut Buffer, (patterns, hits): (&[String], &[Vec<Hit>]), look: &Look) {
    for (row, (expression, hits)) in patterns.iter().zip(hits).enumerate() {
        let (with, without) = pattern::rates(hits);
        let tail = format!(
            " in {} with, {} without",
            figures::rate(&with),
            figures::rate(&without)
        );
        let room = usize::from(area.width).saturating_sub(tail.len() + 6);
        let expression = format!("/{}/", fit(&shown(expression, look), room, look));
        put_all(
            buf,
            area,
            (0, row as u16),
            &[
                (&format!(" {} ", row + 1), look.dim),
                (&expression, look.accent),
                (&tail, look.text),
            ],
        );
    }
}

/// For each expression, one sign: found in the answer with, without, in both, in neither.
fn signs(hits: &[Vec<Hit>], index: usize, look: &Look) -> String {
    hits.iter()
        .map(|hits| match hits.get(index) {
            Some(Hit {
                with: 1..,
                without: 1..,
                ..
            }) => glyphs::both_mark(look.ascii),
            Some(Hit { with: 1.., .. }) => glyphs::with_mark(look.ascii),
            Some(Hit { without: 1.., .. }) => glyphs::without_mark(look.ascii),
            _ => glyphs::separator(look.ascii),
        })
        .collect()
}

/// Every prompt with whether it fired and what was found in its answers.
pub fn prompts(
    area: Rect,
    buf: &mut Buffer,
    (examples, current, hits): (&[Example], usize, &[Vec<Hit>]),
    look: &Look,
) {
    let first = window(current, examples.len(), usize::from(area.height));
    for (row, (index, example)) in examples
        .iter()
        .enumerate()
        .skip(first)
        .take(usize::from(area.height))
        .enumerate()
    {
        let (pointer, style) = if index == current {
            (glyphs::pointer(look.ascii), look.text)
        } else {
            (" ", look.text)
        };
        let (mark, word, tone) = if example.fired {
            (glyphs::check(look.ascii), "fired ", look.with_run)
        } else {
            (glyphs::open(look.ascii), "quiet ", look.dim)
        };
        let mut found = signs(hits, index, look);
        if !found.is_empty() {
            found.push(' ');
        }
        let room = usize::from(area.width).saturating_sub(11 + usize::from(!hits.is_empty()) + hits.len());
        let prompt = fit(&shown(&example.prompt, look), room, look);
        put_all(
            buf,
            area,
            (0, row as u16),
            &[
                (pointer, look.accent),
                (" ", look.text),
                (mark, tone),
                (" ", tone),
                (word, tone),
                (&found, look.accent),
                (&prompt, style),
            ],
        );
        if index == current {
            select(rows(area, row as u16, 1), look, buf);
        }
    }
}
