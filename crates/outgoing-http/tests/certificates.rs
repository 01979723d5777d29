//! Reading root certificates, and verifying a server.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;

use outgoing_http::{ExtraRoots, verify_server};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

fn certificate() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(["localhost".to_owned()]).unwrap()
}

fn roots(pem: impl AsRef<[u8]>) -> Option<ExtraRoots> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roots.pem");
    fs::write(&file, pem).unwrap();
    ExtraRoots::read(&file)
}

#[test]
fn file_is_read_whole_or_not_at_all() {
    let pem = certificate().cert.pem();
    assert_eq!(roots(&pem).unwrap().iter().count(), 1);
    assert_eq!(roots(format!("\u{feff}{pem}{pem}")).unwrap().iter().count(), 2);
    let half = &pem[..pem.len() / 2];
    for damaged in ["", half, &format!("{pem}{half}"), &certificate().signing_key.serialize_pem()] {
        assert!(roots(damaged).is_none(), "{damaged}");
    }
}

#[test]
fn clients_accept_a_trusted_certificate_for_its_own_name_only() {
    let made = certificate();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let server = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let trusted = roots(made.cert.pem()).unwrap();
    verify_server(server.clone(), "localhost", &trusted).unwrap();
    let verify =
        |host: &str, roots| verify_server(server.clone(), host, roots).unwrap_err().to_string();
    let none = ExtraRoots::default();
    assert!(verify("localhost", &none).contains("UnknownIssuer"));
    assert!(verify("another.test", &trusted).contains("not valid for name"));
    assert!(verify("not a name", &trusted).contains("not a valid server name"));
}
