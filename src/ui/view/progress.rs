//! How far the scan is: the bar with rate and time left, the funnel, the coverage.

use ratatui::text::{Line, Span};

use super::{
    figures::{count, duration},
    ink,
};
use crate::{
    scan::event::{Funnel, Phase, Progress},
    session::{ScanState, Session},
    ui::{
        glyphs,
        state::{Running, State},
        theme::Look,
    },
};

/// The bar while the scan runs; afterwards how it ended.
pub fn bar(state: &State, session: &Session, look: &Look, width: u16) -> Line<'static> {
    if let Some(silence) = state.silence_s(session) {
        let text = format!(" no news for {silence} s: the model is still computing a step");
        return Line::from(ink::clipped(&text, usize::from(width), look.warn, look));
    }
    let opening = || {
        Line::from(Span::styled(
            " opening the model and measuring its speed",
            look.dim,
        ))
    };
    match (&state.running, state.told(session)) {
        (Some(running), _) => running.progress.as_ref().map_or_else(opening, |progress| {
            running_bar(progress, &here(state, running, progress), look, width)
        }),
        (None, Some(told)) => told.progress.as_ref().map_or_else(opening, |progress| {
            let now_ms = state.moment_ms();
            let pace = Pace {
                elapsed: told.elapsed_s(now_ms).unwrap_or(progress.elapsed_s),
                rate: told.rate(now_ms),
                left: told.left_s(now_ms),
            };
            running_bar(progress, &pace, look, width)
        }),
        (None, None) => Line::from(ended(state, session, look, width)),
    }
}

/// How fast a scan is.
struct Pace {
    /// Seconds computed.
    elapsed: f64,
    /// Tokens per second, where that can be told.
    rate: Option<f64>,
    /// Seconds left, as a range.
    left: Option<(f64, f64)>,
}

/// The pace of the scan this screen steers.
fn here(state: &State, running: &Running, progress: &Progress) -> Pace {
    let since = state.now_ms.saturating_sub(running.heard_ms);
    let since = if running.paused {
        0.0
    } else {
        since as f64 / 1000.0
    };
    Pace {
        elapsed: progress.elapsed_s + since,
        rate: Some(progress.tokens_per_s),
        left: progress.eta_s,
    }
}

fn running_bar(progress: &Progress, pace: &Pace, look: &Look, width: u16) -> Line<'static> {
    let elapsed = pace.elapsed;
    let left = match pace.left {
        Some((low, high)) => format!("left {}-{}", duration(low), duration(high)),
        None => "left: estimating".to_owned(),
    };
    let separator = glyphs::separator(look.ascii);
    let rate = pace
        .rate
        .map_or_else(|| "-".to_owned(), |rate| count(rate.max(0.0) as u64));
    let rate = format!("{rate} tok/s");
    let steps = format!(
        "{} {}/{}",
        progress.phase.name(),
        count(progress.done.into()),
        count(progress.total.into())
    );
    // The narrowest screen has no room for the steps of the phase.
    let narrow = width < 76;
    let parts = if narrow {
        vec![rate, duration(elapsed), left]
    } else {
        vec![steps, rate, duration(elapsed), left]
    };
    let percent = 100.0 * progress.overall.clamp(0.0, 1.0);
    let facts = format!(
        " {percent:>3.0} % {separator} {}",
        parts.join(&format!(" {separator} "))
    );
    let phase = format!(" {:<6} ", if narrow { progress.phase.name() } else { "total" });
    let cells = usize::from(width)
        .saturating_sub(phase.len() + unicode_width::UnicodeWidthStr::width(facts.as_str()) + 1)
        .clamp(4, 40);
    let full = (progress.overall.clamp(0.0, 1.0) * cells as f32).round() as usize;
    let full = full.min(cells);
    Line::from(vec![
        Span::styled(phase, look.accent),
        Span::styled(glyphs::full(look.ascii).repeat(full), look.bar),
        Span::styled(glyphs::track(look.ascii).repeat(cells - full), look.dim),
        Span::styled(facts, look.text),
    ])
}

