//! The saved sessions, and how to get the first one.

use std::fmt::Write;

use ratatui::{
    buffer::Buffer,
    layout::{Constraint, Layout, Rect},
    style::Style,
    text::{Line, Span},
};

use super::{
    Drawn, Target, figures,
    ink::{self, Lines},
    offset, put, select,
};
use crate::{
    session::{ScanState, library::Entry},
    ui::{action::Action, glyphs, state::State, theme::Look},
};

/// Draws the list, or how to begin.
pub fn draw(state: &State, look: &Look, area: Rect, buf: &mut Buffer, drawn: &mut Drawn) {
    if state.every_session.is_empty() {
        for (row, line) in area.rows().zip(&begin(state, look, area.width)) {
            put(line, row, buf);
        }
        return;
    }
    let [title, head, rest] =
        Layout::vertical([Constraint::Length(1), Constraint::Length(1), Constraint::Fill(1)]).areas(area);
    let mut spans = vec![Span::styled(
        format!(" Sessions {} in ", state.sessions.len()),
        look.title,
    )];
    let shelf = &state.shelf;
    spans.extend(ink::foreign(&state.folder, look.dim, look));
    spans.push(Span::styled(
        format!("  {}, {}", shelf.filter.words(), shelf.sort.words()),
        look.dim,
    ));
    put(&Line::from(spans), title, buf);
    let (names, columns) = (name_cells(area.width), area.width >= 90);
    let mut heading = format!("  {:<names$} ", "session");
    if area.width >= WIDE {
        _ = write!(heading, "{:<MODEL$} {:<BUDGET$} ", "model", "budget");
    }
    _ = write!(heading, "{:<11} {:<14} {:<9}", "scan", "high/med/low", "verdicts");
    if columns {
        _ = write!(heading, " {:<21} {:>6}", "created", "size");
    }
    put(&Line::from(Span::styled(heading, look.header)), head, buf);
    let cursor = state.session.cursor;
    drawn.sessions = offset(
        state.session.offset,
        cursor,
        usize::from(rest.height),
        state.sessions.len(),
    );
    drawn.page = usize::from(rest.height);
    if state.sessions.is_empty() {
        let text = format!(
            "  none of {} sessions is among those {}: / shows others",
            state.every_session.len(),
            shelf.filter.words()
        );
        put(&Line::from(Span::styled(text, look.dim)), rest, buf);
    }
    for (row, (index, entry)) in rest
        .rows()
        .zip(state.sessions.iter().enumerate().skip(drawn.sessions))
    {
        let here = cursor == Some(index);
        put(&line(entry, here, columns, look, row.width), row, buf);
        if here {
            select(row, look, buf);
        }
        drawn.targets.push((row, Target::Session(index)));
    }
}

/// From this width on, the model and the budget have columns of their own.
const WIDE: u16 = 130;
/// Cells of the model, and of the budget.
const MODEL: usize = 24;
const BUDGET: usize = 8;

fn name_cells(width: u16) -> usize {
    let others = match width {
        WIDE.. => 69 + MODEL + BUDGET + 2,
        90.. => 69,
        _ => 40,
    };
    usize::from(width).saturating_sub(others)
}

fn line(entry: &Entry, here: bool, columns: bool, look: &Look, width: u16) -> Line<'static> {
    let pointer = if here { glyphs::pointer(look.ascii) } else { " " };
    let mut spans = vec![Span::raw(format!("{pointer} "))];
    let names = name_cells(width);
    let name = ink::clipped(&entry.name, names, look.accent, look);
    let blank = names.saturating_sub(ink::width(&name));
    spans.extend(name);
    spans.push(Span::raw(" ".repeat(blank + 1)));
    if let Some(error) = &entry.error {
        let room = usize::from(width).saturating_sub(ink::width(&spans));
        spans.extend(ink::clipped(
            &format!("unreadable: {error}"),
            room,
            look.bad,
            look,
        ));
        return Line::from(spans);
    }
    if width >= WIDE {
        let model = entry.model.rsplit(['/', '\\']).next().unwrap_or_default();
        for (text, cells) in [(model, MODEL), (entry.budget.as_str(), BUDGET)] {
            let shown = ink::clipped(text, cells, look.text, look);
            let blank = cells.saturating_sub(ink::width(&shown));
            spans.extend(shown);
            spans.push(Span::raw(" ".repeat(blank + 1)));
        }
    }
    let (word, style) = state_word(entry, look);
    spans.push(Span::styled(format!("{word:<11} "), style));
    let levels = entry.findings;
    let total = levels.high + levels.medium + levels.low;
    let style = if levels.high > 0 { look.high } else { look.text };
    spans.push(Span::styled(
        format!(
            "{:<14} ",
            format!("{}/{}/{}", levels.high, levels.medium, levels.low)
        ),
        style,
    ));
    spans.push(Span::styled(
        format!("{:<9}", format!("{} of {total}", entry.ruled)),
        look.text,
    ));
    if columns {
        let text = format!(
            " {:<21} {:>6}",
            figures::time(entry.created_ms),
            figures::magnitude(entry.size_bytes)
        );
        spans.push(Span::styled(text, look.dim));
    }
    Line::from(spans)
}

const fn state_word(entry: &Entry, look: &Look) -> (&'static str, Style) {
    match &entry.state {
        ScanState::Running(_) if entry.live => ("running", look.accent),
        ScanState::Running(_) | ScanState::Stopped => ("interrupted", look.warn),
        ScanState::Waiting => ("not begun", look.dim),
        ScanState::Complete => ("complete", look.good),
        ScanState::Failed(_) => ("broke", look.bad),
    }
}

fn begin(state: &State, look: &Look, width: u16) -> Lines {
    let width = usize::from(width);
    let mut lines = vec![
        Line::default(),
        Line::from(Span::styled(" No session is saved yet.", look.title)),
        Line::default(),
    ];
    for (action, what) in [
        (
            Action::StartDemo,
            "scans the embedded demo model, which carries a planted backdoor",
        ),
        (Action::StartCleanDemo, "scans its clean twin, which carries none"),
    ] {
        let mut spans = vec![Span::styled(format!(" {:<3} ", state.key_for(action)), look.key)];
        spans.push(Span::styled(what, look.text));
        lines.push(Line::from(spans));
    }
    lines.push(Line::default());
    let own = "To scan a model of your own, leave and type `stakeout scan MODEL`, where MODEL is a Hugging Face folder.";
    lines.extend(ink::sentence(own, 1, width, look.text, look));
    lines.push(Line::default());
    lines.extend(ink::sentence(
        &format!("Sessions are kept in {}", state.folder),
        1,
        width,
        look.dim,
        look,
    ));
    lines
}
