//! A screen as plain text: the whole of it, not only what fits; for files, for pipes, for readers of braille and speech.
//!
//! Invariant: it is drawn by the same views as the screen, so that both say the same.

use ratatui::{buffer::Buffer, layout::Rect};

use super::draw;
use crate::{
    session::Session,
    text::line,
    ui::{
        glyphs,
        state::{Screen, State, finding::Tab},
        theme::{ColorDepth, Look, ThemeError},
    },
};

/// Rows of a finding's header.
const HEADER: usize = 3;
/// Rows a page begins with, and those it has at most.
const ROWS: (u16, usize) = (50, 4000);

/// The same, prompt by prompt where the screen shows the answers or the entropy of one at a time.
pub fn every_prompt(state: &State, session: &Session, width: u16, ascii: bool) -> Result<String, ThemeError> {
    let mut told = text(state, session, width, ascii)?;
    let Screen::Finding(screen) = state.screen() else {
        return Ok(told);
    };
    let Some(finding) = session.finding(&screen.id) else {
        return Ok(told);
    };
    let prompts = match screen.tab {
        Tab::Outputs => finding.examples.len(),
        Tab::Entropy => finding.evidence.curves.len(),
        _ => 0,
    };
    let rule = glyphs::rule(ascii).repeat(2);
    for prompt in 1..prompts {
        let mut screen = screen.clone();
        screen.outputs.show(prompt);
        screen.entropy.prompt = prompt;
        let mut state = state.clone();
        state.screens = vec![Screen::Finding(screen.clone())];
        let page = text(&state, session, width, ascii)?;
        told.push('\n');
        // The list of all prompts stands above the rule, and was told.
        let example = finding
            .examples
            .get(prompt)
            .filter(|_| screen.tab == Tab::Outputs);
        let rest: Vec<&str> = if let Some(example) = example {
            let head = format!("Prompt {} of {prompts}: {}\n", prompt + 1, line(&example.prompt));
            told.push_str(&head);
            page.lines().skip_while(|row| !row.starts_with(&rule)).collect()
        } else {
            page.lines().skip(HEADER).collect()
        };
        told.push_str(&rest.join("\n"));
        told.push('\n');
    }
    Ok(told)
}

/// The screen shown as text of at most `width` columns (60 at least), its header and footer aside.
pub fn text(state: &State, session: &Session, width: u16, ascii: bool) -> Result<String, ThemeError> {
    let look = Look::new("mono", ColorDepth::None, ascii)?;
    let mut state = state.clone();
    state.dialog = None;
    state.toast = None;
    if let Some(scroll) = state.screen_mut().and_then(Screen::scroll_mut) {
        *scroll = 0;
    }
    let drawn = |rows: u16| {
        let area = Rect::new(0, 0, width.max(60), rows);
        let mut buf = Buffer::empty(area);
        let drawn = draw(&state, session, &look, area, &mut buf);
        (drawn, buf)
    };
    let (mut shown, mut buf) = drawn(ROWS.0);
    let missing = match state.screen() {
        Screen::Case => state.candidates.len(),
        Screen::Library => state.sessions.len(),
        Screen::Inventory => state.stock.inventory.items.len(),
        Screen::Blind(screen) => screen.rows.len().max(shown.end),
        Screen::Finding(_) => shown.end.max(shown.outputs.height),
        _ => shown.end,
    };
    if missing > 0 {
        let rows = (usize::from(ROWS.0) + missing).min(ROWS.1);
        (shown, buf) = drawn(rows as u16);
    }
    let cut = shown.end > 0;
    let width = usize::from(buf.area.width);
    let rows = buf.content.chunks(width).map(|row| {
        let row: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        let row = row.trim_end();
        // Nothing but what stands between two columns.
        let empty = row.trim() == glyphs::pipe(ascii);
        if empty { String::new() } else { row.to_owned() }
    });
    let mut rows: Vec<String> = rows.collect();
    // The footer tells keys, which a page does not have.
    rows.pop();
    if cut {
        rows.push(format!("[cut after {} rows]", ROWS.1));
    }
    let mut text = String::new();
    let mut blank = 0;
    for row in rows {
        if row.is_empty() {
            blank += 1;
            continue;
        }
        if blank > 0 && !text.is_empty() {
            text.push('\n');
        }
        blank = 0;
        text.push_str(&row);
        text.push('\n');
    }
    Ok(text)
}
