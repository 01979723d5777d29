#![doc = include_str!("../README.md")]

#[cfg(feature = "actix-session")]
mod actix;
mod checksum;
pub mod clock;
#[cfg(feature = "actix-session")]
mod cookie;
mod counters;
mod engine;
mod error;
mod lifetimes;
mod location;
mod metrics;
mod one_time;
pub mod purge;
mod rate_limit;
#[cfg(feature = "redis")]
mod redis;
mod reference;
mod revoke;
mod row;
pub mod session_keys;
mod sqlite;
mod types;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

pub use clock::Clock;
use clock::seconds;
#[cfg(feature = "actix-session")]
pub use cookie::SessionCookie;
use engine::{AnyEngine, Engine as _, NewRow, Renewal, on_engine};
pub use error::StoreError;
use lifetimes::Dates;
pub use lifetimes::{EndReason, Lifetimes};
pub use location::{Eviction, InvalidLocation, SharedOptions, StoreLocation};
use reference::{Hash, hash, random};
use row::Row;
pub use types::{
    Found, Limits, NewSession, RateLimit, RateLimitHit, RevokeScope, SessionFilter, SessionInfo,
};

/// The store, for one thread. Use [`StoreOpener::for_this_thread`] to get one. Clones are cheap.
#[derive(Clone)]
pub struct Store {
    engine: AnyEngine,
    limits: Limits,
    clock: Clock,
    /// Whether a trial write has succeeded. Shared by all threads.
    has_written: Arc<AtomicBool>,
}

impl Store {
    /// Opens the store at this location. Creates an embedded store if it doesn't exist. Connects to
    /// a shared store on the first operation.
    ///
    /// # Errors
    /// Fails if the file can't be opened or was written by a newer version, or the shared server
    /// reports that it can't be used.
    pub fn open(
        location: &StoreLocation,
        limits: Limits,
        clock: Clock,
    ) -> Result<StoreOpener, StoreError> {
        let engine = engine::Opener::open(location, &clock)?;
        Ok(StoreOpener { engine, limits, clock, has_written: Arc::default() })
    }

