//! Faults of the machine, and their effects on users. Outages of WorkOS, the store and the mail
//! server are tested in `crates/workos-client/tests/`, `tests/redis/outage.rs` and
//! `tests/smtp/outage.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and has no public API"
)]

mod namespace;
mod shell;

mod bit_flips;
mod browser_gone;
mod clock;
mod crowd;
mod disk_full;
mod file_descriptors;
mod kill;
mod kill_writing;
#[cfg(feature = "demo")]
mod localhost;
mod memory;
mod slow_readers;
mod workos_unheard;
