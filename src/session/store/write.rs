//! How records and evidence get into the file: in one transaction, onto the end of the chain or not at all.

use rusqlite::{Connection, TransactionBehavior, params};

use super::{Head, Pending, Sync};
use crate::session::{
    chain::{GENESIS, Sealed},
    schema,
};

/// The last record in the file; number 0 when there is none.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<Head> {
    let found = connection.query_row(
        "SELECT seq, hash FROM record ORDER BY seq DESC LIMIT 1",
        [],
        |row| {
            Ok(Head {
                seq: row.get::<_, i64>(0)?.max(0) as u64,
                hash: row.get(1)?,
            })
        },
    );
    match found {
        Err(rusqlite::Error::QueryReturnedNoRows) => Ok(Head {
            seq: 0,
            hash: GENESIS.to_owned(),
        }),
        found => found,
    }
}

pub(super) fn insert(connection: &Connection, sealed: &Sealed) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO record (seq, at_ms, author, kind, body, prev, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
        .execute(params![
            sealed.seq as i64,
            sealed.at_ms,
            sealed.author,
            sealed.kind,
            sealed.body,
            sealed.prev,
            sealed.hash
        ])
        .map(|_| ())
}

/// Writes evidence and records in one transaction, if the file still ends at `on_disk`; false if it does not.
pub(super) fn commit(
    connection: &mut Connection,
    on_disk: &Head,
    records: &[Pending],
    sync: Sync,
) -> rusqlite::Result<bool> {
    let synchronous = if sync == Sync::Now { "FULL" } else { "NORMAL" };
    connection.pragma_update(None, "synchronous", synchronous)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if head(&transaction)? != *on_disk {
        return Ok(false);
    }
    if records.iter().any(|pending| pending.sealed.kind == "reread") {
        // A program that does not know this record has to refuse the file, not to call it broken.
        transaction.pragma_update(None, "user_version", schema::FORMAT)?;
    } else if records.is_empty() {
        // A transaction that writes nothing would not wait for the disk.
        let format: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        transaction.pragma_update(None, "user_version", format)?;
    }
    for Pending { sealed, stored } in records {
        if let Some((digest, bytes)) = stored {
            transaction
                .prepare_cached("INSERT INTO blob (digest, bytes) VALUES (?1, ?2) ON CONFLICT DO NOTHING")?
                .execute(params![digest, bytes])?;
        }
        insert(&transaction, sealed)?;
    }
    transaction.commit()?;
    Ok(true)
}
