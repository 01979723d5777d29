//! Root certificates.

use std::fs;
use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Root certificates that outgoing connections trust in addition to the system's.
#[derive(Clone, Debug, Default)]
pub struct ExtraRoots(Vec<CertificateDer<'static>>);

impl ExtraRoots {
    /// Reads a PEM file. Returns `None` if it can't be read, or has no certificate or an invalid
    /// one.
    #[must_use]
    pub fn read(file: &Path) -> Option<Self> {
        let pem = fs::read(file).ok()?;
        // A byte order mark would hide the first certificate.
        let pem = pem.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&pem);
        let roots: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().ok()?;
        (!roots.is_empty() && roots.iter().all(is_usable)).then_some(Self(roots))
    }

    /// Returns the certificates.
    pub fn iter(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        self.0.iter()
    }
}

/// Returns whether this can be a root certificate.
fn is_usable(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}
