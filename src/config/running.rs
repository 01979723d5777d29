//! Settings of metrics and shutdown.

use std::net::SocketAddr;
use std::time::Duration;

use env_settings::Reader;

/// Settings of metrics and shutdown.
pub struct Running {
    /// `METRICS_BIND_ADDRESS`
    pub metrics_bind_address: Option<SocketAddr>,
    /// `SHUTDOWN_DRAIN`: how long the app continues to serve after its readiness check starts to
    /// fail.
    pub shutdown_drain: Duration,
}

pub(super) fn running(read: &mut Reader<'_>) -> Running {
    let drain = Duration::ZERO..=Duration::from_mins(10);
    Running {
        metrics_bind_address: read.optional(
            "METRICS_BIND_ADDRESS",
            "must be an address and port, such as 127.0.0.1:9464",
            |text| text.parse().ok(),
        ),
        shutdown_drain: read.duration("SHUTDOWN_DRAIN", "0s", drain, "must be between 0s and 10m"),
    }
}
