//! The database file: its schema, and opening it.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};

use crate::StoreError;

/// The name of the file.
pub(crate) const FILE: &str = "sessions.sqlite3";

/// The migrations of the schema. `PRAGMA user_version` is the number of migrations that were
/// applied. Never change a released migration.
const STEPS: &[&str] = &[
    "
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY,
        reference_hash BLOB NOT NULL UNIQUE,
        session_id TEXT NOT NULL UNIQUE,
        person TEXT,
        device TEXT NOT NULL,
        address TEXT NOT NULL,
        session_values TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL,
        -- When the session ends; once it has ended, when its row may go.
        expires_at INTEGER NOT NULL,
        -- Why it ended, or NULL. Of a session that has ended nothing personal is kept.
        ended TEXT
    ) STRICT;
    CREATE INDEX living_sessions_by_expiry ON sessions (expires_at) WHERE ended IS NULL;
    CREATE INDEX ended_sessions_by_expiry ON sessions (expires_at) WHERE ended IS NOT NULL;
    CREATE INDEX sessions_by_person ON sessions (person);
    CREATE TABLE consumed_sign_ins (
        flow_hash BLOB PRIMARY KEY,
        expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX consumed_sign_ins_by_expiry ON consumed_sign_ins (expires_at);
",
    "
    -- Not only sign-ins happen once.
    ALTER TABLE consumed_sign_ins RENAME TO claims;
    ALTER TABLE claims RENAME COLUMN flow_hash TO name_hash;
    DROP INDEX consumed_sign_ins_by_expiry;
    CREATE INDEX claims_by_expiry ON claims (expires_at);
    ALTER TABLE claims ADD COLUMN what TEXT NOT NULL DEFAULT '';
",
    "
    CREATE TABLE kept (
        name_hash BLOB PRIMARY KEY,
        value TEXT NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX kept_by_expiry ON kept (expires_at);
",
    "
    -- Until now a person's name was their address.
    ALTER TABLE sessions ADD COLUMN email TEXT;
    UPDATE sessions SET email = person;
    CREATE INDEX sessions_by_email ON sessions (email);
",
    "
    -- Until now each value was JSON within a text of JSON.
    UPDATE sessions SET session_values =
        (SELECT json_group_object(key, json(value)) FROM json_each(session_values));
",
    "
    ALTER TABLE sessions ADD COLUMN method TEXT NOT NULL DEFAULT '';
    -- In seconds, where they are shorter than those of all sessions.
    ALTER TABLE sessions ADD COLUMN idle_timeout INTEGER NOT NULL DEFAULT 9223372036854775807;
    ALTER TABLE sessions ADD COLUMN absolute_timeout INTEGER NOT NULL DEFAULT 9223372036854775807;
",
];

/// Returns the path of the file in this folder. Creates it if it doesn't exist.
pub(super) fn create(data_dir: &Path) -> Result<PathBuf, StoreError> {
    let path = data_dir.join(FILE);
    let is_new = !path.exists();
    // SQLite gives its other files the mode of this one.
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
    // SQLite would treat an empty file as a new database.
    if !is_new && file.metadata()?.len() == 0 {
        return Err(StoreError::Damaged("the file is empty".to_owned()));
    }
    Ok(path)
}

pub(super) fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // No process locks the file for long, and requests should fail rather than wait.
    connection.busy_timeout(Duration::from_millis(500))?;
    // A commit returns once it is on disk, so that a session is never lost after its cookie was
    // sent.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // Larger than the number of statements, so that each is prepared only once.
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Checks the file and migrates an older schema. For a hundred thousand sessions, this takes a
/// tenth of a second. Leaves an unusable file unchanged.
pub(super) fn begin(connection: &mut Connection) -> Result<(), StoreError> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(StoreError::Damaged(found));
    }
    take_steps(connection)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
    Ok(())
}

fn take_steps(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let taken: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if usize::try_from(taken).is_ok_and(|taken| taken > STEPS.len()) {
        return Err(StoreError::TooNew);
    }
    for (number, step) in (1_i64..).zip(STEPS) {
        if number > taken {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", number)?;
        }
    }
    Ok(transaction.commit()?)
}
