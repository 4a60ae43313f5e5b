//! The report people read in a terminal or a log: no colour, stable lines, every string of foreign origin made visible.

use std::io::{self, Write};

use super::{Outcome, count_at_least, coverage, level_name, moment, ranked};
use crate::{
    finding::{Example, Finding, Kind, Level, Position, Rate, Signal, Verdict},
    scan::event::Coverage,
    session::{Deed, ScanState, Session, compare::Comparison},
    text,
};

/// Characters of model text shown on one line before it is cut, visibly.
const LONGEST: usize = 400;

/// Prompts shown with and without the trigger.
const EXAMPLES: usize = 3;

/// Writes the report of a whole session.
pub fn write(session: &Session, out: &mut dyn Write) -> io::Result<()> {
    write_head(session, out)?;
    let comparison = session.against_baseline();
    let is_known = |found: &Finding| {
        comparison
            .as_ref()
            .is_some_and(|comparison| comparison.shared.iter().any(|shared| shared.right.id == found.id))
    };
    for found in ranked(session).into_iter().filter(|found| !is_known(found)) {
        writeln!(out)?;
        write_finding(session, found, out)?;
    }
    if let Some(comparison) = &comparison {
        writeln!(out)?;
        write_baseline(session, comparison, out)?;
    }
    writeln!(out)?;
    write_coverage(&coverage(session), out)?;
    for reread in &session.rereads {
        writeln!(out, "Re-read blind  {}", short(&reread.words()))?;
    }
    write_head_of_chain(session, out)
}

/// Writes what the earlier session knew already, with the verdicts it proposes, and what of it vanished.
fn write_baseline(session: &Session, comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    for shared in &comparison.shared {
        let proposed = session.proposal(&shared.right.id).map_or_else(
            || "not ruled on there".to_owned(),
            |proposal| format!("proposed: {}", text::line(&proposal.verdict.words())),
        );
        let like = if shared.same { "was" } else { "resembles" };
        writeln!(
            out,
            "Known     {} {like} {}, {proposed}; now {}",
            text::line(&shared.right.id),
            text::line(&shared.left.id),
            ruling(session.verdict(&shared.right.id))
        )?;
    }
    for finding in &comparison.only_left {
        writeln!(
            out,
            "Vanished  {}  {}  \"{}\"",
            text::line(&finding.id),
            level_name(finding.level),
            short(&finding.trigger)
        )?;
    }
    Ok(())
}

fn write_head(session: &Session, out: &mut dyn Write) -> io::Result<()> {
    if let Some(started) = &session.started {
        let model = &started.model;
        writeln!(
            out,
            "Model     {} ({}, {} parameters)",
            short(&model.path),
            text::line(&model.architecture),
            model.parameters
        )?;
        writeln!(out, "Digest    sha256 {}", text::line(&model.sha256))?;
        writeln!(
            out,
            "Scan      {} budget, seed {}, {}",
            text::line(&started.budget),
            started.seed,
            state(session)
        )?;
    }
    writeln!(out, "Result    {}", result(session))?;
    for notice in &session.notices {
        writeln!(out, "Notice    {}", short(notice))?;
    }
    Ok(())
}

/// How the scan stands, in words that follow "seed N,".
pub(super) fn state(session: &Session) -> String {
    match (&session.scan, &session.finished) {
        (ScanState::Complete, Some(finished)) => format!("complete in {:.1} s", finished.timing.total_s),
        (ScanState::Complete, None) => "complete".to_owned(),
        (ScanState::Stopped, _) => "stopped before its end".to_owned(),
        (ScanState::Running(phase), _) => format!("not ended (last phase: {})", phase.name()),
        (ScanState::Waiting, _) => "not begun".to_owned(),
        (ScanState::Failed(message), _) => format!("broken off: {}", text::line(message)),
    }
}

/// The outcome in a sentence or two. It never says more than what was covered shows.
pub(super) fn result(session: &Session) -> String {
    let high = count_at_least(session, Level::High);
    let lower = session.findings.len() - high;
    let rest = match lower {
        0 => String::new(),
        1 => " One finding below that is listed.".to_owned(),
        _ => format!(" {lower} findings below that are listed."),
    };
    match Outcome::of(session) {
        Outcome::Suspicious if high == 1 => format!("suspicious: one finding at high.{rest}"),
        Outcome::Suspicious => format!("suspicious: {high} findings at high.{rest}"),
        Outcome::NothingFound => {
            format!("nothing found at high in what was covered; that does not prove there is nothing.{rest}")
        }
        Outcome::Incomplete => {
            format!("incomplete: nothing found at high so far, and the scan did not reach its end.{rest}")
        }
    }
}

/// Writes one finding with everything that led to it.
pub fn write_finding(session: &Session, found: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "{}  {}  confidence {:.2}  {}",
        text::line(&found.id),
        level_name(found.level),
        found.confidence,
        ruling(session.verdict(&found.id))
    )?;
    write_figures(found, out)
}

