//! The embedded engine: one SQLite file.
//!
//! Reads are point look-ups of a few microseconds, made inline on a connection of the worker thread
//! (handing them to another thread costs ten times the read). Writes wait for the disk, so they go
//! to a blocking thread, through the one connection that writes.

use std::cell::OnceCell;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::web;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Dates, Hash, Row, StoreError};

const FILE: &str = "sessions.sqlite3";

/// The layout of the file. `PRAGMA user_version` counts the steps that a file has taken; a step,
/// once released, is never changed.
const STEPS: &[&str] = &["
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY,
        reference_hash BLOB NOT NULL UNIQUE,
        session_id TEXT NOT NULL UNIQUE,
        person TEXT,
        session_values TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        last_seen_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX sessions_by_expiry ON sessions (expires_at);
    CREATE INDEX sessions_by_person ON sessions (person);
    CREATE TABLE consumed_sign_ins (
        flow_hash BLOB PRIMARY KEY,
        expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX consumed_sign_ins_by_expiry ON consumed_sign_ins (expires_at);
"];

/// How many expired rows of a table a write takes away with it: more than one, so that they
/// become fewer; not many, so that nobody waits for it.
const PURGED_AT_ONCE: i64 = 50;

#[derive(Clone)]
pub(super) struct Opener {
    path: PathBuf,
    writer: Arc<Mutex<Connection>>,
}

#[derive(Clone)]
pub(super) struct Sqlite {
    opener: Opener,
    reader: Rc<OnceCell<Connection>>,
}

impl Opener {
    pub(super) fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let path = data_dir.join(FILE);
        // SQLite's other files take their mode from this one.
        OpenOptions::new().create(true).append(true).mode(0o600).open(&path)?;
        let mut writer = connect(&path)?;
        take_steps(&mut writer)?;
        Ok(Self { path, writer: Arc::new(Mutex::new(writer)) })
    }

    pub(super) fn for_this_thread(&self) -> Sqlite {
        Sqlite { opener: self.clone(), reader: Rc::default() }
    }
}

fn connect(path: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Nobody holds the file for long; a request had rather fail than wait.
    connection.busy_timeout(Duration::from_millis(500))?;
    // A commit returns when the disk has it: a session that a browser was told of is never lost.
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn take_steps(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
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

impl Sqlite {
    pub(super) fn load(&self, hash: &Hash) -> Result<Option<Row>, StoreError> {
        let mut select = self.reader()?.prepare_cached(
            "SELECT session_id, person, session_values, created_at, last_seen_at
             FROM sessions WHERE reference_hash = ?1",
        )?;
        let row = select.query_row([hash], |row| {
            Ok(Row {
                id: row.get(0)?,
                person: row.get(1)?,
                values: row.get(2)?,
                dates: Dates { created_at: row.get(3)?, last_seen_at: row.get(4)? },
            })
        });
        Ok(row.optional()?)
    }

    pub(super) fn ping(&self) -> Result<(), StoreError> {
        Ok(self.reader()?.query_row(
            "SELECT count(*) FROM sessions WHERE id = 0",
            [],
            |_| Ok(()),
        )?)
    }

    pub(super) async fn insert(
        &self,
        hash: Hash,
        row: Row,
        expires_at: i64,
        now: i64,
        replacing: Option<Hash>,
    ) -> Result<(), StoreError> {
        self.write(move |db| {
            let transaction = db.transaction()?;
            purge(&transaction, "sessions", now)?;
            if let Some(replaced) = replacing {
                delete(&transaction, replaced)?;
            }
            transaction.execute(
                "INSERT INTO sessions
                 (reference_hash, session_id, person, session_values, created_at, last_seen_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![hash, row.id, row.person, row.values, row.dates.created_at, row.dates.last_seen_at, expires_at],
            )?;
            transaction.commit()
        })
        .await
    }

    pub(super) async fn update(
        &self,
        hash: Hash,
        person: Option<String>,
        values: String,
    ) -> Result<(), StoreError> {
        self.write(move |db| {
            db.execute(
                "UPDATE sessions SET person = ?2, session_values = ?3 WHERE reference_hash = ?1",
                params![hash, person, values],
            )
            .map(drop)
        })
        .await
    }

    pub(super) async fn seen(
        &self,
        hash: Hash,
        at: i64,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        self.write(move |db| {
            db.execute(
                "UPDATE sessions SET last_seen_at = ?2, expires_at = ?3 WHERE reference_hash = ?1",
                params![hash, at, expires_at],
            )
            .map(drop)
        })
        .await
    }

    pub(super) async fn delete(&self, hash: Hash) -> Result<(), StoreError> {
        self.write(move |db| delete(db, hash)).await
    }

    pub(super) async fn consume_sign_in(
        &self,
        flow: Hash,
        expires_at: i64,
        now: i64,
    ) -> Result<bool, StoreError> {
        self.write(move |db| {
            let transaction = db.transaction()?;
            purge(&transaction, "consumed_sign_ins", now)?;
            let inserted = transaction.execute(
                "INSERT INTO consumed_sign_ins (flow_hash, expires_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                params![flow, expires_at],
            )?;
            transaction.commit()?;
            Ok(inserted == 1)
        })
        .await
    }

    fn reader(&self) -> Result<&Connection, StoreError> {
        if let Some(reader) = self.reader.get() {
            return Ok(reader);
        }
        let reader = connect(&self.opener.path)?;
        Ok(self.reader.get_or_init(|| reader))
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, rusqlite::Error> + Send + 'static,
    ) -> Result<T, StoreError> {
        let writer = Arc::clone(&self.opener.writer);
        let done =
            web::block(move || work(&mut writer.lock().unwrap_or_else(PoisonError::into_inner)));
        Ok(done.await.map_err(|_| StoreError::Closing)??)
    }
}

fn delete(db: &Connection, hash: Hash) -> Result<(), rusqlite::Error> {
    db.execute("DELETE FROM sessions WHERE reference_hash = ?1", [hash]).map(drop)
}

/// Takes a few expired rows away. `table` is one of ours, never input.
fn purge(db: &Connection, table: &str, now: i64) -> Result<(), rusqlite::Error> {
    let key = if table == "sessions" { "id" } else { "flow_hash" };
    let mut delete = db.prepare_cached(&format!(
        "DELETE FROM {table} WHERE {key} IN (SELECT {key} FROM {table} WHERE expires_at <= ?1 LIMIT ?2)"
    ))?;
    delete.execute([now, PURGED_AT_ONCE]).map(drop)
}
