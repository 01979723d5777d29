//! A TCP connection to upgrade with STARTTLS.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Reads at most one line at a time. `lettre` reads ahead, so after STARTTLS it would treat text
/// that an attacker appended to the reply as encrypted (<https://nostarttls.secvuln.info>). With
/// this type, the TLS handshake reads that text and fails.
#[derive(Debug)]
pub(super) struct LineByLine(pub(super) TcpStream);

impl AsyncRead for LineByLine {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let mut bytes = [0; 1024];
        let capacity = into.remaining().min(bytes.len());
        let ahead = ready!(self.0.poll_peek(context, &mut ReadBuf::new(&mut bytes[..capacity])))?;
        let line = bytes[..ahead].iter().position(|byte| *byte == b'\n');
        let mut line = ReadBuf::new(&mut bytes[..line.map_or(ahead, |end| end + 1)]);
        ready!(Pin::new(&mut self.0).poll_read(context, &mut line))?;
        into.put_slice(line.filled());
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for LineByLine {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

impl AsyncTokioStream for LineByLine {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.peer_addr()
    }
}
