//! `stakeout status`: how far the scan of a session is, whichever process runs it. It only reads, and takes no lock.

use std::io::Write;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{
    DONE, Setting,
    args::{ListFormat, StatusArguments},
    failure::Failure,
};
use crate::{
    report::json as report,
    scan::event::Phase,
    session::status::{self, Stage, Status},
    text,
};

/// Name and version of the document.
const SCHEMA: &str = "stakeout.status/1";

/// `stakeout status`.
pub fn status(setting: &Setting, arguments: &StatusArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let path = setting.paths.session(&arguments.session);
    let found = status::of(&path)?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    match arguments.format {
        ListFormat::Text => write(&found, &name, out)?,
        ListFormat::Json => {
            let mut document = document(&found);
            if let Some(fields) = document.as_object_mut() {
                let session = json!({
                    "name": name,
                    "path": path.to_string_lossy(),
                    "records": found.session.records,
                    "head": found.session.head,
                });
                fields.insert("session".to_owned(), session);
            }
            report::write_document(&document, out)?;
        }
    }
    Ok(DONE)
}

/// Seconds from a moment to the one the question was asked at.
fn since(found: &Status, at_ms: Option<i64>) -> Option<f64> {
    at_ms.map(|at_ms| found.at_ms.saturating_sub(at_ms).max(0) as f64 / 1000.0)
}

/// Seconds since the scan said anything; since the last record where nothing else tells of it.
fn silence(found: &Status) -> Option<f64> {
    match &found.pulse {
        Some(told) => Some(told.silence_s(found.at_ms)),
        None => since(found, found.record_ms),
    }
}

fn elapsed(found: &Status) -> Option<f64> {
    let ended = found
        .session
        .finished
        .as_ref()
        .map(|finished| finished.timing.total_s);
    ended.or_else(|| found.pulse?.elapsed_s(found.at_ms))
}

/// Tokens per second: lately while it runs, over phase one when it has ended.
fn rate(found: &Status) -> Option<f64> {
    let ended = found
        .session
        .finished
        .as_ref()
        .map(|finished| finished.timing.tokens_per_s);
    ended.or_else(|| found.pulse?.rate(found.at_ms))
}

fn document(found: &Status) -> Value {
    let progress = found.pulse.and_then(|told| told.progress);
    let funnel = found.funnel;
    let error = match &found.stage {
        Stage::Failed(message) => Some(message),
        _ => None,
    };
    let left = found.pulse.and_then(|told| told.left_s(found.at_ms));
    json!({
        "schema": SCHEMA,
        "at": Timestamp::from_millisecond(found.at_ms).map(|moment| moment.to_string()).ok(),
        "state": found.stage.name(),
        "error": error,
        "live": found.is_live,
        "phase": found.phase.map(Phase::name),
        "done": progress.map(|progress| progress.done),
        "total": progress.map(|progress| progress.total),
        "overall": progress.map(|progress| progress.overall),
        "tokens_per_s": rate(found),
        "elapsed_s": elapsed(found),
        "left_s": left.map(|(low, high)| [low, high]),
        "since_s": {
            "candidate": since(found, found.candidate_ms),
            "finding": since(found, found.finding_ms),
            "news": silence(found),
        },
        "resumes_after_record": found.restore,
        "kill": found.pulse.map(|told| json!({
            "computing_s": told.cost_s(found.at_ms),
        })),
        "funnel": {
            "leaks": funnel.leaks,
            "distinct": funnel.distinct,
            "candidates": funnel.candidates,
            "probed": funnel.probed,
            "survivors": funnel.survivors,
            "findings": funnel.findings,
        },
    })
}

