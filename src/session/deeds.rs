//! The life of a session in phrases: what its history shows. Rulings, and what happened to the scan and the file.

use super::{
    Deed, Session,
    record::{Fact, Record},
};
use crate::scan::event::ScanEvent;

/// What a record that was just applied adds to the history, if it is about more than the scan's own work.
pub(super) fn of(session: &Session, record: &Record) -> Option<Deed> {
    let mut findings = Vec::new();
    let what = match &record.fact {
        Fact::Created { program } => format!("session created by stakeout {program}"),
        Fact::Scan { event } => match event {
            ScanEvent::Started(started) => {
                format!(
                    "scan of {} started, budget {}, seed {}",
                    started.model.path, started.budget, started.seed
                )
            }
            ScanEvent::Finished(finished) if finished.complete => {
                format!("scan complete, findings: {}", session.findings.len())
            }
            ScanEvent::Finished(_) => "scan stopped before its end".to_owned(),
            ScanEvent::Failed { message } => format!("scan broke: {message}"),
            _ => return None,
        },
        Fact::Resumed { program } => format!("scan resumed by stakeout {program}"),
        Fact::Baseline(baseline) => format!(
            "measured against {}, findings there: {}",
            baseline.name,
            baseline.findings.len()
        ),
        Fact::LeftOut { key, bytes } => {
            format!("evidence {key} not kept ({bytes} bytes): the room for evidence is used up")
        }
        Fact::Ruled {
            finding: id, verdict, ..
        } => {
            findings = vec![id.clone()];
            let severity = verdict
                .severity
                .map(|severity| format!(", severity {}", severity.name()))
                .unwrap_or_default();
            let note = if verdict.note.is_empty() { "" } else { ": " };
            format!("{id} is {}{severity}{note}{}", verdict.words(), verdict.note)
        }
        Fact::Undone { record } => {
            let (about, what) = group(session, *record);
            findings = about;
            format!("{what} taken back")
        }
        Fact::Redone { record } => {
            let (about, what) = group(session, *record);
            findings = about;
            format!("{what} put back")
        }
        Fact::Reread(reread) => format!("re-read blind: {}", reread.words()),
        Fact::Salvaged { from, lost } => format!("rescued from {from}, losses: {}", lost.len()),
        Fact::Stored { .. } | Fact::Computed { .. } => return None,
    };
    Some(Deed {
        record: record.seq,
        at_ms: record.at_ms,
        author: record.author.clone(),
        what,
        findings,
    })
}

/// The findings a group of rulings is about, and the group in words.
fn group(session: &Session, record: u64) -> (Vec<String>, String) {
    let rulings = session.rulings.iter().filter(|ruled| ruled.group == record);
    let about: Vec<String> = rulings.clone().map(|ruled| ruled.finding.clone()).collect();
    let verdict = rulings.map(|ruled| ruled.verdict.words()).next();
    let words = match (about.as_slice(), verdict) {
        ([only], Some(verdict)) => format!("{only}: {verdict}"),
        ([first, more @ ..], Some(verdict)) => format!("{first} and {} more: {verdict}", more.len()),
        _ => format!("record {record}"),
    };
    (about, words)
}
