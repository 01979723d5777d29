//! The store on a real `redis-server`: the tests of every engine, and those specific to Redis.
//! Needs `redis-server` (or `valkey-server` under that name), so it isn't part of a plain `cargo
//! test`: `cargo test -p session-store --features redis --test redis`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and shares code with other tests"
)]

#[path = "../contract/mod.rs"]
mod contract;
mod engine;
mod server;
mod url;
