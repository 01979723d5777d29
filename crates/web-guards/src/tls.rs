//! HTTPS: from certificate files, or with a certificate made here for development.

use std::fs;
use std::path::{Path, PathBuf};
use std::slice::from_ref;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use actix_web::rt;
use anyhow::{Context, bail, ensure};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use time::OffsetDateTime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::config::Tls;
use crate::data_dir::DataDir;

/// How often the files are read again, to see whether the certificate was renewed.
const EVERY: Duration = Duration::from_secs(10);

/// A certificate and its key in PEM files: those that were read last and can be used.
#[derive(Debug)]
struct Certificate {
    cert: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
}

/// The configuration of the listener, or `None` where a proxy ends TLS. Renewed files are taken while it
/// runs.
pub(crate) fn server_config(tls: &Tls, data_dir: &DataDir) -> anyhow::Result<Option<ServerConfig>> {
    let certificate = match tls {
        Tls::Off => return Ok(None),
        Tls::SelfSigned => {
            let (_, both) = data_dir.kept("localhost.pem", self_signed)?;
            Certificate::read(&both, &both)?
        }
        Tls::Files { cert, key } => {
            let certificate = Certificate::read(cert, key)?;
            rt::spawn(Arc::clone(&certificate).keep_renewed(signal(SignalKind::hangup())?));
            certificate
        }
    };
    Ok(Some(certificate.server_config()))
}

/// The same, from a certificate and its key in PEM form, as they are now.
pub(crate) fn of_files(cert: &Path, key: &Path) -> anyhow::Result<ServerConfig> {
    Ok(Certificate::read(cert, key)?.server_config())
}

impl Certificate {
    fn read(cert: &Path, key: &Path) -> anyhow::Result<Arc<Self>> {
        let current = RwLock::new(Arc::new(certified_key(cert, key)?));
        Ok(Arc::new(Self { cert: cert.to_owned(), key: key.to_owned(), current }))
    }

    fn server_config(self: &Arc<Self>) -> ServerConfig {
        let builder = ServerConfig::builder().with_no_client_auth();
        let mut config =
            builder.with_cert_resolver(Arc::clone(self) as Arc<dyn ResolvesServerCert>);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config
    }

    /// Takes a renewed certificate from the files, at SIGHUP and regularly. One that can't be used is
    /// logged, and the current one stays.
    async fn keep_renewed(self: Arc<Self>, mut hangup: Signal) {
        let mut logged = None;
        loop {
            let is_requested = timeout(EVERY, hangup.recv()).await.is_ok();
            let this = Arc::clone(&self);
            let Ok(renewed) = spawn_blocking(move || this.renew()).await else { continue };
            let failed = renewed.as_ref().err().map(|error| format!("{error:#}"));
            match &failed {
                None if renewed.is_ok_and(|is_new| is_new) => {
                    tracing::info!("the TLS certificate was renewed");
                }
                None if is_requested => tracing::info!("the TLS certificate is unchanged"),
                Some(cause) if is_requested || failed != logged => {
                    tracing::error!(%cause, "the TLS certificate could not be renewed");
                }
                _ => {}
            }
            logged = failed;
        }
    }

    /// Whether the files have another certificate, which from now on is the current one.
    fn renew(&self) -> anyhow::Result<bool> {
        let found = certified_key(&self.cert, &self.key)?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = found.cert != current.cert;
        if is_new {
            *current = Arc::new(found);
        }
        Ok(is_new)
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

fn certified_key(cert: &Path, key: &Path) -> anyhow::Result<CertifiedKey> {
    let chain = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect);
    let chain: Vec<_> = chain.with_context(|| {
        format!("{} can't be read as a certificate in PEM form", cert.display())
    })?;
    ensure!(!chain.is_empty(), "{} holds no certificate in PEM form", cert.display());
    let private_key = private_key(key)?;
    let certified = |chain: &[CertificateDer<'static>]| {
        CertifiedKey::from_der(chain.to_vec(), private_key.clone_key(), &ring::default_provider())
    };
    let pair = certified(&chain);
    if pair.is_err() && chain.iter().any(|one| certified(from_ref(one)).is_ok()) {
        bail!("the server's certificate must come first in {}, before its CA's", cert.display());
    }
    pair.with_context(|| {
        format!(
            "the certificate {} and the key {} don't belong together",
            cert.display(),
            key.display()
        )
    })
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
    params.not_before = OffsetDateTime::now_utc() - time::Duration::days(1);
    params.not_after = OffsetDateTime::now_utc() + time::Duration::days(3650);
    let key = KeyPair::generate()?;
    Ok(params.self_signed(&key)?.pem() + &key.serialize_pem())
}
