//! Browser tests of the binary in demo mode. On Debian, they need `apt-get install
//! --no-install-recommends chromium chromium-driver`. The tests in `pages` also need `npm ci
//! --ignore-scripts` in `tests/pages`.
//!
//! Some tests save screenshots in `target/tmp`. `scripts/screenshots` makes those of every page.

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
#[path = "../it/test_app.rs"]
mod test_app;
#[path = "../it/visitor.rs"]
mod visitor;

mod browser;

// for cross-device
mod approve;
// for cross-device
mod circumstances;
mod code;
mod interrupted;
mod keyboard;
// for sso
mod leaving;
#[cfg(feature = "smtp")]
mod own_mail;
mod pages;
#[cfg(feature = "smtp")]
mod scanner;
mod scripts;
mod sign_in;
