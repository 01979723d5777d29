//! Rate limits of the embedded engine, in memory, because only one process uses it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::seconds;
use crate::{Hash, RateLimitHit, hash};

/// The count of a window, which opens with the first hit.
#[derive(Clone, Copy)]
struct Window {
    count: u32,
    ends_at: i64,
}

/// All windows of this process.
#[derive(Clone, Default)]
pub(crate) struct Counters(Arc<Mutex<HashMap<Hash, Window>>>);

impl Counters {
    /// See [`crate::engine::Engine::check_rate_limits`].
    pub(crate) fn check_rate_limits(&self, hits: &[RateLimitHit], now: i64) -> Vec<i64> {
        let names: Vec<_> = hits.iter().map(|hit| hash(&hit.name)).collect();
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let current: Vec<_> = hits
            .iter()
            .zip(&names)
            .map(|(hit, name)| current_window(windows.get(name), hit, now))
            .collect();
        let waits: Vec<_> = hits
            .iter()
            .zip(&current)
            .map(|(hit, window)| wait(hit, *window, &current, now))
            .collect();
        if waits.iter().all(|wait| *wait == 0) {
            for ((hit, name), window) in hits.iter().zip(names).zip(current) {
                // A hit with cost 0 only checks, and opens no window.
                if hit.cost > 0 {
                    let count = window.count.saturating_add(hit.cost);
                    windows.insert(name, Window { count, ..window });
                }
            }
        }
        waits
    }

    /// Removes windows that have ended.
    pub(crate) fn purge(&self, now: i64) {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        windows.retain(|_, window| window.ends_at > now);
    }
}

/// Returns the open window, or the one that the hit would open.
fn current_window(window: Option<&Window>, hit: &RateLimitHit, now: i64) -> Window {
    let latest = now.saturating_add(seconds(hit.limit.within));
    // A window that ends later was opened before the clock was set back.
    let is_open = |window: &&Window| now < window.ends_at && window.ends_at <= latest;
    window.filter(is_open).copied().unwrap_or(Window { count: 0, ends_at: latest })
}

/// Returns the seconds until the limit accepts a hit again. Its condition may end earlier.
fn wait(hit: &RateLimitHit, window: Window, all: &[Window], now: i64) -> i64 {
    let condition = hit.enforced_once.and_then(|(place, reached)| Some((all.get(place)?, reached)));
    let is_enforced = condition.is_none_or(|(other, reached)| other.count >= reached);
    if !is_enforced || window.count < hit.limit.at_most {
        return 0;
    }
    condition.map_or(window.ends_at, |(other, _)| window.ends_at.min(other.ends_at)) - now
}
