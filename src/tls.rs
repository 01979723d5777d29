//! HTTPS: from certificate files, or with a certificate made here for development.

use std::fs;
use std::path::Path;
use std::slice::from_ref;

use anyhow::{Context, bail, ensure};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
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
    let private_key = private_key(key)?;
    let belongs_to = |chain: &[CertificateDer<'static>]| {
        CertifiedKey::from_der(chain.to_vec(), private_key.clone_key(), &ring::default_provider())
    };
    if belongs_to(&chain).is_err() && chain.iter().any(|one| belongs_to(from_ref(one)).is_ok()) {
        bail!("the server's certificate must come first in {}, before its CA's", cert.display());
    }
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

fn private_key(file: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    let name = file.display();
    let unreadable = || format!("{name} can't be read as a key in PEM form");
    let pem = fs::read(file).with_context(unreadable)?;
    // The header of PKCS #8 (RFC 7468, 11), and that of OpenSSL's older files (RFC 1421, 4.6.1.1).
    let is_encrypted = ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"]
        .map(str::as_bytes)
        .iter()
        .any(|header| pem.windows(header.len()).any(|bytes| bytes == *header));
    PrivateKeyDer::from_pem_slice(&pem).with_context(|| match is_encrypted {
        true => format!(
            "the key in {name} is encrypted; decrypt it with `openssl pkey -in {name} -out FILE` \
             and set TLS_KEY_FILE to the new file, which only the server may read"
        ),
        false => unreadable(),
    })
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
