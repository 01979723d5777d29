//! Checks of a site's certificate and proxy that need only its settings.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::net::TcpListener;
use std::path::Path;

use deployment_checks::Verdict;
use deployment_checks::site::{self, Site, Tls};
use outgoing_http::ExtraRoots;
use rcgen::{CertificateParams, KeyPair};

/// Returns a site where nothing listens.
fn site(base_url: &str, tls: Tls) -> Site {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    Site {
        base_url: base_url.replace("PORT", &address.port().to_string()).parse().unwrap(),
        bind_address: address,
        tls,
        trusted_proxies: Vec::new(),
        extra_roots: ExtraRoots::default(),
        other_language: None,
    }
}

/// Returns a self-signed certificate for `localhost`.
fn files(dir: &Path) -> Tls {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let [cert, key_file] = ["cert.pem", "key.pem"].map(|name| dir.join(name));
    fs::write(&cert, certificate.self_signed(&key).unwrap().pem()).unwrap();
    fs::write(&key_file, key.serialize_pem()).unwrap();
    Tls::Files { cert, key: key_file }
}

async fn lines(site: &Site) -> [String; 3] {
    site::check(site).await.unwrap().map(|finding| finding.to_string())
}

#[actix_web::test]
async fn certificate_in_files_is_verified_with_the_extra_roots() {
    let dir = tempfile::tempdir().unwrap();
    let mut site = site("https://localhost:PORT", files(dir.path()));
    let [certificate, ..] = lines(&site).await;
    assert!(certificate.starts_with("fails ") && certificate.contains("UnknownIssuer"));

    site.extra_roots = ExtraRoots::read(&dir.path().join("cert.pem")).unwrap();
    let [certificate, running, proxy] = lines(&site).await;
    assert!(certificate.starts_with("ok ") && certificate.contains("TLS_CERT_FILE"));
    assert!(running.starts_with("unknown ") && running.contains("not running"), "{running}");
    assert!(proxy.starts_with("ok ") && proxy.contains("none"), "{proxy}");

    site.base_url.set_host(Some("app.localhost")).unwrap();
    let [certificate, ..] = lines(&site).await;
    assert!(certificate.contains("not valid for name"), "{certificate}");
}

#[actix_web::test]
async fn self_signed_certificate_is_for_this_machine_only() {
    let tls = || Tls::SelfSigned("missing.pem".into());
    let [certificate, ..] = lines(&site("https://localhost:PORT", tls())).await;
    assert!(certificate.starts_with("ok "), "{certificate}");
    let [certificate, ..] = lines(&site("https://0.0.0.0:PORT", tls())).await;
    assert!(certificate.starts_with("fails "), "{certificate}");
}

#[actix_web::test]
async fn untrusted_proxies_and_trust_in_everybody_fail() {
    for (trusted, says) in [
        (&[][..], "add its address to TRUSTED_PROXIES"),
        (&["10.0.0.0/8"], "add 127.0.0.1 to TRUSTED_PROXIES"),
        (&["10.0.0.0/8", "0.0.0.0/0"], "trusts every address"),
    ] {
        let mut site = site("https://localhost:PORT", Tls::Off);
        site.trusted_proxies = trusted.iter().map(|net| net.parse().unwrap()).collect();
        let [.., proxy] = site::check(&site).await.unwrap();
        let Verdict::Fails(text) = proxy.verdict else { panic!("{proxy}") };
        assert!(text.contains(says), "{text}");
    }
}

#[actix_web::test]
async fn request_that_comes_back_without_a_proxy_names_no_visitor() {
    // With http on loopback, the request arrives directly, with the address that it claims.
    let mut site = site("http://127.0.0.1:PORT", Tls::Off);
    site.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    let [.., proxy] = lines(&site).await;
    assert!(proxy.starts_with("fails ") && proxy.contains("can claim any address"), "{proxy}");
    site.base_url.set_port(Some(1)).unwrap();
    let [.., proxy] = lines(&site).await;
    assert!(proxy.starts_with("unknown ") && proxy.contains("doesn't lead"), "{proxy}");
}
