//! The interface of the engines, and the engine of a store.

use crate::clock::Clock;
#[cfg(feature = "redis")]
use crate::redis::{self, Redis};
use crate::sqlite::{self, Sqlite};
use crate::{
    EndReason, Hash, RateLimitHit, RevokeScope, Row, SessionFilter, StoreError, StoreLocation,
    location,
};

/// A database for sessions. Times are in seconds since 1970. Names and references come as hashes.
pub(crate) trait Engine {
    /// Returns the row of this reference, which may have ended.
    async fn find(&self, hash: Hash) -> Result<Option<Row>, StoreError>;

    /// Returns the rows of a user, the last seen first.
    async fn list(&self, filter: &SessionFilter) -> Result<Vec<Row>, StoreError>;

    /// Returns how many sessions are alive by their dates and weren't ended.
    async fn count(&self, now: i64) -> Result<u64, StoreError>;

    async fn ping(&self) -> Result<(), StoreError>;

    /// Writes something and removes it again; `name` is used by nothing else.
    async fn try_write(&self, name: Hash) -> Result<(), StoreError>;

    /// Writes a session, removes the one that it replaces, and ends the least recently seen ones of
    /// its user above the limit: all or nothing.
    async fn insert(&self, new: NewRow) -> Result<(), StoreError>;

    /// Writes the values of a session that is alive, and nothing for another.
    async fn update(&self, hash: Hash, values: String) -> Result<(), StoreError>;

    /// Writes when a session that is alive was last seen, and when it ends now.
    async fn touch(&self, hash: Hash, now: i64, ends_at: i64) -> Result<(), StoreError>;

    /// Ends sessions that are alive, and returns how many. Without a user it may end only some, so
    /// that other writes fit between; 0 when there are no more.
    async fn revoke(&self, revocation: Revocation) -> Result<usize, StoreError>;

    /// Writes the end of a session that has expired, unless it has ended already.
    async fn expire(
        &self,
        hash: Hash,
        reason: EndReason,
        tombstone_lifetime: i64,
    ) -> Result<(), StoreError>;

    async fn delete(&self, hash: Hash) -> Result<(), StoreError>;

    /// Returns true for the first caller only, until the claim expires or is released.
    async fn claim(
        &self,
        name: Hash,
        value: String,
        now: i64,
        expires_at: i64,
    ) -> Result<bool, StoreError>;

    async fn release(&self, name: Hash) -> Result<(), StoreError>;

    /// Returns the value of a claim.
    async fn claimed(&self, name: Hash, now: i64) -> Result<Option<String>, StoreError>;

    /// Stores a value in place of an earlier one.
    async fn put(&self, name: Hash, value: String, expires_at: i64) -> Result<(), StoreError>;

    /// Returns a value, which may have expired a moment ago.
    async fn get(&self, name: Hash) -> Result<Option<String>, StoreError>;

    /// Counts all of these hits, or none if one of them is refused. Returns for each the seconds until
    /// its limit no longer refuses, or 0.
    async fn check_rate_limits(
        &self,
        hits: &[RateLimitHit],
        now: i64,
    ) -> Result<Vec<i64>, StoreError>;

    /// Removes some of what has expired, and returns whether there may be more.
    async fn purge_some(
        &self,
        now: i64,
        absolute: i64,
        tombstone_lifetime: i64,
    ) -> Result<bool, StoreError>;
}

/// A session to write.
pub(crate) struct NewRow {
    pub(crate) hash: Hash,
    pub(crate) row: Row,
    /// When it ends if no further request comes.
    pub(crate) ends_at: i64,
    /// The session that it replaces.
    pub(crate) replacing: Option<Hash>,
    /// How many sessions the user may have.
    pub(crate) at_most: u32,
    /// For how many seconds after its beginning the row of an ended session stays.
    pub(crate) tombstone_lifetime: i64,
}

/// Sessions to end.
pub(crate) struct Revocation {
    /// `None` for everyone's.
    pub(crate) filter: Option<SessionFilter>,
    pub(crate) scope: RevokeScope,
    pub(crate) reason: EndReason,
    pub(crate) now: i64,
    pub(crate) tombstone_lifetime: i64,
}

/// Makes an [`AnyEngine`] for each worker thread.
#[derive(Clone)]
pub(crate) enum Opener {
    Sqlite(sqlite::Opener),
    #[cfg(feature = "redis")]
    Redis(redis::Opener),
}

/// The engine of one worker thread.
#[derive(Clone)]
pub(crate) enum AnyEngine {
    Sqlite(Sqlite),
    #[cfg(feature = "redis")]
    Redis(Redis),
}

/// Calls a method of [`Engine`] on the one that a store has.
macro_rules! on_engine {
    ($store:ident.$method:ident($($argument:expr),*)) => {
        async {
            match &$store.engine {
                AnyEngine::Sqlite(engine) => engine.$method($($argument),*).await,
                #[cfg(feature = "redis")]
                AnyEngine::Redis(engine) => engine.$method($($argument),*).await,
            }
        }
    };
}

pub(crate) use on_engine;

impl Opener {
    #[cfg_attr(not(feature = "redis"), expect(unused_variables, reason = "SQLite needs no clock"))]
    pub(crate) fn open(location: &StoreLocation, clock: &Clock) -> Result<Self, StoreError> {
        match &location.0 {
            location::Engine::Sqlite(folder) => sqlite::Opener::open(folder).map(Self::Sqlite),
            #[cfg(feature = "redis")]
            location::Engine::Redis(server) => {
                redis::Opener::open(server, clock.clone()).map(Self::Redis)
            }
        }
    }

    pub(crate) fn for_this_thread(&self) -> AnyEngine {
        match self {
            Self::Sqlite(opener) => AnyEngine::Sqlite(opener.for_this_thread()),
            #[cfg(feature = "redis")]
            Self::Redis(opener) => AnyEngine::Redis(opener.for_this_thread()),
        }
    }
}
