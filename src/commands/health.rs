//! `health`: reports whether the app that runs with these settings is ready, for a container's health
//! check.

use anyhow::{Context, anyhow};
use deployment_checks::health;

use super::print;
use crate::config::{Config, Tls};

/// Requests `/health/ready` from the listener, and prints a line.
///
/// # Errors
/// Why the app isn't ready. Never `Problems`, since a health check exits with 0 or 1.
pub async fn run(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<()> {
    let unusable = "not ready: the settings can't be used, run doctor";
    let config = Config::read(variable).map_err(|_| anyhow!(unusable))?;
    let has_tls = config.web.tls != Tls::Off;
    let ready = health::check(config.web.bind_address, has_tls).await;
    ready.map_err(anyhow::Error::msg).context("not ready")?;
    print("ready")
}
