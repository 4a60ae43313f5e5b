//! The candidates: the streaming table, and one of them in full.
//!
//! Invariant: only rows on the screen are formatted.

use std::fmt::Write;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
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
    finding::Position,
    scan::event,
    session::{Known, Session, Standing},
    ui::{
        action::Action,
        glyphs,
        state::{Pane, State},
        theme::Look,
        widget::sparkline,
    },
};

/// Cells of the course of the looks.
const COURSE: usize = 8;
/// Evidence at the top of that course: a p-value of 0.0001.
const STRONGEST: f32 = 4.0;

/// Columns of numbers that fit: support and p always, the others as the width allows.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "one for each column that comes and goes"
)]
struct Columns {
    lift: bool,
    signals: bool,
    course: bool,
    standing: usize,
    /// The scan has not ended: p-values are provisional, and who was not set aside is in the race.
    provisional: bool,
}

impl Columns {
    fn fitting(width: u16, session: &Session) -> Self {
        Self {
            lift: width >= 96,
            signals: width >= 76,
            course: width >= 110,
            standing: match width {
                110.. => 30,
                76.. => 14,
                _ => 11,
            },
            provisional: session.finished.is_none(),
        }
    }
}

/// Draws the table.
pub fn draw(state: &State, session: &Session, look: &Look, area: Rect, buf: &mut Buffer, drawn: &mut Drawn) {
    let table = &state.candidates;
    let separator = glyphs::separator(look.ascii);
    let waiting = table.new_rows(session);
    let count = of(table.len(), table.total());
    let mut note = match (waiting, state.running.is_some() && table.cursor.is_none()) {
        _ if session.unread.is_some() => figures::count(session.candidate_count()),
        (0, true) => format!("{count} {separator} following"),
        (0, false) if state.running.is_some() => format!("{count} {separator} held"),
        (0, false) => count,
        (n, _) if state.running.is_some() => {
            let key = state.key_for(Action::Follow);
            format!("{count} {separator} held, {n} new: {key} merges them in")
        }
        (n, _) => format!("{count} {separator} {n} new"),
    };
    note.push_str(&state.filter_note(state.query.is_about_candidates(), look.ascii));
    let rest = titled("Candidates", &note, Pane::Candidates, state, look, area, buf);
    let mut rows = rest.rows();
    let columns = Columns::fitting(area.width, session);
    let Some(head) = rows.next() else { return };
    put(&heading(columns, look, head.width), head, buf);
    if table.is_empty() {
        if let Some(row) = rows.next() {
            let text = match (&session.unread, &state.running) {
                _ if table.is_narrowed() => "  none passes the filter; Esc clears it",
                (Some(unread), _) if unread.candidates > 0 => "  being read",
                (_, Some(_)) => "  none yet: spans that repeat across leaks appear here",
                (_, None) => "  none were mined",
            };
            put(&Line::from(Span::styled(text, look.dim)), row, buf);
        }
        return;
    }
    let height = usize::from(rest.height).saturating_sub(1);
    let cursor = table.position(session);
    drawn.candidates = offset(table.offset, cursor, height, table.len());
    let focused = state.pane == Pane::Candidates;
    if focused {
        drawn.page = height;
    }
    for (index, row) in (drawn.candidates..).zip(rows) {
        let Some(known) = table.row(session, index) else {
            break;
        };
        let here = cursor == Some(index);
        put(&line(known, here, columns, look, row.width), row, buf);
        if here && focused {
            select(row, look, buf);
        }
        drawn.targets.push((row, Target::Candidate(known.candidate.id)));
    }
}

fn heading(columns: Columns, look: &Look, width: u16) -> Line<'static> {
    let mut right = format!(" {:>5}", "leaks");
    if columns.lift {
        _ = write!(right, " {:>6}", "lift");
    }
    _ = write!(right, " {:>6}", "diverg");
    if columns.signals {
        _ = write!(right, " {:>6} {:>6}", "agree", "attn");
    }
    let p = if columns.provisional { "p so far" } else { "p" };
    _ = write!(right, " {p:>8}  ");
    if columns.course {
        _ = write!(right, "{:<COURSE$}", "looks");
    }
    _ = write!(right, "{:<wide$}", "standing", wide = columns.standing);
    let left = usize::from(width).saturating_sub(right.chars().count());
    let text = format!("{:<left$}{right}", "     id trigger");
    Line::from(Span::styled(text, look.header))
}

fn line(known: &Known, here: bool, columns: Columns, look: &Look, width: u16) -> Line<'static> {
    let candidate = &known.candidate;
    let best = known.looks.iter().max_by_key(|look| look.round);
    let close = best.filter(|best| best.round >= 2);
    let cell = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), figures::number);
    let dropped = matches!(known.standing, Standing::Dropped(_));
    let base = if dropped { look.dim } else { look.text };

    let mut numbers = format!(" {:>5}", figures::count(candidate.support.into()));
    if columns.lift {
        _ = write!(numbers, " {:>6}", figures::number(candidate.lift));
    }
    _ = write!(numbers, " {:>6}", cell(best.map(|look| look.divergence)));
    if columns.signals {
        _ = write!(
            numbers,
            " {:>6} {:>6}",
            cell(close.map(|look| look.agreement)),
            cell(best.filter(|best| best.round >= 3).map(|look| look.attention))
        );
    }
    let p = best.map_or_else(
        || "-".to_owned(),
        |best| {
            let mark = if columns.provisional { "~" } else { "" };
            format!("{mark}{}", figures::p(best.p))
        },
    );
    _ = write!(numbers, " {p:>8}  ");
    if columns.course {
        let course: Vec<f32> = known.looks.iter().map(evidence).collect();
        _ = write!(numbers, "{:<COURSE$}", course_of(&course, look));
    }

    let pointer = if here { glyphs::pointer(look.ascii) } else { " " };
    let mut spans = vec![Span::styled(
        format!("{pointer} {:>5} ", format!("#{}", candidate.id)),
        look.dim,
    )];
    let room =
        usize::from(width).saturating_sub(ink::width(&spans) + numbers.chars().count() + columns.standing);
    let text = ink::clipped(&candidate.text, room, base, look);
    let blank = room.saturating_sub(ink::width(&text));
    spans.extend(text);
    spans.push(Span::styled(format!("{}{numbers}", " ".repeat(blank)), base));
    let (words, style) = standing(&known.standing, columns.provisional, look);
    spans.extend(ink::clipped(&words, columns.standing, style, look));
    Line::from(spans)
}

