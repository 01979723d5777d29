//! The store on a real `redis-server`: what it does on SQLite as well, and what only a shared store
//! can do. Needs `redis-server` or `valkey-server` by that name.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
