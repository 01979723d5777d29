//! The interface of storage engines.

use crate::clock::Clock;
use crate::lifetimes::Dates;
#[cfg(feature = "redis")]
use crate::redis::{self, Redis};
use crate::sqlite::{self, Sqlite};
use crate::{
    EndReason, Hash, RateLimitHit, RevokeScope, Row, SessionFilter, StoreError, StoreLocation,
    location,
};

/// A database for sessions. Times are in seconds since 1970. Names and references are hashed.
pub(crate) trait Engine {
    /// Returns the row of this reference. Its session may have ended.
    async fn find(&self, hash: Hash) -> Result<Option<Row>, StoreError>;

    /// Returns the rows that the filter selects, the last seen first.
    async fn list(&self, filter: &SessionFilter) -> Result<Vec<Row>, StoreError>;

    /// Returns the number of sessions that haven't been revoked or expired.
    async fn count(&self, now: i64) -> Result<u64, StoreError>;

    async fn ping(&self) -> Result<(), StoreError>;

    /// Writes a value under `name`, which nothing else uses, and removes it.
    async fn try_write(&self, name: Hash) -> Result<(), StoreError>;

    /// Writes a session, removes the one that it replaces, and ends the user's least recently seen
    /// sessions above the limit, in one transaction.
    async fn insert(&self, new: NewRow) -> Result<(), StoreError>;

    /// Gives a session another reference and other values, unless it has ended. Returns whether it
    /// did.
    async fn renew(&self, renewal: Renewal) -> Result<bool, StoreError>;

    /// Writes the values of a session, unless it has ended.
    async fn update(&self, hash: Hash, values: String) -> Result<(), StoreError>;

    /// Writes when a session was last seen and when it will end, unless it has ended.
    async fn touch(&self, hash: Hash, now: i64, ends_at: i64) -> Result<(), StoreError>;

    /// Ends sessions, and returns how many. Without a filter, it may end only some of them so that
    /// other writes aren't delayed; it returns 0 when none are left.
    async fn revoke(&self, revocation: Revocation) -> Result<usize, StoreError>;

    /// Marks an expired session as ended, unless it already is.
    async fn expire(
        &self,
        hash: Hash,
        reason: EndReason,
        tombstone_lifetime: i64,
    ) -> Result<(), StoreError>;

    async fn delete(&self, hash: Hash) -> Result<(), StoreError>;

    /// Claims a name until it expires or is released. Returns true only for the first caller.
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

    /// Stores a value, replacing an earlier one.
    async fn put(&self, name: Hash, value: String, expires_at: i64) -> Result<(), StoreError>;

    /// Returns a value, which may have just expired.
    async fn get(&self, name: Hash) -> Result<Option<String>, StoreError>;

    /// Counts all of these hits, or none if a limit refuses one of them. Returns for each the
    /// seconds until its limit accepts it, or 0.
    async fn check_rate_limits(
        &self,
        hits: &[RateLimitHit],
        now: i64,
    ) -> Result<Vec<i64>, StoreError>;

    /// Removes some expired rows, and returns whether there may be more.
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
    /// When it ends if no further request is made.
    pub(crate) ends_at: i64,
    /// The session that it replaces.
    pub(crate) replacing: Option<Hash>,
    /// The maximum number of sessions of the user.
    pub(crate) at_most: u32,
    /// How many seconds after the start of a session its row is kept, even if it ends.
    pub(crate) tombstone_lifetime: i64,
}

/// A session with a new reference.
pub(crate) struct Renewal {
    pub(crate) old: Hash,
    pub(crate) new: Hash,
    pub(crate) values: String,
    pub(crate) dates: Dates,
    /// When it ends if no further request is made.
    pub(crate) ends_at: i64,
    /// How many seconds its row is kept at least, even if it ends.
    #[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "rows of SQLite have no TTL"))]
    pub(crate) tombstone_lifetime: i64,
}

/// The sessions to end.
pub(crate) struct Revocation {
    /// `None` for all users.
    pub(crate) filter: Option<SessionFilter>,
    pub(crate) scope: RevokeScope,
    pub(crate) reason: EndReason,
    pub(crate) now: i64,
    pub(crate) tombstone_lifetime: i64,
}

/// Opens an [`AnyEngine`] for each worker thread.
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

/// Calls a method of the store's [`Engine`].
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
