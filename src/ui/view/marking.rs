//! Marking by a query: the line being typed, and every finding it would mark.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};
use tui_input::Input;

use super::{
    findings::level_style,
    frame,
    ink::{self, Lines},
    put, verdict,
};
use crate::{
    session::{
        Session,
        query::{FORM, Query},
    },
    ui::{
        action::Action,
        state::{State, level_name},
        theme::Look,
    },
};

const WIDTH: u16 = 64;
/// Findings shown, at most.
const SHOWN: usize = 8;

/// Draws the dialog over the body.
pub fn draw(state: &State, session: &Session, line: &Input, look: &Look, body: Rect, buf: &mut Buffer) {
    let cells = usize::from(WIDTH.saturating_sub(2));
    let query = Query::parse(line.value());
    let chosen = query
        .as_ref()
        .map(|query| query.chosen(session))
        .unwrap_or_default();
    let mut lines: Lines = vec![verdict::typed(line, true, cells.saturating_sub(4), look)];
    let count = format!(" marks {} of {}", chosen.len(), session.findings.len());
    lines.push(Line::from(Span::styled(count, look.accent)));
    let room = usize::from(body.height).saturating_sub(8).clamp(1, SHOWN);
    for finding in chosen.iter().take(room).filter_map(|id| session.finding(id)) {
        let mut spans = vec![Span::raw("  ")];
        spans.extend(ink::clipped(&format!("{:<6}", finding.id), 12, look.accent, look));
        spans.push(Span::styled(
            format!("{:<7}", level_name(finding.level)),
            level_style(finding.level, look),
        ));
        let rest = cells.saturating_sub(ink::width(&spans));
        spans.extend(ink::clipped(&finding.trigger, rest, look.trigger, look));
        lines.push(Line::from(spans));
    }
    if chosen.len() > room {
        let more = format!("  and {} more", chosen.len() - room);
        lines.push(Line::from(Span::styled(more, look.dim)));
    }
    match query {
        Ok(_) => lines.extend(ink::sentence(FORM, 1, cells, look.dim, look)),
        Err(mistake) => lines.extend(ink::sentence(&mistake.to_string(), 1, cells, look.warn, look)),
    }
    let mut keys = frame::hint(state, Action::Save, look);
    keys.extend(frame::hint(state, Action::Cancel, look));
    lines.push(Line::from(keys));
    let height = lines.len() as u16 + 2;
    let inner = frame::panel("Mark findings", WIDTH, height, look, body, buf);
    for (row, line) in inner.rows().zip(&lines) {
        put(line, row, buf);
    }
}
