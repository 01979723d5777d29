//! One-time claims, and values that expire.

use crate::engine::{AnyEngine, Engine as _, on_engine};
use crate::{Store, StoreError, hash, metrics};

impl Store {
    /// Claims a name until it expires, and stores a value with it. Returns true for the first caller
    /// only, even among simultaneous ones. `expires_at` is in seconds since 1970.
    ///
    /// # Errors
    /// If the store fails; it is then unknown whether it was claimed.
    pub async fn claim(
        &self,
        name: &str,
        value: String,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let (name, now) = (hash(name), self.clock.now());
        metrics::CLAIM.measure(on_engine!(self.claim(name, value, now, expires_at))).await
    }

    /// Releases a claim, because the claimed action did not happen.
    ///
    /// # Errors
    /// If the store fails; it stays claimed then.
    pub async fn release(&self, name: &str) -> Result<(), StoreError> {
        metrics::RELEASE.measure(on_engine!(self.release(hash(name)))).await
    }

    /// Returns the value of a claim, if there is one.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn claimed(&self, name: &str) -> Result<Option<String>, StoreError> {
        let (name, now) = (hash(name), self.clock.now());
        metrics::CLAIMED.measure(on_engine!(self.claimed(name, now))).await
    }

    /// Stores a value under a name, in place of an earlier one, until it expires.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn put(&self, name: &str, value: String, expires_at: i64) -> Result<(), StoreError> {
        metrics::PUT.measure(on_engine!(self.put(hash(name), value, expires_at))).await
    }

    /// Returns the value under this name. It may have expired up to a minute ago: put the time into
    /// the value if that matters.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        metrics::GET.measure(on_engine!(self.get(hash(name)))).await
    }
}
