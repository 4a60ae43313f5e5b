//! How a session file is made and opened. A file that is not a session is never written to, and never hangs the caller.

use std::{
    fs::{self, OpenOptions},
    io::{self, Read as _},
    path::Path,
    time::Duration,
};

use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::{
    error::SessionError,
    lock::{Lock, beside},
    schema::{self, Identity},
};

/// How long to wait for another process that is in the middle of a write.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open database, and the right to write to it.
pub(super) struct Opened {
    pub(super) connection: Connection,
    /// None: for reading only.
    pub(super) lock: Option<Lock>,
}

/// Makes a session of a new or empty file; `first` runs in the transaction that makes it one.
pub(super) fn create(
    path: &Path,
    first: impl FnOnce(&Connection) -> Result<(), SessionError>,
) -> Result<Opened, SessionError> {
    let io = |error: io::Error| SessionError::io(path, &error);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => SessionError::io(path, &io::ErrorKind::NotADirectory.into()),
            io::ErrorKind::NotFound => SessionError::Other {
                path: path.to_owned(),
                what: "its folder cannot be made there".to_owned(),
            },
            _ => io(error),
        })?;
    }
    let is_new = match private().create_new(true).open(path) {
        Ok(_) => true,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let found = fs::metadata(path).map_err(io)?;
            if !found.is_file() || found.len() > 0 {
                return Err(SessionError::Exists {
                    path: path.to_owned(),
                });
            }
            false
        }
        Err(error) => return Err(io(error)),
    };
    let opened = make(path, first);
    if opened.is_err() && is_new {
        // Nothing was promised yet; the reason it failed is what matters.
        drop(fs::remove_file(path));
    }
    opened
}

/// Leaked text may be confidential: only its owner reads a new session.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn make(
    path: &Path,
    first: impl FnOnce(&Connection) -> Result<(), SessionError>,
) -> Result<Opened, SessionError> {
    let sqlite = |error: rusqlite::Error| SessionError::sqlite(path, &error);
    let lock = Lock::take(path)
        .map_err(|error| SessionError::io(path, &error))?
        .ok_or_else(|| SessionError::Locked {
            path: path.to_owned(),
        })?;
    // Made beside its place and put there whole: a process killed on the way leaves no half of a session behind.
    let io = |error: io::Error| SessionError::io(path, &error);
    let new = beside(path, "-new");
    drop(fs::remove_file(&new));
    private().create_new(true).open(&new).map_err(io)?;
    let made = (|| {
        let mut connection = connect(&new, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(sqlite)?;
        let transaction = connection.transaction().map_err(sqlite)?;
        schema::make(&transaction).map_err(sqlite)?;
        first(&transaction)?;
        transaction.commit().map_err(sqlite)
    })();
    made.and_then(|()| fs::rename(&new, path).map_err(io))
        .inspect_err(|_| drop(fs::remove_file(&new)))?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(sqlite)?;
    write_ahead(&connection).map_err(sqlite)?;
    Ok(Opened {
        connection,
        lock: Some(lock),
    })
}

/// Opens a session: for writing if nobody else writes and the file may be written, else for reading.
pub(super) fn open(path: &Path) -> Result<Opened, SessionError> {
    let connection = read(path)?;
    // No lock can be taken where nothing may be written: that is a reader too.
    let Ok(Some(lock)) = Lock::take(path) else {
        return Ok(Opened {
            connection,
            lock: None,
        });
    };
    if let Identity::Older(format) =
        schema::identify(&connection).map_err(|error| SessionError::sqlite(path, &error))?
    {
        drop(connection);
        return Ok(match migrate(path, format) {
            Ok(()) => Opened {
                connection: connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
                    .and_then(|writer| write_ahead(&writer).map(|()| writer))
                    .map_err(|error| SessionError::sqlite(path, &error))?,
                lock: Some(lock),
            },
            // An older session that cannot be migrated can still be read.
            Err(_) => Opened {
                connection: read(path)?,
                lock: None,
            },
        });
    }
    let writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| SessionError::sqlite(path, &error))?;
    match writer.is_readonly(MAIN_DB).and_then(|is_read_only| {
        if !is_read_only {
            write_ahead(&writer)?;
        }
        Ok(!is_read_only)
    }) {
        Ok(true) => Ok(Opened {
            connection: writer,
            lock: Some(lock),
        }),
        Ok(false) => Ok(Opened {
            connection,
            lock: None,
        }),
        Err(error) => Err(SessionError::sqlite(path, &error)),
    }
}

