//! What can go wrong with a session file: each error says what, where and what to do. Nothing quoted from a file is shown raw.

use std::{
    io,
    path::{Path, PathBuf},
};

use rusqlite::{ErrorCode, ffi};

use crate::text;

/// What can go wrong with a session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// There is no such file.
    #[error("{}: no such session", shown(.path))]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A new session would overwrite something.
    #[error("{}: exists already", shown(.path))]
    Exists {
        /// What exists.
        path: PathBuf,
    },
    /// The file has no bytes.
    #[error("{}: the file is empty", shown(.path))]
    Empty {
        /// Which file.
        path: PathBuf,
    },
    /// Something else: a folder, another kind of file, another program's database.
    #[error("{}: not a Stakeout session", shown(.path))]
    NotASession {
        /// Which file.
        path: PathBuf,
    },
    /// Written by a later version of the program.
    #[error("{}: format {found} is newer than this program reads ({known})", shown(.path))]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest format this program knows.
        known: i64,
    },
    /// The system refused.
    #[error("{}: permission denied", shown(.path))]
    Permission {
        /// Which file.
        path: PathBuf,
    },
    /// A write was refused where a file may not grow further.
    #[error("{}: could not be written: no space left, a limit on the size of files, or a failing disk", shown(.path))]
    Unwritten {
        /// Which file.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("{}: no space left to save the session", shown(.path))]
    NoSpace {
        /// Which file.
        path: PathBuf,
    },
    /// Another process holds the file.
    #[error("{}: locked by another process", shown(.path))]
    Locked {
        /// Which file.
        path: PathBuf,
    },
    /// The session is open for reading only.
    #[error("{}: open for reading only", shown(.path))]
    ReadOnly {
        /// Which file.
        path: PathBuf,
    },
    /// Another process appended records since this one last looked.
    #[error("{}: another process has written to it", shown(.path))]
    Overtaken {
        /// Which file.
        path: PathBuf,
    },
    /// The database is damaged.
    #[error("{}: damaged: {}", shown(.path), text::line(.what))]
    Damaged {
        /// Which file.
        path: PathBuf,
        /// What SQLite says.
        what: String,
    },
    /// Nothing of a damaged file can be read.
    #[error("{}: no record can be read: there is nothing to rescue", shown(.path))]
    Lost {
        /// Which file.
        path: PathBuf,
    },
    /// A record is unreadable, missing or changed.
    #[error("{}: record {seq}: {}", shown(.path), text::line(.what))]
    Record {
        /// Which file.
        path: PathBuf,
        /// Which record.
        seq: u64,
        /// What is wrong with it.
        what: String,
    },
    /// Stored evidence is missing, unreadable or changed.
    #[error("{}: evidence {}: {}", shown(.path), text::line(.key), text::line(.what))]
    Evidence {
        /// Which file.
        path: PathBuf,
        /// Key or digest of the evidence.
        key: String,
        /// What is wrong with it.
        what: String,
    },
    /// A resumed scan does not repeat what is recorded.
    #[error("{}: record {seq} ({}) is not what the scan computes now", shown(.path), text::line(.kind))]
    Differs {
        /// Which file.
        path: PathBuf,
        /// Which record.
        seq: u64,
        /// Its kind.
        kind: String,
    },
    /// A fact that cannot be written and read back the same: a number that is not finite.
    #[error("{}: cannot record this {kind}: {}", shown(.path), text::line(.what))]
    Unrecordable {
        /// Which file.
        path: PathBuf,
        /// Kind of record.
        kind: &'static str,
        /// Why.
        what: String,
    },
    /// Undo was asked for a record that is not a ruling in force.
    #[error("{}: record {seq} is not a ruling that can be taken back", shown(.path))]
    NotARuling {
        /// Which file.
        path: PathBuf,
        /// Which record.
        seq: u64,
    },
    /// The file in which a scan tells how far it is cannot be read.
    #[error("{}: not what a running scan tells of itself: {}", shown(.path), text::line(.what))]
    Pulse {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Anything else the system or SQLite reports.
    #[error("{}: {}", shown(.path), text::line(.what))]
    Other {
        /// Which file.
        path: PathBuf,
        /// What it says.
        what: String,
    },
}

/// A path as it may be shown.
fn shown(path: &Path) -> text::Safe {
    text::line(&path.to_string_lossy())
}

/// What SQLite says when a file of the session cannot grow for another reason than a full disk.
const GROWING: [i32; 4] = [
    ffi::SQLITE_IOERR_WRITE,
    ffi::SQLITE_IOERR_FSYNC,
    ffi::SQLITE_IOERR_TRUNCATE,
    ffi::SQLITE_IOERR_SHMSIZE,
];

impl SessionError {
    /// What the system said about `path`.
    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Permission { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::NoSpace { path },
            io::ErrorKind::NotADirectory => Self::Other {
                path,
                what: "a part of the path is a file".to_owned(),
            },
            _ => Self::Other {
                path,
                what: error.to_string(),
            },
        }
    }

    /// What SQLite said about `path`.
    pub(super) fn sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let path = path.to_owned();
        let what = error.to_string();
        if error
            .sqlite_extended_error_code()
            .is_some_and(|code| GROWING.contains(&code))
        {
            return Self::Unwritten { path };
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::NoSpace { path },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::NotADatabase) => Self::NotASession { path },
            Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
                Self::Permission { path }
            }
            // No code: a value of the wrong type where a record should stand.
            Some(ErrorCode::DatabaseCorrupt) | None => Self::Damaged { path, what },
            Some(_) => Self::Other { path, what },
        }
    }

    /// What the analyst can do about it, in one sentence.
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "`stakeout sessions` lists the saved ones",
            Self::Exists { .. } => "name another file, or open this one with `stakeout open`",
            Self::Lost { .. } => "if it was a session, take it from a backup",
            Self::Empty { .. } => "it holds nothing to recover; start a new scan",
            Self::NotASession { .. } => {
                "`stakeout sessions` lists the saved ones; a model is scanned with `stakeout scan`"
            }
            Self::Newer { .. } => "update stakeout",
            Self::Permission { .. } => "check who may write there, or name another place with --session",
            Self::NoSpace { .. } | Self::Unwritten { .. } => {
                "free some space; nothing that was saved before is lost"
            }
            Self::Locked { .. } => "wait for the other process, or end it",
            Self::ReadOnly { .. } => {
                "another process is writing to it, or the file may not be written; close the other or copy the file"
            }
            Self::Overtaken { .. } => "open the session again to see what was added",
            Self::Damaged { .. } => "`stakeout salvage` rescues what is readable into a new file",
            Self::Record { .. } | Self::Evidence { .. } => {
                "the file was changed or damaged after it was written; `stakeout salvage` rescues what is readable"
            }
            Self::Differs { .. } => {
                "the model, the program or the machine changed since: nothing was overwritten; start a new scan"
            }
            Self::Unrecordable { .. } => "this is a fault in stakeout; what was recorded before stands",
            Self::NotARuling { .. } => "`stakeout history SESSION` shows every ruling",
            Self::Pulse { .. } => {
                "the session itself is not touched by it: remove that file, the scan writes it anew within a second or at \
                 its next step"
            }
            Self::Other { .. } => "check the disk the session is on",
        }
    }
}
