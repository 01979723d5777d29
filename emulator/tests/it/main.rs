//! Black-box tests over HTTP and SMTP. Each test starts its own emulator.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access;
mod all_endpoints;
mod connections;
mod faults;
mod hook_errors;
mod hooks;
mod inbox;
mod links;
mod magic_auth;
mod magic_auth_client;
mod memberships;
mod official_emulator;
mod passwordless;
mod program;
mod scan;
mod site;
mod smtp;
mod smtp_client;
mod smtp_hooks;
mod smtp_mail;
mod sso;
mod sso_client;
mod sso_connections;
mod sso_identity;
mod sso_idp;
mod sso_pkce;
mod sso_required;
mod test_emulator;
mod token;
