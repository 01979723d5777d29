//! What the tests of the app share: the app under test, the emulator, browsers, and running programs.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "only tests use it, and a test fails by panicking"
)]

mod answer;
mod emulator;
mod engine;
mod log_watch;
// for redis
mod redis_server;
mod running;
mod site;
mod test_app;
// for cross-device
mod two_browsers;
mod visitor;

pub use answer::{Answer, assert_error, assert_opened_elsewhere, assert_problem};
pub use emulator::{WorkOs, http, http_builder};
pub use engine::Engine;
// for redis
pub use redis_server::RedisServer;
pub use running::{Program, command, free_port};
pub use site::{Scrape, Site};
pub use test_app::{TestApp, serve, settings_of_a_test};
// for cross-device
pub use two_browsers::TwoBrowsers;
pub use visitor::Visitor;
