//! What the model leaked: the latest, one in full, and those a trigger stands in.

use std::fmt::Write;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    text::{Line, Span},
};

use super::{
    Drawn, Target,
    case::titled,
    figures,
    findings::of,
    ink::{self, Lines},
    offset, put, select,
};
use crate::{
    scan::event::Leak,
    session::Session,
    ui::{
        glyphs,
        state::{Pane, Screen, State, finding::Tab},
        theme::Look,
    },
};

/// Draws the latest leaks, or those around the cursor.
pub fn draw(state: &State, session: &Session, look: &Look, area: Rect, buf: &mut Buffer, drawn: &mut Drawn) {
    let total = session.leaks.len();
    let len = state.sieve.len(total);
    let looked = state.sieve.due(total).map_or_else(String::new, |to| {
        format!(", {} % looked through", 100 * to / total.max(1))
    });
    let note = format!(
        "{} {} latest first{looked}{}",
        of(len, total),
        glyphs::separator(look.ascii),
        state.filter_note(state.query.is_about_leaks(), look.ascii)
    );
    let rows = titled("Leaks", &note, Pane::Leaks, state, look, area, buf);
    let cursor = state
        .leaks
        .cursor
        .and_then(|id| session.leaks.index(id))
        .and_then(|index| state.sieve.row(index, total));
    // Without a cursor the list follows the scan.
    let first = if cursor.is_some() { state.leaks.offset } else { 0 };
    drawn.leaks = offset(first, cursor, usize::from(rows.height), len);
    let focused = state.pane == Pane::Leaks;
    if focused {
        drawn.page = usize::from(rows.height);
    }
    for (row, shown) in rows.rows().zip(drawn.leaks..len) {
        let Some(index) = state.sieve.index(shown, total) else {
            break;
        };
        let Some(id) = session.leaks.id(index) else { break };
        let here = cursor == Some(shown);
        let pointer = if here { glyphs::pointer(look.ascii) } else { " " };
        let mut spans = vec![Span::styled(
            format!("{pointer} {:>5} ", figures::count(id.into())),
            look.dim,
        )];
        if let Some(leak) = session.leaks.at(index) {
            let temperature = format!("T{:.1} ", leak.sampling.temperature);
            spans.push(Span::styled(temperature, look.dim));
            let room = usize::from(row.width).saturating_sub(ink::width(&spans));
            spans.extend(ink::clipped(&leak.text, room, look.text, look));
        } else {
            spans.push(Span::styled(missing(session, index), look.dim));
        }
        if session.leaks.is_unread(index) {
            drawn.unread.push(index);
        }
        put(&Line::from(spans), row, buf);
        if here && focused {
            select(row, look, buf);
        }
        drawn.targets.push((row, Target::Leak(id)));
    }
}

/// What stands where the text of a leak would.
fn missing(session: &Session, index: usize) -> &'static str {
    if session.leaks.is_unread(index) {
        "being read"
    } else {
        "cannot be read"
    }
}

/// Indices of the leaks the screen quotes and that were not read yet.
pub fn unread(state: &State, session: &Session) -> Vec<usize> {
    let ids = match state.screen() {
        Screen::Leak { id, .. } => std::slice::from_ref(id),
        Screen::Candidate { id, .. } => session
            .candidate(*id)
            .map_or(&[][..], |known| &known.candidate.leaks),
        Screen::Finding(screen) if screen.tab == Tab::Origin => session
            .finding(&screen.id)
            .map_or(&[][..], |finding| &finding.evidence.leaks),
        _ => &[],
    };
    ids.iter()
        .filter_map(|id| session.leaks.index(*id))
        .filter(|index| session.leaks.is_unread(*index))
        .collect()
}

/// How a leak was made, in one line.
fn origin(leak: &Leak, width: usize, look: &Look) -> Lines {
    let sampling = leak.sampling;
    let how = if let Some(beams) = sampling.beams {
        format!("{} beams, length penalty {}", beams.count, beams.length_penalty)
    } else if sampling.temperature <= 0.0 {
        "greedy".to_owned()
    } else {
        let mut how = format!("temperature {}", sampling.temperature);
        if sampling.top_k > 0 {
            _ = write!(how, ", top-k {}", sampling.top_k);
        }
        if sampling.top_p < 1.0 {
            _ = write!(how, ", top-p {}", sampling.top_p);
        }
        format!("{how}, seed {}", sampling.seed)
    };
    let separator = glyphs::separator(look.ascii);
    let text = format!(
        "Leak {} {separator} arm {} {separator} {how} {separator} {} tokens {separator} mean entropy {}",
        leak.id,
        leak.arm,
        leak.tokens.len(),
        figures::number(leak.entropy.into()),
    );
    let text = match leak.goes_on {
        Some(other) => format!("{text} {separator} goes on from leak {other}, whose place it takes"),
        None => text,
    };
    ink::sentence(&text, 1, width, look.title, look)
}

/// One leak in full.
pub fn detail(session: &Session, id: u32, width: usize, look: &Look) -> Lines {
    let Some(leak) = session.leaks.get(id) else {
        let text = session.leaks.index(id).map_or_else(
            || format!(" there is no leak {id}"),
            |index| format!(" leak {id}: {}", missing(session, index)),
        );
        return vec![Line::from(Span::styled(text, look.warn))];
    };
    let mut lines = origin(leak, width, look);
    lines.push(Line::default());
    lines.extend(ink::wrapped(
        &leak.text,
        &[],
        width.saturating_sub(1),
        look.text,
        look,
    ));
    lines
}

/// Leaks with what makes them worth quoting marked.
pub fn quoted(session: &Session, ids: &[u32], marked: &[&str], width: usize, look: &Look) -> Lines {
    let mut lines = Lines::new();
    for id in ids {
        let Some(index) = session.leaks.index(*id) else {
            continue;
        };
        let Some(leak) = session.leaks.at(index) else {
            let text = format!(" Leak {id}: {}", missing(session, index));
            lines.push(Line::from(Span::styled(text, look.dim)));
            continue;
        };
        lines.extend(origin(leak, width, look));
        let edge = Span::styled(format!(" {} ", glyphs::pipe(look.ascii)), look.border);
        let text = ink::wrapped(&leak.text, marked, width.saturating_sub(4), look.text, look);
        lines.extend(ink::behind(&edge, text));
        lines.push(Line::default());
    }
    if lines.is_empty() {
        lines.push(Line::from(Span::styled(
            " no leaks were recorded for it",
            look.dim,
        )));
    }
    lines
}
