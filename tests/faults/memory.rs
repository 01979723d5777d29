//! The memory per connection is bounded, whatever clients send and however little they read.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tempfile::TempDir;
use test_support::Site;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, lookup_host};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};
use tokio_rustls::TlsConnector;

use crate::shell;

/// The maximum memory of one connection, in KiB. `docs/deploying.md` has the total.
const MAX_EACH: u64 = 512;
const FORM: &str =
    "Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\n";

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// A site that accepts more than a thousand connections, with a slow WorkOS.
struct Target {
    site: Site,
    address: SocketAddr,
    tls: Option<TlsConnector>,
    /// The path of the style sheet, the largest response.
    style: String,
    _folder: TempDir,
}

impl Target {
    async fn start(tls: &str) -> Self {
        shell::limit(std::process::id(), "--nofile=4000:");
        let folder = tempfile::tempdir().unwrap();
        let settings = [
            ("TLS", tls),
            ("DATA_DIR", folder.path().to_str().unwrap()),
            ("MAX_CONNECTIONS", "1200"),
            ("RATE_LIMIT_TOTAL", "1000000/1m"),
        ];
        let more_files = |command: &mut _| shell::after("ulimit -n 4000", command);
        let site = Site::start_with(&settings, more_files).await;
        site.workos.fail("/passwordless/sessions*", json!({ "delay_ms": 1500 })).await;
        let host = site.origin.split_once("//").unwrap().1;
        let address = lookup_host(host).await.unwrap().find(SocketAddr::is_ipv4).unwrap();
        let tls = (tls == "self-signed").then(|| {
            let mut roots = RootCertStore::empty();
            let file = folder.path().join("localhost.pem");
            roots.add(CertificateDer::from_pem_file(file).unwrap()).unwrap();
            let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
            TlsConnector::from(Arc::new(tls))
        });
        let style = site.visitor().get("/login").await.leads_to("/static/app.").unwrap().to_owned();
        Self { site, address, tls, style, _folder: folder }
    }

    fn request(&self, line: &str, headers: &str) -> Vec<u8> {
        let host = self.site.origin.split_once("//").unwrap().1;
        format!("{line} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n").into()
    }

    fn form(&self, headers: &str, body: impl Into<Vec<u8>>) -> Vec<u8> {
        let head = self.request("POST /login", &format!("{FORM}{headers}"));
        [head, body.into()].concat()
    }

    /// Sends these bytes on many connections. Returns the peak memory per connection, in KiB.
    async fn peak_memory_each(&self, connections: usize, bytes: Vec<u8>) -> u64 {
        let before = self.site.memory();
        let (address, bytes, at_once) =
            (self.address, Arc::new(bytes), Arc::new(Semaphore::new(32)));
        let mut sending = JoinSet::new();
        for _ in 0..connections {
            let (tls, bytes, at_once) = (self.tls.clone(), bytes.clone(), at_once.clone());
            sending.spawn(async move {
                let connecting = at_once.acquire().await.unwrap();
                let mut stream = connect(address, tls).await;
                drop(connecting);
                send(&mut stream, &bytes).await;
                stream
            });
        }
        let held = sending.join_all().await;
        let (mut peak, mut unchanged, mut now_and_then) =
            (before, 0, interval(Duration::from_millis(100)));
        while unchanged < 10 {
            now_and_then.tick().await;
            let now = self.site.peak_memory();
            unchanged = if now > peak { 0 } else { unchanged + 1 };
            peak = now;
        }
        drop(held);
        (peak - before) * 1024 / connections as u64
    }
}

async fn connect(address: SocketAddr, tls: Option<TlsConnector>) -> Box<dyn Stream> {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.set_send_buffer_size(4096).unwrap();
    let stream = socket.connect(address).await.unwrap();
    match tls {
        None => Box::new(stream),
        Some(tls) => {
            let name = ServerName::try_from("localhost").unwrap();
            Box::new(tls.connect(name, stream).await.unwrap())
        }
    }
}

/// Sends these bytes, until the server reads nothing for three seconds or closes the connection.
async fn send(stream: &mut Box<dyn Stream>, bytes: &[u8]) {
    let mut sent = 0;
    while sent < bytes.len() {
        match timeout(Duration::from_secs(3), stream.write(&bytes[sent..])).await {
            Ok(Ok(more)) => sent += more,
            _ => return,
        }
    }
    let _ = timeout(Duration::from_secs(3), stream.flush()).await;
}

fn header(bytes: usize) -> String {
    format!("X-A: {}\r\n", "a".repeat(bytes))
}

