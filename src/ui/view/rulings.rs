//! The history of a finding: every ruling, taken back or not, newest first.

use ratatui::text::{Line, Span};

use super::{
    figures,
    findings::ruling_look,
    ink::{self, Lines},
};
use crate::{session::Session, ui::theme::Look};

/// The history as lines of at most `width` cells.
pub fn lines(finding: &str, session: &Session, width: usize, look: &Look) -> Lines {
    let mut lines = Lines::new();
    for ruled in session
        .rulings
        .iter()
        .rev()
        .filter(|ruled| ruled.finding == finding)
    {
        let verdict = &ruled.verdict;
        let (sign, word, style) = ruling_look(verdict.ruling(), look);
        let style = if ruled.undone { look.dim } else { style };
        let fate = if ruled.undone { " (taken back)" } else { "" };
        lines.push(Line::from(Span::styled(format!(" {sign} {word}{fate}"), style)));
        let text = format!(
            "{} by {}{}{}",
            figures::time(verdict.at_ms),
            verdict.author,
            match verdict.decision.detail().as_str() {
                "" => String::new(),
                detail => format!(": {detail}"),
            },
            verdict
                .severity
                .map(|severity| format!(", severity {}", severity.name()))
                .unwrap_or_default()
        );
        lines.extend(ink::sentence(&text, 3, width, look.text, look));
        if !verdict.seen.is_empty() {
            let text = format!("after looking at {}", verdict.seen.join(", "));
            lines.extend(ink::sentence(&text, 3, width, look.dim, look));
        }
        if !verdict.note.is_empty() {
            lines.extend(ink::sentence(&verdict.note, 3, width, look.text, look));
        }
        lines.push(Line::default());
    }
    if lines.is_empty() {
        lines.push(Line::from(Span::styled(" nobody has ruled on it yet", look.dim)));
    }
    lines
}
