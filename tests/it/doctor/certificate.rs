//! The certificate check: certificates of the app and of a proxy.

use std::fs;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::Deployment;
use super::reverse_proxy::{GOOD, ReverseProxy};

/// A deployment in which the app terminates TLS with this certificate, and the system trusts it.
fn with_certificate(certificate: CertificateParams) -> Deployment {
    let mut deployment = Deployment::new();
    let key = KeyPair::generate().unwrap();
    let folder = deployment.folder.path().to_owned();
    fs::write(folder.join("cert.pem"), certificate.self_signed(&key).unwrap().pem()).unwrap();
    write_privately(&folder.join("key.pem"), &key.serialize_pem());
    deployment.set("BASE_URL", deployment.settings["BASE_URL"].replace("http", "https"));
    deployment.set("TLS", "files").set("TLS_CERT_FILE", "cert.pem").set("TLS_KEY_FILE", "key.pem");
    deployment.set("SSL_CERT_FILE", folder.join("cert.pem").to_str().unwrap());
    deployment
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
async fn valid_certificate_passes() {
    let deployment = with_certificate(of_localhost());
    assert!(deployment.passing("certificate").await.contains("TLS_CERT_FILE"));
    let _program = deployment.run().await;
    assert!(deployment.passing("site").await.contains("all headers that it needs arrive"));
}

#[actix_web::test]
async fn certificate_of_a_private_ca_passes() {
    let mut deployment = with_certificate(of_localhost());
    let file = deployment.settings.remove("SSL_CERT_FILE").unwrap();
    deployment.set("EXTRA_CA_FILE", file);
    assert!(deployment.passing("certificate").await.contains("TLS_CERT_FILE"));
    let _program = deployment.run().await;
    assert!(deployment.passing("site").await.contains("all headers that it needs arrive"));
}

#[actix_web::test]
async fn certificate_that_browsers_reject_fails() {
    for (certificate, says) in [(expired(), "expired"), (of_another_name(), "not valid for name")] {
        let said = with_certificate(certificate).failing("certificate").await;
        assert!(said.contains(says), "{said}");
    }
    let mut deployment = with_certificate(of_localhost());
    deployment.settings.remove("SSL_CERT_FILE");
    let said = deployment.failing("certificate").await;
    assert!(said.contains("UnknownIssuer"), "{said}");
    write_privately(
        &deployment.folder.path().join("key.pem"),
        "nonsense, and more than there was before",
    );
    let said = deployment.failing("certificate").await;
    assert!(said.contains("could not read a PEM key from"), "{said}");
}

#[actix_web::test]
async fn proxy_certificate_that_browsers_reject_fails() {
    for (certificate, says) in [(expired(), "expired"), (of_another_name(), "not valid for name")] {
        let mut deployment = Deployment::new();
        let _proxy = ReverseProxy::certified(&mut deployment, "localhost", GOOD, certificate);
        let _program = deployment.run().await;
        let said = deployment.failing("certificate").await;
        assert!(said.starts_with("browsers reject the proxy's") && said.contains(says), "{said}");
    }
}

#[actix_web::test]
async fn http_instead_of_https_fails() {
    let mut deployment = Deployment::new();
    deployment.set("BASE_URL", deployment.settings["BASE_URL"].replace("http", "https"));
    deployment.set("TRUSTED_PROXIES", "127.0.0.1");
    let _program = deployment.run().await;
    let said = deployment.failing("certificate").await;
    assert!(said.contains("uses http"), "{said}");
}

#[actix_web::test]
async fn self_signed_certificate_passes_on_localhost_only() {
    let mut deployment = Deployment::new();
    deployment.set("BASE_URL", deployment.settings["BASE_URL"].replace("http", "https"));
    deployment.set("TLS", "self-signed");
    assert!(deployment.passing("certificate").await.contains("this machine only"));
    let program = deployment.run().await;
    assert!(deployment.passing("site").await.contains("all headers that it needs arrive"));
    program.terminate().await;
    deployment.set("BASE_URL", deployment.settings["BASE_URL"].replace("localhost", "0.0.0.0"));
    deployment.set("COOKIE_KEYS", workos_magic_link::sealed::generate_cookie_key().unwrap());
    assert!(deployment.check().await.of("certificate").contains("visitors' browsers reject"));
}
