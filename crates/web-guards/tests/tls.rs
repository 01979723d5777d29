//! Certificates from files.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use web_guards::tls::{TlsError, from_files, self_signed};

/// Returns a folder with a certificate and its key, each in its own file.
fn pair() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let both = self_signed().unwrap();
    let (cert, key) = both.split_at(both.find("-----BEGIN PRIVATE KEY").unwrap());
    let files = [("cert.pem", cert), ("key.pem", key)].map(|(name, text)| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        file
    });
    let [cert, key] = files;
    (folder, cert, key)
}

#[test]
fn a_self_signed_certificate_can_be_served() {
    let (folder, cert, key) = pair();
    assert_eq!(from_files(&cert, &key).unwrap().alpn_protocols, [b"http/1.1"]);
    let both = folder.path().join("both.pem");
    fs::write(&both, self_signed().unwrap()).unwrap();
    from_files(&both, &both).unwrap();
}

#[test]
fn each_error_names_the_file_and_the_problem() {
    let (folder, cert, key) = pair();
    let (_other, other_cert, other_key) = pair();
    let error = from_files(&cert, &other_key).unwrap_err();
    assert!(matches!(error, TlsError::Mismatch { .. }) && error.source().is_some(), "{error}");
    let absent = folder.path().join("absent.pem");
    let error = from_files(&absent, &key).unwrap_err();
    assert!(matches!(error, TlsError::UnreadableCertificate { .. }), "{error}");
    let error = from_files(&cert, &absent).unwrap_err();
    assert!(matches!(error, TlsError::UnreadableKeyFile { .. }), "{error}");
    let error = from_files(&key, &key).unwrap_err();
    assert!(matches!(error, TlsError::NoCertificate { .. }), "{error}");
    let error = from_files(&cert, &cert).unwrap_err();
    assert!(matches!(error, TlsError::UnreadableKey { .. }), "{error}");

    let chain = fs::read_to_string(&other_cert).unwrap() + &fs::read_to_string(&cert).unwrap();
    fs::write(&other_cert, chain).unwrap();
    let error = from_files(&other_cert, &key).unwrap_err();
    assert!(matches!(error, TlsError::WrongOrder { .. }), "{error}");

    let encrypted = fs::read_to_string(&key).unwrap().replace("PRIVATE", "ENCRYPTED PRIVATE");
    fs::write(&key, encrypted).unwrap();
    let error = from_files(&cert, &key).unwrap_err();
    assert!(error.to_string().contains(&format!("openssl pkey -in {}", key.display())), "{error}");
}
