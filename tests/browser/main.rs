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
    reason = "a test fails by panicking, and has no public API"
)]

mod browser;

// for cross-device
mod approve;
// for cross-device
mod circumstances;
mod code;
mod confirm;
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
mod single_page;
