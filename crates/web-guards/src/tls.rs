//! TLS for a listener, from PEM files. Renewed certificates are used without a restart.

use std::path::{Path, PathBuf};
use std::slice::from_ref;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use std::{error, fs, io};

use actix_web::rt;
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use time::OffsetDateTime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// The interval in which [`reloading`] reads the files.
const RELOAD_INTERVAL: Duration = Duration::from_secs(10);

/// Why a certificate or its key can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// The certificate file isn't there, or isn't PEM.
    #[error("could not read a PEM certificate from {}", file.display())]
    UnreadableCertificate {
        /// The certificate file.
        file: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// The certificate file has no certificate.
    #[error("{} contains no PEM certificate", file.display())]
    NoCertificate {
        /// The certificate file.
        file: PathBuf,
    },
    /// The file begins with a CA's certificate.
    #[error("the server's certificate must come first in {}, before its CA's", file.display())]
    WrongOrder {
        /// The certificate file.
        file: PathBuf,
    },
    /// The key file can't be opened.
    #[error("could not read a PEM key from {}", file.display())]
    UnreadableKeyFile {
        /// The key file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The key file isn't PEM.
    #[error("could not read a PEM key from {}", file.display())]
    UnreadableKey {
        /// The key file.
        file: PathBuf,
        /// Why.
        source: pem::Error,
    },
    /// The key is encrypted.
    #[error(
        "the key in {0} is encrypted; decrypt it with `openssl pkey -in {0} -out FILE` and use the \
         new file, which only the server may read",
        file.display()
    )]
    EncryptedKey {
        /// The key file.
        file: PathBuf,
    },
    /// The key isn't that of the certificate.
    #[error("the key {} does not belong to the certificate {}", key.display(), cert.display())]
    Mismatch {
        /// The certificate file.
        cert: PathBuf,
        /// The key file.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// SIGHUP can't be handled.
    #[error("could not handle SIGHUP")]
    Signal {
        /// Why.
        source: io::Error,
    },
    /// No certificate could be generated.
    #[error("could not generate a certificate")]
    SelfSigned {
        /// Why.
        source: rcgen::Error,
    },
}

/// Returns a configuration with the current certificate and key of the files.
///
/// # Errors
/// Fails if they can't be used.
pub fn from_files(cert: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    Ok(Certificate::read(cert, key)?.server_config())
}

/// Prevents SIGHUP from ending the process. [`reloading`] uses that signal to reload certificates.
/// Call this first in the program.
///
/// # Errors
/// Fails if SIGHUP can't be handled.
pub fn ignore_hangup() -> Result<(), TlsError> {
    signal(SignalKind::hangup()).map(drop).map_err(|source| TlsError::Signal { source })
}

/// Returns a configuration that reloads the files at SIGHUP and every ten seconds. If the new files
/// can't be used, it keeps the previous certificate. Spawns a task on the current runtime.
///
/// # Errors
/// Fails if the files can't be used, or SIGHUP can't be handled.
pub fn reloading(cert: &Path, key: &Path) -> Result<ServerConfig, TlsError> {
    let certificate = Certificate::read(cert, key)?;
    let hangup = signal(SignalKind::hangup()).map_err(|source| TlsError::Signal { source })?;
    rt::spawn(Arc::clone(&certificate).reload(hangup));
    Ok(certificate.server_config())
}

/// Generates a certificate for `localhost` and its key, in one PEM text. It is for development,
/// because browsers warn about it. It is valid for ten years.
///
/// # Errors
/// Fails if the system's random number generator does.
pub fn self_signed() -> Result<String, TlsError> {
    let names = ["localhost", "127.0.0.1", "::1"].map(String::from);
    let make = || {
        let mut params = CertificateParams::new(names)?;
        params.not_before = OffsetDateTime::now_utc() - time::Duration::days(1);
        params.not_after = OffsetDateTime::now_utc() + time::Duration::days(3650);
        let key = KeyPair::generate()?;
        Ok(params.self_signed(&key)?.pem() + &key.serialize_pem())
    };
    make().map_err(|source| TlsError::SelfSigned { source })
}

/// The files of a certificate and its key, and the last valid content.
#[derive(Debug)]
struct Certificate {
    cert: PathBuf,
    key: PathBuf,
    current: RwLock<Arc<CertifiedKey>>,
}

impl Certificate {
    fn read(cert: &Path, key: &Path) -> Result<Arc<Self>, TlsError> {
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

    async fn reload(self: Arc<Self>, mut hangup: Signal) {
        let mut logged = None;
        loop {
            let is_requested = timeout(RELOAD_INTERVAL, hangup.recv()).await.is_ok();
            let this = Arc::clone(&self);
            let Ok(renewed) = spawn_blocking(move || this.renew()).await else { continue };
            let failed = renewed.as_ref().err().map(chain);
            match &failed {
                None if renewed.is_ok_and(|is_new| is_new) => {
                    tracing::info!(event = "certificate_reloaded", "TLS certificate reloaded");
                }
                None if is_requested => {
                    tracing::info!(event = "certificate_unchanged", "TLS certificate unchanged")
                }
                Some(cause) if is_requested || failed != logged => {
                    tracing::error!(event = "certificate_unusable", %cause, "could not reload TLS certificate");
                }
                _ => {}
            }
            logged = failed;
        }
    }

    /// Returns whether the files contain another certificate, which is used from now on.
    fn renew(&self) -> Result<bool, TlsError> {
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

fn certified_key(cert: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_file_iter(cert)
        .and_then(Iterator::collect)
        .map_err(|source| TlsError::UnreadableCertificate { file: cert.to_owned(), source })?;
    if chain.is_empty() {
        return Err(TlsError::NoCertificate { file: cert.to_owned() });
    }
    let private_key = private_key(key)?;
    let certified = |chain: &[CertificateDer<'static>]| {
        CertifiedKey::from_der(chain.to_vec(), private_key.clone_key(), &ring::default_provider())
    };
    certified(&chain).map_err(|source| {
        if chain.iter().any(|one| certified(from_ref(one)).is_ok()) {
            return TlsError::WrongOrder { file: cert.to_owned() };
        }
        TlsError::Mismatch { cert: cert.to_owned(), key: key.to_owned(), source }
    })
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let pem = fs::read(file)
        .map_err(|source| TlsError::UnreadableKeyFile { file: file.to_owned(), source })?;
    // Headers of PKCS #8 (RFC 7468, 11), and of older files by OpenSSL (RFC 1421, 4.6.1.1).
    let is_encrypted = ["BEGIN ENCRYPTED PRIVATE KEY", "Proc-Type: 4,ENCRYPTED"]
        .map(str::as_bytes)
        .iter()
        .any(|header| pem.windows(header.len()).any(|bytes| bytes == *header));
    PrivateKeyDer::from_pem_slice(&pem).map_err(|source| match is_encrypted {
        true => TlsError::EncryptedKey { file: file.to_owned() },
        false => TlsError::UnreadableKey { file: file.to_owned(), source },
    })
}

/// Returns an error and its causes on one line.
fn chain(error: &TlsError) -> String {
    let mut line = error.to_string();
    let mut source = error::Error::source(error);
    while let Some(deeper) = source {
        line.push_str(": ");
        line.push_str(&deeper.to_string());
        source = deeper.source();
    }
    line
}
