//! What an operator sees of the running app: the log, and the metrics.

pub mod log;
pub(crate) mod metrics;