fn ended(state: &State, session: &Session, look: &Look, width: u16) -> Vec<Span<'static>> {
    let timing = session.finished.as_ref().map(|finished| finished.timing);
    let figures = timing.map_or_else(String::new, |timing| {
        format!(
            " in {} {separator} {} tokens at {} tok/s",
            duration(timing.total_s),
            count(timing.generated_tokens),
            count(timing.tokens_per_s.max(0.0) as u64),
            separator = glyphs::separator(look.ascii),
        )
    });
    let (text, style) = match &session.scan {
        ScanState::Waiting => (" the scan has not begun".to_owned(), look.dim),
        ScanState::Running(phase) if state.elsewhere => (
            format!(
                " running elsewhere, in phase {}{}",
                phase.name(),
                reached(*phase, session)
            ),
            look.accent,
        ),
        ScanState::Running(phase) => (
            format!(
                " the scan was cut off in phase {}; resume it with `stakeout scan --resume`",
                phase.name()
            ),
            look.warn,
        ),
        ScanState::Complete => (format!(" complete{figures}"), look.good),
        ScanState::Stopped => (format!(" stopped before its end{figures}"), look.warn),
        ScanState::Failed(message) => (format!(" the scan broke: {message}"), look.bad),
    };
    ink::clipped(&text, usize::from(width), style, look)
}

/// How far a phase is, as far as the records tell: another process computes it.
fn reached(phase: Phase, session: &Session) -> String {
    let of = |done: u64, all: u64, what: &str| format!(": {} of {} {what}", count(done), count(all));
    match phase {
        Phase::Leak => {
            let planned = session
                .started
                .as_ref()
                .map_or(0, |started| started.leaks_planned);
            of(session.leaks.len() as u64, planned.into(), "leaks planned")
        }
        Phase::Probe => of(
            session.race.probed.into(),
            session.candidate_count(),
            "candidates looked at",
        ),
        Phase::Refine | Phase::Score => {
            format!(": {} survivors", count(session.race.survivors.into()))
        }
    }
}

/// The counts of the funnel: the scan's own where it has said them, counted from the session otherwise.
fn counts(state: &State, session: &Session) -> Funnel {
    let here = state.running.as_ref().and_then(|running| running.progress);
    let live = here.or_else(|| state.told(session)?.progress);
    if let Some(progress) = live {
        return progress.funnel;
    }
    counted(session)
}

/// The counts as far as the records tell.
pub fn counted(session: &Session) -> Funnel {
    if let Some(finished) = &session.finished {
        return finished.funnel;
    }
    Funnel {
        leaks: session.leaks.len() as u32,
        distinct: session.leaks.len() as u32,
        candidates: session.candidate_count() as u32,
        probed: session.race.probed,
        survivors: session.race.survivors,
        findings: session.findings.len() as u32,
    }
}

/// Leaks, distinct ones, candidates, probed, survivors, findings.
pub fn funnel(state: &State, session: &Session, look: &Look, width: u16) -> Line<'static> {
    counts_line(&counts(state, session), look, width)
}

/// The counts of a funnel on one line.
pub fn counts_line(funnel: &Funnel, look: &Look, width: u16) -> Line<'static> {
    const LONG: [&str; 6] = [
        "leaks",
        "distinct",
        "candidates",
        "probed",
        "survivors",
        "findings",
    ];
    const SHORT: [&str; 6] = ["leaks", "dist", "cand", "probed", "surv", "find"];
    let numbers = [
        funnel.leaks,
        funnel.distinct,
        funnel.candidates,
        funnel.probed,
        funnel.survivors,
        funnel.findings,
    ]
    .map(|n| count(n.into()));
    let line = |names: [&'static str; 6], between: String| {
        let mut spans = vec![Span::raw(" ")];
        for (index, (name, number)) in names.into_iter().zip(&numbers).enumerate() {
            if index > 0 {
                spans.push(Span::styled(between.clone(), look.dim));
            }
            spans.push(Span::styled(format!("{name} "), look.dim));
            spans.push(Span::styled(
                number.clone(),
                if index == 5 { look.accent } else { look.text },
            ));
        }
        spans
    };
    let arrow = glyphs::arrow(look.ascii);
    let widths = [
        line(LONG, format!(" {arrow} ")),
        line(SHORT, format!(" {arrow} ")),
        line(SHORT, arrow.to_owned()),
    ];
    let fits = widths
        .iter()
        .position(|spans| ink::width(spans) <= usize::from(width))
        .unwrap_or(2);
    Line::from(widths.into_iter().nth(fits).unwrap_or_default())
}

