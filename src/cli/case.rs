//! Work on a saved session without a screen: show, rule, history, verify, report. Everything the screen decides can be done here.

use std::{
    fs::OpenOptions,
    io::{self, BufWriter, Write},
    path::Path,
};

use jiff::Timestamp;

use super::{
    BROKEN, DONE, Setting, Streams,
    args::{MarkArguments, ReportArguments, ReportFormat, ShowArguments},
    failure::Failure,
};
use crate::{
    finding::{Finding, Verdict},
    report::{json, markdown, plain},
    session::{
        Session,
        error::SessionError,
        store::{self, Store},
    },
    text,
};

/// `stakeout show`.
pub fn show(setting: &Setting, arguments: &ShowArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let path = setting.paths.session(&arguments.session);
    let session = Store::open(&path)?.load()?;
    match &arguments.finding {
        None => plain::write(&session, out)?,
        Some(id) => plain::write_finding(&session, find(&session, &path, id)?, out)?,
    }
    Ok(DONE)
}

/// `stakeout mark`.
pub fn mark(setting: &Setting, arguments: MarkArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    if arguments.reason.trim().is_empty() {
        return Err(Failure::Usage {
            what: "a ruling needs a reason".to_owned(),
            hint: format!(
                "--reason takes any words, for example: {}",
                arguments.verdict.reasons().join(", ")
            ),
        });
    }
    let path = setting.paths.session(&arguments.session);
    let mut store = Store::open(&path)?;
    let session = store.load()?;
    let id = find(&session, &path, &arguments.finding)?.id.clone();
    store.rule(
        &id,
        Verdict {
            ruling: arguments.verdict,
            reason: arguments.reason,
            note: arguments.note,
            author: author(setting),
            at_ms: Timestamp::now().as_millisecond(),
        },
    )?;
    writeln!(out, "{}: {}, saved", text::line(&id), arguments.verdict.name())?;
    Ok(DONE)
}

/// The name beside this analyst's rulings.
pub fn author(setting: &Setting) -> String {
    match setting.config.author.trim() {
        "" => store::author(),
        name => name.to_owned(),
    }
}

/// `stakeout history`.
pub fn history(setting: &Setting, session: &Path, out: &mut dyn Write) -> Result<u8, Failure> {
    let session = Store::open(&setting.paths.session(session))?.load()?;
    plain::write_history(&session, out)?;
    Ok(DONE)
}

/// `stakeout verify`: a session that cannot be found or is none at all is an error, one that was changed is broken.
pub fn verify(setting: &Setting, session: &Path, streams: &mut Streams<'_>) -> Result<u8, Failure> {
    let verified = Store::open(&setting.paths.session(session)).and_then(|store| store.verify());
    match verified {
        Ok(verified) => {
            writeln!(
                streams.out,
                "intact: {} records, {} pieces of evidence\nhead: {}",
                verified.records,
                verified.evidence,
                text::line(&verified.head)
            )?;
            Ok(DONE)
        }
        Err(
            error @ (SessionError::Damaged { .. }
            | SessionError::Record { .. }
            | SessionError::Evidence { .. }),
        ) => {
            writeln!(streams.talk, "error: {error}\nhint: {}", error.hint())?;
            Ok(BROKEN)
        }
        Err(error) => Err(error.into()),
    }
}

/// `stakeout report`.
pub fn report(setting: &Setting, arguments: &ReportArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let session = Store::open(&setting.paths.session(&arguments.session))?.load()?;
    match &arguments.output {
        None => write(&session, arguments.format, out)?,
        Some(path) => save(&session, arguments.format, path)?,
    }
    Ok(DONE)
}

fn write(session: &Session, format: ReportFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        ReportFormat::Text => plain::write(session, out),
        ReportFormat::Json => json::write(session, out),
        ReportFormat::Markdown => markdown::write(session, out),
    }
}

fn save(session: &Session, format: ReportFormat, path: &Path) -> Result<(), Failure> {
    let unwritable = |reason| Failure::Unwritable {
        path: path.to_owned(),
        reason,
    };
    let created = OpenOptions::new().write(true).create_new(true).open(path);
    let file = created.map_err(|reason| match reason.kind() {
        io::ErrorKind::AlreadyExists => Failure::Exists {
            path: path.to_owned(),
        },
        _ => unwritable(reason),
    })?;
    let mut out = BufWriter::new(file);
    write(session, format, &mut out)
        .and_then(|()| out.flush())
        .map_err(unwritable)
}

fn find<'a>(session: &'a Session, path: &Path, id: &str) -> Result<&'a Finding, Failure> {
    session.finding(id).ok_or_else(|| Failure::NoFinding {
        path: path.to_owned(),
        id: id.to_owned(),
        known: session
            .findings
            .iter()
            .map(|finding| finding.id.clone())
            .collect(),
    })
}
