//! The embedded engine: one SQLite file.
//!
//! Reads are point look-ups of a few microseconds, made inline on a connection of the worker thread
//! (handing them to another thread costs ten times the read). Writes wait for the disk, so they go
//! to a thread that does nothing else.

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
use crate::engine::{Ending, Engine, Insertion};
use crate::{Count, Dates, Ended, Hash, NewSession, Row, StoreError, Which, Whose};

/// Rows as [`row`] reads them.
macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT session_id, person, device, address, session_values, created_at, last_seen_at,
                 ended
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

    async fn list(&self, whose: &Whose) -> Result<Vec<Row>, StoreError> {
        let (column, name) = column_and_name(whose);
        let sql = format!(select!("{} = ?1 ORDER BY last_seen_at DESC, id DESC"), column);
        let mut select = self.reader()?.prepare_cached(&sql)?;
        let rows = select.query_map([name], row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Reads one index: some milliseconds for a hundred thousand.
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

    async fn insert(&self, new: Insertion) -> Result<(), StoreError> {
        let too_many = end_those(
            "id IN (SELECT id FROM sessions WHERE person = :person
             ORDER BY last_seen_at DESC, id DESC LIMIT -1 OFFSET :at_most)",
        );
        let insert = move |db: &Connection| {
            if let Some(replaced) = new.replacing {
                delete(db, replaced)?;
            }
            let (session, dates) = (&new.row.session, &new.row.dates);
            db.prepare_cached(INSERT)?.execute(params![
                new.hash,
                new.row.id,
                session.person,
                session.device,
                session.address,
                session.values,
                dates.created_at,
                dates.last_seen_at,
                new.ends_at,
                session.email
            ])?;
            db.prepare_cached(&too_many)?.execute(named_params! {
                ":why": Ended::TooManySessions.name(),
                ":remembered": new.remembered,
                ":person": session.person,
                ":at_most": new.at_most,
            })
        };
        self.write(insert).await
    }

    async fn update(&self, hash: Hash, values: String) -> Result<(), StoreError> {
        let sql = "UPDATE sessions SET session_values = ?2
             WHERE reference_hash = ?1 AND ended IS NULL";
        self.write(move |db| db.prepare_cached(sql)?.execute(params![hash, values])).await
    }

    async fn seen(&self, hash: Hash, at: i64, expires_at: i64) -> Result<(), StoreError> {
        let sql = "UPDATE sessions SET last_seen_at = ?2, expires_at = ?3
             WHERE reference_hash = ?1 AND ended IS NULL";
        self.write(move |db| db.prepare_cached(sql)?.execute(params![hash, at, expires_at])).await
    }

    async fn delete(&self, hash: Hash) -> Result<(), StoreError> {
        self.write(move |db| delete(db, hash)).await
    }

    /// In one transaction, which the disk has to take.
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
        what: String,
        now: i64,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let sql = "INSERT INTO claims (name_hash, what, expires_at) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET what = ?2, expires_at = ?3 WHERE expires_at <= ?4";
        let claim = move |db: &Connection| {
            db.prepare_cached(sql)?.execute(params![name, what, expires_at, now])
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

    async fn keep(&self, name: Hash, value: String, expires_at: i64) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO kept (name_hash, value, expires_at) VALUES (?1, ?2, ?3)";
        self.write(move |db| db.prepare_cached(sql)?.execute(params![name, value, expires_at]))
            .await
    }

    async fn kept(&self, name: Hash) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM kept WHERE name_hash = ?1";
        let mut select = self.reader()?.prepare_cached(sql)?;
        Ok(select.query_row([name], |row| row.get(0)).optional()?)
    }

    /// In memory, since a single process uses this engine.
    async fn count_all(&self, counts: &[Count], now: i64) -> Result<Vec<i64>, StoreError> {
        Ok(self.opener.counters.count_all(counts, now))
    }

    async fn end(&self, ending: Ending) -> Result<usize, StoreError> {
        let (one, but) = match ending.which {
            Which::One(id) => (Some(id), None),
            Which::AllBut(id) => (None, Some(id)),
            Which::All => (None, None),
        };
        // By user or by expiry: each has an index, so that none reads all rows.
        let (whose, name) = match ending.whose.as_ref().map(column_and_name) {
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
            "id IN ({whose}) AND (:one IS NULL OR session_id = :one)
             AND (:but IS NULL OR session_id <> :but)"
        ));
        let end = move |db: &Connection| {
            db.prepare_cached(&sql)?.execute(named_params! {
                ":why": ending.why.name(), ":remembered": ending.remembered,
                ":now": ending.now, ":name": name, ":one": one, ":but": but,
            })
        };
        self.change(end).await
    }

    async fn expire(&self, hash: Hash, why: Ended, remembered: i64) -> Result<(), StoreError> {
        let sql = end_those("reference_hash = :hash");
        let end = move |db: &Connection| {
            db.prepare_cached(&sql)?.execute(
                named_params! { ":why": why.name(), ":remembered": remembered, ":hash": hash },
            )
        };
        self.write(end).await
    }

    async fn purge_some(
        &self,
        now: i64,
        absolute: i64,
        remembered: i64,
    ) -> Result<bool, StoreError> {
        self.opener.counters.purge(now);
        let purge = move |db: &Connection| {
            let mut taken = 0;
            for sql in EXPIRED {
                taken += db.prepare_cached(sql)?.execute([now, PURGED_AT_ONCE])?;
            }
            for (why, is_it) in [(Ended::TimeLimit, "<="), (Ended::Idle, ">")] {
                let expired = end_those(&format!(
                    "created_at + :absolute {is_it} :now AND id IN (SELECT id FROM sessions
                         WHERE expires_at <= :now AND ended IS NULL LIMIT :at_once)"
                ));
                taken += db.prepare_cached(&expired)?.execute(named_params! {
                    ":why": why.name(), ":remembered": remembered, ":now": now,
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

    /// Returns how many rows were changed.
    async fn change(
        &self,
        work: impl FnMut(&Connection) -> Result<usize, rusqlite::Error> + Send + 'static,
    ) -> Result<usize, StoreError> {
        self.opener.writer.write(work).await
    }
}

/// The column by which rows are found; each has an index.
fn column_and_name(whose: &Whose) -> (&'static str, &str) {
    match whose {
        Whose::Person(person) => ("person", person),
        Whose::Email(email) => ("email", email),
    }
}

/// Ends the sessions that meet the condition, for the reason `:why`: empties their rows, and keeps
/// them until `:remembered` seconds after their beginning.
fn end_those(condition: &str) -> String {
    format!(
        "UPDATE sessions SET ended = :why, person = NULL, email = NULL, device = '', address = '',
             session_values = '{{}}', expires_at = created_at + :remembered
         WHERE ended IS NULL AND {condition}"
    )
}

fn delete(db: &Connection, hash: Hash) -> Result<usize, rusqlite::Error> {
    db.prepare_cached("DELETE FROM sessions WHERE reference_hash = ?1")?.execute([hash])
}

/// How many rows of each kind a purge removes at a time, while writes wait for it: a few
/// milliseconds' worth.
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
        session_values, created_at, last_seen_at, expires_at, email)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";

fn row(row: &rusqlite::Row<'_>) -> Result<Row, rusqlite::Error> {
    let ended: Option<String> = row.get(7)?;
    Ok(Row {
        id: row.get(0)?,
        session: NewSession {
            person: row.get(1)?,
            email: None,
            device: row.get(2)?,
            address: row.get(3)?,
            values: row.get(4)?,
        },
        dates: Dates { created_at: row.get(5)?, last_seen_at: row.get(6)? },
        // A reason that only a newer version knows still means that it has ended.
        ended: ended.map(|why| Ended::named(&why).unwrap_or(Ended::Elsewhere)),
    })
}
