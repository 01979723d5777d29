//! The store on SQLite: the tests of every engine, and those specific to SQLite.

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
mod file;
mod writes;
