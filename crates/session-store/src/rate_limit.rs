//! Rate limits.

use std::time::Duration;

use crate::engine::{AnyEngine, Engine as _, on_engine};
use crate::{RateLimitHit, Store, StoreError, metrics};

impl Store {
    /// Counts all of these hits atomically, or none of them if a limit refuses one. Returns for
    /// each hit how long its limit refuses it, or `None` if it doesn't.
    ///
    /// # Errors
    /// Fails if the store does.
    pub async fn check_rate_limits(
        &self,
        hits: &[RateLimitHit],
    ) -> Result<Vec<Option<Duration>>, StoreError> {
        let now = self.clock.now();
        let check = on_engine!(self.check_rate_limits(hits, now));
        let waits = metrics::CHECK_RATE_LIMITS.measure(check).await?;
        let wait = |seconds: i64| Duration::from_secs(seconds.unsigned_abs());
        Ok(waits.into_iter().map(|seconds| (seconds > 0).then(|| wait(seconds))).collect())
    }
}
