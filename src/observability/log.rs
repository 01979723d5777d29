//! The log. It never has the query of a request, an IP or email address, or a secret.

use std::panic::PanicHookInfo;

use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

use super::log_writer;
use crate::config;

/// Starts the log. Hold the guard until the end, or the last lines are lost.
pub fn start(config: &config::Log) -> WorkerGuard {
    let (writer, guard) = log_writer::open();
    // actix-session warns of every forged cookie, and of what the store has logged already.
    let filter = EnvFilter::new(format!("actix_session=error,{}", config.filter));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    // A second start (in a test) changes nothing.
    let _ = if config.json { log.json().try_init() } else { log.try_init() };
    std::panic::set_hook(Box::new(log_panic));
    guard
}

/// Logs where a panic happened, and its message if that is a literal of the program. A message that
/// was formatted may contain anything, so it isn't repeated.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let said = panic.payload().downcast_ref::<&'static str>().unwrap_or(&"(not shown)");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, said, "panicked");
}
