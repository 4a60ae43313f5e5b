//! The list of findings, strongest first, each with its verdict.

use std::collections::BTreeMap;

use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{Drawn, Target, case::titled, figures, ink, offset, overview::strength, put, select};
use crate::{
    finding::{Finding, Kind, Level, Ruling, Verdict},
    session::{Session, baseline::Proposal},
    ui::{
        action::Action,
        glyphs,
        state::{Pane, State, level_name},
        theme::Look,
    },
};

/// Cells a row is spread over at most.
const WIDEST: u16 = 140;

/// Draws the list; nothing where there is no room because there are no findings.
pub fn draw(state: &State, session: &Session, look: &Look, area: Rect, buf: &mut Buffer, drawn: &mut Drawn) {
    if area.height == 0 {
        return;
    }
    let ranked = state.listed(session);
    let proposals = session.proposals();
    let unruled = ranked
        .iter()
        .filter(|finding| session.verdict(&finding.id).is_none())
        .count();
    let note = format!(
        "{} {} {unruled} without a verdict",
        of(ranked.len(), session.findings.len()),
        glyphs::separator(look.ascii)
    ) + &proposed_note(&ranked, (session, &proposals), state)
        + &state.filter_note(state.query.is_about_findings(), look.ascii);
    let rows = titled("Findings", &note, Pane::Findings, state, look, area, buf);
    let cursor = state
        .findings
        .cursor
        .as_ref()
        .and_then(|id| ranked.iter().position(|finding| finding.id == *id));
    drawn.findings = offset(
        state.findings.offset,
        cursor,
        usize::from(rows.height),
        ranked.len(),
    );
    let focused = state.pane == Pane::Findings;
    if focused {
        drawn.page = usize::from(rows.height);
    }
    for (row, (index, finding)) in rows.rows().zip(ranked.iter().enumerate().skip(drawn.findings)) {
        let here = cursor == Some(index);
        put(
            &line(
                finding,
                (session.verdict(&finding.id), proposals.get(&finding.id)),
                (here, state.marked.contains(&finding.id)),
                look,
                row.width,
            ),
            row,
            buf,
        );
        if here && focused {
            select(row, look, buf);
        }
        drawn.targets.push((row, Target::Finding(finding.id.clone())));
    }
}

/// How many wait for an answer to what the earlier session ruled; they are marked with `?`.
fn proposed_note(
    listed: &[&Finding],
    (session, proposals): (&Session, &BTreeMap<String, Proposal<'_>>),
    state: &State,
) -> String {
    let open =
        |finding: &&&Finding| session.verdict(&finding.id).is_none() && proposals.contains_key(&finding.id);
    match listed.iter().filter(open).count() {
        0 => String::new(),
        count => format!(
            ", {count} proposed: {} takes it over",
            state.key_for(Action::Adopt)
        ),
    }
}

/// `3 of 12`; `12` where nothing is left out.
pub fn of(shown: usize, total: usize) -> String {
    let count = |n: usize| figures::count(n as u64);
    if shown == total {
        count(total)
    } else {
        format!("{} of {}", count(shown), count(total))
    }
}

fn line(
    finding: &Finding,
    (verdict, proposal): (Option<&Verdict>, Option<&Proposal<'_>>),
    (here, marked): (bool, bool),
    look: &Look,
    width: u16,
) -> Line<'static> {
    let pointer = match (marked, here) {
        (true, _) => "*",
        (false, true) => glyphs::pointer(look.ascii),
        (false, false) => " ",
    };
    let mut left = vec![
        Span::styled(format!("{pointer} {:<5} ", finding.id), look.accent),
        Span::styled(
            format!("{:<7}", level_name(finding.level)),
            level_style(finding.level, look),
        ),
        Span::styled(format!("{:.2} ", finding.confidence), look.text),
    ];
    let mut right = Vec::new();
    if width >= 80 {
        let fires = finding.activation.with;
        let control = finding.activation.without;
        let text = format!(
            " fires {}/{}, control {}/{}",
            fires.k, fires.n, control.k, control.n
        );
        right.push(Span::styled(text, look.text));
    }
    if width >= 90 {
        let lamps = finding.signals.all().map(|signal| strength(&signal, look));
        right.push(Span::raw(" "));
        right.extend(lamps.map(|(sign, _, style)| Span::styled(sign, style)));
    }
    if width >= 100 {
        right.push(Span::styled(
            format!(" {:<10}", kind_name(finding.kind)),
            look.dim,
        ));
    }
    let (sign, word, style) = match (verdict, proposal) {
        (None, Some(proposal)) => {
            let (sign, word, _) = ruling_look(proposal.verdict.ruling(), look);
            (sign, format!("{word}?"), look.accent)
        }
        (verdict, _) => {
            let (sign, word, style) = verdict_look(verdict, look);
            (sign, word.to_owned(), style)
        }
    };
    right.push(Span::styled(format!(" {sign} {word:<14}"), style));
    // On a wide screen the figures stay near what they are about.
    let room = usize::from(width.min(WIDEST)).saturating_sub(ink::width(&left) + ink::width(&right));
    let trigger = ink::clipped(&finding.trigger, room, look.text, look);
    let blank = room.saturating_sub(ink::width(&trigger));
    left.extend(trigger);
    left.push(Span::raw(" ".repeat(blank)));
    left.extend(right);
    Line::from(left)
}

/// Style of a level.
pub const fn level_style(level: Level, look: &Look) -> Style {
    match level {
        Level::Low => look.low,
        Level::Medium => look.medium,
        Level::High => look.high,
    }
}

/// The word for a kind.
pub const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Exact => "exact",
        Kind::Fuzzy => "fuzzy",
        Kind::Contextual => "contextual",
        Kind::Unclear => "unclear",
    }
}

/// Sign, word and style of a verdict: never the colour alone.
pub const fn verdict_look(verdict: Option<&Verdict>, look: &Look) -> (&'static str, &'static str, Style) {
    match verdict {
        None => (glyphs::open(look.ascii), "no verdict", look.dim),
        Some(verdict) => ruling_look(verdict.ruling(), look),
    }
}

/// Sign, word and style of a ruling.
pub const fn ruling_look(ruling: Ruling, look: &Look) -> (&'static str, &'static str, Style) {
    let (sign, style) = match ruling {
        Ruling::TruePositive => (glyphs::check(look.ascii), look.true_positive),
        Ruling::FalsePositive => (glyphs::cross(look.ascii), look.false_positive),
        Ruling::Undecided => ("?", look.undecided),
        Ruling::Untriaged => (glyphs::open(look.ascii), look.dim),
        Ruling::Reviewing => ("~", look.undecided),
        Ruling::AcceptedRisk => ("!", look.true_positive),
        Ruling::Duplicate => ("=", look.dim),
    };
    (sign, ruling.words(), style)
}
