//! The embedded engine, in one SQLite file.
//!
//! Reads take a few microseconds. They are made on the worker thread, with a separate connection,
//! because passing them to another thread would take ten times as long. Writes wait for the disk,
//! so a separate thread makes them.

mod file;
mod writer;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, named_params, params};

pub(super) use file::FILE;
use writer::Writer;

use crate::counters::Counters;
use crate::engine::{Engine, NewRow, Renewal, Revocation};
use crate::{
    Dates, EndReason, Hash, Lifetimes, NewSession, RateLimitHit, RevokeScope, Row, SessionFilter,
    StoreError,
};

/// Selects the columns that [`row`] reads.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT session_id, person, device, address, session_values, created_at, last_seen_at,
                 ended, method, idle_timeout, absolute_timeout
             FROM sessions WHERE ",
            $condition
        )
    };
}

#[derive(Clone)]
pub(super) struct Opener {
    counters: Counters,
    path: PathBuf,
    writer: Arc<Writer>,
}

#[derive(Clone)]
pub(super) struct Sqlite {
    opener: Opener,
    reader: Rc<OnceCell<Connection>>,
}

impl Opener {
    pub(super) fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let path = file::create(data_dir)?;
        let mut connection = file::connect(&path)?;
        file::begin(&mut connection)?;
        let writer = Arc::new(Writer::start(connection)?);
        Ok(Self { counters: Counters::default(), path, writer })
    }

    pub(super) fn for_this_thread(&self) -> Sqlite {
        Sqlite { opener: self.clone(), reader: Rc::default() }
    }
}

impl Engine for Sqlite {
    async fn find(&self, hash: Hash) -> Result<Option<Row>, StoreError> {
        let mut select = self.reader()?.prepare_cached(select!("reference_hash = ?1"))?;
        Ok(select.query_row([hash], row).optional()?)
    }

    async fn list(&self, filter: &SessionFilter) -> Result<Vec<Row>, StoreError> {
        let (column, name) = column_and_name(filter);
        let sql = format!(select!("{} = ?1 ORDER BY last_seen_at DESC, id DESC"), column);
        let mut select = self.reader()?.prepare_cached(&sql)?;
        let rows = select.query_map([name], row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Reads one index, which takes a few milliseconds for a hundred thousand sessions.
    async fn count(&self, now: i64) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM sessions WHERE ended IS NULL AND expires_at > ?1";
        let sessions: i64 =
            self.reader()?.prepare_cached(sql)?.query_row([now], |row| row.get(0))?;
        Ok(sessions.unsigned_abs())
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let none = "SELECT count(*) FROM sessions WHERE id = 0";
        Ok(self.reader()?.query_row(none, [], |_| Ok(()))?)
    }

    async fn insert(&self, new: NewRow) -> Result<(), StoreError> {
        let too_many = end_those(
            "id IN (SELECT id FROM sessions WHERE person = :person
             ORDER BY last_seen_at DESC, id DESC LIMIT -1 OFFSET :at_most)",
        );
        let insert = move |db: &Connection| {
            if let Some(replaced) = new.replacing {
                delete(db, replaced)?;
            }
            let (session, dates) = (&new.row.session, &new.row.dates);
            let (idle_timeout, absolute_timeout) = session.lifetimes.as_seconds();
            db.prepare_cached(INSERT)?.execute(params![
                new.hash,
                new.row.id,
                session.user_id,
                session.device,
                session.ip,
                session.values,
                dates.created_at,
                dates.last_seen_at,
                new.ends_at,
                session.email,
                session.method,
                idle_timeout,
                absolute_timeout
            ])?;
            db.prepare_cached(&too_many)?.execute(named_params! {
                ":why": EndReason::TooManySessions.name(),
                ":tombstone_lifetime": new.tombstone_lifetime,
                ":person": session.user_id,
                ":at_most": new.at_most,
            })
        };
        self.write(insert).await
    }

    async fn renew(&self, renewal: Renewal) -> Result<bool, StoreError> {
        let sql = "UPDATE sessions SET reference_hash = ?2, session_values = ?3, last_seen_at = ?4,
                 expires_at = ?5
             WHERE reference_hash = ?1 AND ended IS NULL";
        let Renewal { old, new, values, dates, ends_at, .. } = renewal;
        let renew = move |db: &Connection| {
            let values = params![old, new, values, dates.last_seen_at, ends_at];
            db.prepare_cached(sql)?.execute(values)
        };
        Ok(self.change(renew).await? == 1)
    }

