//! How much is measured.

use std::time::Duration;

pub(crate) struct Plan {
    /// How many sessions are in the stores.
    pub(crate) sizes: &'static [usize],
    pub(crate) redis: bool,
    pub(crate) https: bool,
    /// How often everything is measured, in turns.
    pub(crate) rounds: usize,
    /// How long a page is asked for at a time.
    pub(crate) slice: Duration,
    /// How many sign-ins are measured at a time.
    pub(crate) sign_ins: usize,
    /// How many connections are kept open at once.
    pub(crate) kept_connections: usize,
    /// How often the app is started.
    pub(crate) starts: usize,
}

/// Some ten minutes.
pub(crate) const FULL: Plan = Plan {
    sizes: &[1_000, 100_000, 1_000_000],
    redis: true,
    https: true,
    rounds: 12,
    slice: Duration::from_millis(300),
    sign_ins: 500,
    kept_connections: 10_000,
    starts: 5,
};

/// A minute, for whoever changes something and wants to know.
pub(crate) const QUICK: Plan = Plan {
    sizes: &[1_000],
    redis: false,
    https: false,
    rounds: 9,
    slice: Duration::from_millis(300),
    sign_ins: 200,
    kept_connections: 10_000,
    starts: 3,
};

/// A minute of everything, to see what the program spends its time on: see `scripts/release`.
pub(crate) const WATCH: Plan = Plan {
    sizes: &[1_000],
    redis: true,
    https: true,
    rounds: 3,
    slice: Duration::from_millis(300),
    sign_ins: 500,
    kept_connections: 100,
    starts: 1,
};

/// Seconds: everything once, to see that every answer is right. The figures say nothing.
pub(crate) const CHECK: Plan = Plan {
    sizes: &[50, 100],
    redis: true,
    https: true,
    rounds: 1,
    slice: Duration::from_millis(20),
    sign_ins: 20,
    kept_connections: 100,
    starts: 1,
};

/// Connections of a page's load; where others are meant, it is said.
pub(crate) const CONNECTIONS: usize = 64;
/// Sign-ins that go on at once.
pub(crate) const BROWSERS: usize = 16;
/// As many sessions are asked for in turns, all over the store: what is read shall not lie at hand.
pub(crate) const COOKIES: usize = 4_096;
