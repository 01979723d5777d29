//! What HTTP/2 lets somebody ask of a server on one connection. Frames are written by hand
//! (RFC 9113, 4.1): a client of a library wouldn't send these.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::site::Site;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const ENHANCE_YOUR_CALM: u32 = 11;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [&length[1..], &[kind, flags], &stream.to_be_bytes()].concat();
    [&head, payload].concat()
}

/// The site with a certificate of its own, and where that is.
struct SecureSite(Site, TempDir);

impl SecureSite {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = ("DATA_DIR", folder.path().to_str().unwrap());
        Self(Site::start(&[("TLS", "self-signed"), data_dir]).await, folder)
    }

    fn host(&self) -> &str {
        self.0.origin.strip_prefix("https://").unwrap()
    }

    /// `GET /login`, by the static table of HPACK (RFC 7541, appendix A).
    fn request(&self) -> Vec<u8> {
        let named = |name: u8, value: &str| {
            [&[name, u8::try_from(value.len()).unwrap()], value.as_bytes()].concat()
        };
        [vec![0x82, 0x87], named(0x04, "/login"), named(0x01, self.host())].concat()
    }

    /// Connects, with these settings.
    async fn connect(&self, settings: &[u8]) -> (Reader, Writer) {
        let mut roots = RootCertStore::empty();
        let file = self.1.path().join("localhost.pem");
        roots.add(CertificateDer::from_pem_file(file).unwrap()).unwrap();
        let mut tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        tls.alpn_protocols = vec![b"h2".to_vec()];
        let stream = TcpStream::connect(self.host()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(tls)).connect(name, stream).await.unwrap();
        let (reader, writer) = split(stream);
        let mut writer = Writer(writer);
        let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
        writer
            .write(&[preface, frame(SETTINGS, 0, 0, settings).as_slice()].concat())
            .await
            .unwrap();
        (Reader(reader), writer)
    }
}

struct Reader(ReadHalf<TlsStream<TcpStream>>);

struct Writer(WriteHalf<TlsStream<TcpStream>>);

/// What a frame says, but for its payload, which is read.
struct Frame {
    kind: u8,
    flags: u8,
    payload: Vec<u8>,
}

impl Reader {
    /// `None` once the connection has ended.
    async fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.0.read_exact(&mut head).await.ok()?;
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        self.0.read_exact(&mut payload).await.ok()?;
        Some(Frame { kind: head[3], flags: head[4], payload })
    }

    /// Why the connection was ended, if it was.
    async fn goaway(mut self) -> Option<u32> {
        while let Some(frame) = self.next().await {
            if frame.kind == GOAWAY {
                return Some(u32::from_be_bytes(frame.payload[4..8].try_into().unwrap()));
            }
        }
        None
    }
}

impl Writer {
    async fn write(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.0.write_all(bytes).await?;
        self.0.flush().await
    }

    /// Writes what there is for each number until it is hung up on; gives whether it was.
    async fn is_hung_up_on(&mut self, mut bytes: impl FnMut(u32) -> Vec<u8>) -> bool {
        for n in 0..20_000 {
            if self.write(&bytes(n)).await.is_err() {
                return true;
            }
        }
        false
    }
}

/// Somebody else is served, and not much memory was taken.
async fn assert_unharmed(site: &Site, memory: u64) {
    let asked = Instant::now();
    assert_eq!(site.visitor().get("/login").await.status, 200);
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    let more = site.memory().saturating_sub(memory);
    assert!(more < 64, "{more} MiB");
}

#[actix_web::test]
async fn of_answers_that_are_not_taken_a_hundred_wait_and_others_are_refused() {
    const ASKED: u32 = 5000;
    let site = SecureSite::start().await;
    let memory = site.0.memory();
    // SETTINGS_INITIAL_WINDOW_SIZE: not a byte may be sent.
    let (mut reader, mut writer) = site.connect(&[0, 4, 0, 0, 0, 0]).await;
    for n in 0..ASKED {
        let headers = frame(HEADERS, END_HEADERS | END_STREAM, 2 * n + 1, &site.request());
        writer.write(&headers).await.unwrap();
    }
    let (mut waiting, mut refused) = (0, 0);
    while waiting + refused < ASKED {
        let frame = reader.next().await.expect("the connection is kept");
        match frame.kind {
            HEADERS if frame.flags & END_STREAM == 0 => waiting += 1,
            HEADERS => refused += 1,
            PING if frame.flags & ACK == 0 => {
                writer.write(&self::frame(PING, ACK, 0, &frame.payload)).await.unwrap();
            }
            kind => assert_ne!(kind, DATA, "nothing may be sent"),
        }
    }
    assert_eq!(waiting, 100);
    assert_unharmed(&site.0, memory).await;
    // When they are taken, there is room again.
    for n in 0..ASKED {
        let reset = frame(RST_STREAM, 0, 2 * n + 1, &8_u32.to_be_bytes());
        writer.write(&reset).await.unwrap();
    }
    let headers = frame(HEADERS, END_HEADERS | END_STREAM, 2 * ASKED + 1, &site.request());
    writer.write(&headers).await.unwrap();
    while let Some(frame) = reader.next().await {
        if frame.kind == HEADERS {
            assert_eq!(frame.flags & END_STREAM, 0, "it is answered");
            return;
        }
    }
    panic!("the connection ended");
}

#[actix_web::test]
async fn whoever_asks_and_takes_it_back_again_and_again_is_hung_up_on() {
    let site = SecureSite::start().await;
    let memory = site.0.memory();
    let (reader, mut writer) = site.connect(&[]).await;
    let ended = writer.is_hung_up_on(|n| {
        let headers = frame(HEADERS, END_HEADERS | END_STREAM, 2 * n + 1, &site.request());
        [headers, frame(RST_STREAM, 0, 2 * n + 1, &8_u32.to_be_bytes())].concat()
    });
    assert!(ended.await);
    assert_eq!(reader.goaway().await, Some(ENHANCE_YOUR_CALM));
    assert_unharmed(&site.0, memory).await;
}

#[actix_web::test]
async fn headers_without_an_end_are_hung_up_on() {
    let site = SecureSite::start().await;
    let memory = site.0.memory();
    let (reader, mut writer) = site.connect(&[]).await;
    writer.write(&frame(HEADERS, END_STREAM, 1, &site.request())).await.unwrap();
    // A header `x` with a value of 15,994 bytes (RFC 7541, 5.1 and 6.2.2).
    let header = [&[0x00, 1, b'x', 0x7f, 0xfb, 0x7b], [b'a'; 15_994].as_slice()].concat();
    assert!(writer.is_hung_up_on(|_| frame(CONTINUATION, 0, 1, &header)).await);
    drop(reader);
    assert_unharmed(&site.0, memory).await;
}