/// Brings an older session to this format. The file as it was stays beside it, with its format in its name; the session is
/// replaced by its migrated copy at once or not at all.
fn migrate(path: &Path, format: i64) -> Result<(), SessionError> {
    let sqlite = |error: rusqlite::Error| SessionError::sqlite(path, &error);
    let io = |error: io::Error| SessionError::io(path, &error);
    let original = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(sqlite)?;
    // Whatever waits in a journal goes into the file first, or the copy would not have it.
    close(&original).map_err(sqlite)?;
    drop(original);
    let copy = beside(path, "-migrating");
    fs::copy(path, &copy).map_err(io)?;
    let migrated = (|| {
        let mut connection = connect(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(sqlite)?;
        let transaction = connection.transaction().map_err(sqlite)?;
        schema::migrate(&transaction).map_err(sqlite)?;
        transaction.commit().map_err(sqlite)?;
        drop(connection);
        fs::copy(path, beside(path, &format!("-format{format}"))).map_err(io)?;
        fs::File::open(&copy)
            .and_then(|file| file.sync_all())
            .map_err(io)?;
        fs::rename(&copy, path).map_err(io)
    })();
    if migrated.is_err() {
        // The session itself was not touched.
        drop(fs::remove_file(&copy));
    }
    migrated
}

/// Opens a session for reading, having made sure that it is one.
pub(super) fn read(path: &Path) -> Result<Connection, SessionError> {
    let sqlite = |error: rusqlite::Error| SessionError::sqlite(path, &error);
    let found = fs::metadata(path).map_err(|error| SessionError::io(path, &error))?;
    if !found.is_file() {
        return Err(SessionError::NotASession {
            path: path.to_owned(),
        });
    }
    if found.len() == 0 {
        return Err(SessionError::Empty {
            path: path.to_owned(),
        });
    }
    recover(path);
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(sqlite)?;
    match schema::identify(&connection).map_err(sqlite)? {
        Identity::Session | Identity::Older(_) => Ok(connection),
        Identity::Newer(found) => Err(SessionError::Newer {
            path: path.to_owned(),
            found,
            known: schema::FORMAT,
        }),
        Identity::Foreign => Err(SessionError::NotASession {
            path: path.to_owned(),
        }),
    }
}

/// Finishes what a killed process left half done: a reader may not, and would be refused. Only for a session, and only when
/// nobody writes to it.
fn recover(path: &Path) {
    if !beside(path, "-journal").exists() || !is_marked(path) {
        return;
    }
    if let Ok(Some(_lock)) = Lock::take(path)
        && let Ok(connection) = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    {
        // The first look at the file rolls the journal back; whatever is wrong is found by the reader that follows.
        let _ = schema::identify(&connection);
    }
}

/// Do the file's first bytes say that it is a session?
fn is_marked(path: &Path) -> bool {
    let mut head = [0; 72];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head.ends_with(&(schema::APPLICATION_ID as u32).to_be_bytes())
}

fn connect(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(PATIENCE)?;
    // A session may come from anywhere: its views and triggers call nothing that reaches outside of it.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// Readers beside the writer, as long as there is one.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))
}

/// Leaves one plain file behind, unless a reader still needs the journal.
pub(super) fn close(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::ZERO)?;
    connection.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))
}
