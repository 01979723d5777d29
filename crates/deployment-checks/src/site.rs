//! Checks of the site as visitors reach it: its certificate, its responses and the proxy in front
//! of it.
//!
//! The site must respond as follows:
//!
//! | request | response |
//! |---|---|
//! | `GET /health/live` | any |
//! | `GET /api/session` without a session | JSON with `"code": "not_signed_in"`; `wrong_host` for another host, `store_unavailable` without the store; with the headers `Content-Security-Policy`, `Cache-Control` and, unless it is on loopback, `Strict-Transport-Security` |
//! | `GET /login?lang=…` and `GET /login` | sets a cookie with the language; a page in the language of the cookie |
//! | `POST /logout` without a session | 403 if it comes from another site's page, else anything else |

mod certificate;
mod proxy;
mod responses;
mod visitor;

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use outgoing_http::ExtraRoots;
use url::Url;

use self::visitor::Visitor;
use crate::Finding;

/// The configuration of a site.
#[derive(Clone, Debug)]
pub struct Site {
    /// `BASE_URL`: the origin that browsers see.
    pub base_url: Url,
    /// `BIND_ADDRESS`: where the app listens.
    pub bind_address: SocketAddr,
    /// What terminates TLS.
    pub tls: Tls,
    /// `TRUSTED_PROXIES`: the networks of proxies that are trusted to name a visitor's address.
    pub trusted_proxies: Vec<IpNet>,
    /// Root certificates that are trusted in addition to the system's.
    pub extra_roots: ExtraRoots,
    /// A language other than the default, to check that cookies pass through the proxy. `None`
    /// skips this check.
    pub other_language: Option<String>,
}

/// What terminates TLS, and with which certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// The app, with a self-signed certificate for development, in this PEM file.
    SelfSigned(PathBuf),
    /// The app, with the certificate in these PEM files.
    Files {
        /// `TLS_CERT_FILE`: the certificate and its intermediates.
        cert: PathBuf,
        /// `TLS_KEY_FILE`
        key: PathBuf,
    },
    /// A proxy in front of the app.
    Off,
}

/// Checks the site with requests to its `base_url`, as a browser makes them. Returns the findings
/// `certificate`, `site` and `proxy`.
///
/// If the app isn't running, this function listens at `bind_address` for a few seconds to see what
/// the proxy sends. It must therefore run on an `actix-web` runtime.
///
/// # Errors
/// Fails if no HTTP client can be built, because the self-signed certificate can't be parsed or the
/// system has no trusted certificates.
///
/// ```
/// use deployment_checks::site::{self, Site, Tls};
///
/// # #[actix_web::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let site = Site {
///     base_url: "http://localhost:1".parse()?,
///     bind_address: "127.0.0.1:1".parse()?,
///     tls: Tls::Off,
///     trusted_proxies: Vec::new(),
///     extra_roots: Default::default(),
///     other_language: None,
/// };
/// let lines = site::check(&site).await?.map(|finding| finding.to_string());
/// assert_eq!(lines[0], "ok       certificate    not needed: BASE_URL is http, for this machine only");
/// assert_eq!(lines[1], "unknown  site           not running: start the app, and run this again");
/// # Ok(())
/// # }
/// ```
pub async fn check(site: &Site) -> Result<[Finding; 3], reqwest::Error> {
    let visitor = Visitor::new(site)?;
    Ok([
        certificate::check(site, &visitor).await.of("certificate"),
        responses::check(site, &visitor).await.of("site"),
        proxy::check(site, &visitor).await.of("proxy"),
    ])
}
