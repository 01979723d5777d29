//! Certificates that browsers don't take, ours or the proxy's.

use std::fs;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::World;
use super::reverse_proxy::{GOOD, ReverseProxy};

/// A world whose app ends TLS itself, with this certificate, and a system that trusts it.
fn with_certificate(certificate: CertificateParams) -> World {
    let mut world = World::new();
    let key = KeyPair::generate().unwrap();
    let folder = world.folder.path().to_owned();
    fs::write(folder.join("cert.pem"), certificate.self_signed(&key).unwrap().pem()).unwrap();
    write_privately(&folder.join("key.pem"), &key.serialize_pem());
    world.set("BASE_URL", world.settings["BASE_URL"].replace("http", "https"));
    world.set("TLS", "files").set("TLS_CERT_FILE", "cert.pem").set("TLS_KEY_FILE", "key.pem");
    world.set("SSL_CERT_FILE", folder.join("cert.pem").to_str().unwrap());
    world
}

fn write_privately(file: &std::path::Path, text: &str) {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::File::options();
    let mut file = options.mode(0o600).create(true).write(true).open(file).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn of_localhost() -> CertificateParams {
    CertificateParams::new(["localhost".to_owned()]).unwrap()
}

fn expired() -> CertificateParams {
    let mut certificate = of_localhost();
    certificate.not_before = date_time_ymd(2020, 1, 1);
    certificate.not_after = date_time_ymd(2021, 1, 1);
    certificate
}

fn of_another_name() -> CertificateParams {
    CertificateParams::new(["another.test".to_owned()]).unwrap()
}

#[actix_web::test]
async fn a_certificate_that_browsers_take_passes() {
    let world = with_certificate(of_localhost());
    assert!(world.passing("certificate").await.contains("TLS_CERT_FILE"));
    let _program = world.run().await;
    assert!(world.passing("site").await.contains("no header that it needs is removed"));
}

#[actix_web::test]
async fn a_certificate_of_a_private_ca_passes() {
    let mut world = with_certificate(of_localhost());
    let file = world.settings.remove("SSL_CERT_FILE").unwrap();
    world.set("EXTRA_CA_FILE", file);
    assert!(world.passing("certificate").await.contains("TLS_CERT_FILE"));
    let _program = world.run().await;
    assert!(world.passing("site").await.contains("no header that it needs is removed"));
}

#[actix_web::test]
async fn a_certificate_that_browsers_refuse_is_told_of() {
    for (certificate, says) in [(expired(), "expired"), (of_another_name(), "not valid for name")] {
        let said = with_certificate(certificate).failing("certificate").await;
        assert!(said.contains(says), "{said}");
    }
    let mut world = with_certificate(of_localhost());
    world.settings.remove("SSL_CERT_FILE");
    let said = world.failing("certificate").await;
    assert!(said.contains("UnknownIssuer"), "{said}");
    write_privately(
        &world.folder.path().join("key.pem"),
        "nonsense, and more than there was before",
    );
    let said = world.failing("certificate").await;
    assert!(said.contains("key.pem can't be read as a key"), "{said}");
}

#[actix_web::test]
async fn a_proxy_s_certificate_that_browsers_refuse_is_told_of() {
    for (certificate, says) in [(expired(), "expired"), (of_another_name(), "not valid for name")] {
        let mut world = World::new();
        let _proxy = ReverseProxy::certified(&mut world, "localhost", GOOD, certificate);
        let _program = world.run().await;
        let said = world.failing("certificate").await;
        assert!(said.starts_with("browsers reject the proxy's") && said.contains(says), "{said}");
    }
}

#[actix_web::test]
async fn http_where_https_must_be_is_told_of() {
    let mut world = World::new();
    world.set("BASE_URL", world.settings["BASE_URL"].replace("http", "https"));
    world.set("TRUSTED_PROXIES", "127.0.0.1");
    let _program = world.run().await;
    let said = world.failing("certificate").await;
    assert!(said.contains("speaks http"), "{said}");
}

#[actix_web::test]
async fn the_certificate_of_development_is_for_development() {
    let mut world = World::new();
    world.set("BASE_URL", world.settings["BASE_URL"].replace("http", "https"));
    world.set("TLS", "self-signed");
    assert!(world.passing("certificate").await.contains("this machine only"));
    let program = world.run().await;
    assert!(world.passing("site").await.contains("no header that it needs is removed"));
    program.terminate().await;
    world.set("BASE_URL", world.settings["BASE_URL"].replace("localhost", "0.0.0.0"));
    world.set("COOKIE_KEYS", workos_magic_link::sealed::generate_cookie_key().unwrap());
    assert!(world.examine().await.of("certificate").contains("visitors' browsers reject"));
}
