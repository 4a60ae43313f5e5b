//! `stakeout diff`: two sessions, or one at two of its records, beside each other: states, counts, findings, verdicts.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{
    DONE, Setting,
    args::{DiffArguments, ListFormat},
    case,
    failure::Failure,
};
use crate::{
    finding::{Finding, Verdict},
    report::{json as report, level_name},
    session::{ScanState, Session, compare, store::Store},
    text,
};

/// Name and version of the document.
const SCHEMA: &str = "stakeout.diff/1";

/// A session at a moment.
struct Side {
    /// What was typed.
    name: String,
    session: Session,
}

/// `stakeout diff`.
pub fn diff(setting: &Setting, arguments: &DiffArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let (left, right) = (side(setting, &arguments.left)?, side(setting, &arguments.right)?);
    match arguments.format {
        ListFormat::Text => write(&left, &right, out)?,
        ListFormat::Json => report::write_document(&document(&left, &right), out)?,
    }
    Ok(DONE)
}

fn side(setting: &Setting, named: &Path) -> Result<Side, Failure> {
    let name = named.to_string_lossy().into_owned();
    let (path, record) = moment(setting, named)?;
    let session = case::at(&Store::look(&path)?, record)?;
    Ok(Side { name, session })
}

/// The file and the record meant by NAME@RECORD. A file that is called so is meant itself.
fn moment(setting: &Setting, named: &Path) -> Result<(PathBuf, Option<u64>), Failure> {
    let whole = setting.paths.session(named);
    if whole.exists() {
        return Ok((whole, None));
    }
    let name = named.to_string_lossy();
    let number = |record: &str| record.chars().all(|c| c.is_ascii_digit());
    let parts = name.rsplit_once('@').filter(|(_, record)| number(record));
    let Some((name, record)) = parts else {
        return Ok((whole, None));
    };
    match record.parse::<u64>() {
        Ok(record) if record > 0 => Ok((setting.paths.session(Path::new(name)), Some(record))),
        _ => Err(Failure::Usage {
            what: format!("`{}` is no record of {}", text::line(record), text::line(name)),
            hint: "NAME@RECORD, with a number from 1; `stakeout history NAME` shows them".to_owned(),
        }),
    }
}

const fn state(session: &Session) -> &'static str {
    match session.scan {
        ScanState::Waiting => "not begun",
        ScanState::Running(phase) => phase.name(),
        ScanState::Complete => "complete",
        ScanState::Stopped => "stopped",
        ScanState::Failed(_) => "broke",
    }
}

fn counts(session: &Session) -> [(&'static str, u64); 6] {
    [
        ("records", session.records),
        ("leaks", session.leaks.len() as u64),
        ("candidates", session.candidate_count()),
        ("probed", session.race.probed.into()),
        ("survivors", session.race.survivors.into()),
        ("findings", session.findings.len() as u64),
    ]
}

/// Path and digest of what was scanned; empty before a scan began.
fn model(side: &Side) -> (&str, &str) {
    let started = side.session.started.as_ref();
    started.map_or(("", ""), |started| {
        (started.model.path.as_str(), started.model.sha256.as_str())
    })
}

fn document(left: &Side, right: &Side) -> Value {
    let compared = compare::sessions(&left.session, &right.session);
    let about = |side: &Side| {
        let counts: serde_json::Map<String, Value> = counts(&side.session)
            .into_iter()
            .map(|(name, count)| (name.to_owned(), count.into()))
            .collect();
        json!({
            "name": side.name,
            "model": {"path": model(side).0, "sha256": model(side).1},
            "state": state(&side.session),
            "counts": counts,
            "head": side.session.head,
        })
    };
    let found = |side: &Side, finding: &Finding| {
        json!({
            "id": finding.id,
            "trigger": finding.trigger,
            "level": finding.level,
            "confidence": finding.confidence,
            "verdict": side.session.verdict(&finding.id).map(report::ruling),
        })
    };
    let alone = |side: &Side, findings: &[Finding]| -> Vec<Value> {
        findings.iter().map(|finding| found(side, finding)).collect()
    };
    json!({
        "schema": SCHEMA,
        "left": about(left),
        "right": about(right),
        "only_left": alone(left, &compared.only_left),
        "only_right": alone(right, &compared.only_right),
        "both": compared
            .shared
            .iter()
            .map(|shared| json!({
                "same": shared.same,
                "left": found(left, &shared.left),
                "right": found(right, &shared.right),
            }))
            .collect::<Vec<_>>(),
    })
}

fn write(left: &Side, right: &Side, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "Left        {}", text::line(&left.name))?;
    writeln!(out, "Right       {}", text::line(&right.name))?;
    writeln!(
        out,
        "{:<11} {:>12} {:>12}",
        "state",
        state(&left.session),
        state(&right.session)
    )?;
    for ((name, before), (_, after)) in counts(&left.session).into_iter().zip(counts(&right.session)) {
        writeln!(out, "{name:<11} {before:>12} {after:>12}")?;
    }
    let ((path, digest), (other, other_digest)) = (model(left), model(right));
    if digest != other_digest {
        let (path, other) = (text::line(path), text::line(other));
        writeln!(out, "models      two different ones: {path}, and {other}")?;
    }
    let compared = compare::sessions(&left.session, &right.session);
    for finding in &compared.only_left {
        writeln!(out, "only left   {}", told(left, finding))?;
    }
    for finding in &compared.only_right {
        writeln!(out, "only right  {}", told(right, finding))?;
    }
    for shared in &compared.shared {
        let (before, after) = (told(left, &shared.left), told(right, &shared.right));
        if before == after {
            writeln!(out, "unchanged   {after}")?;
        } else {
            writeln!(out, "left        {before}\nright       {after}")?;
        }
    }
    Ok(())
}

fn told(side: &Side, finding: &Finding) -> String {
    let verdict = side.session.verdict(&finding.id).map(Verdict::words);
    format!(
        "{} {} {:.2} \"{}\" {}",
        text::line(&finding.id),
        level_name(finding.level),
        finding.confidence,
        text::clip(&text::line(&finding.trigger), 60),
        text::line(&verdict.unwrap_or_else(|| "not ruled on".to_owned())),
    )
}
