//! The log and the metrics.

pub mod log;
pub(crate) mod metrics;