type Kind = (&'static str, fn(&Target) -> Vec<u8>);

fn unfinished_head(target: &Target) -> Vec<u8> {
    let mut head = target.request("GET /", &header(120 * 1024));
    head.truncate(head.len() - 2);
    head
}

const USUAL: [Kind; 4] = [
    ("idle", |_| Vec::new()),
    ("unfinished heads", unfinished_head),
    ("allowed bodies without the last byte", |target| {
        target.form(&format!("{}Content-Length: 16384\r\n", header(30 * 1024)), vec![b'a'; 16383])
    }),
    ("pipelined heads of 20 KiB", |target| {
        target.request("GET /login", &header(20 * 1024)).repeat(20)
    }),
];

/// Requests that use more memory. With actix-http 3.20.0 alone, the worst one uses 13 MiB.
const UNUSUAL: [Kind; 12] = [
    ("idle after a response", |target| target.request("GET /health/live", "")),
    ("unfinished heads after a response", |target| {
        [target.request("GET /health/live", ""), unfinished_head(target)].concat()
    }),
    ("chunks of one byte", |target| {
        target.form("Transfer-Encoding: chunked\r\n", "1\r\na\r\n".repeat(16 * 1024 - 1))
    }),
    ("extensions of chunks", |target| {
        target.form("Transfer-Encoding: chunked\r\n", format!("1;{}", "a".repeat(1_000_000)))
    }),
    ("bodies of rejected requests", |target| {
        let headers = format!("{}Transfer-Encoding: chunked\r\n", header(33 * 1024));
        target.form(&headers, "1\r\na\r\n".repeat(200_000))
    }),
    ("pipelined small requests", |target| target.request("GET /login", "").repeat(20_000)),
    ("pipelined HEAD requests", |target| target.request("HEAD /login", "").repeat(20_000)),
    ("pipelined requests for a missing file", |target| {
        target.request("GET /static/none", "").repeat(20_000)
    }),
    ("pipelined requests with many small headers", |target| {
        let headers: String = (0..90).map(|n| format!("{n}:\r\n")).collect();
        target.request("GET /login", &headers).repeat(1000)
    }),
    ("pipelined requests for a large file", |target| {
        target.request(&format!("GET {}", target.style), "").repeat(20_000)
    }),
    ("requests of 100 KiB behind a slow one", |target| {
        let slow = target.form("Content-Length: 19\r\n", "email=ana@acme.test");
        [slow, target.request("GET /login", &header(100 * 1024)).repeat(20)].concat()
    }),
    ("bodies behind a slow request", |target| {
        let slow = target.form("Content-Length: 19\r\n", "email=ana@acme.test");
        [slow, target.form("Transfer-Encoding: chunked\r\n", "1\r\na\r\n".repeat(20_000))].concat()
    }),
];

async fn assert_bounded(tls: &str, connections: usize, (what, bytes): Kind) {
    let target = Target::start(tls).await;
    let each = target.peak_memory_each(connections, bytes(&target)).await;
    assert!(each <= MAX_EACH, "TLS={tls}, {what}: {each} KiB each");
}

#[actix_web::test]
async fn thousand_connections_use_at_most_half_a_mebibyte_each() {
    let _alone = shell::BUSY.lock().await;
    for kind in USUAL {
        assert_bounded("off", 1000, kind).await;
    }
}

#[actix_web::test]
#[ignore = "takes minutes: scripts/test --long"]
async fn tls_connections_stay_within_the_limit() {
    for kind in USUAL {
        assert_bounded("self-signed", 1000, kind).await;
    }
}

#[actix_web::test]
#[ignore = "takes minutes: scripts/test --long"]
async fn unusual_requests_stay_within_the_limit() {
    // Use fewer connections, so that a debug build can read everything they send.
    for tls in ["off", "self-signed"] {
        for kind in UNUSUAL {
            assert_bounded(tls, 100, kind).await;
        }
    }
}

#[actix_web::test]
async fn unfinished_handshakes_stay_within_the_limit() {
    let _alone = shell::BUSY.lock().await;
    let mut target = Target::start("self-signed").await;
    target.tls = None;
    // An incomplete ClientHello of 64 KiB, in four records (RFC 8446, 4 and 5.1).
    let hello = [&[1, 0, 0xff, 0xff][..], &[0; 65_000]].concat();
    let record = |part: &[u8]| {
        let length = u16::try_from(part.len()).unwrap().to_be_bytes();
        [&[22, 3, 1], &length[..], part].concat()
    };
    let bytes = hello.chunks(16384).flat_map(record).collect();
    let each = target.peak_memory_each(1000, bytes).await;
    assert!(each <= MAX_EACH, "{each} KiB each");
}
