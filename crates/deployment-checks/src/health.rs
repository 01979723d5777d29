//! Whether the app on this machine is ready, as a container's health check asks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use reqwest::Client;
use rustls::crypto::ring;

use crate::with_sources;

/// Shorter than the time that container engines allow by default.
const DEADLINE: Duration = Duration::from_secs(5);

/// Requests `/health/ready` from the app that listens at this address, without a proxy. Certificates
/// aren't verified, since they aren't for this address, and nothing secret is sent.
///
/// # Errors
/// Why the app isn't ready, in one line.
///
/// ```
/// # #[actix_web::main]
/// # async fn main() {
/// let why = deployment_checks::health::check("0.0.0.0:1".parse().unwrap(), false).await;
/// assert!(why.unwrap_err().starts_with("no response from http://127.0.0.1:1/health/ready: "));
/// # }
/// ```
pub async fn check(bind_address: SocketAddr, has_tls: bool) -> Result<(), String> {
    // Fails if one is already installed, which is fine.
    let _ = ring::default_provider().install_default();
    let scheme = if has_tls { "https" } else { "http" };
    let url = format!("{scheme}://{}/health/ready", reachable(bind_address));
    let client = Client::builder()
        .no_proxy()
        .timeout(DEADLINE)
        .tls_danger_accept_invalid_certs(true)
        .build()
        .map_err(|error| with_sources(&error))?;
    match client.get(&url).send().await {
        Ok(response) if response.status().is_success() => Ok(()),
        Ok(response) => Err(format!("{url} responded with {}", response.status())),
        Err(error) => {
            Err(format!("no response from {url}: {}", with_sources(&error.without_url())))
        }
    }
}

/// Returns the address to connect to: loopback for a listener on all addresses.
fn reachable(bind_address: SocketAddr) -> SocketAddr {
    let ip = match bind_address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    (ip, bind_address.port()).into()
}

#[cfg(test)]
mod tests {
    use super::reachable;

    #[test]
    fn all_addresses_include_loopback() {
        for (bind, reach) in [
            ("0.0.0.0:8443", "127.0.0.1:8443"),
            ("[::]:8443", "[::1]:8443"),
            ("127.0.0.2:1", "127.0.0.2:1"),
        ] {
            assert_eq!(reachable(bind.parse().unwrap()).to_string(), reach);
        }
    }
}
