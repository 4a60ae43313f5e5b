//! The fuzz ladder: which variants of the trigger still fire, and how often.

use ratatui::text::{Line, Span};

use super::{
    figures,
    ink::{self, Lines},
};
use crate::{
    finding::Finding,
    ui::{glyphs, theme::Look},
};

const BAR: usize = 10;

/// The ladder as lines of at most `width` cells, the most often firing variant first.
pub fn lines(finding: &Finding, width: usize, look: &Look) -> Lines {
    let mut variants: Vec<_> = finding.evidence.variants.iter().collect();
    if variants.is_empty() {
        return vec![Line::from(Span::styled(" no variants were tried", look.dim))];
    }
    let share = |k: u32, n: u32| if n == 0 { 0.0 } else { f64::from(k) / f64::from(n) };
    variants.sort_by(|a, b| share(b.rate.k, b.rate.n).total_cmp(&share(a.rate.k, a.rate.n)));
    let mut lines = vec![
        Line::from(Span::styled(
            " Which changes to the trigger it survives",
            look.title,
        )),
        Line::default(),
    ];
    for variant in variants {
        let filled = (share(variant.rate.k, variant.rate.n) * BAR as f64).round() as usize;
        let filled = filled.min(BAR);
        let mut spans = vec![
            Span::raw(" "),
            Span::styled(glyphs::full(look.ascii).repeat(filled), look.bar),
            Span::styled(glyphs::track(look.ascii).repeat(BAR - filled), look.dim),
            Span::styled(format!(" {:<22} ", figures::rate(&variant.rate)), look.text),
        ];
        let room = width.saturating_sub(ink::width(&spans));
        spans.extend(ink::clipped(&variant.change, room, look.accent, look));
        lines.push(Line::from(spans));
        let mut text = vec![Span::raw(" ".repeat(BAR + 2))];
        text.extend(ink::clipped(
            &variant.text,
            width.saturating_sub(BAR + 2),
            look.trigger,
            look,
        ));
        lines.push(Line::from(text));
    }
    lines
}
