//! The app's own email through a real mail server, which records what it receives. The tests need
//! aiosmtpd. On Debian, install it with `apt-get install --no-install-recommends python3-aiosmtpd`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and has no public API"
)]

mod mail;
mod server;
mod site;

mod content;
mod injection;
mod later;
mod log;
mod once;
mod outage;
mod pool;
mod refusal;
mod shutdown;
mod sign_in;
mod timing;
mod tls;
