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
    /// Counts in all of these, or in none if one of them refuses; gives for each the seconds until it
    /// no longer does, or 0.
    pub(super) fn count_all(&self, counted: &[Counted], now: i64) -> Vec<i64> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let current: Vec<_> = counted.iter().map(|counted| counted.window(&windows, now)).collect();
        let waits: Vec<_> = counted
            .iter()
            .zip(&current)
            .map(|(counted, window)| counted.wait(*window, &current, now))
            .collect();
        if waits.iter().all(|wait| *wait == 0) {
            // What adds nothing only asks, and begins no window.
            for (counted, window) in
                counted.iter().zip(current).filter(|(counted, _)| counted.add > 0)
            {
                let count = window.count.saturating_add(counted.add);
                windows.insert(counted.name, Window { count, ..window });
            }
        }
        waits
    }

    /// Forgets what is over.
    pub(super) fn purge(&self, now: i64) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, window| window.ends_at > now);
    }
}

impl Counted {
    /// The window that goes on, or one that would begin now.
    fn window(&self, windows: &HashMap<Hash, Window>, now: i64) -> Window {
        let latest = now.saturating_add(self.window);
        // One that ends later than it could was opened by a clock that has been set back since.
        let goes_on = |window: &&Window| now < window.ends_at && window.ends_at <= latest;
        let window = windows.get(&self.name).filter(goes_on);
        window.copied().unwrap_or(Window { count: 0, ends_at: latest })
    }

    /// A condition that no longer holds ends the wait as well.
    fn wait(&self, window: Window, all: &[Window], now: i64) -> i64 {
        let condition =
            self.enforced_once.and_then(|(place, count)| Some((all.get(place)?, count)));
        let is_enforced = condition.is_none_or(|(other, count)| other.count >= count);
        if !is_enforced || window.count < self.at_most {
            return 0;
        }
        condition.map_or(window.ends_at, |(other, _)| window.ends_at.min(other.ends_at)) - now
    }
}
