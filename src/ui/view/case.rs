//! The case: the scan as it runs and as it ended, one view for both.
//!
//! ```text
//! progress    phase, rate, time left | how it ended
//! funnel      leaks -> distinct -> candidates -> probed -> survivors -> findings
//! set aside   why candidates were, and when the last one came, where there is room
//! coverage    what was looked at, and what was not
//! findings    once there are any
//! candidates  the table
//! leaks       the latest
//! ```

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    text::{Line, Span},
};

use super::{Drawn, candidates, findings, leaks, progress, put};
use crate::{
    session::Session,
    ui::{
        glyphs,
        state::{Pane, State},
        theme::Look,
    },
};

/// Draws the case.
pub fn draw(state: &State, session: &Session, look: &Look, area: Rect, buf: &mut Buffer, drawn: &mut Drawn) {
    let [top, findings_area, candidates_area, leaks_area] = Layout::vertical([
        Constraint::Length(top_rows(area.height)),
        Constraint::Length(findings_rows(
            (state.listed(session).len(), session.findings.len()),
            area.height,
        )),
        Constraint::Fill(1),
        Constraint::Length(leaks_rows(area.height)),
    ])
    .areas(area);
    let mut lines = vec![
        progress::bar(state, session, look, top.width),
        progress::funnel(state, session, look, top.width),
        progress::coverage(session, look, top.width),
    ];
    if top.height > 3 {
        lines.insert(2, progress::dropped(state, session, look, top.width));
    }
    for (row, line) in top.rows().zip(lines) {
        put(&line, row, buf);
    }
    findings::draw(state, session, look, findings_area, buf, drawn);
    candidates::draw(state, session, look, candidates_area, buf, drawn);
    leaks::draw(state, session, look, leaks_area, buf, drawn);
}

const fn top_rows(height: u16) -> u16 {
    if height < 20 { 3 } else { 4 }
}

fn findings_rows((listed, all): (usize, usize), height: u16) -> u16 {
    let wanted = listed.min(1000) as u16;
    if wanted == 0 {
        // The title says that the filter leaves none of them.
        u16::from(all > 0)
    } else {
        1 + wanted.clamp(1, 2 + height.saturating_sub(12) / 4)
    }
}

const fn leaks_rows(height: u16) -> u16 {
    1 + if height < 20 { 2 } else { height / 5 }
}

/// The title row of a pane, and what is left below it.
pub fn titled(
    title: &str,
    note: &str,
    pane: Pane,
    state: &State,
    look: &Look,
    area: Rect,
    buf: &mut Buffer,
) -> Rect {
    let [head, rest] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    let focused = state.pane == pane;
    let (border, sign) = if focused {
        (look.border_focus, glyphs::pointer(look.ascii))
    } else {
        (look.border, glyphs::rule(look.ascii))
    };
    let rule = glyphs::rule(look.ascii);
    let mut spans = vec![
        Span::styled(format!("{rule}{sign} "), border),
        Span::styled(title.to_owned(), look.title),
        Span::styled(format!(" {note} "), look.dim),
    ];
    let used = super::ink::width(&spans);
    spans.push(Span::styled(
        rule.repeat(usize::from(head.width).saturating_sub(used)),
        border,
    ));
    put(&Line::from(spans), head, buf);
    rest
}
