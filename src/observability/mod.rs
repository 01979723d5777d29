//! What an operator sees of the running app: the log, a line and a measurement for each request, and
//! the metrics.

pub mod log;
mod log_writer;
pub(crate) mod metrics;
pub(crate) mod requests;
