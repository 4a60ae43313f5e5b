//! The session as it was at one of its records: state, counts, findings with the verdicts in force then, what had been done.

use ratatui::text::{Line, Span};

use super::{
    figures::{count, time_s},
    findings::{level_style, verdict_look},
    ink::{self, Lines},
    progress,
};
use crate::{
    session::{ScanState, Session},
    ui::{
        glyphs,
        state::{level_name, past::Past, ranked},
        theme::Look,
    },
};

/// The page as lines of at most `width` cells.
pub fn lines(past: &Past, width: usize, look: &Look) -> Lines {
    let session = &past.session;
    let mut lines = Lines::new();
    let what = session
        .deeds
        .last()
        .filter(|deed| deed.record == past.record())
        .map_or_else(|| past.kind.to_owned(), |deed| deed.what.clone());
    let told = format!(
        "record {} of {}, {}, by {}: {what}",
        count(past.record()),
        count(past.now),
        time_s(past.at_ms),
        past.author
    );
    lines.extend(ink::sentence(&told, 1, width, look.accent, look));
    lines.push(bar(past, width, look));
    lines.extend(ink::sentence(&state(session), 1, width, look.text, look));
    lines.push(progress::counts_line(
        &progress::counted(session),
        look,
        width as u16,
    ));
    lines.push(Line::default());
    let found = session.findings.len();
    let unruled = session
        .findings
        .iter()
        .filter(|finding| session.verdict(&finding.id).is_none())
        .count();
    lines.push(Line::from(Span::styled(
        format!(" Findings {found}, {unruled} without a verdict"),
        look.title,
    )));
    for finding in ranked(session) {
        let (sign, word, style) = verdict_look(session.verdict(&finding.id), look);
        let mut spans = vec![
            Span::styled(format!(" {:<5} ", finding.id), look.accent),
            Span::styled(
                format!("{:<7}", level_name(finding.level)),
                level_style(finding.level, look),
            ),
            Span::styled(format!("{:.2} ", finding.confidence), look.text),
            Span::styled(format!("{sign} {word:<15}"), style),
        ];
        let room = width.saturating_sub(ink::width(&spans));
        spans.extend(ink::clipped(&finding.trigger, room, look.text, look));
        lines.push(Line::from(spans));
    }
    lines.push(Line::default());
    lines.push(Line::from(Span::styled(
        " Done by then, the latest first",
        look.title,
    )));
    for deed in session.deeds.iter().rev() {
        let told = format!(
            "{} {} {}: {}",
            count(deed.record),
            time_s(deed.at_ms),
            deed.author,
            deed.what
        );
        lines.extend(ink::sentence(&told, 1, width, look.dim, look));
    }
    lines
}

/// Where among the records the moment is.
fn bar(past: &Past, width: usize, look: &Look) -> Line<'static> {
    let cells = width.saturating_sub(2).min(78);
    let share = past.record() as f64 / past.now.max(1) as f64;
    let full = ((cells as f64 * share).round() as usize).min(cells);
    Line::from(vec![
        Span::raw(" "),
        Span::styled(glyphs::full(look.ascii).repeat(full), look.bar),
        Span::styled(glyphs::track(look.ascii).repeat(cells - full), look.dim),
    ])
}

fn state(session: &Session) -> String {
    match &session.scan {
        ScanState::Waiting => "the scan had not begun".to_owned(),
        ScanState::Running(phase) => format!("the scan was in phase {}", phase.name()),
        ScanState::Complete => "the scan was complete".to_owned(),
        ScanState::Stopped => "the scan was stopped".to_owned(),
        ScanState::Failed(message) => format!("the scan had broken: {message}"),
    }
}
