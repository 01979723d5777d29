//! Sessions in a real `redis-server`: the tests that also run on the embedded store, and tests of
//! instances that share a store. They need `redis-server`. On Debian, install it with `apt-get
//! install --no-install-recommends redis-server`. A `valkey-server` under that name works as well.

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
#[path = "../it/code_request.rs"]
mod code_request;
#[path = "../it/emulator.rs"]
mod emulator;
mod engine;
#[path = "../it/log_watch.rs"]
mod log_watch;
#[path = "../it/running.rs"]
mod running;
#[path = "../it/site.rs"]
mod site;
#[path = "../it/test_app.rs"]
mod test_app;
// for cross-device
#[path = "../it/two_browsers.rs"]
mod two_browsers;
#[path = "../it/visitor.rs"]
mod visitor;

#[path = "../it/account_sessions.rs"]
mod account_sessions;
#[path = "../it/api_session.rs"]
mod api_session;
// for cross-device
#[path = "../it/approve.rs"]
mod approve;
#[path = "../it/callback.rs"]
mod callback;
#[cfg(feature = "smtp")]
#[path = "../it/cancel.rs"]
mod cancel;
#[path = "../it/code.rs"]
mod code;
#[path = "../it/code_tries.rs"]
mod code_tries;
#[path = "../it/complete.rs"]
mod complete;
#[path = "../it/exchange.rs"]
mod exchange;
// for cross-device
#[path = "../it/finish.rs"]
mod finish;
#[path = "../it/known_browser.rs"]
mod known_browser;
#[path = "../it/rate_limit.rs"]
mod rate_limit;
#[path = "../it/session_lifetimes.rs"]
mod session_lifetimes;
// for sso
#[path = "../it/sso.rs"]
mod sso;
#[path = "../it/switch.rs"]
mod switch;
// with template
#[path = "../it/upgrade.rs"]
mod upgrade;
// end template

mod doctor;
mod instances;
mod kept;
mod metrics;
mod outage;
mod program;
mod refusals;
mod settings;