    async fn update(&self, hash: Hash, values: String) -> Result<(), StoreError> {
        let sql = "UPDATE sessions SET session_values = ?2
             WHERE reference_hash = ?1 AND ended IS NULL";
        self.write(move |db| db.prepare_cached(sql)?.execute(params![hash, values])).await
    }

    async fn touch(&self, hash: Hash, at: i64, expires_at: i64) -> Result<(), StoreError> {
        let sql = "UPDATE sessions SET last_seen_at = ?2, expires_at = ?3
             WHERE reference_hash = ?1 AND ended IS NULL";
        self.write(move |db| db.prepare_cached(sql)?.execute(params![hash, at, expires_at])).await
    }

    async fn delete(&self, hash: Hash) -> Result<(), StoreError> {
        self.write(move |db| delete(db, hash)).await
    }

    /// Writes in one transaction, so that the disk is tested as well.
    async fn try_write(&self, name: Hash) -> Result<(), StoreError> {
        let try_write = move |db: &Connection| {
            db.execute("INSERT INTO claims (name_hash, expires_at) VALUES (?1, 0)", [name])?;
            db.execute("DELETE FROM claims WHERE name_hash = ?1", [name])
        };
        self.write(try_write).await
    }

    async fn claim(
        &self,
        name: Hash,
        value: String,
        now: i64,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO claims (name_hash, what, expires_at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET what = ?2, expires_at = ?3 WHERE expires_at <= ?4";
        let claim = move |db: &Connection| {
            db.prepare_cached(sql)?.execute(params![name, value, expires_at, now])
        };
        Ok(self.change(claim).await? == 1)
    }

    async fn release(&self, name: Hash) -> Result<(), StoreError> {
        let sql = "DELETE FROM claims WHERE name_hash = ?1";
        self.write(move |db| db.prepare_cached(sql)?.execute([name])).await
    }

    async fn claimed(&self, name: Hash, now: i64) -> Result<Option<String>, StoreError> {
        let sql = "SELECT what FROM claims WHERE name_hash = ?1 AND expires_at > ?2";
        let mut select = self.reader()?.prepare_cached(sql)?;
        Ok(select.query_row(params![name, now], |row| row.get(0)).optional()?)
    }

    async fn put(&self, name: Hash, value: String, expires_at: i64) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO kept (name_hash, value, expires_at) VALUES (?1, ?2, ?3)";
        self.write(move |db| db.prepare_cached(sql)?.execute(params![name, value, expires_at]))
            .await
    }

    async fn get(&self, name: Hash) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM kept WHERE name_hash = ?1";
        let mut select = self.reader()?.prepare_cached(sql)?;
        Ok(select.query_row([name], |row| row.get(0)).optional()?)
    }

    /// Counts in memory, because only one process uses this engine.
    async fn check_rate_limits(
        &self,
        hits: &[RateLimitHit],
        now: i64,
    ) -> Result<Vec<i64>, StoreError> {
        Ok(self.opener.counters.check_rate_limits(hits, now))
    }

    async fn revoke(&self, revocation: Revocation) -> Result<usize, StoreError> {
        let (one, but) = match revocation.scope {
            RevokeScope::One(id) => (Some(id), None),
            RevokeScope::AllBut(id) => (None, Some(id)),
            RevokeScope::All => (None, None),
        };
        // Both conditions have an index, so neither reads all rows.
        let (ids, name) = match revocation.filter.as_ref().map(column_and_name) {
            Some((column, name)) => (
                format!("SELECT id FROM sessions WHERE {column} = :name AND +expires_at > :now"),
                Some(name.to_owned()),
            ),
            None => (
                "SELECT id FROM sessions WHERE ended IS NULL AND expires_at > :now
                     AND :name IS NULL LIMIT 500"
                    .to_owned(),
                None,
            ),
        };
        let sql = end_those(&format!(
            "id IN ({ids}) AND (:one IS NULL OR session_id = :one)
             AND (:but IS NULL OR session_id <> :but)"
        ));
        let end = move |db: &Connection| {
            db.prepare_cached(&sql)?.execute(named_params! {
                ":why": revocation.reason.name(), ":tombstone_lifetime": revocation.tombstone_lifetime,
                ":now": revocation.now, ":name": name, ":one": one, ":but": but,
            })
        };
        self.change(end).await
    }

    async fn expire(
        &self,
        hash: Hash,
        reason: EndReason,
        tombstone_lifetime: i64,
    ) -> Result<(), StoreError> {
        let sql = end_those("reference_hash = :hash");
        let end = move |db: &Connection| {
            db.prepare_cached(&sql)?.execute(
                named_params! { ":why": reason.name(), ":tombstone_lifetime": tombstone_lifetime, ":hash": hash },
            )
        };
        self.write(end).await
    }

    async fn purge_some(
        &self,
        now: i64,
        absolute: i64,
        tombstone_lifetime: i64,
    ) -> Result<bool, StoreError> {
        self.opener.counters.purge(now);
        let purge = move |db: &Connection| {
            let mut taken = 0;
            for sql in EXPIRED {
                taken += db.prepare_cached(sql)?.execute([now, PURGED_AT_ONCE])?;
            }
            for (reason, is_it) in [(EndReason::TimeLimit, "<="), (EndReason::Idle, ">")] {
                let expired = end_those(&format!(
                    "created_at + min(:absolute, absolute_timeout) {is_it} :now AND id IN (SELECT id FROM sessions
                         WHERE expires_at <= :now AND ended IS NULL LIMIT :at_once)"
                ));
                taken += db.prepare_cached(&expired)?.execute(named_params! {
                    ":why": reason.name(), ":tombstone_lifetime": tombstone_lifetime, ":now": now,
                    ":absolute": absolute, ":at_once": PURGED_AT_ONCE,
                })?;
            }
            Ok(taken)
        };
        Ok(self.change(purge).await? > 0)
    }
}