fn write(found: &Status, name: &str, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(
        out,
        "Session   {}, {} records",
        text::line(name),
        found.session.records
    )?;
    writeln!(out, "State     {}", state(found))?;
    let mut pace = Vec::new();
    if let Some(rate) = rate(found) {
        let when = if found.pulse.is_some() {
            "lately"
        } else {
            "in phase one"
        };
        pace.push(format!("{rate:.0} tokens/s {when}"));
    }
    if let Some(elapsed) = elapsed(found) {
        pace.push(format!("{} computed", span(elapsed)));
    }
    if let Some(told) = &found.pulse {
        pace.push(match told.left_s(found.at_ms) {
            Some((low, high)) if told.paused => {
                format!("{} to {} left once it goes on", span(low), span(high))
            }
            Some((low, high)) => format!("{} to {} left", span(low), span(high)),
            None => "time left not known".to_owned(),
        });
    }
    if !pace.is_empty() {
        writeln!(out, "Pace      {}", pace.join(", "))?;
    }
    let ago = |seconds: Option<f64>| seconds.map_or("none yet".to_owned(), |s| format!("{} ago", span(s)));
    let news = if found.pulse.is_some() {
        "sign of life"
    } else {
        "record"
    };
    writeln!(
        out,
        "Last      candidate {}, finding {}, {news} {}",
        ago(since(found, found.candidate_ms)),
        ago(since(found, found.finding_ms)),
        ago(silence(found)),
    )?;
    if let Some(told) = &found.pulse {
        let from = found.restore.map_or("from its beginning".to_owned(), |record| {
            format!("after record {record}")
        });
        writeln!(
            out,
            "Kill now  costs {} of computing: a resumed scan goes on {from}",
            span(told.cost_s(found.at_ms))
        )?;
    }
    if let (Stage::CutOff | Stage::Stopped, Some(record)) = (&found.stage, found.restore) {
        writeln!(
            out,
            "Resume    goes on after record {record}: what was computed until then is kept"
        )?;
    }
    let funnel = found.funnel;
    writeln!(
        out,
        "Funnel    {} leaks ({} distinct), {} candidates, {} probed, {} survivors, {} finding{}",
        funnel.leaks,
        funnel.distinct,
        funnel.candidates,
        funnel.probed,
        funnel.survivors,
        funnel.findings,
        if funnel.findings == 1 { "" } else { "s" },
    )?;
    Ok(())
}

/// Where the scan stands, in words.
fn state(found: &Status) -> String {
    let phase = found.phase.map_or(String::new(), |phase| {
        match found.pulse.and_then(|told| told.progress) {
            Some(progress) => format!(
                ", phase {}: {} of {}, {:.0} % of the whole",
                phase.name(),
                progress.done,
                progress.total,
                100.0 * progress.overall
            ),
            None => format!(" in phase {}", phase.name()),
        }
    });
    match &found.stage {
        Stage::NotBegun => "not begun".to_owned(),
        Stage::Opening => "opening the model".to_owned(),
        Stage::Running if found.pulse.is_some_and(|told| told.progress.is_none()) => {
            "running, measuring the model's speed".to_owned()
        }
        Stage::Running => format!("running{phase}"),
        Stage::Paused => format!("paused{phase}"),
        Stage::Stopped => "stopped before its end; `stakeout scan --resume` goes on".to_owned(),
        Stage::Complete => "complete".to_owned(),
        Stage::Failed(message) => format!("broke: {}", text::line(message)),
        Stage::CutOff if found.is_live => {
            format!("cut off{phase}; no scan runs, but another process has the session open")
        }
        Stage::CutOff => format!("cut off{phase}; `stakeout scan --resume` goes on"),
    }
}

/// Seconds as `7 s`, `12:34 min` or `1:02:03 h`.
fn span(seconds: f64) -> String {
    // A float beyond the range saturates in the cast.
    let whole = seconds.max(0.0) as u64;
    let (h, m, s) = (whole / 3600, whole / 60 % 60, whole % 60);
    match (h, m) {
        (0, 0) => format!("{s} s"),
        (0, _) => format!("{m}:{s:02} min"),
        _ => format!("{h}:{m:02}:{s:02} h"),
    }
}
