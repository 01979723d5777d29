//! Faults of the machine, and their effects on users. Outages of WorkOS, the store and the mail
//! server are tested in `crates/workos-client/tests/`, `tests/redis/outage.rs` and
//! `tests/smtp/outage.rs`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "a test fails by panicking, and doesn't use all shared helpers"
)]

#[path = "../it/answer.rs"]
mod answer;
#[path = "../it/emulator.rs"]
mod emulator;
#[path = "../it/engine.rs"]
mod engine;
#[path = "../it/log_watch.rs"]
mod log_watch;
#[path = "../it/running.rs"]
mod running;
#[path = "../it/site.rs"]
mod site;
#[path = "../it/test_app.rs"]
mod test_app;
#[path = "../it/visitor.rs"]
mod visitor;

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
