//! The SMTP server: receives email that an app sends itself, into the same inbox. It forwards
//! nothing, accepts any credentials, and has no TLS, since it is for tests on one machine.

mod command;
mod conversation;
mod delivery;
mod lines;
mod log;
mod reply;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::web;
use tokio::task::{JoinHandle, JoinSet};

use crate::state::Environment;

pub(crate) use command::is_hookable;
pub(crate) use log::SmtpLog;

/// The first port to try.
const FIRST_PORT: u16 = 4126;
const MAX_CONNECTIONS: usize = 50;

/// A running SMTP server.
#[derive(Debug)]
pub(crate) struct SmtpServer {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<()>,
}

/// Binds the listener on any free port if the HTTP server's port is 0, else on the first free port
/// from 4126 up.
pub(crate) fn bind(http: SocketAddr) -> io::Result<TcpListener> {
    if http.port() == 0 {
        return TcpListener::bind((http.ip(), 0));
    }
    for port in FIRST_PORT..u16::MAX {
        match TcpListener::bind((http.ip(), port)) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
            other => return other,
        }
    }
    Err(io::ErrorKind::AddrInUse.into())
}

impl SmtpServer {
    pub(crate) fn start(
        listener: TcpListener,
        environment: web::Data<Environment>,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let accepting = actix_web::rt::spawn(accept(listener, environment));
        Ok(Self { address, accepting })
    }

    /// Closes the listener and every connection.
    pub(crate) async fn stop(self) {
        self.accepting.abort();
        // Always fails, since the task was aborted.
        let _ = self.accepting.await;
    }
}

async fn accept(listener: tokio::net::TcpListener, environment: web::Data<Environment>) {
    // Dropping the set aborts every conversation.
    let mut conversations = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            Some(_) = conversations.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) if conversations.len() >= MAX_CONNECTIONS => {
                let _ = stream.try_write(b"421 Too many connections, try again later\r\n");
            }
            Ok((stream, _)) => {
                conversations.spawn(conversation::serve(stream, environment.clone()));
            }
            // The error is often temporary, such as a lack of file descriptors.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smtp_listens_on_the_first_free_port_or_any() {
        let loopback = std::net::Ipv4Addr::LOCALHOST;
        let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
        let first = bind((loopback, 4100).into()).unwrap();
        let second = bind((loopback, 4100).into()).unwrap();
        assert!(port(&first).unwrap() >= FIRST_PORT);
        assert!(port(&second).unwrap() > port(&first).unwrap());
        assert!(bind((loopback, 0).into()).is_ok());
    }
}
