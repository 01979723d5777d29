//! What only Redis does, and several instances of the app that share it. Tests that any store must pass are
//! in `tests/it`: `scripts/test` runs them on Redis too. They need `redis-server`: on Debian, `apt-get
//! install --no-install-recommends redis-server`. A `valkey-server` under that name works too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and has no public API"
)]

mod app;

mod doctor;
mod instances;
mod kept;
mod metrics;
mod outage;
mod program;
mod refusals;
mod settings;
