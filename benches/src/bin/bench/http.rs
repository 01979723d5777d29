//! A browser's connection, as light as it can be: a request is bytes that are written, an answer is
//! bytes that are looked at where they lie. What drives a server must cost less than the server.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, ensure};
use memchr::memmem;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The name of the site, under which it is asked for wherever it listens.
pub(crate) const SITE: &str = "app.example.test";

/// How a site is reached.
#[derive(Clone)]
pub(crate) struct Route {
    pub(crate) address: SocketAddr,
    pub(crate) tls: Option<TlsConnector>,
}

trait Stream: AsyncRead + AsyncWrite + Unpin {}
impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

pub(crate) struct Connection {
    stream: Box<dyn Stream>,
    buffer: Vec<u8>,
}

/// What came back.
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    head: &'a str,
    pub(crate) body: &'a [u8],
}

/// Trusts this certificate, and speaks HTTP/1.1.
pub(crate) fn tls(certificate: CertificateDer<'static>) -> anyhow::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate)?;
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

impl Connection {
    pub(crate) async fn open(route: &Route) -> anyhow::Result<Self> {
        let tcp = TcpStream::connect(route.address).await?;
        tcp.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &route.tls {
            None => Box::new(tcp),
            Some(tls) => Box::new(tls.connect(ServerName::try_from(SITE)?, tcp).await?),
        };
        // One of the many that do nothing shall take little.
        Ok(Self { stream, buffer: vec![0; 1024] })
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.stream.write_all(request).await?;
        self.stream.flush().await?;
        let (mut read, mut whole) = (0, None);
        while whole.is_none_or(|(_, end)| read < end) {
            if read == self.buffer.len() {
                self.buffer.resize(read.max(4096) * 4, 0);
            }
            let more = self.stream.read(&mut self.buffer[read..]).await?;
            ensure!(more > 0, "the server hung up");
            read += more;
            if whole.is_none() {
                whole = extent(&self.buffer[..read])?;
            }
        }
        let (head, end) = whole.context("no answer")?;
        ensure!(read == end, "more came than the answer");
        let (head, body) = self.buffer[..end].split_at(head);
        let head = str::from_utf8(head)?;
        let status = head.split(' ').nth(1).context("no status")?.parse()?;
        Ok(Answer { status, head, body })
    }
}

/// Where the head of an answer ends, and where the answer does, once the head is there.
fn extent(read: &[u8]) -> anyhow::Result<Option<(usize, usize)>> {
    let Some(head) = memmem::find(read, b"\r\n\r\n").map(|at| at + 4) else { return Ok(None) };
    let text = str::from_utf8(&read[..head])?;
    let length = header(text, "content-length").or(text.contains(" 204 ").then_some("0"));
    Ok(Some((head, head + length.context("no Content-Length")?.parse::<usize>()?)))
}

fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    headers(head, name).next()
}

fn headers<'a>(head: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    head.split("\r\n").filter_map(move |line| {
        let (found, rest) = line.split_at_checked(name.len())?;
        found.eq_ignore_ascii_case(name).then(|| rest.strip_prefix(": "))?
    })
}

impl Answer<'_> {
    /// Where a redirect leads.
    pub(crate) fn location(&self) -> anyhow::Result<&str> {
        header(self.head, "location").with_context(|| format!("{} leads nowhere", self.status))
    }

    /// The cookie that it sets whose name begins like this, as it is sent back.
    pub(crate) fn cookie(&self, name: &str) -> anyhow::Result<&str> {
        let set = headers(self.head, "set-cookie").find(|cookie| cookie.starts_with(name));
        let cookie = set.with_context(|| format!("{} sets no {name}", self.status))?;
        Ok(cookie.split(';').next().unwrap_or(cookie))
    }

    pub(crate) fn text(&self) -> anyhow::Result<&str> {
        Ok(str::from_utf8(self.body)?)
    }
}

/// A request as Chromium sends it when a person follows a link.
pub(crate) fn get(path: &str, cookie: &str) -> Vec<u8> {
    let cookie = if cookie.is_empty() { String::new() } else { format!("Cookie: {cookie}\r\n") };
    format!("GET {path} HTTP/1.1\r\n{BROWSER}{cookie}\r\n").into_bytes()
}

/// A form of one of the site's own pages.
pub(crate) fn post(path: &str, form: &str) -> Vec<u8> {
    let length = form.len();
    format!(
        "POST {path} HTTP/1.1\r\n{BROWSER}Content-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n\r\n{form}"
    )
    .into_bytes()
}

const BROWSER: &str = "Host: app.example.test\r\n\
    Connection: keep-alive\r\n\
    Upgrade-Insecure-Requests: 1\r\n\
    User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n\
    Sec-Fetch-Site: same-origin\r\n\
    Sec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-User: ?1\r\n\
    Sec-Fetch-Dest: document\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\n\
    Accept-Language: en-US,en;q=0.9\r\n";
