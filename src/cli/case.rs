//! Work on a saved session without a screen: show, history, report. Everything the screen shows can be read here.

use std::{
    fs::OpenOptions,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::Value;

use super::{
    DONE, Setting,
    args::{
        DocumentFormat, HistoryArguments, ListFormat, ReportArguments, SarifProfile, ShowArguments, View,
    },
    failure::Failure,
};
use crate::{
    finding::Finding,
    report::{csv, html, json, markdown, plain, sarif},
    session::{
        Session,
        store::{self, Store},
    },
    text,
    ui::{
        effect::Effect,
        message::Message,
        state::{
            Screen, State,
            finding::{FindingScreen, Tab},
        },
        update,
        view::page,
    },
};

/// Columns of a view printed as text.
const COLUMNS: u16 = 100;

/// `stakeout show`.
pub fn show(setting: &Setting, arguments: &ShowArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let path = setting.paths.session(&arguments.session);
    let store = Store::look(&path)?;
    let session = at(&store, arguments.at)?;
    let views: &[View] = match (&arguments.view, &arguments.finding) {
        (Some(view), _) => &[*view],
        (None, Some(_)) if arguments.plain => &View::OF_FINDING,
        (None, None) if arguments.plain => &View::OF_SESSION,
        _ => &[],
    };
    if !views.is_empty() {
        let found = match &arguments.finding {
            Some(id) => Some(find(&session, &path, id)?),
            None => None,
        };
        for view in views {
            let page = printed(setting, (&store, &session), (*view, found), arguments.ascii)?;
            write!(out, "{page}")?;
        }
        return Ok(DONE);
    }
    match (&arguments.finding, arguments.format) {
        (None, ListFormat::Text) => plain::write(&session, out)?,
        (None, ListFormat::Json) => json::write(&session, out)?,
        (Some(id), ListFormat::Text) => plain::write_finding(&session, find(&session, &path, id)?, out)?,
        (Some(id), ListFormat::Json) => {
            let found = find(&session, &path, id)?;
            json::write_document(&json::finding(found, session.verdict(&found.id)), out)?;
        }
    }
    Ok(DONE)
}

/// The session as it was at a record; as it is where none is named.
pub fn at(store: &Store, record: Option<u64>) -> Result<Session, Failure> {
    let Some(record) = record else {
        return Ok(store.load()?);
    };
    match store.load_until(record, None)? {
        (session, Some(_)) => Ok(session),
        (session, None) => Err(Failure::Usage {
            what: format!(
                "{} has {} records and no record {record}",
                text::line(&store.path().to_string_lossy()),
                session.records
            ),
            hint: "`stakeout history SESSION` shows what happened at which record".to_owned(),
        }),
    }
}

/// A view of the screen as text.
fn printed(
    setting: &Setting,
    (store, session): (&Store, &Session),
    (view, found): (View, Option<&Finding>),
    ascii: bool,
) -> Result<String, Failure> {
    let tab = match view {
        View::Case | View::Facts => None,
        View::Overview => Some(Tab::Overview),
        View::Attention => Some(Tab::Attention),
        View::Entropy => Some(Tab::Entropy),
        View::Outputs => Some(Tab::Outputs),
        View::Stats => Some(Tab::Statistics),
        View::Trigger => Some(Tab::Trigger),
        View::Origin => Some(Tab::Origin),
        View::History => Some(Tab::History),
    };
    let screen = match (tab, found.or(session.findings.first())) {
        (Some(tab), Some(found)) => Screen::Finding(Box::new(FindingScreen::new(&found.id, tab))),
        (None, _) if view == View::Facts => Screen::Facts { scroll: 0 },
        _ => Screen::Case,
    };
    let mut state = State::new(setting.keymap.clone(), screen);
    state.name = store
        .path()
        .file_stem()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    for effect in update(&mut state, session, Message::Recorded) {
        if let Effect::Load { key } = effect {
            let pair = store
                .attention(session, &key)
                .map(Box::new)
                .map_err(|error| error.to_string());
            update(&mut state, session, Message::Loaded { key, pair });
        }
    }
    Ok(page::every_prompt(&state, session, COLUMNS, ascii)?)
}

/// The name beside this analyst's rulings.
pub fn author(setting: &Setting) -> String {
    match setting.config.author.trim() {
        "" => store::author(),
        name => name.to_owned(),
    }
}

/// `stakeout history`.
pub fn history(setting: &Setting, arguments: &HistoryArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    let path = setting.paths.session(&arguments.session);
    let session = Store::look(&path)?.load()?;
    let about = match &arguments.finding {
        Some(id) => Some(find(&session, &path, id)?.id.clone()),
        None => None,
    };
    match arguments.format {
        ListFormat::Text => plain::write_history(&session, about.as_deref(), out)?,
        ListFormat::Json => {
            let mut history = json::history(&session);
            history.retain(|deed| {
                let findings = deed.get("findings").and_then(Value::as_array);
                let is_about = |id: &str| findings.is_some_and(|all| all.iter().any(|one| one == id));
                about.as_deref().is_none_or(is_about)
            });
            let document = serde_json::json!({
                "history": history,
                "session": {"records": session.records, "head": session.head},
            });
            json::write_document(&document, out)?;
        }
    }
    Ok(DONE)
}

/// `stakeout report`.
pub fn report(setting: &Setting, arguments: &ReportArguments, out: &mut dyn Write) -> Result<u8, Failure> {
    if arguments.profile.is_some() && arguments.format != DocumentFormat::Sarif {
        return Err(Failure::Usage {
            what: "--profile says whom a SARIF document is for".to_owned(),
            hint: "give --format sarif with it, or leave it out".to_owned(),
        });
    }
    let session = Store::look(&setting.paths.session(&arguments.session))?.load()?;
    match &arguments.output {
        None => write(&session, arguments, out)?,
        Some(path) => save(&session, arguments, path)?,
    }
    Ok(DONE)
}

fn write(session: &Session, arguments: &ReportArguments, out: &mut dyn Write) -> io::Result<()> {
    let profile = match arguments.profile {
        None | Some(SarifProfile::Standard) => sarif::Profile::Standard,
        Some(SarifProfile::Github) => sarif::Profile::Github,
        Some(SarifProfile::Defectdojo) => sarif::Profile::Defectdojo,
    };
    match arguments.format {
        DocumentFormat::Text => plain::write(session, out),
        DocumentFormat::Json => json::write(session, out),
        DocumentFormat::Markdown => markdown::write(session, out),
        DocumentFormat::Sarif => sarif::write(session, profile, out),
        DocumentFormat::Html => html::write(session, out),
        DocumentFormat::Csv => csv::write(session, out),
    }
}

fn save(session: &Session, arguments: &ReportArguments, path: &Path) -> Result<(), Failure> {
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
    write(session, arguments, &mut out)
        .and_then(|()| out.flush())
        .map_err(unwritable)
}

/// The finding an analyst means.
pub fn find<'a>(session: &'a Session, path: &Path, id: &str) -> Result<&'a Finding, Failure> {
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