    /// Begins a session and returns its reference, the secret for the browser. Removes the
    /// browser's previous session, if any, in the same transaction.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn begin(
        &self,
        mut session: NewSession,
        replacing: Option<&str>,
    ) -> Result<String, StoreError> {
        let now = self.clock.now();
        let reference = reference::new(session.is_temporary)?;
        let hash_of_it = hash(&reference);
        session.add_checksum(&hash_of_it);
        let id = URL_SAFE_NO_PAD.encode(random::<16>()?);
        let row = Row { id, session, dates: Dates::beginning(now), ended: None };
        let new = NewRow {
            hash: hash_of_it,
            ends_at: row.dates.ends_at(row.lifetimes(self.limits.lifetimes)),
            row,
            replacing: replacing.map(hash),
            at_most: self.limits.sessions_per_user,
            tombstone_lifetime: self.tombstone_lifetime(),
        };
        metrics::INSERT.measure(on_engine!(self.insert(new))).await?;
        Ok(reference)
    }

    /// Gives a session a new reference, because its user has signed in again, and changes these of its
    /// values. Its ID, its start, its lifetimes and its other values remain. Returns `None` if the
    /// session has ended, or has another reference since.
    ///
    /// # Errors
    /// Fails if the store does, or the session's row is damaged.
    pub async fn renew(
        &self,
        reference: &str,
        changes: Map<String, Value>,
    ) -> Result<Option<String>, StoreError> {
        let old = hash(reference);
        let Some(row) = self.find_row(old).await?.filter(|row| row.ended.is_none()) else {
            return Ok(None);
        };
        let reference = reference::new(reference::is_temporary(reference))?;
        let new = hash(&reference);
        let user_id = row.session.user_id.as_deref();
        let values = checksum::remove(&old, user_id, &row.session.values)?;
        let mut values: Map<String, Value> =
            serde_json::from_str(values).map_err(|_| StoreError::Unreadable)?;
        values.extend(changes);
        let values = checksum::add(&new, user_id, &Value::Object(values).to_string());
        let dates = Dates { last_seen_at: self.clock.now(), ..row.dates };
        let ends_at = dates.ends_at(row.lifetimes(self.limits.lifetimes));
        let tombstone_lifetime = self.tombstone_lifetime();
        let renewal = Renewal { old, new, values, dates, ends_at, tombstone_lifetime };
        let renewed = metrics::RENEW.measure(on_engine!(self.renew(renewal))).await?;
        Ok(renewed.then_some(reference))
    }

    /// Returns the session of this reference, or why it ended, and records that it was used.
    /// Returns `None` if it never existed, was signed out, or ended too long ago.
    ///
    /// # Errors
    /// Fails if the store does, or the session's row is damaged.
    pub async fn find(&self, reference: &str) -> Result<Option<Found>, StoreError> {
        let hash = hash(reference);
        let row = self.find_row(hash).await?;
        row.map(|row| row.into_found(&hash, self.limits.lifetimes)).transpose()
    }

    /// Replaces the values, a JSON map, of a session that hasn't ended. `user_id` must be that of
    /// its user.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn set_values(
        &self,
        reference: &str,
        user_id: Option<String>,
        values: String,
    ) -> Result<(), StoreError> {
        let hash = hash(reference);
        let mut session = NewSession { user_id, values, ..NewSession::default() };
        session.add_checksum(&hash);
        metrics::UPDATE.measure(on_engine!(self.update(hash, session.values))).await
    }

    /// Returns whether the session of this reference is alive.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn is_alive(&self, reference: &str) -> Result<bool, StoreError> {
        Ok(self.find_row(hash(reference)).await?.is_some_and(|row| row.ended.is_none()))
    }

    /// Removes the session of this reference, as signing out does.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn discard(&self, reference: &str) -> Result<(), StoreError> {
        metrics::DELETE.measure(on_engine!(self.delete(hash(reference)))).await
    }

    /// Returns how many sessions are alive.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn count(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        metrics::COUNT.measure(on_engine!(self.count(now))).await
    }

    /// Removes some expired rows, and the personal data of some expired sessions. Returns whether
    /// there may be more. See [`purge::every_minute`].
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn purge_some(&self) -> Result<bool, StoreError> {
        let absolute = seconds(self.limits.lifetimes.absolute);
        let (now, tombstone_lifetime) = (self.clock.now(), self.tombstone_lifetime());
        metrics::PURGE.measure(on_engine!(self.purge_some(now, absolute, tombstone_lifetime))).await
    }

    /// Checks that the store responds and has accepted a write since it was opened. A later failure
    /// of a write doesn't matter, because reads still work.
    ///
    /// # Errors
    /// Fails if the store doesn't respond, or hasn't accepted a write.
    pub async fn ready(&self) -> Result<(), StoreError> {
        if !self.has_written.load(Ordering::Relaxed) {
            metrics::TRY_WRITE.measure(on_engine!(self.try_write(hash("trial")))).await?;
            self.has_written.store(true, Ordering::Relaxed);
        }
        metrics::PING.measure(on_engine!(self.ping())).await
    }

    /// Finds a row, and updates whether its session has ended.
    async fn find_row(&self, hash: Hash) -> Result<Option<Row>, StoreError> {
        let (now, general) = (self.clock.now(), self.limits.lifetimes);
        let found = metrics::FIND.measure(on_engine!(self.find(hash))).await?;
        let Some(mut row) = found else { return Ok(None) };
        if row.ended.is_none() {
            row.ended = row.dates.ended(now, row.lifetimes(general));
            if let Some(reason) = row.ended {
                // Store the end, so that setting the clock back doesn't revive the session.
                let tombstone_lifetime = self.tombstone_lifetime();
                let expiry = on_engine!(self.expire(hash, reason, tombstone_lifetime));
                if let Err(error) = metrics::REVOKE.measure(expiry).await {
                    tracing::warn!(event = "session_end_not_stored", cause = %error, "could not store session end");
                }
            }
        }
        let lifetimes = row.lifetimes(general);
        if row.ended.is_none() && row.dates.is_touch_due(now, lifetimes) {
            row.dates.last_seen_at = now;
            // A failed write, such as to a full disk, must not prevent reads.
            let ends_at = row.dates.ends_at(lifetimes);
            let touch = on_engine!(self.touch(hash, now, ends_at));
            if let Err(error) = metrics::TOUCH.measure(touch).await {
                tracing::warn!(event = "last_seen_not_stored", cause = %error, "could not update session last-seen time");
            }
        }
        Ok(Some(row))
    }

    /// Returns how many seconds after the start of a session its row is kept. This is slightly
    /// longer than its cookie lives, so that the reason for its end can be shown.
    fn tombstone_lifetime(&self) -> i64 {
        seconds(self.limits.lifetimes.absolute).saturating_add(24 * 60 * 60)
    }
}

/// Opens a [`Store`] for each worker thread.
#[derive(Clone)]
pub struct StoreOpener {
    engine: engine::Opener,
    limits: Limits,
    clock: Clock,
    has_written: Arc<AtomicBool>,
}

impl StoreOpener {
    /// Returns a store for the calling thread, with its own connection for reads.
    #[must_use]
    pub fn for_this_thread(&self) -> Store {
        let engine = self.engine.for_this_thread();
        let (clock, has_written) = (self.clock.clone(), Arc::clone(&self.has_written));
        Store { engine, limits: self.limits, clock, has_written }
    }
}
