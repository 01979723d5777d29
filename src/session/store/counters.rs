//! The counters of the embedded engine: in memory, since one process serves alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::Hash;
use super::engine::Counted;

/// How often something happened within a time that began with the first.
#[derive(Clone, Copy)]
struct Window {
    count: u32,
    ends_at: i64,
}

/// All counters of this process.
#[derive(Clone, Default)]
pub(super) struct Counters(Arc<Mutex<HashMap<Hash, Window>>>);

impl Counters {
    /// Counts, and gives `None`; or, above `at_most` within so many seconds, how many seconds it is
    /// until it may happen again.
    pub(super) fn take(&self, counted: Counted, now: i64) -> Option<i64> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = windows.entry(counted.name).or_insert(Window { count: 0, ends_at: now });
        // One that ends later than it could was opened by a clock that has been set back since.
        let latest = now.saturating_add(counted.window);
        if window.ends_at <= now || window.ends_at > latest {
            // Whoever only asks opens none.
            if counted.many == 0 {
                return None;
            }
            *window = Window { count: 0, ends_at: latest };
        }
        if window.count >= counted.at_most {
            return Some(window.ends_at - now);
        }
        window.count = window.count.saturating_add(counted.many);
        None
    }

    /// Forgets what is over.
    pub(super) fn purge(&self, now: i64) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, window| window.ends_at > now);
    }
}
