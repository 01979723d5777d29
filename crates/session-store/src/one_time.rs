//! One-time claims, and values that expire.

use crate::engine::{AnyEngine, Engine as _, on_engine};
use crate::{Store, StoreError, hash, metrics};

impl Store {
    /// Claims a name until it expires, and stores a value with it. Returns true only for the first
    /// of any concurrent callers. `expires_at` is in seconds since 1970.
    ///
    /// # Errors
    /// Fails if the store does. It is then unknown whether the name was claimed.
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
    /// Fails if the store does. The name then remains claimed.
    pub async fn release(&self, name: &str) -> Result<(), StoreError> {
        metrics::RELEASE.measure(on_engine!(self.release(hash(name)))).await
    }

    /// Returns the value of a claim, if there is one.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn claimed(&self, name: &str) -> Result<Option<String>, StoreError> {
        let (name, now) = (hash(name), self.clock.now());
        metrics::CLAIMED.measure(on_engine!(self.claimed(name, now))).await
    }

    /// Stores a value under a name until it expires, replacing an earlier value.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn put(&self, name: &str, value: String, expires_at: i64) -> Result<(), StoreError> {
        metrics::PUT.measure(on_engine!(self.put(hash(name), value, expires_at))).await
    }

    /// Returns the value under this name. It may have expired up to a minute ago. If that matters,
    /// store the expiry in the value.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn get(&self, name: &str) -> Result<Option<String>, StoreError> {
        metrics::GET.measure(on_engine!(self.get(hash(name)))).await
    }
}
