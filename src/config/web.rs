//! Settings of addresses, proxies and TLS.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;

use env_settings::{Reader, is_loopback};
use ipnet::IpNet;
use url::Url;

use crate::email_address::EmailAddress;

/// Settings of addresses, proxies and TLS.
pub struct Web {
    /// `BASE_URL`: the origin that browsers see.
    pub base_url: Url,
    /// `BIND_ADDRESS`
    pub bind_address: SocketAddr,
    /// `HTTP_BIND_ADDRESS`: the address that redirects plain HTTP to `base_url`.
    pub http_bind_address: Option<SocketAddr>,
    /// `MAX_CONNECTIONS`: the maximum number of concurrent connections to both addresses together.
    pub max_connections: NonZeroUsize,
    /// `TLS`
    pub tls: Tls,
    /// `SECURITY_CONTACT`: where to report a vulnerability, if this site says so.
    pub security_contact: Option<Url>,
    /// `TRUSTED_PROXIES`: which are believed when they say where a request comes from.
    pub trusted_proxies: Vec<IpNet>,
}

impl Web {
    /// Returns `BASE_URL` as an origin: `https://app.example.com`.
    #[must_use]
    pub fn origin(&self) -> String {
        self.base_url.origin().ascii_serialization()
    }

    /// Returns whether `base_url` is on loopback, as in development.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.base_url)
    }
}

/// What terminates TLS, and with which certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// This app, with a self-signed certificate that it generates in `DATA_DIR`. For development.
    SelfSigned,
    /// This app, with the certificate in these PEM files.
    Files {
        /// `TLS_CERT_FILE`: the certificate and its intermediates.
        cert: PathBuf,
        /// `TLS_KEY_FILE`
        key: PathBuf,
    },
    /// A proxy in front of this app.
    Off,
}

pub(super) fn web(read: &mut Reader<'_>) -> Web {
    let base_url = read.https_url("BASE_URL", "https://localhost:8443");
    if base_url.path() != "/" || base_url.query().is_some() || base_url.fragment().is_some() {
        read.problem("BASE_URL", "must be an origin without path, such as https://app.example.com");
    }
    let bind_address = read.parse(
        "BIND_ADDRESS",
        "127.0.0.1:8443",
        "must be an address and port, such as 127.0.0.1:8443",
    );
    let http_bind_address = http_bind_address(read, bind_address);
    let max_connections =
        read.parse("MAX_CONNECTIONS", "1000", "must be a number of at least 1, such as 1000");
    // Read in any case, so that an invalid value is always reported.
    let [cert, key] =
        ["TLS_CERT_FILE", "TLS_KEY_FILE"].map(|name| PathBuf::from(read.or(name, "")));
    let tls = read.choice(
        "TLS",
        [("self-signed", Tls::SelfSigned), ("files", Tls::Files { cert, key }), ("off", Tls::Off)],
        "must be self-signed, files or off",
    );
    if matches!(tls, Tls::Files { .. }) {
        for name in ["TLS_CERT_FILE", "TLS_KEY_FILE"] {
            read.required(name, "is required with TLS=files");
        }
    }
    if base_url.scheme() == "http" && tls != Tls::Off {
        read.problem("TLS", "must be off if BASE_URL is http");
    }
    let trusted_proxies = read.list(
        "TRUSTED_PROXIES",
        "must be a list of networks or addresses, such as 10.0.0.0/8,127.0.0.1",
        |text| text.parse().or_else(|_| text.parse().map(|ip: IpAddr| ip.into())).ok(),
    );
    let security_contact = read.optional(
        "SECURITY_CONTACT",
        "must be a URL, such as mailto:security@example.com or https://example.com/security",
        |text| text.parse().ok().filter(is_contact),
    );
    let web = Web {
        base_url,
        bind_address,
        http_bind_address,
        max_connections,
        tls,
        security_contact,
        trusted_proxies,
    };
    if web.tls == Tls::SelfSigned && !web.bind_address.ip().is_loopback() {
        read.problem("TLS", "must be files or off unless BIND_ADDRESS is loopback");
    }
    web
}

fn http_bind_address(read: &mut Reader<'_>, bind_address: SocketAddr) -> Option<SocketAddr> {
    read.optional(
        "HTTP_BIND_ADDRESS",
        "must be an address and port other than BIND_ADDRESS, such as 0.0.0.0:80",
        |text| {
            let address: SocketAddr = text.parse().ok()?;
            (address != bind_address || address.port() == 0).then_some(address)
        },
    )
}

fn is_contact(url: &Url) -> bool {
    match url.scheme() {
        "mailto" => EmailAddress::parse(url.path()).is_ok(),
        scheme => scheme == "https",
    }
}
