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
    finding::{Ruling, Severity},
    session::Session,
    ui::{
        action::Action,
        glyphs,
        state::{
            State,
            dialog::{Field, VerdictDialog},
        },
        theme::Look,
    },
};

const WIDTH: u16 = 58;
/// Findings and choices shown, at most.
const SUBJECTS: usize = 6;
const CHOICES: usize = 9;

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
    let mut lines = about(session, dialog, cells, look);
    let label = |field: Field| {
        if dialog.field == field {
            look.accent
        } else {
            look.dim
        }
    };
    for field in dialog.fields() {
        match field {
            Field::Choice => {
                let title = match dialog.ruling {
                    Ruling::Duplicate => " Duplicate of",
                    _ => " Reason",
                };
                lines.push(Line::from(Span::styled(title, label(field))));
                lines.extend(choices(dialog, cells, look));
            }
            Field::Until => {
                lines.push(Line::from(Span::styled(" Accepted up to and on", label(field))));
                let focused = dialog.field == field;
                lines.push(typed(&dialog.until, focused, cells.saturating_sub(4), look));
            }
            Field::Severity => {
                let word = dialog.severity.map_or("as the tool says", Severity::name);
                lines.push(Line::from(vec![
                    Span::styled(" Severity ", label(field)),
                    Span::styled(
                        format!(" {word} "),
                        if dialog.field == field {
                            look.selection
                        } else {
                            look.text
                        },
                    ),
                ]));
            }
            Field::Note => {
                lines.push(Line::from(Span::styled(" Note (may stay empty)", label(field))));
                let focused = dialog.field == field && !dialog.asking;
                lines.push(typed(&dialog.note, focused, cells.saturating_sub(4), look));
            }
        }
    }
    if dialog.asking {
        let text = format!(" Rule on these {} findings?", dialog.findings.len());
        let mut spans = vec![Span::styled(text, look.warn)];
        spans.extend(frame::hint(state, Action::Confirm, look));
        spans.extend(frame::hint(state, Action::Cancel, look));
        lines.push(Line::from(spans));
    }
    let (sign, _, _) = ruling_look(dialog.ruling, look);
    let subject = match dialog.findings.as_slice() {
        [finding] => finding.clone(),
        several => format!("{} findings", several.len()),
    };
    let title = format!("{sign} {subject}: {}", dialog.ruling.words());
    let title = crate::text::line(&title).to_string();
    let height = lines.len() as u16 + 2;
    let inner = frame::panel(&title, WIDTH, height, look, body, buf);
    // In a low body the note must stay visible: what comes before it gives way.
    let hidden = lines.len().saturating_sub(usize::from(inner.height));
    for (row, line) in inner.rows().zip(lines.iter().skip(hidden)) {
        put(line, row, buf);
    }
}

/// What the ruling would be about: one finding and its verdict so far, or all that are marked.
fn about(session: &Session, dialog: &VerdictDialog, cells: usize, look: &Look) -> Lines {
    let mut lines = Lines::new();
    for id in dialog.findings.iter().take(SUBJECTS) {
        let Some(finding) = session.finding(id) else {
            continue;
        };
        let mut spans = vec![Span::raw(" ")];
        if dialog.findings.len() > 1 {
            spans.extend(ink::clipped(&format!("{id} "), 8, look.accent, look));
        }
        let room = cells.saturating_sub(1 + ink::width(&spans));
        spans.extend(ink::clipped(&finding.trigger, room, look.trigger, look));
        lines.push(Line::from(spans));
        if let Some(before) = session.verdict(id) {
            let (sign, _, _) = verdict_look(Some(before), look);
            let text = format!(" so far: {sign} {}", before.words());
            lines.push(Line::from(ink::clipped(&text, cells, look.dim, look)));
        }
    }
    if let Some(more) = dialog
        .findings
        .len()
        .checked_sub(SUBJECTS)
        .filter(|more| *more > 0)
    {
        lines.push(Line::from(Span::styled(format!(" and {more} more"), look.dim)));
    }
    lines
}

fn choices(dialog: &VerdictDialog, cells: usize, look: &Look) -> Lines {
    let choosing = dialog.field == Field::Choice;
    // As many as fit; the chosen one is always among them.
    let first = (dialog.choice + 1).saturating_sub(CHOICES);
    dialog
        .choices
        .iter()
        .enumerate()
        .skip(first)
        .take(CHOICES)
        .map(|(index, choice)| {
            let chosen = index == dialog.choice;
            let pointer = if chosen { glyphs::pointer(look.ascii) } else { " " };
            let style = match (chosen, choosing) {
                (true, true) => look.selection,
                (true, false) => look.accent,
                (false, _) => look.text,
            };
            let mut spans = vec![
                Span::styled(format!(" {pointer} "), style),
                Span::styled(format!("{} ", index + 1), if chosen { style } else { look.key }),
            ];
            spans.extend(ink::clipped(
                &format!("{choice} "),
                cells.saturating_sub(6),
                style,
                look,
            ));
            Line::from(spans)
        })
        .collect()
}

/// A line being typed with its cursor, the part around the cursor when it is longer than the line.
pub fn typed(input: &Input, focused: bool, cells: usize, look: &Look) -> Line<'static> {
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
