//! TLS of the app: versions 1.2 and 1.3, only with forward secrecy, and only HTTP/1.1.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use reqwest::tls::Version;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use test_support::{WorkOs, http_builder, serve, settings_of_a_test};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use workos_magic_link::clock::Clock;

/// Returns a `ClientHello` of this version with these cipher suites and no extensions (RFC 5246,
/// 7.4.1.2).
fn client_hello(version: u16, suites: &[u16]) -> Vec<u8> {
    let mut hello = version.to_be_bytes().to_vec();
    hello.extend([7; 32]);
    hello.push(0);
    hello.extend(u16::try_from(suites.len() * 2).unwrap().to_be_bytes());
    hello.extend(suites.iter().flat_map(|suite| suite.to_be_bytes()));
    hello.extend([1, 0]);
    let mut message = vec![1, 0];
    message.extend(u16::try_from(hello.len()).unwrap().to_be_bytes());
    message.extend(hello);
    let mut record = vec![22, 3, 1];
    record.extend(u16::try_from(message.len()).unwrap().to_be_bytes());
    record.extend(message);
    record
}

/// Starts a site with a certificate. Returns the certificate's folder and the site's address.
fn site() -> (TempDir, SocketAddr) {
    let (folder, workos) = (tempfile::tempdir().unwrap(), WorkOs::start());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let origin = format!("https://localhost:{}", address.port());
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("TLS".to_owned(), "self-signed".to_owned());
    serve(&settings, listener, &Clock::default());
    (folder, address)
}

/// Connects, and offers these protocols (ALPN).
async fn connect(
    (folder, address): &(TempDir, SocketAddr),
    offered: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    let file = folder.path().join("localhost.pem");
    roots.add(CertificateDer::from_pem_file(file).unwrap()).unwrap();
    let mut tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    tls.alpn_protocols = offered.iter().map(|name| name.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    TlsConnector::from(Arc::new(tls)).connect(name, stream).await
}

#[actix_web::test]
async fn http_2_is_never_negotiated() {
    let site = site();
    for (offered, agreed) in [
        (&["h2", "http/1.1"][..], Some(&b"http/1.1"[..])),
        (&["http/1.1"], Some(b"http/1.1")),
        (&[], None),
    ] {
        let stream = connect(&site, offered).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), agreed, "{offered:?}");
    }
    let refused = connect(&site, &["h2"]).await.unwrap_err().to_string();
    assert!(refused.contains("NoApplicationProtocol"), "{refused}");

    let origin = format!("https://localhost:{}", site.1.port());
    let answer = http_builder().build().unwrap().get(&origin).send().await.unwrap();
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_11, 200));

    let mut stream = connect(&site, &[]).await.unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let mut answer = Vec::new();
    // The server closes without a TLS close_notify.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.starts_with(b"HTTP/1.1 400 "), "{}", String::from_utf8_lossy(&answer));
}

#[actix_web::test]
async fn old_versions_and_suites_without_forward_secrecy_are_rejected() {
    let (_folder, address) = site();
    let origin = format!("https://localhost:{}", address.port());
    for version in [Version::TLS_1_2, Version::TLS_1_3] {
        let client = http_builder().tls_version_min(version).tls_version_max(version);
        let answer = client.build().unwrap().get(&origin).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{version:?}");
    }
    for (what, version, suites) in [
        ("SSL 3.0", 0x0300, &[0x002f, 0xc013][..]),
        ("TLS 1.0", 0x0301, &[0x002f, 0xc013]),
        ("TLS 1.1", 0x0302, &[0x002f, 0xc013]),
        ("RSA key exchange", 0x0303, &[0x009c, 0x009d, 0x002f, 0x0035]),
        ("CBC, RC4 and 3DES", 0x0303, &[0xc013, 0xc014, 0xc023, 0x0005, 0x000a]),
        ("anonymous and NULL", 0x0303, &[0xc018, 0x0000, 0x0001]),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&client_hello(version, suites)).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        // A fatal alert (RFC 8446, 6).
        assert_eq!((answer[0], answer[5]), (21, 2), "{what}");
    }
}
