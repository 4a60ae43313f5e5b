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
    ink::{self, Lines},
    offset, put,
};
use crate::{
    scan::event::Leak,
    session::Session,
    ui::{
        glyphs,
        state::{Pane, State},
        theme::Look,
    },
};

/// Draws the latest leaks, or those around the cursor.
pub fn draw(state: &State, session: &Session, look: &Look, area: Rect, buf: &mut Buffer, drawn: &mut Drawn) {
    let len = session.leaks.len();
    let note = format!(
        "{} {} latest first",
        figures::count(len as u64),
        glyphs::separator(look.ascii)
    );
    let rows = titled("Leaks", &note, Pane::Leaks, state, look, area, buf);
    let cursor = state
        .leaks
        .cursor
        .and_then(|id| session.leaks.iter().rposition(|leak| leak.id == id))
        .map(|index| len - 1 - index);
    // Without a cursor the list follows the scan.
    let first = if cursor.is_some() { state.leaks.offset } else { 0 };
    drawn.leaks = offset(first, cursor, usize::from(rows.height), len);
    let focused = state.pane == Pane::Leaks;
    if focused {
        drawn.page = usize::from(rows.height);
    }
    for (row, (index, leak)) in rows
        .rows()
        .zip(session.leaks.iter().rev().enumerate().skip(drawn.leaks))
    {
        let here = cursor == Some(index);
        let pointer = if here { glyphs::pointer(look.ascii) } else { " " };
        let mut spans = vec![
            Span::styled(
                format!("{pointer} {:>5} ", figures::count(leak.id.into())),
                look.dim,
            ),
            Span::styled(format!("T{:.1} ", leak.sampling.temperature), look.dim),
        ];
        let room = usize::from(row.width).saturating_sub(ink::width(&spans));
        spans.extend(ink::clipped(&leak.text, room, look.text, look));
        put(&Line::from(spans), row, buf);
        if here && focused {
            buf.set_style(row, look.selection);
        }
        drawn.targets.push((row, Target::Leak(leak.id)));
    }
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
    ink::sentence(&text, 1, width, look.title, look)
}

/// One leak in full.
pub fn detail(session: &Session, id: u32, width: usize, look: &Look) -> Lines {
    let Some(leak) = session.leaks.iter().find(|leak| leak.id == id) else {
        return vec![Line::from(Span::styled(
            format!(" there is no leak {id}"),
            look.warn,
        ))];
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
        // Ids are handed out in order, so the id is the index unless a record was lost.
        let at_index = session.leaks.get(*id as usize).filter(|leak| leak.id == *id);
        let Some(leak) = at_index.or_else(|| session.leaks.iter().find(|leak| leak.id == *id)) else {
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
