//! How it is watched while it runs, and how it ends.

use std::net::SocketAddr;
use std::time::Duration;

use super::reader::Reader;

/// How it is watched while it runs, and how it ends.
pub struct Running {
    /// `METRICS_BIND_ADDRESS`
    pub metrics_bind_address: Option<SocketAddr>,
    /// `SHUTDOWN_DRAIN`: for how long it serves on after it has said that it isn't ready any more.
    pub shutdown_drain: Duration,
}

pub(super) fn running(read: &mut Reader<'_>) -> Running {
    let name = "METRICS_BIND_ADDRESS";
    let metrics_bind_address = read.get(name).and_then(|address| {
        let parsed = address.parse();
        parsed
            .map_err(|_| read.problem(name, "is an address and port, such as 127.0.0.1:9464"))
            .ok()
    });
    let shutdown_drain = read.duration("SHUTDOWN_DRAIN", "0s", 0..=600, "is from 0s to 10m");
    Running { metrics_bind_address, shutdown_drain }
}
