//! Tests that need Chromium: browser scans, single sign-on across origins and the inbox's updates. To
//! install it on Debian: `apt-get install --no-install-recommends chromium chromium-driver`.
//!
//! The tests save screenshots in `target/tmp`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    reason = "a test fails by panicking, and shares helpers that it doesn't all use"
)]

#[path = "../it/site.rs"]
mod site;
#[path = "../it/smtp_client.rs"]
mod smtp_client;
#[path = "../it/sso_client.rs"]
mod sso_client;
#[path = "../it/test_emulator.rs"]
mod test_emulator;

mod browser;
mod inbox;
mod scan;
mod sso;
