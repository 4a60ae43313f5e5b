//! The saved sessions of a folder, listed without loading them; one bad file never hides the others.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use rusqlite::Connection;

use super::{
    ScanState, Session,
    error::SessionError,
    lock, open,
    record::{Fact, Record},
};
use crate::finding::{Level, Ruling, Verdict};

/// Extension of a session file.
pub const EXTENSION: &str = "stakeout";

/// Longest model name in a file's name, in characters.
const NAME: usize = 40;

/// Findings by level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Levels {
    /// At level high.
    pub high: u32,
    /// At level medium.
    pub medium: u32,
    /// At level low.
    pub low: u32,
}

impl Levels {
    const fn add(&mut self, level: Level) {
        match level {
            Level::High => self.high += 1,
            Level::Medium => self.medium += 1,
            Level::Low => self.low += 1,
        }
    }
}

/// One saved session. Text is raw.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    /// The file.
    pub path: PathBuf,
    /// The file's name without its extension.
    pub name: String,
    /// Path of the model, as scanned ("demo" for the embedded one); empty before the scan began.
    pub model: String,
    /// Digest of the model, hex; empty before the scan began.
    pub digest: String,
    /// Budget of the scan.
    pub budget: String,
    /// Seed of the scan.
    pub seed: u64,
    /// When it was created, milliseconds since the epoch; when the file was last changed, if it cannot be read.
    pub created_ms: i64,
    /// Where the scan stands. Running and not `live`: it was cut off.
    pub state: ScanState,
    /// A process is writing to it now.
    pub live: bool,
    /// Findings by level.
    pub findings: Levels,
    /// Findings with a ruling in force.
    pub ruled: u32,
    /// Findings that nobody has ruled out: without a closing verdict, or true positives.
    pub standing: Levels,
    /// Size of the file and its journal, in bytes.
    pub size_bytes: u64,
    /// Why it cannot be read; what the records would say is then empty.
    pub error: Option<String>,
}

impl Entry {
    /// The scan began, did not reach its end, and nobody is working on it.
    pub const fn is_interrupted(&self) -> bool {
        !self.live && self.error.is_none() && !matches!(self.state, ScanState::Waiting | ScanState::Complete)
    }

    /// Number of findings.
    pub const fn total(&self) -> u32 {
        self.findings.high + self.findings.medium + self.findings.low
    }
}

/// The sessions of a folder, newest first. A folder that is missing or cannot be read has none.
pub fn list(dir: &Path) -> Vec<Entry> {
    let mut entries: Vec<Entry> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .filter_map(|found| Some(found.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION))
        .map(entry)
        .collect();
    entries.sort_by(|a, b| b.created_ms.cmp(&a.created_ms).then_with(|| a.path.cmp(&b.path)));
    entries
}

fn entry(path: PathBuf) -> Entry {
    let mut entry = Entry {
        name: path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        live: lock::is_held(&path),
        size_bytes: size(&path) + size(&lock::beside(&path, "-wal")),
        ..Entry::default()
    };
    match summary(&path) {
        Ok((session, levels)) => {
            for (id, level) in &levels {
                let verdict = session.verdict(id);
                entry.ruled += u32::from(verdict.is_some());
                entry.findings.add(*level);
                let ruling = verdict.map(Verdict::ruling);
                if ruling.is_none_or(|ruling| !ruling.closes() || ruling == Ruling::TruePositive) {
                    entry.standing.add(*level);
                }
            }
            entry.created_ms = session.created_ms;
            if let Some(started) = session.started {
                entry.model = started.model.path;
                entry.digest = started.model.sha256;
                entry.budget = started.budget;
                entry.seed = started.seed;
            }
            entry.state = session.scan;
        }
        Err(error) => {
            entry.created_ms = changed_ms(&path);
            entry.error = Some(error.to_string());
        }
    }
    entry.path = path;
    entry
}

/// Deletes a session with everything kept beside it; refuses while a process writes to it.
pub fn delete(path: &Path) -> Result<(), SessionError> {
    let io = |error: std::io::Error| SessionError::io(path, &error);
    let Some(lock) = lock::Lock::take(path).map_err(io)? else {
        return Err(SessionError::Locked {
            path: path.to_owned(),
        });
    };
    fs::remove_file(path).map_err(io)?;
    for suffix in [
        "-wal",
        "-shm",
        "-draft",
        "-draft-new",
        "-place",
        "-place-new",
        "-pulse",
        "-pulse-new",
    ] {
        // Most of them are not there.
        drop(fs::remove_file(lock::beside(path, suffix)));
    }
    drop(lock);
    Ok(())
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len())
}

