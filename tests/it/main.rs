//! Black-box tests over real HTTP. Each app and emulator has its own port, and visitors keep
//! cookies like browsers do. The modules for one URL come first, then those for all of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    unreachable_pub,
    reason = "a test fails by panicking, and has no public API"
)]

mod any_method;
mod code_request;
mod raw;

mod account;
mod account_sessions;
mod admission;
mod api_code;
mod api_login;
mod api_logout;
mod api_openapi;
mod api_session;
// for cross-device
mod approve;
mod assets;
mod callback;
#[cfg(feature = "smtp")]
mod cancel;
mod client_info;
mod code;
mod code_mails;
mod code_refusals;
mod code_tries;
mod complete;
mod confirm;
mod exchange;
// for cross-device
mod finish;
mod health;
mod home;
mod known_browser;
mod language; // with second-language
mod login;
mod logout;
#[cfg(feature = "smtp")]
mod mail_link;
#[cfg(feature = "smtp")]
mod open;
#[cfg(feature = "smtp")]
mod open_failures;
mod passwordless_session;
mod root_files;
mod sent;
// for sso
mod sso;
// for sso
mod sso_failures;
// for sso
mod sso_profile;
// for sso
mod sso_required;
mod switch;
mod well_known;

// for template
mod architecture;
mod audit;
mod canary;
mod config;
mod cookies;
mod cookies_blocked;
mod data_dir;
#[cfg(feature = "demo")]
mod demo;
mod docs;
mod doctor;
mod fetch_metadata;
mod framing;
mod headers;
mod host;
mod hostile_input;
mod limits;
mod log;
mod messages;
mod metrics;
mod odd_requests;
mod operator;
mod organization;
mod panics;
mod plain_http;
mod program;
mod properties;
mod proxies;
mod randomness;
mod rate_limit;
mod return_to;
#[cfg(feature = "smtp")]
mod scanners;
#[cfg(feature = "smtp")]
mod sealed;
mod security;
// for template
mod security_table;
mod session_lifetimes;
mod session_store;
mod shared_computer;
mod shutdown;
mod sign_in_with;
mod supply_chain;
mod tls;
mod tls_renewal;
mod upgrade; // with template
mod workos_tls;
