//! The clock, in whole seconds since 1970.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The wall clock. Clones share an offset, which a test can change.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset: Arc<AtomicI64>,
}

impl Clock {
    /// Returns the seconds since 1970, UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now_millis().div_euclid(1000)
    }

    /// Returns the milliseconds since 1970, to order events within one second.
    #[must_use]
    pub fn now_millis(&self) -> i64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now = i64::try_from(now.as_millis()).unwrap_or(i64::MAX);
        now.saturating_add(self.offset.load(Ordering::Relaxed).saturating_mul(1000))
    }

    /// Returns the current time as the standard library's type.
    #[must_use]
    pub fn system_time(&self) -> SystemTime {
        let since_1970 = u64::try_from(self.now_millis()).unwrap_or_default();
        UNIX_EPOCH + Duration::from_millis(since_1970)
    }

    /// Moves this clock and its clones by this many seconds, backwards if negative.
    pub fn advance(&self, seconds: i64) {
        self.offset.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// Returns a duration in whole seconds.
#[must_use]
pub fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
