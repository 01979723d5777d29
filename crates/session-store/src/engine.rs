//! The engines behind the store: what each must be able to do, and which one it is.

mod once;

use super::place;
#[cfg(feature = "redis")]
use super::redis::{self, Redis};
use super::sqlite::{self, Sqlite};
use super::{Ended, Hash, Row, StoreError, StoreLocation, Which, Whose};
use crate::clock::Clock;

/// Makes an [`Engine`] for each worker thread.
#[derive(Clone)]
pub(super) enum Opener {
    Sqlite(sqlite::Opener),
    #[cfg(feature = "redis")]
    Redis(redis::Opener),
}

impl Opener {
    /// `clock` is for engines that tidy up by themselves.
    #[cfg_attr(not(feature = "redis"), expect(unused_variables, reason = "SQLite doesn't"))]
    pub(super) fn open(place: &StoreLocation, clock: &Clock) -> Result<Self, StoreError> {
        match &place.0 {
            place::Engine::Sqlite(folder) => sqlite::Opener::open(folder).map(Self::Sqlite),
            #[cfg(feature = "redis")]
            place::Engine::Redis(server) => {
                redis::Opener::open(server, clock.clone()).map(Self::Redis)
            }
        }
    }

    pub(super) fn for_this_thread(&self) -> Engine {
        match self {
            Self::Sqlite(opener) => Engine::Sqlite(opener.for_this_thread()),
            #[cfg(feature = "redis")]
            Self::Redis(opener) => Engine::Redis(opener.for_this_thread()),
        }
    }
}

/// One of the engines, as one worker thread uses it.
#[derive(Clone)]
pub(super) enum Engine {
    Sqlite(Sqlite),
    #[cfg(feature = "redis")]
    Redis(Redis),
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
    pub(super) whose: Option<Whose>,
    pub(super) which: Which,
    pub(super) why: Ended,
    pub(super) now: i64,
    /// How long after its beginning the row of a session stays.
    pub(super) remembered: i64,
}

/// Something that is counted.
pub(super) struct Counted {
    pub(super) name: Hash,
    /// As how many it counts.
    pub(super) add: u32,
    pub(super) at_most: u32,
    /// Within so many seconds.
    pub(super) window: i64,
    /// The place of another counter, and what that must have reached for this one to refuse.
    pub(super) enforced_once: Option<(usize, u32)>,
}

impl Engine {
    /// The row of this reference, if there is one.
    pub(super) async fn find(&self, hash: &Hash) -> Result<Option<Row>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.find(hash),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.find(hash).await,
        }
    }

    /// Their rows, the last seen first.
    pub(super) async fn list(&self, whose: &Whose) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.list(whose),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.list(whose).await,
        }
    }

    /// How many sessions live by their dates, and were not ended.
    pub(super) async fn count(&self, now: i64) -> Result<u64, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.count(now),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.count(now).await,
        }
    }

    pub(super) async fn ping(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.ping(),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.ping().await,
        }
    }

    /// Writes something and takes it away again; `name` is used by nothing else.
    pub(super) async fn try_write(&self, name: Hash) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.try_write(name).await.map(drop),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.try_write().await,
        }
    }

    /// Writes a session, takes the one away that it replaces, and ends the person's least recently
    /// seen ones above the limit: all or nothing.
    pub(super) async fn insert(&self, new: Insertion) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.insert(new).await.map(drop),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.insert(new).await,
        }
    }

    /// Writes what is kept in a session that lives; of one that doesn't, nothing.
    pub(super) async fn update(&self, hash: Hash, values: String) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.update(hash, values).await.map(drop),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.update(hash, values).await,
        }
    }

    /// Notes that a request came for a session that lives.
    pub(super) async fn seen(&self, hash: Hash, at: i64, ends_at: i64) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.seen(hash, at, ends_at).await.map(drop),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.seen(hash, at, ends_at).await,
        }
    }

    /// Ends sessions that live, and gives how many it were: all of a person's; of everybody's some,
    /// so that others' writes fit between, until there are none.
    pub(super) async fn end(&self, ending: Ending) -> Result<usize, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.end(ending).await,
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.end(ending).await,
        }
    }

    /// Ends a session that has expired, if it is not written down that it ended.
    pub(super) async fn expire(
        &self,
        hash: Hash,
        why: Ended,
        remembered: i64,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.expire(hash, why, remembered).await.map(drop),
            // Its row has the TTL already.
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.expire(hash, why).await,
        }
    }

    pub(super) async fn delete(&self, hash: Hash) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.delete(hash).await.map(drop),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.delete(hash).await,
        }
    }

    /// Counts in all of these, or in none if one of them refuses; gives for each the seconds until it
    /// no longer does, or 0.
    pub(super) async fn count_all(
        &self,
        counted: Vec<Counted>,
        now: i64,
    ) -> Result<Vec<i64>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => Ok(sqlite.counters().count_all(&counted, now)),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.count_all(counted, now).await,
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
            // Its TTLs do that.
            #[cfg(feature = "redis")]
            Self::Redis(_) => Ok(false),
        }
    }
}
