//! The client against local servers, one file for each topic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking"
)]

mod errors;
mod magic_auth;
mod requests;
mod responses;
mod retries;
mod support;
mod tls;
