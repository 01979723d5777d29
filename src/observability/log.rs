//! The log. It never contains query strings, IP addresses, email addresses or secrets.

use web_observability::log::{self, LogGuard};

use crate::config;

/// Starts the log. Keep the guard until the program ends, or the last lines are lost.
pub fn start(config: &config::Log) -> LogGuard {
    // actix-session logs a warning for every forged cookie, and repeats errors of the store.
    log::start(&format!("actix_session=error,{}", config.filter), config.json)
}