impl Sqlite {
    fn reader(&self) -> Result<&Connection, StoreError> {
        if let Some(reader) = self.reader.get() {
            return Ok(reader);
        }
        let reader = file::connect(&self.opener.path)?;
        Ok(self.reader.get_or_init(|| reader))
    }

    async fn write(
        &self,
        work: impl FnMut(&Connection) -> Result<usize, rusqlite::Error> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.change(work).await.map(drop)
    }

    /// Returns the number of changed rows.
    async fn change(
        &self,
        work: impl FnMut(&Connection) -> Result<usize, rusqlite::Error> + Send + 'static,
    ) -> Result<usize, StoreError> {
        self.opener.writer.write(work).await
    }
}

/// Returns the column and the value to select rows by. Both columns have an index.
fn column_and_name(filter: &SessionFilter) -> (&'static str, &str) {
    match filter {
        SessionFilter::User(id) => ("person", id),
        SessionFilter::Email(email) => ("email", email),
    }
}

/// Returns the SQL that ends the sessions that meet the condition, for the reason `:why`. It clears
/// their rows, and keeps them until `:tombstone_lifetime` seconds after their start.
fn end_those(condition: &str) -> String {
    format!(
        "UPDATE sessions SET ended = :why, person = NULL, email = NULL, device = '', address = '',
             session_values = '{{}}', expires_at = created_at + :tombstone_lifetime
         WHERE ended IS NULL AND {condition}"
    )
}

fn delete(db: &Connection, hash: Hash) -> Result<usize, rusqlite::Error> {
    db.prepare_cached("DELETE FROM sessions WHERE reference_hash = ?1")?.execute([hash])
}

/// The maximum number of rows of each kind to remove at a time. This takes a few milliseconds,
/// during which other writes wait.
const PURGED_AT_ONCE: i64 = 200;

const EXPIRED: [&str; 3] = [
    "DELETE FROM claims WHERE name_hash IN
         (SELECT name_hash FROM claims WHERE expires_at <= ?1 LIMIT ?2)",
    "DELETE FROM kept WHERE name_hash IN
         (SELECT name_hash FROM kept WHERE expires_at <= ?1 LIMIT ?2)",
    "DELETE FROM sessions WHERE id IN
         (SELECT id FROM sessions WHERE expires_at <= ?1 AND ended IS NOT NULL LIMIT ?2)",
];

const INSERT: &str = "INSERT INTO sessions (reference_hash, session_id, person, device, address,
        session_values, created_at, last_seen_at, expires_at, email, method, idle_timeout,
        absolute_timeout)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";

fn row(row: &rusqlite::Row<'_>) -> Result<Row, rusqlite::Error> {
    let ended: Option<String> = row.get(7)?;
    Ok(Row {
        id: row.get(0)?,
        session: NewSession {
            user_id: row.get(1)?,
            device: row.get(2)?,
            ip: row.get(3)?,
            method: row.get(8)?,
            lifetimes: Lifetimes::from_seconds(row.get(9)?, row.get(10)?),
            values: row.get(4)?,
            ..NewSession::default()
        },
        dates: Dates { created_at: row.get(5)?, last_seen_at: row.get(6)? },
        // An unknown reason, written by a newer version, still means that the session has ended.
        ended: ended.map(|reason| EndReason::from_name(&reason).unwrap_or(EndReason::Elsewhere)),
    })
}
