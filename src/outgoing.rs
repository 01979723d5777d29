//! Outgoing connections: trusted root certificates and proxies.

use std::path::Path;
use std::{env, fs};

use env_settings::is_loopback;
use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Certificate, ClientBuilder};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

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

/// The variable that decides which proxy https URLs are reached through, if its value can't be used:
/// the client would pass over it and connect directly, or through another proxy.
pub(crate) fn unusable_proxy() -> Option<&'static str> {
    let set = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]].map(|names| {
        // Of two spellings the client reads the first that is set, even if it is empty.
        names.into_iter().find_map(|name| Some((name, env::var_os(name)?)))
    });
    let (name, proxy) = set.into_iter().flatten().find(|(_, proxy)| !proxy.is_empty())?;
    let proxies = Matcher::builder().all(proxy.into_string().unwrap_or_default()).build();
    let proxy = proxies.intercept(&Uri::from_static("https://workos.invalid"));
    // What stands in the port's place and is no port, it would take for none.
    let is_usable = proxy.as_ref().and_then(|proxy| proxy.uri().authority()).is_some_and(|proxy| {
        !proxy.host().is_empty() && (proxy.port_u16().is_some() || proxy.as_str() == proxy.host())
    });
    (!is_usable).then_some(name)
}