/// Why candidates were set aside, the commonest reason first; while the scan runs also how long ago the last one came.
pub fn dropped(state: &State, session: &Session, look: &Look, width: u16) -> Line<'static> {
    let separator = format!(" {} ", glyphs::separator(look.ascii));
    let mut parts = Vec::new();
    let ago = |ms: Option<u64>| {
        ms.map_or_else(
            || "none yet".to_owned(),
            |ms| format!("{} ago", duration(ms as f64 / 1000.0)),
        )
    };
    let last = match (&state.running, state.told(session)) {
        (Some(running), _) => {
            let since = |at: u64| state.now_ms.saturating_sub(at);
            Some((running.candidate_ms.map(since), running.finding_ms.map(since)))
        }
        (None, Some(told)) => {
            let since = |at: i64| state.moment_ms().saturating_sub(at).max(0) as u64;
            Some((told.candidate_ms.map(since), told.finding_ms.map(since)))
        }
        (None, None) => None,
    };
    if let Some((candidate, finding)) = last {
        parts.push(format!("last candidate {}", ago(candidate)));
        parts.push(format!("last finding {}", ago(finding)));
    }
    let room = usize::from(width).saturating_sub(1);
    let before: usize = parts
        .iter()
        .map(|part| (part.clone() + &separator).chars().count())
        .sum();
    parts.extend(set_aside(state.candidates.dropped(), room.saturating_sub(before)));
    let text = format!(" {}", parts.join(&separator));
    Line::from(ink::clipped(&text, usize::from(width), look.dim, look))
}

/// The reasons that fit into so many cells, the first of them in any case, and how many candidates have others.
fn set_aside(reasons: &[(String, u64)], cells: usize) -> Option<String> {
    let told = |shown: usize| {
        let (named, others) = reasons.split_at(shown);
        let named = named.iter().map(|(reason, n)| format!("{} {reason}", count(*n)));
        let others: u64 = others.iter().map(|(_, n)| n).sum();
        let more = (others > 0).then(|| format!("{} otherwise", count(others)));
        format!("set aside: {}", named.chain(more).collect::<Vec<_>>().join(", "))
    };
    let fits = |shown: &usize| told(*shown).chars().count() <= cells;
    let shown = (1..=reasons.len()).rev().find(fits).unwrap_or(1);
    (!reasons.is_empty()).then(|| told(shown))
}

/// What was looked at and what was not; a scan that has not ended says so.
pub fn coverage(session: &Session, look: &Look, width: u16) -> Line<'static> {
    let separator = glyphs::separator(look.ascii);
    let (text, style) = match (&session.finished, &session.started) {
        (Some(finished), _) => {
            let coverage = &finished.coverage;
            let skipped = match coverage.skipped.as_slice() {
                [] => "nothing skipped".to_owned(),
                [one] => format!("skipped: {one}"),
                [first, rest @ ..] => format!("skipped: {first} and {} more", rest.len()),
            };
            let complete = if finished.complete { "" } else { "incomplete, " };
            let figures = format!(
                "{} {separator} {} leaks {separator} {} of {} candidates probed",
                arms(coverage.arms.len()),
                count(coverage.leaks.into()),
                count(coverage.probed.into()),
                count(coverage.candidates.into()),
            );
            let whole = format!(" covered: {complete}{figures} {separator} {skipped}");
            let fits = whole.chars().count() <= usize::from(width);
            (
                if fits {
                    whole
                } else {
                    // That something was left out must not be what is cut off.
                    format!(
                        " covered: {complete}{} skipped {separator} {figures}",
                        coverage.skipped.len()
                    )
                },
                if finished.complete && coverage.skipped.is_empty() {
                    look.dim
                } else {
                    look.warn
                },
            )
        }
        (None, Some(started)) => (
            format!(
                " covers so far: {} {separator} {} leaks, {} planned {separator} nothing is judged before the end",
                arms(started.arms.len()),
                count(session.leaks.len() as u64),
                count(started.leaks_planned.into()),
            ),
            look.dim,
        ),
        (None, None) => (" nothing is covered yet".to_owned(), look.dim),
    };
    Line::from(ink::clipped(&text, usize::from(width), style, look))
}

fn arms(n: usize) -> String {
    if n == 1 {
        "1 arm".to_owned()
    } else {
        format!("{n} arms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_that_do_not_fit_are_counted() {
        let reasons = [
            ("weak".to_owned(), 1200),
            ("a twin".to_owned(), 30),
            ("late".to_owned(), 4),
        ];
        let told = |cells| set_aside(&reasons, cells).unwrap_or_default();
        assert_eq!(told(80), "set aside: 1,200 weak, 30 a twin, 4 late");
        assert_eq!(told(38), "set aside: 1,200 weak, 34 otherwise");
        assert_eq!(
            told(2),
            "set aside: 1,200 weak, 34 otherwise",
            "clipped by whoever shows it"
        );
        assert_eq!(set_aside(&[], 80), None);
    }
}
