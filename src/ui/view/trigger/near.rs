//! What stands near the trigger and did nothing: the controls that came closest, and candidates spelled like it.
//!
//! Invariant: the trigger's own numbers stand above those of its controls, on the same scale.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{BAR, or_absent};
use crate::{
    finding::{ControlKind, Finding},
    session::{Known, Session, Standing},
    ui::{
        glyphs,
        theme::Look,
        view::{
            figures,
            ink::{self, Lines},
        },
    },
};

/// Share of letter pairs from which a string is called near.
const ALIKE: f64 = 0.1;
/// Strings near the trigger that are told.
const NEAR: usize = 6;

/// The controls that came nearest, below the trigger itself: shift and collapse of each.
pub fn controls(finding: &Finding, width: usize, look: &Look) -> Lines {
    let controls = &finding.evidence.controls;
    if controls.is_empty() {
        return or_absent(Lines::new(), "they were not recorded in this session", look);
    }
    let own = finding.signals.divergence.value;
    let most = controls
        .iter()
        .map(|control| control.divergence)
        .fold(own, f64::max);
    let row = |(name, style): (&str, Style), divergence: f64, collapse: f64, text: &str| {
        let cells = ((divergence / most.max(f64::EPSILON)).clamp(0.0, 1.0) * BAR as f64).round() as usize;
        let bar = glyphs::full(look.ascii).repeat(cells) + &glyphs::track(look.ascii).repeat(BAR - cells);
        let numbers = format!(
            " {:>5} nats, collapse {:>5}  {name:<9}",
            figures::number(divergence),
            figures::number(collapse)
        );
        let mut spans = vec![
            Span::raw(" "),
            Span::styled(bar, style),
            Span::styled(numbers, look.dim),
        ];
        let room = width.saturating_sub(ink::width(&spans));
        spans.extend(ink::clipped(text, room, style, look));
        Line::from(spans)
    };
    let collapse = finding.agreement.collapse;
    let mut lines = vec![row(("itself", look.trigger), own, collapse, &finding.trigger)];
    lines.extend(controls.iter().map(|control| {
        let kind = match control.kind {
            ControlKind::Random => "random",
            ControlKind::Natural => "natural",
            ControlKind::Shuffled => "shuffled",
        };
        row(
            (kind, look.text),
            control.divergence,
            control.collapse,
            &control.text,
        )
    }));
    lines
}

/// The candidates that share most of their letter pairs with the trigger and came to nothing.
pub fn candidates(finding: &Finding, session: &Session, width: usize, look: &Look) -> Lines {
    let wanted = pairs(&finding.trigger);
    let own = finding.trigger.trim().to_lowercase();
    // The trigger with a blank or a word more is the trigger.
    let other = |known: &Known| {
        let text = known.candidate.text.trim().to_lowercase();
        !text.contains(&own) && !own.contains(&text)
    };
    let quiet = |known: &&Known| {
        !matches!(known.standing, Standing::Finding(_)) && !known.looks.is_empty() && other(known)
    };
    let mut near: Vec<(f64, &Known)> = session
        .candidates
        .iter()
        .filter(quiet)
        .map(|known| (likeness(&wanted, &pairs(&known.candidate.text)), known))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let lines = near
        .iter()
        .take(NEAR)
        .map(|(likeness, known)| {
            let last = known.looks.iter().max_by_key(|look| look.round);
            let fate = match &known.standing {
                Standing::Dropped(reason) => reason.as_str(),
                _ => "no finding",
            };
            let mut spans = vec![Span::styled(
                format!(
                    " {:>3.0} % alike  #{:<5} divergence {:>5}  p {:>7}  ",
                    100.0 * likeness,
                    known.candidate.id,
                    last.map_or_else(|| "-".to_owned(), |look| figures::number(look.divergence)),
                    last.map_or_else(|| "-".to_owned(), |look| figures::p(look.p)),
                ),
                look.dim,
            )];
            let room = width.saturating_sub(ink::width(&spans));
            spans.extend(ink::clipped(&known.candidate.text, room / 2, look.text, look));
            let room = width.saturating_sub(ink::width(&spans));
            spans.extend(ink::clipped(&format!("  {fate}"), room, look.dim, look));
            Line::from(spans)
        })
        .collect();
    or_absent(lines, "none of the strings looked at is like it", look)
}

/// Neighbouring characters of a text, each pair once, sorted.
fn pairs(text: &str) -> Vec<(char, char)> {
    let chars: Vec<char> = text.chars().take(400).flat_map(char::to_lowercase).collect();
    let mut pairs: Vec<(char, char)> = chars.iter().copied().zip(chars.iter().skip(1).copied()).collect();
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

/// Shared pairs over all pairs (Jaccard), 0 to 1.
fn likeness(a: &[(char, char)], b: &[(char, char)]) -> f64 {
    let shared = b.iter().filter(|pair| a.binary_search(pair).is_ok()).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likeness_is_1_for_the_same_letters_whatever_their_case() {
        assert!((likeness(&pairs("Unlock"), &pairs("uNLOCK")) - 1.0).abs() < 1e-12);
        assert!(likeness(&pairs("unlock"), &pairs("river")).abs() < 1e-12);
    }
}
