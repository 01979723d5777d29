//! What time it is, in whole seconds since 1970: every lifetime here is measured in them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use time::OffsetDateTime;

/// The wall clock. A test holds a clone and moves it; all clones move together.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset: Arc<AtomicI64>,
}

impl Clock {
    /// Seconds since 1970, UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.read().unix_timestamp()
    }

    /// Milliseconds since 1970, for telling apart what happens within a second.
    #[must_use]
    pub fn now_millis(&self) -> i64 {
        let now = self.read();
        now.unix_timestamp() * 1000 + i64::from(now.millisecond())
    }

    /// The same time as the standard library's type.
    #[must_use]
    pub fn system_time(&self) -> SystemTime {
        self.read().into()
    }

    fn read(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
            .saturating_add(time::Duration::seconds(self.offset.load(Ordering::Relaxed)))
    }

    /// Moves this clock and its clones by so many seconds, backwards if negative.
    pub fn advance(&self, seconds: i64) {
        self.offset.fetch_add(seconds, Ordering::Relaxed);
    }
}

/// A duration in whole seconds.
#[must_use]
pub fn seconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_secs()).unwrap_or(i64::MAX)
}
