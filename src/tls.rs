//! HTTPS: from certificate files, or with a certificate made here for development.

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
    match tls {
        Tls::Off => Ok(None),
        Tls::SelfSigned => {
            let (_, both) = data_dir.kept("localhost.pem", self_signed)?;
            of_files(&both, &both).map(Some)
        }
        Tls::Files { cert, key } => of_files(cert, key).map(Some),
    }
}

/// The same, from a certificate and its key in PEM form.
pub(crate) fn of_files(cert: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    let chain = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect);
    let chain: Vec<_> = chain.with_context(|| {
        format!("{} can't be read as a certificate in PEM form", cert.display())
    })?;
    ensure!(!chain.is_empty(), "{} holds no certificate in PEM form", cert.display());
    let private_key = PrivateKeyDer::from_pem_file(key)
        .with_context(|| format!("{} can't be read as a key in PEM form", key.display()))?;
    let config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, private_key);
    let mut config = config.with_context(|| {
        format!(
            "the certificate {} and the key {} don't belong together",
            cert.display(),
            key.display()
        )
    })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
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
