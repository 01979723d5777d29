//! HTTPS: from certificate files, or with a certificate made here for development.

use anyhow::Context;
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use time::{Duration, OffsetDateTime};

use crate::config::Tls;
use crate::data_dir::DataDir;

/// The configuration of the listener, or `None` where a proxy ends TLS.
pub(crate) fn server_config(tls: &Tls, data_dir: &DataDir) -> anyhow::Result<Option<ServerConfig>> {
    let pem = match tls {
        Tls::Off => return Ok(None),
        Tls::SelfSigned => data_dir.kept("localhost.pem", self_signed)?,
        Tls::Files { cert, key } => [("TLS_CERT_FILE", cert), ("TLS_KEY_FILE", key)]
            .into_iter()
            .map(|(name, path)| {
                std::fs::read_to_string(path)
                    .with_context(|| format!("{name} {} can't be read", path.display()))
            })
            .collect::<Result<_, _>>()?,
    };
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .context("the TLS certificate isn't in PEM form")?;
    let key =
        PrivateKeyDer::from_pem_slice(pem.as_bytes()).context("the TLS key isn't in PEM form")?;
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, key);
    config
        .map(Some)
        .context("the TLS certificate and key can't be used together")
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
