//! HTTPS: from certificate files, or with a certificate made here for development.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use time::{Duration, OffsetDateTime};

use crate::config::Tls;
use crate::data_dir::DataDir;

/// The configuration of the listener, or `None` where a proxy ends TLS.
pub(crate) fn server_config(tls: &Tls, data_dir: &DataDir) -> anyhow::Result<Option<ServerConfig>> {
    let (cert, key) = match tls {
        Tls::Off => return Ok(None),
        Tls::SelfSigned => {
            let both = data_dir.kept("localhost.pem", self_signed)?;
            (both.clone(), both)
        }
        Tls::Files { cert, key } => (read("TLS_CERT_FILE", cert)?, read("TLS_KEY_FILE", key)?),
    };
    let chain: Vec<_> = CertificateDer::pem_slice_iter(cert.as_bytes())
        .collect::<Result<_, _>>()
        .context("the TLS certificate isn't in PEM form")?;
    ensure!(!chain.is_empty(), "the TLS certificate file holds no certificate in PEM form");
    let key =
        PrivateKeyDer::from_pem_slice(key.as_bytes()).context("the TLS key isn't in PEM form")?;
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key);
    config.map(Some).context("the TLS certificate and key don't belong together")
}

fn read(variable: &str, path: &Path) -> anyhow::Result<String> {
    fs::read_to_string(path).with_context(|| format!("{variable} {} can't be read", path.display()))
}

/// A certificate and its key for the names of this machine. Browsers warn of it, once.
fn self_signed() -> anyhow::Result<String> {
    let names = ["localhost", "127.0.0.1", "::1"].map(String::from);
    let mut params = CertificateParams::new(names)?;
    params.not_before = OffsetDateTime::now_utc() - Duration::days(1);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(3650);
    let key = KeyPair::generate()?;
    Ok(params.self_signed(&key)?.pem() + &key.serialize_pem())
}
