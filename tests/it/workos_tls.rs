//! TLS connections to WorkOS, and the certificates that the program trusts.

use std::path::Path;

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use test_support::{Program, Site, Visitor, assert_error, command, free_port, settings_of_a_test};
use time::OffsetDateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const CREATED: &str = r#"{"id":"passwordless_session_1","link":"https://auth.workos.test/x"}"#;

/// A test certificate authority.
pub struct Authority(Issuer<'static, KeyPair>);

impl Authority {
    /// Creates an authority and writes its certificate to this file.
    pub fn new(file: &Path) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, "test authority");
        let key = KeyPair::generate().unwrap();
        std::fs::write(file, params.self_signed(&key).unwrap().pem()).unwrap();
        Self(Issuer::new(params, key))
    }

    /// Returns a certificate for this name, valid for this many days from yesterday; if negative, until
    /// yesterday.
    pub fn certificate(&self, name: &str, days: i64) -> (CertificateDer<'static>, KeyPair) {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        let yesterday = OffsetDateTime::now_utc() - time::Duration::days(1);
        let other = yesterday + time::Duration::days(days);
        (params.not_before, params.not_after) = (yesterday.min(other), yesterday.max(other));
        let key = KeyPair::generate().unwrap();
        (params.signed_by(&key, &self.0).unwrap().der().clone(), key)
    }
}

/// Answers every call over TLS with [`CREATED`]. Returns the port.
pub fn serving((certificate, key): (CertificateDer<'static>, KeyPair)) -> u16 {
    rustls::crypto::ring::default_provider().install_default().ok();
    let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let tls = ServerConfig::builder().with_no_client_auth();
    let tls = tls.with_single_cert(vec![certificate], key).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = actix_web::HttpServer::new(|| {
        actix_web::App::new().default_service(actix_web::web::to(|| async { CREATED }))
    });
    actix_web::rt::spawn(server.workers(1).listen_rustls_0_23(listener, tls).unwrap().run());
    port
}

/// Answers every `ClientHello` with TLS 1.0. Returns the port.
async fn serving_tls_1_0() -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    actix_web::rt::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 1024];
            let _ = stream.read(&mut hello).await;
            // A `ServerHello` (RFC 2246, 7.4.1.3) that chooses TLS_RSA_WITH_AES_128_CBC_SHA.
            let mut answer = vec![22, 3, 1, 0, 42, 2, 0, 0, 38, 3, 1];
            answer.extend([7; 32]);
            answer.extend([0, 0x00, 0x2f, 0]);
            let _ = stream.write_all(&answer).await;
            let _ = stream.read(&mut hello).await;
        }
    });
    port
}

#[actix_web::test]
async fn invalid_certificates_and_old_tls_are_rejected_and_logged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("authority.pem");
    let authority = Authority::new(&file);
    for (port, says) in [
        (serving(authority.certificate("localhost", 2)), ""),
        (serving(authority.certificate("localhost", -1)), "expired"),
        (serving(authority.certificate("api.workos.test", 2)), "not valid for name"),
        (serving_tls_1_0().await, "peer is incompatible"),
    ] {
        let url = format!("https://localhost:{port}");
        let settings =
            [("WORKOS_API_URL", url.as_str()), ("EXTRA_CA_FILE", file.to_str().unwrap())];
        let site = Site::start(&settings).await;
        let answer = site.visitor().post("/login", &[("email", "ana@acme.test")]).await;
        if says.is_empty() {
            assert_eq!(answer.status, 303, "a valid certificate is accepted");
            continue;
        }
        assert_error(&answer, 503, "workos_unavailable");
        let log = site.log().await;
        let why: Vec<_> = log.lines().filter(|line| line.contains(says)).collect();
        assert!(why.len() == 1 && why[0].contains("ERROR"), "{says}, once: {log}");
    }
}

#[actix_web::test]
async fn ssl_cert_file_replaces_the_trusted_roots_and_extra_ca_file_adds_to_them() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["system.pem", "replacing.pem", "extra.pem"].map(|name| folder.path().join(name));
    let [system, replacing, extra] = files.each_ref().map(|file| Authority::new(file));
    let ports = [&system, &replacing, &extra].map(|it| serving(it.certificate("localhost", 2)));
    let [as_system, replacing, extra] = files.each_ref().map(|file| file.to_str().unwrap());
    for (settings, trusted) in [
        (&[("SSL_CERT_FILE", as_system)][..], [true, false, false]),
        (&[("SSL_CERT_FILE", replacing)], [false, true, false]),
        (&[("SSL_CERT_FILE", as_system), ("EXTRA_CA_FILE", extra)], [true, false, true]),
        (&[("EXTRA_CA_FILE", extra)], [false, false, true]),
    ] {
        for (port, is_trusted) in ports.into_iter().zip(trusted) {
            let url = format!("https://localhost:{port}");
            let api = [("WORKOS_API_URL", url.as_str())];
            let site = Site::start(&[&api, settings].concat()).await;
            let answer = site.visitor().post("/login", &[("email", "ana@acme.test")]).await;
            assert_eq!(answer.status == 303, is_trusted, "{settings:?} {}", answer.status);
        }
    }
}

#[actix_web::test]
async fn extra_ca_file_may_be_set_in_dotenv_and_hold_many_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (folder.path().join("one.pem"), folder.path().join("other.pem"));
    let (one_authority, _other) = (Authority::new(&one), Authority::new(&other));
    let pem = [&one, &other].map(|file| std::fs::read_to_string(file).unwrap());
    // With a byte order mark, CRLF, and text between the certificates.
    let both = format!("\u{feff}{}subject: other\r\n{}", pem[0], pem[1]).replace('\n', "\r\n");
    std::fs::write(&one, both).unwrap();
    let url = format!("https://localhost:{}", serving(one_authority.certificate("localhost", 2)));
    let port = free_port();
    let origin = format!("http://127.0.0.1:{port}");
    let mut settings = settings_of_a_test(&origin, &url, folder.path());
    settings.insert("BIND_ADDRESS".to_owned(), format!("127.0.0.1:{port}"));
    std::fs::write(folder.path().join(".env"), "EXTRA_CA_FILE=one.pem\n").unwrap();
    let _program = Program::start(command(&[], &settings, folder.path())).await;
    Visitor::new(&origin).ask_for_link("ana@acme.test", "").await;
}
