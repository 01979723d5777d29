//! The stand-in as an app sees it: over HTTP, one instance a test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common_ground;
mod connections;
mod faults;
mod hooks;
mod inbox;
mod links;
mod passwordless;
mod program;
mod scan;
mod site;
mod smtp;
mod smtp_client;
mod smtp_hooks;
mod smtp_mail;
mod sso;
mod stand_in;
mod token;
