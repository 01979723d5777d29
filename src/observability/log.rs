//! The log. It never has the query of a request, an IP or email address, or a secret.

use web_observability::log::{self, LogGuard};

use crate::config;

/// Starts the log. Hold the guard until the end, or the last lines are lost.
pub fn start(config: &config::Log) -> LogGuard {
    // actix-session warns of every forged cookie, and of what the store has logged already.
    log::start(&format!("actix_session=error,{}", config.filter), config.json)
}
