//! The app's own email through a real mail server, which records what it receives. The tests need
//! aiosmtpd. On Debian, install it with `apt-get install --no-install-recommends python3-aiosmtpd`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    dead_code,
    reason = "a test fails by panicking, and doesn't use all of what it shares with others"
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
#[path = "../it/test_app.rs"]
mod test_app;
#[path = "../it/visitor.rs"]
mod visitor;

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
