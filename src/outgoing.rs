//! Outgoing connections: trusted root certificates and proxies.

use std::fs;
use std::path::Path;

use reqwest::{Certificate, ClientBuilder};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::{Host, Url};

/// What WorkOS knows this program as.
pub(crate) const USER_AGENT: &str = concat!("workos-magic-link/", env!("CARGO_PKG_VERSION"));

/// The certificates of `EXTRA_CA_FILE`, which every outgoing connection trusts in addition to the
/// system's.
#[derive(Clone, Debug, Default)]
pub struct ExtraRoots(Vec<CertificateDer<'static>>);

impl ExtraRoots {
    /// Reads a file in PEM form. `None` if it can't be read, or holds no certificate, or a damaged
    /// one.
    pub(crate) fn read(file: &Path) -> Option<Self> {
        let pem = fs::read(file).ok()?;
        // A byte order mark would hide the first certificate.
        let pem = pem.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&pem);
        let roots: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
        (!roots.is_empty() && roots.iter().all(is_usable)).then_some(Self(roots))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.0.iter()
    }
}

/// Whether it can be a root certificate.
pub(crate) fn is_usable(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

/// An HTTP client for this URL. It uses the proxy of the environment (`HTTPS_PROXY`, `NO_PROXY` and
/// their like), but never for a loopback host.
pub(crate) fn http_client(url: &Url, extra_roots: &ExtraRoots) -> ClientBuilder {
    let roots = extra_roots.iter().filter_map(|root| Certificate::from_der(root).ok());
    let client = reqwest::Client::builder().tls_certs_merge(roots);
    if is_loopback(url) { client.no_proxy() } else { client }
}

/// Whether this URL can only lead to this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
