//! Draws the state and the session: data in, cells out. Never changes anything.
//!
//! ```text
//! header   model, session, state, what a power cut would cost
//! body     library | inventory | case | finding | one candidate, leak, or the facts
//! footer   the keys that work here; a toast lies over it for a few seconds
//! ```

pub mod attention;
mod blind;
mod candidates;
mod case;
mod comparison;
pub mod entropy;
mod facts;
mod figures;
mod finding;
mod findings;
mod frame;
mod help;
pub mod ink;
mod inventory;
mod leaks;
mod library;
mod marking;
mod offered;
pub mod origin;
pub mod outputs;
mod overview;
pub mod page;
mod pair;
mod past;
mod progress;
mod prompt;
mod rulings;
mod statistics;
mod trigger;
mod verdict;
mod whatif;

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    style::{Color, Modifier, Style},
    text::Line,
};

use super::{
    state::{Screen, State, dialog::Dialog, finding::Tab, prompt::Purpose},
    theme::Look,
};
use crate::session::Session;
use ink::Lines;

/// Smallest screen everything fits on: columns, rows.
pub const SMALLEST: (u16, u16) = (60, 16);

/// Something a click can be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A finding in the list.
    Finding(String),
    /// A candidate in the table.
    Candidate(u32),
    /// A leak in the list.
    Leak(u32),
    /// A row of the library.
    Session(usize),
    /// A row of the inventory.
    Model(usize),
    /// A tab of a finding.
    Tab(Tab),
}

/// What a frame showed: moving and clicking depend on it.
#[derive(Debug, Clone, Default)]
pub struct Drawn {
    /// Rows a page-sized step moves.
    pub page: usize,
    /// Last line that makes sense as the first one of scrolled text.
    pub end: usize,
    /// How the answers lay, where they were shown.
    pub outputs: outputs::Shown,
    /// First finding shown.
    pub findings: usize,
    /// First candidate shown.
    pub candidates: usize,
    /// First leak shown.
    pub leaks: usize,
    /// First session shown.
    pub sessions: usize,
    /// First model shown.
    pub models: usize,
    /// Indices of the leaks it had no text for yet.
    pub unread: Vec<usize>,
    /// Hostile characters that only the last look at the frame found: 0 as long as every view does its part.
    pub swept: usize,
    /// What lies where.
    pub targets: Vec<(Rect, Target)>,
}