/// How much a look speaks for the candidate: minus the logarithm of its p-value.
fn evidence(look: &event::Look) -> f32 {
    -(look.p.clamp(1e-6, 1.0).log10()) as f32
}

/// The course of the evidence, look by look, the latest ones where not all fit.
fn course_of(course: &[f32], look: &Look) -> String {
    let kept = course
        .get(course.len().saturating_sub(COURSE - 2)..)
        .unwrap_or_default();
    sparkline::sparkline(kept, STRONGEST, look)
}

fn standing(standing: &Standing, racing: bool, look: &Look) -> (String, Style) {
    match standing {
        Standing::Waiting if racing => ("waiting".to_owned(), look.dim),
        Standing::Waiting => ("not probed".to_owned(), look.warn),
        Standing::Looked if racing => ("in the race".to_owned(), look.text),
        Standing::Looked => ("no finding".to_owned(), look.dim),
        Standing::Dropped(reason) => (reason.clone(), look.dim),
        Standing::Finding(id) => (format!("{} {id}", glyphs::dot(look.ascii)), look.accent),
    }
}

/// One candidate in full: what it is, each look at it, the leaks it stands in.
pub fn detail(session: &Session, id: u32, width: usize, look: &Look) -> Lines {
    let Some(known) = session.candidate(id) else {
        return vec![Line::from(Span::styled(
            format!(" there is no candidate #{id}"),
            look.warn,
        ))];
    };
    let candidate = &known.candidate;
    let mut lines = vec![
        Line::from(Span::styled(format!(" Candidate #{id}"), look.title)),
        Line::default(),
    ];
    let text = ink::wrapped(
        &candidate.text,
        &[&candidate.text],
        width.saturating_sub(2),
        look.text,
        look,
    );
    lines.extend(ink::behind(&Span::raw(" "), text));
    let ids = candidate
        .tokens
        .iter()
        .map(u32::to_string)
        .collect::<Vec<_>>()
        .join(" ");
    let facts = format!(
        "{} ({ids}). It stands in {}; it repeats {} nats more than its parts predict; {:.0} % of it appears nowhere else.",
        figures::counted(candidate.tokens.len(), "token"),
        figures::counted(candidate.support as usize, "leak"),
        figures::number(candidate.lift),
        100.0 * candidate.unnatural,
    );
    lines.push(Line::default());
    lines.extend(ink::sentence(&facts, 1, width, look.text, look));
    let racing = session.finished.is_none();
    let fate = match &known.standing {
        Standing::Waiting if racing => "It waits for its first look.".to_owned(),
        Standing::Waiting => "It was never probed: nothing can be said about it.".to_owned(),
        Standing::Looked if racing => "It is still in the race.".to_owned(),
        Standing::Looked => "It was probed, and did not become a finding.".to_owned(),
        Standing::Dropped(reason) => format!("It was set aside: {reason}."),
        Standing::Finding(id) => format!("It is part of {id}; Enter opens it."),
    };
    lines.extend(ink::sentence(&fate, 1, width, look.accent, look));
    let motifs = session.finished.iter().flat_map(|finished| &finished.motifs);
    for motif in motifs.filter(|motif| motif.candidates.contains(&id)) {
        lines.push(Line::from(Span::styled(" It belongs to a motif:", look.text)));
        lines.extend(super::facts::motif_line(motif, 3, width, look));
    }
    lines.push(Line::default());
    let head = format!(
        " {:<8} {:>8} {:>8} {:>8} {:>8} {:>8}  {}",
        "look", "diverg", "agree", "attn", "entropy", "p", "position"
    );
    lines.push(Line::from(Span::styled(head, look.header)));
    for one in &known.looks {
        let name = match one.round {
            1 => "cheap",
            2 => "closer",
            _ => "full",
        };
        let from = |round: u8, value: f64| {
            if one.round >= round {
                figures::number(value)
            } else {
                "-".to_owned()
            }
        };
        let row = format!(
            " {name:<8} {:>8} {:>8} {:>8} {:>8} {:>8}  {}",
            figures::number(one.divergence),
            from(2, one.agreement),
            from(3, one.attention),
            from(2, one.entropy),
            figures::p(one.p),
            one.position.map_or("-", position_name),
        );
        lines.push(Line::from(Span::styled(row, look.text)));
    }
    lines.push(Line::default());
    lines.extend(super::leaks::quoted(
        session,
        &candidate.leaks,
        &[&candidate.text],
        width,
        look,
    ));
    lines
}

/// The word for a position.
pub const fn position_name(position: Position) -> &'static str {
    match position {
        Position::Start => "start",
        Position::Middle => "middle",
        Position::End => "end",
        Position::System => "system turn",
    }
}
