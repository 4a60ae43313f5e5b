//! The verdict dialog: the ruling, a reason from the short list, a note.

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};
use tui_input::Input;
use unicode_segmentation::UnicodeSegmentation;

use super::{
    findings::{ruling_look, verdict_look},
    frame,
    ink::{self, Lines},
    put,
};
use crate::{
    session::Session,
    ui::{
        glyphs,
        state::{
            State,
            dialog::{Field, VerdictDialog},
            ruling_words,
        },
        theme::Look,
    },
};

const WIDTH: u16 = 58;

/// Draws the dialog over the body.
pub fn draw(
    state: &State,
    session: &Session,
    dialog: &VerdictDialog,
    look: &Look,
    body: Rect,
    buf: &mut Buffer,
) {
    let cells = usize::from(WIDTH.saturating_sub(2));
    let mut lines = Lines::new();
    if let Some(finding) = session.finding(&dialog.finding) {
        let mut spans = vec![Span::raw(" ")];
        spans.extend(ink::clipped(
            &finding.trigger,
            cells.saturating_sub(2),
            look.trigger,
            look,
        ));
        lines.push(Line::from(spans));
    }
    if let Some(before) = session.verdict(&dialog.finding) {
        let (sign, word, _) = verdict_look(Some(before), look);
        let text = format!(" so far: {sign} {word}, {}", before.reason);
        lines.push(Line::from(ink::clipped(&text, cells, look.dim, look)));
    }
    let choosing = dialog.field == Field::Reason;
    let label = |focused: bool| if focused { look.accent } else { look.dim };
    lines.push(Line::from(Span::styled(" Reason", label(choosing))));
    for (index, reason) in dialog.ruling.reasons().iter().enumerate() {
        let chosen = index == dialog.reason;
        let pointer = if chosen { glyphs::pointer(look.ascii) } else { " " };
        let style = match (chosen, choosing) {
            (true, true) => look.selection,
            (true, false) => look.accent,
            (false, _) => look.text,
        };
        lines.push(Line::from(vec![
            Span::styled(format!(" {pointer} "), style),
            Span::styled(format!("{} ", index + 1), if chosen { style } else { look.key }),
            Span::styled(format!("{reason} "), style),
        ]));
    }
    lines.push(Line::from(Span::styled(
        " Note (may stay empty)",
        label(!choosing),
    )));
    lines.push(note(&dialog.note, !choosing, cells.saturating_sub(4), look));
    let (sign, _, _) = ruling_look(dialog.ruling, look);
    let title = format!("{sign} {}: {}", dialog.finding, ruling_words(dialog.ruling));
    let title = crate::text::line(&title).to_string();
    let height = lines.len() as u16 + 2;
    let inner = frame::panel(&title, WIDTH, height, look, body, buf);
    // In a low body the note must stay visible: what comes before it gives way.
    let hidden = lines.len().saturating_sub(usize::from(inner.height));
    for (row, line) in inner.rows().zip(lines.iter().skip(hidden)) {
        put(line, row, buf);
    }
    let _ = state;
}

/// The note with its cursor, the part around the cursor when it is longer than the line.
fn note(input: &Input, focused: bool, cells: usize, look: &Look) -> Line<'static> {
    let style = if focused { look.text } else { look.dim };
    let mut spans = vec![Span::styled("  > ", style)];
    let before: String = input.value().chars().take(input.cursor()).collect();
    let after: String = input.value().chars().skip(input.cursor()).collect();
    let before = tail(crate::text::line(&before).as_str(), cells.saturating_sub(1));
    spans.extend(ink::foreign(&before, style, look));
    if !focused {
        spans.extend(ink::clipped(
            &after,
            cells.saturating_sub(ink::width(&spans)),
            style,
            look,
        ));
        return Line::from(spans);
    }
    let mut rest = after.chars();
    let under: String = rest.next().map_or_else(|| " ".to_owned(), String::from);
    spans.extend(ink::foreign(&under, look.cursor, look));
    let room = (cells + 4).saturating_sub(ink::width(&spans));
    spans.extend(ink::clipped(rest.as_str(), room, style, look));
    Line::from(spans)
}

/// The end of a text, at most `cells` cells of it.
fn tail(text: &str, cells: usize) -> String {
    let mut used = 0;
    let kept: Vec<&str> = text
        .graphemes(true)
        .rev()
        .take_while(|grapheme| {
            used += unicode_width::UnicodeWidthStr::width(*grapheme);
            used <= cells
        })
        .collect();
    kept.into_iter().rev().collect()
}
