//! The engines behind the store: what each must be able to do, and which one it is.

use super::sqlite::Sqlite;
use super::{Ended, Hash, Row, StoreError, Which};

/// One of the engines, as one worker thread uses it.
#[derive(Clone)]
pub(super) enum Engine {
    Sqlite(Sqlite),
}

/// A session to write down.
pub(super) struct Insertion {
    pub(super) hash: Hash,
    pub(super) row: Row,
    /// When it ends if no further request comes.
    pub(super) ends_at: i64,
    /// The session whose place it takes.
    pub(super) replacing: Option<Hash>,
    /// How many sessions the person may have.
    pub(super) at_most: u32,
    pub(super) remembered: i64,
}

/// Sessions to end.
pub(super) struct Ending {
    /// Whose; `None` for everybody's.
    pub(super) person: Option<String>,
    pub(super) which: Which,
    pub(super) why: Ended,
    pub(super) now: i64,
    /// How long after its beginning the row of a session stays.
    pub(super) remembered: i64,
}

impl Engine {
    /// The row of this reference, if there is one.
    pub(super) async fn find(&self, hash: &Hash) -> Result<Option<Row>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.find(hash),
        }
    }

    /// The rows of this person, the last seen first.
    pub(super) async fn list(&self, person: &str) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.list(person),
        }
    }

    pub(super) async fn ping(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.ping(),
        }
    }

    /// Writes a session, takes the one away that it replaces, and ends the person's least recently
    /// seen ones above the limit: all or nothing.
    pub(super) async fn insert(&self, new: Insertion) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.insert(new).await,
        }
    }

    /// Writes what is kept in a session that lives; of one that doesn't, nothing.
    pub(super) async fn update(&self, hash: Hash, values: String) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.update(hash, values).await,
        }
    }

    /// Notes that a request came for a session that lives.
    pub(super) async fn seen(&self, hash: Hash, at: i64, ends_at: i64) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.seen(hash, at, ends_at).await,
        }
    }

    /// Ends sessions that live, and gives how many it were: all of a person's; of everybody's some,
    /// so that others' writes fit between, until there are none.
    pub(super) async fn end(&self, ending: Ending) -> Result<usize, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.end(ending).await,
        }
    }

    pub(super) async fn delete(&self, hash: Hash) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.delete(hash).await,
        }
    }

    /// True for the first who consumes it, and for nobody else until it expires.
    pub(super) async fn consume_sign_in(
        &self,
        flow: Hash,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.consume_sign_in(flow, expires_at).await,
        }
    }

    /// Counts something, and gives `None`; or, above `at_most` within so many seconds, how many
    /// seconds it is until it may happen again.
    pub(super) async fn take(
        &self,
        key: Hash,
        at_most: u32,
        seconds: i64,
        now: i64,
    ) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => Ok(sqlite.counters().take(key, at_most, seconds, now)),
        }
    }

    /// Takes a step of the purge; gives whether there may be more to do.
    pub(super) async fn purge_some(
        &self,
        now: i64,
        absolute: i64,
        remembered: i64,
    ) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.purge_some(now, absolute, remembered).await,
        }
    }
}
