//! The SMTP server: what an app mails by itself lands in the same inbox. It delivers nothing
//! anywhere else, takes any credentials, and speaks no TLS, since it is on loopback only.
//!
//! `conversation` is one connection from greeting to QUIT, `command` what a client may say,
//! `lines` how it is read and `reply` what it hears, `delivery` how a message becomes mails, `log`
//! what tests can see.

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

/// The first port that is tried, next to the HTTP port 4100.
const FIRST_PORT: u16 = 4126;
const MAX_CONNECTIONS: usize = 50;

/// A running SMTP server.
#[derive(Debug)]
pub(crate) struct SmtpServer {
    pub(crate) address: SocketAddr,
    accepting: JoinHandle<()>,
}

/// A listener beside the HTTP server's: on any free port if that asked for one, else on the first
/// free one from 4126 on.
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
        // The error is the abortion.
        let _ = self.accepting.await;
    }
}

async fn accept(listener: tokio::net::TcpListener, environment: web::Data<Environment>) {
    // Dropped with this task, and every conversation with it.
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
                conversations.spawn(conversation::hold(stream, environment.clone()));
            }
            // Out of file descriptors, say: that passes, but not at once.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_the_next_free_one_or_any() {
        let loopback = std::net::Ipv4Addr::LOCALHOST;
        let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
        let first = bind((loopback, 4100).into()).unwrap();
        let second = bind((loopback, 4100).into()).unwrap();
        assert!(port(&first).unwrap() >= FIRST_PORT);
        assert!(port(&second).unwrap() > port(&first).unwrap());
        assert!(bind((loopback, 0).into()).is_ok());
    }
}
