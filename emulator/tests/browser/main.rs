//! What needs a real Chromium: the scanner that is one, and single sign-on across origins,
//! and the inbox, which keeps itself fresh. Debian
//! has both programs: `apt-get install --no-install-recommends chromium chromium-driver`.
//!
//! Screenshots of the way are left in `target/tmp`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    dead_code,
    reason = "a test fails by panicking, and doesn't use all of what it shares with others"
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