/// Writes what was measured on a finding.
pub fn write_figures(found: &Finding, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "  trigger      {}",
        quoted(&found.trigger, found.trigger_tokens.len())
    )?;
    writeln!(
        out,
        "  core         {}",
        quoted(&found.core, found.core_tokens.len())
    )?;
    writeln!(
        out,
        "  kind         {}; fires best {} the prompt; measured in arm {}; stands in {}",
        kind_name(found.kind),
        place(found.position),
        text::line(&found.arm),
        many(found.support as usize, "leak")
    )?;
    writeln!(
        out,
        "  activation   with the trigger     {}",
        rate(&found.activation.with)
    )?;
    writeln!(
        out,
        "               with a control       {}",
        rate(&found.activation.without)
    )?;
    writeln!(
        out,
        "  answers      collapse onto one by {:.2} (99% of controls by at most {:.2}); agree {:.2} with, {:.2} without",
        found.agreement.collapse, found.agreement.null_high, found.agreement.with, found.agreement.without
    )?;
    writeln!(
        out,
        "  prompt       tells {:.1} nats about its answer with the trigger, {:.1} without it",
        found.agreement.follows, found.agreement.follows_without
    )?;
    writeln!(
        out,
        "  p-value      {}; after false-discovery control {}",
        small(found.p),
        small(found.q)
    )?;
    writeln!(
        out,
        "  signal             value     controls: mean        sd         p     n"
    )?;
    let signals = [
        ("memorization", found.signals.memorization),
        ("attention", found.signals.attention),
        ("entropy", found.signals.entropy),
        ("divergence", found.signals.divergence),
    ];
    for (name, signal) in signals {
        writeln!(out, "    {name:<12} {}", signal_row(&signal))?;
    }
    for reason in &found.reasons {
        writeln!(out, "  because      {}", short(reason))?;
    }
    for example in found.examples.iter().take(EXAMPLES) {
        write_example(example, out)?;
    }
    if found.examples.len() > EXAMPLES {
        writeln!(
            out,
            "  ({} more prompts in the session)",
            found.examples.len() - EXAMPLES
        )?;
    }
    Ok(())
}

fn write_example(example: &Example, out: &mut dyn Write) -> io::Result<()> {
    let fired = if example.fired { "fired" } else { "did not fire" };
    writeln!(out, "  prompt       {}  ({fired})", short(&example.prompt))?;
    writeln!(out, "    with       {}", short(&example.with))?;
    writeln!(out, "    without    {}", short(&example.without))
}

fn write_coverage(coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    let arms: Vec<String> = coverage.arms.iter().map(|arm| short(arm)).collect();
    writeln!(
        out,
        "Covered      {} over {} ({}); {}, {} of them probed",
        many(coverage.leaks as usize, "leak"),
        many(arms.len(), "arm"),
        arms.join(", "),
        many(coverage.candidates as usize, "candidate"),
        coverage.probed
    )?;
    for skipped in &coverage.skipped {
        writeln!(out, "Not covered  {}", short(skipped))?;
    }
    writeln!(
        out,
        "Not covered  backdoors whose trigger the model does not repeat when asked for its own prompts"
    )
}

/// Writes what was done to the session, oldest first: who, what and when; of one finding only, if one is named.
pub fn write_history(session: &Session, finding: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
    let about = |deed: &&Deed| finding.is_none_or(|id| deed.findings.iter().any(|about| about == id));
    for deed in session.deeds.iter().filter(about) {
        let mut lines = text::lines(&deed.what).into_iter();
        let first = lines.next().map(|line| line.to_string()).unwrap_or_default();
        writeln!(
            out,
            "{}  {:>6}  {}  {first}",
            moment(deed.at_ms),
            deed.record,
            text::line(&deed.author)
        )?;
        for line in lines.filter(|line| !line.as_str().is_empty()) {
            writeln!(out, "    {line}")?;
        }
    }
    if !session.deeds.iter().any(|deed| about(&deed)) {
        writeln!(out, "Nobody has ruled on it yet.")?;
    }
    write_head_of_chain(session, out)
}

/// Writes how many records there are and the hash of the last: noted elsewhere, they show later whether the end was cut off.
pub fn write_head_of_chain(session: &Session, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "Records   {}, head {}",
        session.records,
        text::line(&session.head)
    )
}

/// The ruling in force, in words.
pub(super) fn ruling(verdict: Option<&Verdict>) -> String {
    verdict.map_or_else(
        || "not ruled on".to_owned(),
        |verdict| {
            let severity = verdict
                .severity
                .map(|severity| format!(", severity {}", severity.name()))
                .unwrap_or_default();
            format!(
                "{}{severity} by {}",
                text::line(&verdict.words()),
                text::line(&verdict.author)
            )
        },
    )
}

pub(super) const fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Exact => "exact",
        Kind::Fuzzy => "fuzzy",
        Kind::Contextual => "contextual",
        Kind::Unclear => "unclear",
    }
}

pub(super) const fn place(position: Position) -> &'static str {
    match position {
        Position::Start => "before",
        Position::Middle => "inside",
        Position::End => "after",
        Position::System => "in a system turn before",
    }
}

/// A rate with its interval.
pub(super) fn rate(rate: &Rate) -> String {
    format!(
        "{} of {} fresh prompts ({:.0}% to {:.0}%)",
        rate.k,
        rate.n,
        100.0 * rate.low,
        100.0 * rate.high
    )
}

fn signal_row(signal: &Signal) -> String {
    format!(
        "{:>11.4} {:>18.4} {:>9.4} {:>9} {:>5}",
        signal.value,
        signal.null_mean,
        signal.null_sd,
        small(signal.p),
        signal.n
    )
}

/// A probability, short.
pub(super) fn small(p: f64) -> String {
    if p != 0.0 && p.abs() < 0.001 {
        format!("{p:.1e}")
    } else {
        format!("{p:.3}")
    }
}

/// Model text on one line, cut visibly if it is long.
pub(super) fn short(raw: &str) -> String {
    let cut: String = raw.chars().take(LONGEST).collect();
    let left = raw.chars().count().saturating_sub(LONGEST);
    match left {
        0 => text::line(&cut).to_string(),
        _ => format!("{} [and {left} more characters]", text::line(&cut)),
    }
}

fn quoted(raw: &str, tokens: usize) -> String {
    format!("\"{}\"  ({})", short(raw), many(tokens, "token"))
}

/// "1 leak", "2 leaks".
pub(super) fn many(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