/// Draws everything.
pub fn draw(state: &State, session: &Session, look: &Look, area: Rect, buf: &mut Buffer) -> Drawn {
    let mut drawn = Drawn {
        findings: state.findings.offset,
        candidates: state.candidates.offset,
        leaks: state.leaks.offset,
        sessions: state.session.offset,
        models: state.stock.list.offset,
        ..Drawn::default()
    };
    buf.set_style(area, look.text);
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        frame::too_small(look, area, buf);
        return drawn;
    }
    let [header, body, footer] =
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1)]).areas(area);
    frame::header(state, session, look, header, buf);
    match state.screen() {
        Screen::Library => library::draw(state, look, body, buf, &mut drawn),
        Screen::Inventory => inventory::draw(state, look, body, buf, &mut drawn),
        Screen::Case => case::draw(state, session, look, body, buf, &mut drawn),
        Screen::Finding(screen) => {
            drawn.unread = leaks::unread(state, session);
            finding::draw(state, session, screen, look, body, buf, &mut drawn);
        }
        Screen::Blind(screen) => match &screen.done {
            None => blind::draw(screen, look, body, buf, &mut drawn),
            Some(done) => {
                let lines = blind::summary(screen, done, usize::from(body.width), look);
                scrolled(&lines, screen.scroll, body, buf, &mut drawn);
            }
        },
        Screen::Past(shown) => {
            let lines = past::lines(shown, usize::from(body.width), look);
            scrolled(&lines, shown.scroll, body, buf, &mut drawn);
        }
        Screen::Candidate { id, scroll } => {
            drawn.unread = leaks::unread(state, session);
            let lines = candidates::detail(session, *id, usize::from(body.width), look);
            scrolled(&lines, *scroll, body, buf, &mut drawn);
        }
        Screen::Leak { id, scroll } => {
            drawn.unread = leaks::unread(state, session);
            let lines = leaks::detail(session, *id, usize::from(body.width), look);
            scrolled(&lines, *scroll, body, buf, &mut drawn);
        }
        Screen::Comparison { comparison, scroll } => {
            let lines = comparison::lines(comparison, session, usize::from(body.width), look);
            scrolled(&lines, *scroll, body, buf, &mut drawn);
        }
        Screen::Pair { left, right, scroll } => {
            let both = session.finding(left).zip(session.finding(right));
            let lines = both.map_or_else(Lines::new, |(left, right)| {
                pair::lines(left, right, session, usize::from(body.width), look)
            });
            scrolled(&lines, *scroll, body, buf, &mut drawn);
        }
        Screen::Facts { scroll } => {
            let lines = facts::lines(session, &state.chain, usize::from(body.width), look);
            scrolled(&lines, *scroll, body, buf, &mut drawn);
        }
    }
    match &state.dialog {
        Some(Dialog::Prompt(typed)) => prompt::line(state, session, typed, look, footer, buf),
        _ => frame::footer(state, session, look, footer, buf),
    }
    match &state.dialog {
        Some(Dialog::Verdict(dialog)) => verdict::draw(state, session, dialog, look, body, buf),
        Some(Dialog::Mark(line)) => marking::draw(state, session, line, look, body, buf),
        Some(Dialog::Question(question)) => frame::question(state, question, look, body, buf),
        Some(Dialog::Help { scroll }) => help::draw(state, *scroll, look, body, buf, &mut drawn),
        Some(Dialog::Prompt(typed)) if typed.purpose == Purpose::Palette => {
            prompt::palette(state, session, typed, look, body, buf);
        }
        Some(Dialog::Prompt(_)) | None => {}
    }
    drawn.swept = frame::sweep(buf);
    drawn
}

/// Text from line `scroll` on, with a sign at the edge where there is more.
fn scrolled(lines: &Lines, scroll: usize, area: Rect, buf: &mut Buffer, drawn: &mut Drawn) {
    let rows = usize::from(area.height);
    drawn.page = rows.saturating_sub(1);
    drawn.end = lines.len().saturating_sub(rows);
    for (row, line) in area.rows().zip(lines.iter().skip(scroll.min(drawn.end))) {
        put(line, row, buf);
    }
}

/// One line, cut at the end of its row.
fn put(line: &Line<'_>, row: Rect, buf: &mut Buffer) {
    buf.set_line(row.x, row.y, line, row.width);
}

/// Marks a whole row as selected. Turned round or on a colour of its own, differing inks and faintness make it ragged.
pub fn select(row: Rect, look: &Look, buf: &mut Buffer) {
    let ink = if look.selection.add_modifier.contains(Modifier::REVERSED) {
        let of = |color: Option<Color>| color.unwrap_or(Color::Reset);
        Style::new().fg(of(look.text.fg)).bg(of(look.text.bg))
    } else {
        Style::new()
    };
    let style = ink.remove_modifier(Modifier::DIM).patch(look.selection);
    buf.set_style(row, style);
}

/// The first row to show so that `cursor` is among the `height` rows shown, moving as little as possible.
fn offset(first: usize, cursor: Option<usize>, height: usize, len: usize) -> usize {
    let height = height.max(1);
    let first = match cursor {
        Some(cursor) if cursor < first => cursor,
        Some(cursor) if cursor >= first + height => cursor + 1 - height,
        _ => first,
    };
    first.min(len.saturating_sub(height))
}

/// A box of at most this size in the middle of an area.
fn centered(area: Rect, width: u16, height: u16) -> Rect {
    area.centered(
        Constraint::Length(width.min(area.width)),
        Constraint::Length(height.min(area.height)),
    )
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn the_cursor_stays_in_view_and_the_view_moves_little() {
        assert_eq!(offset(0, Some(9), 5, 20), 5);
        assert_eq!(offset(5, Some(7), 5, 20), 5);
        assert_eq!(offset(5, Some(2), 5, 20), 2);
        assert_eq!(offset(18, None, 5, 20), 15);
        assert_eq!(offset(3, Some(0), 0, 0), 0);
    }
}
