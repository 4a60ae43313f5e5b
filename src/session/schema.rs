//! The tables, triggers and views of a session file, and how a file is recognised as one.
//!
//! | name | what it holds |
//! |---|---|
//! | `record` | every fact, in order: `seq` from 1 without gaps, `at_ms` since the epoch, `author`, `kind`, `body` (JSON), `prev` and `hash` (the chain, see [`super::chain`]) |
//! | `blob` | evidence too large for a record, by SHA-256: safetensors files (see [`super::blob`]) |
//! | `leak` | one row per leak with its text and sampling settings |
//! | `finding` | the newest form of each finding |
//! | `ruling` | who ruled what and when, and what took it back |
//!
//! `SELECT * FROM leak WHERE instr(text, 'some string')` and `SELECT * FROM ruling` in `sqlite3` answer the two
//! commonest questions. Triggers refuse every change to a record or a blob.

use rusqlite::Connection;

/// `PRAGMA application_id` of a session file: "StkO" in ASCII.
pub(super) const APPLICATION_ID: i64 = 0x5374_6b4f;

/// The newest `PRAGMA user_version`: raised when an older program could no longer read the file. 3 is a file in which a blind
/// re-reading is recorded.
pub(super) const FORMAT: i64 = 3;

/// The `PRAGMA user_version` a session begins with.
const MADE: i64 = 2;

/// Everything but the view of rulings.
const SCHEMA: &str = "
PRAGMA application_id = 0x53746b4f;
PRAGMA user_version = 2;

CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    author TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL
) STRICT;
CREATE INDEX record_kind ON record (kind);

CREATE TABLE blob (digest TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT;

CREATE TRIGGER record_insert BEFORE INSERT ON record
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM record)
BEGIN SELECT raise(ABORT, 'records are numbered without gaps'); END;
CREATE TRIGGER record_update BEFORE UPDATE ON record
BEGIN SELECT raise(ABORT, 'records are only ever appended'); END;
CREATE TRIGGER record_delete BEFORE DELETE ON record
BEGIN SELECT raise(ABORT, 'records are only ever appended'); END;
CREATE TRIGGER blob_update BEFORE UPDATE ON blob
BEGIN SELECT raise(ABORT, 'evidence is never changed'); END;
CREATE TRIGGER blob_delete BEFORE DELETE ON blob
BEGIN SELECT raise(ABORT, 'evidence is never deleted'); END;

CREATE VIEW leak AS SELECT
    seq,
    json_extract(body, '$.id') AS id,
    json_extract(body, '$.arm') AS arm,
    json_extract(body, '$.sampling.temperature') AS temperature,
    json_extract(body, '$.sampling.top_k') AS top_k,
    json_extract(body, '$.sampling.top_p') AS top_p,
    body -> '$.sampling.seed' AS seed,
    json_extract(body, '$.entropy') AS entropy,
    json_extract(body, '$.text') AS text
FROM record WHERE kind = 'leak';

CREATE VIEW finding AS SELECT
    seq,
    json_extract(body, '$.id') AS id,
    json_extract(body, '$.level') AS level,
    json_extract(body, '$.confidence') AS confidence,
    json_extract(body, '$.kind') AS kind,
    json_extract(body, '$.trigger') AS trigger_text,
    json_extract(body, '$.core') AS core,
    json_extract(body, '$.support') AS support,
    json_extract(body, '$.p') AS p,
    json_extract(body, '$.q') AS q
FROM record WHERE seq IN (
    SELECT max(seq) FROM record WHERE kind = 'finding' GROUP BY json_extract(body, '$.id')
);
";

/// How rulings were shown in format 1, which knew nothing of groups and of putting back.
const RULING_1: &str = "CREATE VIEW ruling AS SELECT
    ruled.seq AS seq,
    strftime('%Y-%m-%d %H:%M:%S', ruled.at_ms / 1000, 'unixepoch') AS at_utc,
    ruled.author AS author,
    json_extract(ruled.body, '$.finding') AS finding,
    json_extract(ruled.body, '$.verdict.ruling') AS ruling,
    json_extract(ruled.body, '$.verdict.reason') AS reason,
    json_extract(ruled.body, '$.verdict.note') AS note,
    (SELECT min(undone.seq) FROM record AS undone
        WHERE undone.kind = 'undone' AND json_extract(undone.body, '$.record') = ruled.seq) AS undone_by
FROM record AS ruled WHERE ruled.kind = 'ruled';";

/// How rulings are shown.
const RULING: &str = "CREATE VIEW ruling AS SELECT
    ruled.seq AS seq,
    strftime('%Y-%m-%d %H:%M:%S', ruled.at_ms / 1000, 'unixepoch') AS at_utc,
    ruled.author AS author,
    json_extract(ruled.body, '$.finding') AS finding,
    json_extract(ruled.body, '$.verdict.ruling') AS ruling,
    json_extract(ruled.body, '$.verdict.reason') AS reason,
    json_extract(ruled.body, '$.verdict.until') AS until,
    json_extract(ruled.body, '$.verdict.of') AS duplicate_of,
    json_extract(ruled.body, '$.verdict.severity') AS severity,
    json_extract(ruled.body, '$.verdict.note') AS note,
    json_extract(ruled.body, '$.group') AS made_with,
    (SELECT CASE turned.kind WHEN 'undone' THEN turned.seq END FROM record AS turned
        WHERE turned.kind IN ('undone', 'redone')
        AND json_extract(turned.body, '$.record') = coalesce(json_extract(ruled.body, '$.group'), ruled.seq)
        ORDER BY turned.seq DESC LIMIT 1) AS undone_by
FROM record AS ruled WHERE ruled.kind = 'ruled';";

/// Makes an empty database a session; to be run inside one transaction.
pub(super) fn make(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(SCHEMA)?;
    connection.execute_batch(RULING)
}

/// Brings a session of an older format to this one; to be run inside one transaction, on a copy. No record changes.
pub(super) fn migrate(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch("DROP VIEW ruling;")?;
    connection.execute_batch(RULING)?;
    connection.pragma_update(None, "user_version", MADE)
}

/// What a database turned out to be.
pub(super) enum Identity {
    /// A session of this format.
    Session,
    /// A session of an older format.
    Older(i64),
    /// A session of a newer format.
    Newer(i64),
    /// Something else.
    Foreign,
}

/// Reads what a database is, without changing it.
pub(super) fn identify(connection: &Connection) -> rusqlite::Result<Identity> {
    let application: i64 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    let format: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if application != APPLICATION_ID || format < 1 {
        return Ok(Identity::Foreign);
    }
    if format > FORMAT {
        return Ok(Identity::Newer(format));
    }
    let tables: i64 = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('record', 'blob')",
        [],
        |row| row.get(0),
    )?;
    Ok(match tables {
        2 if format < MADE => Identity::Older(format),
        2 => Identity::Session,
        _ => Identity::Foreign,
    })
}

/// True when tables, triggers and views are exactly those of the file's format.
pub(super) fn is_intact(connection: &Connection) -> rusqlite::Result<bool> {
    let format: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let fresh = Connection::open_in_memory()?;
    fresh.execute_batch(SCHEMA)?;
    fresh.execute_batch(if format < 2 { RULING_1 } else { RULING })?;
    Ok(definitions(connection)? == definitions(&fresh)?)
}

fn definitions(connection: &Connection) -> rusqlite::Result<Vec<(String, Option<String>)>> {
    connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY name")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}
