//! What may happen once, and what waits for somebody: small things with a name and an end.

use crate::engine::{AnyEngine, Engine as _, on_engine};
use crate::{Store, StoreError, hash, measured};

impl Store {
    /// Claims what may happen once until then, by its name; true only for the first, whoever else
    /// tries at the same moment. `what` is kept with it.
    ///
    /// # Errors
    /// When the store fails; whether it was claimed is then unknown.
    pub async fn claim(
        &self,
        name: &str,
        what: String,
        expires_at: i64,
    ) -> Result<bool, StoreError> {
        let (name, now) = (hash(name), self.clock.now());
        measured::CLAIM.measure(on_engine!(self.claim(name, what, now, expires_at))).await
    }

    /// Gives back what was claimed, because it did not happen.
    ///
    /// # Errors
    /// When the store fails; it stays claimed then.
    pub async fn release(&self, name: &str) -> Result<(), StoreError> {
        measured::RELEASE.measure(on_engine!(self.release(hash(name)))).await
    }

    /// What is kept with a claim, if somebody has made it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn claimed(&self, name: &str) -> Result<Option<String>, StoreError> {
        let (name, now) = (hash(name), self.clock.now());
        measured::CLAIMED.measure(on_engine!(self.claimed(name, now))).await
    }

    /// Keeps a value under a name, in the place of an earlier one, until it has expired.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn keep(&self, name: &str, value: String, expires_at: i64) -> Result<(), StoreError> {
        measured::KEEP.measure(on_engine!(self.keep(hash(name), value, expires_at))).await
    }

    /// What is kept under this name; it may have expired a moment ago.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn kept(&self, name: &str) -> Result<Option<String>, StoreError> {
        measured::KEPT.measure(on_engine!(self.kept(hash(name)))).await
    }
}