fn changed_ms(path: &Path) -> i64 {
    fs::metadata(path)
        .and_then(|found| found.modified())
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .map_or(0, |since| since.as_millis() as i64)
}

/// A session made of the few records a list needs, and the level of each finding.
fn summary(path: &Path) -> Result<(Session, HashMap<String, Level>), SessionError> {
    let connection = open::read(path)?;
    let sqlite = |error: rusqlite::Error| SessionError::sqlite(path, &error);
    let mut session = Session::default();
    for (seq, at_ms, body) in milestones(&connection).map_err(sqlite)? {
        let fact: Fact = serde_json::from_str(&body).map_err(|error| SessionError::Record {
            path: path.to_owned(),
            seq,
            what: format!("cannot be read: {error}"),
        })?;
        session.apply(&Record {
            seq,
            at_ms,
            author: String::new(),
            fact,
            hash: String::new(),
        });
    }
    let levels = levels(&connection).map_err(sqlite)?;
    Ok((session, levels))
}

fn milestones(connection: &Connection) -> rusqlite::Result<Vec<(u64, i64, String)>> {
    connection
        .prepare(
            "SELECT seq, at_ms, body FROM record WHERE seq IN (
                 SELECT seq FROM record
                 WHERE kind IN ('created', 'started', 'phase', 'finished', 'failed', 'resumed', 'ruled', 'undone', 'redone'))
             ORDER BY seq",
        )?
        .query_map([], |row| {
            Ok((row.get::<_, i64>(0)? as u64, row.get(1)?, row.get(2)?))
        })?
        .collect()
}

fn levels(connection: &Connection) -> rusqlite::Result<HashMap<String, Level>> {
    connection
        .prepare("SELECT id, level FROM finding")?
        .query_map([], |row| {
            let level: String = row.get(1)?;
            Ok((
                row.get(0)?,
                match level.as_str() {
                    "high" => Level::High,
                    "medium" => Level::Medium,
                    _ => Level::Low,
                },
            ))
        })?
        .collect()
}

/// A readable name no file has yet: `demo-20261121-003000.stakeout` (UTC).
pub fn new_path(dir: &Path, model_name: &str, now_ms: i64) -> PathBuf {
    let time = jiff::Timestamp::from_millisecond(now_ms)
        .unwrap_or_default()
        .strftime("%Y%m%d-%H%M%S");
    let stem = format!("{}-{time}", plain_name(model_name));
    let numbered = |number: u32| match number {
        1 => dir.join(format!("{stem}.{EXTENSION}")),
        _ => dir.join(format!("{stem}-{number}.{EXTENSION}")),
    };
    (1..u32::MAX)
        .map(numbered)
        .find(|path| fs::symlink_metadata(path).is_err())
        .unwrap_or_else(|| numbered(u32::MAX))
}

/// The last part of a model's path in letters, digits, dots and dashes.
fn plain_name(model: &str) -> String {
    let last = model
        .rsplit(['/', '\\'])
        .find(|part| !part.is_empty())
        .unwrap_or(model);
    let mut name = String::new();
    for c in last.chars() {
        if c.is_ascii_alphanumeric() || c == '.' || c == '_' {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('-') {
            name.push('-');
        }
        if name.len() == NAME {
            break;
        }
    }
    let name = name.trim_matches(['-', '.']);
    if name.is_empty() {
        "model".to_owned()
    } else {
        name.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable_and_hold_nothing_a_shell_or_terminal_minds() {
        let dir = Path::new("sessions");
        let at = 1_795_221_000_000;
        for (model, file) in [
            ("demo", "demo-20261121-003000.stakeout"),
            (
                "/models/Qwen 2.5 (0.5B)/",
                "qwen-2.5-0.5b-20261121-003000.stakeout",
            ),
            ("../..", "model-20261121-003000.stakeout"),
            ("\u{1b}[31m\u{202e}", "31m-20261121-003000.stakeout"),
            ("", "model-20261121-003000.stakeout"),
        ] {
            assert_eq!(new_path(dir, model, at), dir.join(file), "{model:?}");
        }
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let dir = tempfile::tempdir().unwrap();
        let first = new_path(dir.path(), "demo", 0);
        fs::write(&first, "").unwrap();
        let second = new_path(dir.path(), "demo", 0);
        assert_eq!(second.file_name().unwrap(), "demo-19700101-000000-2.stakeout");
    }
}
