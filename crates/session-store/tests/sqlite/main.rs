//! The store on SQLite: what every engine does, and what is particular to its file.

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
