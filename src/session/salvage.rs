//! Rescues what is readable of a damaged session into a new one, and says what is lost. The damaged file is only read.
//!
//! Invariant: what is rescued is what was written: a record whose own hash does not match is lost, however readable it looks.

use std::{
    collections::HashMap,
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};

use super::{
    chain::Sealed,
    error::SessionError,
    record::Fact,
    store::{Store, author},
};

/// Sentences about losses kept, at most.
const MOST_LOSSES: usize = 200;
/// Record numbers looked for one by one after the last readable one.
const BEYOND: u64 = 64;

/// What was rescued.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rescued {
    /// Records.
    pub records: u64,
    /// Pieces of evidence.
    pub evidence: u64,
    /// What is lost, in sentences.
    pub lost: Vec<String>,
}

/// A record to keep, with what it refers to.
type Kept = (Sealed, Fact, Option<(String, Vec<u8>)>);

/// Where a rescued session goes if nobody says: `demo-salvaged.stakeout`.
pub fn beside(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}-salvaged.{}", super::library::EXTENSION))
}

/// Rescues the session at `path` into the new file `new`.
pub fn rescue(path: &Path, new: &Path) -> Result<Rescued, SessionError> {
    let found = fs::metadata(path).map_err(|error| SessionError::io(path, &error))?;
    if !found.is_file() {
        return Err(SessionError::NotASession {
            path: path.to_owned(),
        });
    }
    if fs::symlink_metadata(new).is_ok() {
        return Err(SessionError::Exists { path: new.to_owned() });
    }
    // Reading a damaged database can repair its journal: that is done to a copy.
    let io = |error: io::Error| SessionError::io(path, &error);
    let folder = tempfolder(new)?;
    let copy = folder.join("copy");
    let rescued = fs::copy(path, &copy)
        .and_then(
            |_| match fs::copy(super::lock::beside(path, "-wal"), folder.join("copy-wal")) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            },
        )
        .map_err(io)
        .and_then(|()| from_copy(path, &copy, new));
    drop(fs::remove_dir_all(&folder));
    rescued
}

/// A private folder beside the new file.
fn tempfolder(new: &Path) -> Result<PathBuf, SessionError> {
    let folder = super::lock::beside(new, &format!("-{}", std::process::id()));
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(&folder)
        .map_err(|error| SessionError::io(new, &error))?;
    Ok(folder)
}

fn from_copy(path: &Path, copy: &Path, new: &Path) -> Result<Rescued, SessionError> {
    let sqlite = |error: rusqlite::Error| SessionError::sqlite(path, &error);
    let connection = Connection::open_with_flags(
        copy,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(sqlite)?;
    connection
        .pragma_update(None, "trusted_schema", false)
        .map_err(sqlite)?;
    let mut rescued = Rescued::default();
    let records = records(&connection, &mut rescued.lost);
    // Rows that vanished with a page leave no other trace.
    let check = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get::<_, String>(0));
    match check.map_err(|error| error.to_string()) {
        Ok(check) if check == "ok" => {}
        Ok(what) | Err(what) => lose(&mut rescued.lost, format!("perhaps more: {what}")),
    }
    if records.is_empty() {
        return Err(SessionError::Damaged {
            path: path.to_owned(),
            what: "no record can be read: there is nothing to rescue".to_owned(),
        });
    }
    let mut kept = Vec::new();
    for (sealed, fact) in records {
        match stored(&connection, &fact) {
            Ok(bytes) => kept.push((sealed, fact, bytes)),
            Err(what) => lose(&mut rescued.lost, format!("{what} of record {}", sealed.seq)),
        }
    }
    renumber(&mut kept);
    let mut store = Store::create(new)?;
    for (sealed, fact, bytes) in kept {
        rescued.evidence += u64::from(matches!(fact, Fact::Stored { .. }));
        store.adopt(&sealed.author, sealed.at_ms, fact, bytes)?;
        rescued.records += 1;
    }
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    store.append(
        &author(),
        Fact::Salvaged {
            from: name,
            lost: rescued.lost.clone(),
        },
    )?;
    store.flush()?;
    Ok(rescued)
}

/// What a record refers to: its digest and bytes, or which evidence is lost.
fn stored(connection: &Connection, fact: &Fact) -> Result<Option<(String, Vec<u8>)>, String> {
    let (what, digest, length) = match fact {
        Fact::Stored { key, digest, bytes } => (format!("evidence {key}"), digest, *bytes),
        Fact::Computed { unit, digest, bytes } => (format!("unit {}", unit.number), digest, *bytes),
        _ => return Ok(None),
    };
    match blob(connection, digest, length) {
        Some(bytes) => Ok(Some((digest.clone(), bytes))),
        None => Err(what),
    }
}

/// Every record whose own hash matches, in order.
fn records(connection: &Connection, lost: &mut Vec<String>) -> Vec<(Sealed, Fact)> {
    let last: i64 = connection
        .query_row("SELECT max(seq) FROM record", [], |row| row.get(0))
        .unwrap_or_else(|error| {
            lose(lost, format!("how many records there were: {error}"));
            0
        });
    let mut found = Vec::new();
    let (mut seq, mut prev, mut misses) = (1_u64, None::<String>, 0);
    // Rows are fetched one by one: a scan over the table would end at the first page that is damaged.
    while seq <= last.max(0) as u64 || misses < BEYOND {
        let sealed = connection.query_row(
            "SELECT seq, at_ms, author, kind, body, prev, hash FROM record WHERE seq = ?1",
            [seq as i64],
            Sealed::from_row,
        );
        let read = sealed
            .map_err(|error| error.to_string())
            .and_then(|sealed| sealed.open().map(|fact| (sealed, fact)));
        match read {
            Ok((sealed, fact)) => {
                if prev.as_ref().is_some_and(|prev| *prev != sealed.prev) {
                    lose(lost, format!("record {seq} does not follow the record before it"));
                }
                prev = Some(sealed.hash.clone());
                misses = 0;
                found.push((sealed, fact));
            }
            Err(what) => {
                if seq <= last.max(0) as u64 {
                    lose(lost, format!("record {seq}: {what}"));
                    prev = None;
                }
                misses += 1;
            }
        }
        seq += 1;
    }
    found
}

/// Records in the new file start after its own first one, without gaps: rulings that others refer to get other numbers.
fn renumber(kept: &mut [Kept]) {
    let numbers: HashMap<u64, u64> = kept
        .iter()
        .zip(2_u64..)
        .map(|((sealed, ..), number)| (sealed.seq, number))
        .collect();
    let new = |old: u64| numbers.get(&old).copied().unwrap_or(0);
    for (_, fact, _) in kept {
        match fact {
            Fact::Undone { record } | Fact::Redone { record } => *record = new(*record),
            Fact::Ruled {
                group: Some(group), ..
            } => *group = new(*group),
            _ => {}
        }
    }
}

fn blob(connection: &Connection, digest: &str, length: u64) -> Option<Vec<u8>> {
    let bytes: Vec<u8> = connection
        .query_row("SELECT bytes FROM blob WHERE digest = ?1", [digest], |row| {
            row.get(0)
        })
        .ok()?;
    (bytes.len() as u64 == length && super::blob::digest(&bytes) == digest).then_some(bytes)
}

fn lose(lost: &mut Vec<String>, what: String) {
    match lost.len() {
        0..MOST_LOSSES => lost.push(what),
        MOST_LOSSES => lost.push("and more".to_owned()),
        _ => {}
    }
}
