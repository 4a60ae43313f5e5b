//! The proof of what was looked at: a view of a finding as text, the data behind it and the command that prints it again, in a
//! folder beside the session.
//!
//! Invariant: one digest stands for all of it: the text names the record it was drawn at and the digest of the data.

use std::{
    fmt::Write as _,
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::export::{self, MOST, private};
use crate::{
    session::{Session, fingerprint},
    text,
    ui::{
        message::Message,
        state::{Screen, State},
        view::{origin::shell, page},
    },
};

/// Columns of the view: those `stakeout show --view` prints it with.
const COLUMNS: u16 = 100;

/// Writes the proof of the view shown.
pub fn write(state: &State, session: &Session) -> Message {
    let Screen::Finding(screen) = state.screen() else {
        return Message::Failed("not written: no finding is shown".to_owned());
    };
    let view = screen.tab.name().to_lowercase();
    match files(state, session, &screen.id, &view) {
        Ok((folder, digest)) => Message::Proved {
            finding: screen.id.clone(),
            view,
            folder,
            digest,
        },
        Err(error) => Message::Failed(format!("not written: {error}")),
    }
}

fn files(state: &State, session: &Session, id: &str, view: &str) -> Result<(PathBuf, String), String> {
    let finding = session
        .finding(id)
        .ok_or_else(|| format!("{id} is not recorded"))?;
    let data = serde_json::json!({
        "session": state.name,
        "record": session.records,
        "head": session.head,
        "finding": finding,
        "verdict": session.verdict(id),
    });
    let data = serde_json::to_string_pretty(&data).map_err(|error| error.to_string())?;
    let data = ascii(&data) + "\n";
    let command = format!(
        "stakeout show {} {} --at {} --view {view}\n",
        shell(&state.path.to_string_lossy()),
        shell(id),
        session.records
    );
    let page = page::text(state, session, COLUMNS, false).map_err(|error| error.to_string())?;
    let page = format!(
        "View      {view} of {}\nSession   {}, record {}, head {}\nData      finding.json, sha256 {}\nCommand   {command}\n{page}",
        text::line(id),
        text::line(&state.name),
        session.records,
        text::line(&session.head),
        fingerprint::digest(data.as_bytes()),
    );
    let told = |error: io::Error| error.to_string();
    let folder = folder(state, &format!("proof-{id}-{view}")).map_err(told)?;
    for (name, content) in [
        ("view.txt", &page),
        ("finding.json", &data),
        ("command.txt", &command),
    ] {
        let mut file = private().open(folder.join(name)).map_err(told)?;
        file.write_all(content.as_bytes()).map_err(told)?;
    }
    Ok((folder, fingerprint::digest(page.as_bytes())))
}

/// A new folder that nobody else looks into.
fn folder(state: &State, name: &str) -> io::Result<PathBuf> {
    let (folder, stem) = export::place(state, name);
    let made = |path: &Path| {
        let mut builder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path)
    };
    for number in 1..=MOST {
        let path = folder.join(match number {
            1 => stem.clone(),
            _ => format!("{stem}-{number}"),
        });
        match made(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other("there are too many proofs of this view"))
}

/// JSON in pure ASCII: what stands outside it, always inside a string, is escaped.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut units = [0; 2];
    for c in json.chars() {
        if matches!(c, ' '..='~' | '\n') {
            out.push(c);
        } else {
            for unit in c.encode_utf16(&mut units) {
                // Writing into a string does not fail.
                _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}
