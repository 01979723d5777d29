//! TLS as the app speaks it: 1.2 and 1.3, with forward secrecy only.

use std::net::TcpListener;

use reqwest::tls::Version;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use workos_magic_link::clock::Clock;

use crate::stand_in::{WorkOs, http_builder};
use crate::test_app::{serve, settings_of_a_test};

/// A `ClientHello` of this version with these cipher suites and no extension (RFC 5246, 7.4.1.2).
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

#[actix_web::test]
async fn old_versions_and_suites_without_forward_secrecy_are_refused() {
    let (folder, workos) = (tempfile::tempdir().unwrap(), WorkOs::start());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let origin = format!("https://localhost:{}", address.port());
    let mut settings = settings_of_a_test(&origin, &workos.url, folder.path());
    settings.insert("TLS".to_owned(), "self-signed".to_owned());
    let (_handle, _running) = serve(&settings, listener, &Clock::default());

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
        ("anonymous, and none", 0x0303, &[0xc018, 0x0000, 0x0001]),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&client_hello(version, suites)).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        // An alert, which is fatal (RFC 8446, 6).
        assert_eq!((answer[0], answer[5]), (21, 2), "{what}");
    }
}
