//! Logs to standard error, as text or JSON, with [`tracing`].
//!
//! A separate thread writes the entries, so that a slow or closed reader never blocks a request.
//! Entries that can't be written are dropped, and counted in [`lost_lines`].

use std::panic::PanicHookInfo;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::log_writer;
pub use crate::log_writer::lost_lines;

/// Writes the remaining entries when it is dropped. Keep it until the program ends.
#[must_use = "the last lines are lost when it is dropped early"]
pub struct LogGuard {
    _writer: tracing_appender::non_blocking::WorkerGuard,
}

/// Starts the log, in JSON or as text. `filter` has levels, also by target, such as `info` or
/// `warn,audit=info`. Parts that are neither are ignored.
/// If a subscriber is already set, as in a test, it is kept.
///
/// Panics are logged with their source location, and with their message if it is a string literal.
/// A formatted message isn't logged, because it may contain secrets.
pub fn start(filter: &str, json: bool) -> LogGuard {
    let (writer, guard) = log_writer::open();
    let filter = targets(filter);
    let log = tracing_subscriber::registry().with(filter);
    let layer = fmt::layer().with_writer(writer);
    let _ = if json { log.with(layer.json()).try_init() } else { log.with(layer).try_init() };
    std::panic::set_hook(Box::new(log_panic));
    LogGuard { _writer: guard }
}

/// Ignores what isn't a level, or a level of a target.
fn targets(filter: &str) -> Targets {
    let valid = |part: &&str| !part.is_empty() && part.parse::<Targets>().is_ok();
    let parts: Vec<_> = filter.split(',').map(str::trim).filter(valid).collect();
    parts.join(",").parse().unwrap_or_default()
}

fn log_panic(panic: &PanicHookInfo<'_>) {
    let said = panic.payload().downcast_ref::<&'static str>().unwrap_or(&"(not shown)");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(event = "panic", place, said, "panicked");
}
