//! What may happen once, and what waits for somebody.

use super::Engine;
use crate::{Hash, StoreError};

impl Engine {
    /// True for the first who claims it, and for nobody else until it expires or is given back.
    pub(crate) async fn claim(
        &self,
        name: Hash,
        what: String,
        now: i64,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.claim(name, what, now, expires_at).await,
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.claim(name, what, now, expires_at).await,
        }
    }

    pub(crate) async fn release(&self, name: Hash) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.release(name).await.map(drop),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.release(name).await,
        }
    }

    pub(crate) async fn claimed(
        &self,
        name: &Hash,
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.claimed(name, now),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.claimed(name, now).await,
        }
    }

    pub(crate) async fn keep(
        &self,
        name: Hash,
        value: String,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.keep(name, value, expires_at).await.map(drop),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.keep(name, value, expires_at).await,
        }
    }

    pub(crate) async fn kept(&self, name: &Hash) -> Result<Option<String>, StoreError> {
        match self {
            Self::Sqlite(sqlite) => sqlite.kept(name),
            #[cfg(feature = "redis")]
            Self::Redis(redis) => redis.kept(name).await,
        }
    }
}
