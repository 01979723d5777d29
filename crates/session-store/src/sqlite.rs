//! The embedded engine: one SQLite file.
//!
//! Reads are point look-ups of a few microseconds, made inline on a connection of the worker thread
//! (handing them to another thread costs ten times the read). Writes wait for the disk, so they go
//! to a thread that does nothing else.

mod ending;
mod file;
mod once;
mod purge;
mod writer;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, named_params, params};

use ending::end_those;
pub(super) use file::FILE;
use writer::Writer;

use super::counters::Counters;
use super::engine::Insertion;
use super::{Dates, Ended, Hash, NewSession, Row, StoreError, Whose};

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

impl Sqlite {
    pub(super) fn find(&self, hash: &Hash) -> Result<Option<Row>, StoreError> {
        let mut select = self.reader()?.prepare_cached(select!("reference_hash = ?1"))?;
        Ok(select.query_row([hash], row).optional()?)
    }

    pub(super) fn list(&self, whose: &Whose) -> Result<Vec<Row>, StoreError> {
        let (column, name) = column_and_name(whose);
        let sql = format!(select!("{} = ?1 ORDER BY last_seen_at DESC, id DESC"), column);
        let mut select = self.reader()?.prepare_cached(&sql)?;
        let rows = select.query_map([name], row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Reads one index: some milliseconds for a hundred thousand.
    pub(super) fn count(&self, now: i64) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM sessions WHERE ended IS NULL AND expires_at > ?1";
        let sessions: i64 =
            self.reader()?.prepare_cached(sql)?.query_row([now], |row| row.get(0))?;
        Ok(sessions.unsigned_abs())
    }

    pub(super) fn counters(&self) -> &Counters {
        &self.opener.counters
    }

    pub(super) fn ping(&self) -> Result<(), StoreError> {
        let none = "SELECT count(*) FROM sessions WHERE id = 0";
        Ok(self.reader()?.query_row(none, [], |_| Ok(()))?)
    }

    pub(super) async fn insert(&self, new: Insertion) -> Result<usize, StoreError> {
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

    pub(super) async fn update(&self, hash: Hash, values: String) -> Result<usize, StoreError> {
        let sql = "UPDATE sessions SET session_values = ?2
             WHERE reference_hash = ?1 AND ended IS NULL";
        self.write(move |db| db.prepare_cached(sql)?.execute(params![hash, values])).await
    }

    pub(super) async fn seen(
        &self,
        hash: Hash,
        at: i64,
        expires_at: i64,
    ) -> Result<usize, StoreError> {
        let sql = "UPDATE sessions SET last_seen_at = ?2, expires_at = ?3
             WHERE reference_hash = ?1 AND ended IS NULL";
        self.write(move |db| db.prepare_cached(sql)?.execute(params![hash, at, expires_at])).await
    }

    pub(super) async fn delete(&self, hash: Hash) -> Result<usize, StoreError> {
        self.write(move |db| delete(db, hash)).await
    }

    fn reader(&self) -> Result<&Connection, StoreError> {
        if let Some(reader) = self.reader.get() {
            return Ok(reader);
        }
        let reader = file::connect(&self.opener.path)?;
        Ok(self.reader.get_or_init(|| reader))
    }

    /// Gives how many rows were changed.
    async fn write(
        &self,
        work: impl FnMut(&Connection) -> Result<usize, rusqlite::Error> + Send + 'static,
    ) -> Result<usize, StoreError> {
        self.opener.writer.write(work).await
    }
}

/// How their rows are found: each of the two has its index.
fn column_and_name(whose: &Whose) -> (&'static str, &str) {
    match whose {
        Whose::Person(person) => ("person", person),
        Whose::Email(email) => ("email", email),
    }
}

fn delete(db: &Connection, hash: Hash) -> Result<usize, rusqlite::Error> {
    db.prepare_cached("DELETE FROM sessions WHERE reference_hash = ?1")?.execute([hash])
}

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
