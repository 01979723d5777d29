//! Hands mails to a mail server by SMTP (RFC 5321).
//!
//! `lettre` speaks the protocol. The conversation is led here, for what its own transport can't
//! tell or promise: whether it was the recipient that the server refused, one deadline for all of
//! it, and that a connection that was cut off in the middle is never used again.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::Address;
use lettre::address::Envelope;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::line_by_line::LineByLine;
use super::message::message;
use super::server::{Security, Server};
use super::{BadSetting, Mail, MailError};
use crate::email_address::EmailAddress;
use crate::error::with_sources;

/// From the first byte to the last, waiting for a free connection included.
const DEADLINE: Duration = Duration::from_secs(8);
/// How many mails are handed over at the same time.
const MAX_CONNECTIONS: usize = 8;
/// Servers hang up after some minutes without a word (RFC 5321, 4.5.3.2.7).
const MAX_IDLE: Duration = Duration::from_secs(60);
/// How long an idle connection may take to say that it still listens. A firewall that forgot it tells
/// nobody, and all of them may be such: together they must leave time for a new one.
const MAX_SILENCE: Duration = Duration::from_millis(400);

/// Service not available, closing transmission channel (RFC 5321, 4.2.3).
const CLOSING: u16 = 421;
/// Mailbox name not allowed (RFC 5321, 4.2.3; RFC 6531, 3.5).
const NO_SUCH_ADDRESSES: u16 = 553;

const A_SENDER: &str = "is an address such as login@example.com, or Example <login@example.com>";

/// Sends mails through the server of this site.
pub struct Mailer {
    server: Server,
    from: Mailbox,
    hello: ClientId,
    turns: Semaphore,
    /// How long the last mail took that was taken, in microseconds.
    last_took: AtomicU64,
    /// Connections between mails, the last used last.
    idle: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
}

impl Mailer {
    /// For the server of `SMTP_URL` and the sender of `MAIL_FROM`. Connects to nothing yet.
    pub(crate) fn new(url: &str, from: &str) -> Result<Self, Vec<BadSetting>> {
        let server = Server::parse(url).map_err(|expected| ("SMTP_URL", expected));
        let from = from.parse().map_err(|_| ("MAIL_FROM", A_SENDER));
        let (server, from): (_, Mailbox) = match (server, from) {
            (Ok(server), Ok(from)) => (server, from),
            (server, from) => return Err(server.err().into_iter().chain(from.err()).collect()),
        };
        Ok(Self {
            server,
            hello: ClientId::Domain(from.email.domain().to_owned()),
            from,
            turns: Semaphore::new(MAX_CONNECTIONS),
            last_took: AtomicU64::default(),
            idle: Mutex::default(),
        })
    }

    /// Hands a mail to the server; when this returns, the server has taken it. Sent once: a mail
    /// that may have arrived isn't sent again.
    ///
    /// # Errors
    /// [`MailError`]
    pub(crate) async fn send(
        &self,
        to: &EmailAddress,
        mail: Mail,
        now: i64,
    ) -> Result<(), MailError> {
        let message = message(&self.from, to, mail, now)
            .ok_or_else(|| MailError::Unavailable("no message could be made".to_owned()))?;
        let begun = Instant::now();
        let taken = timeout(DEADLINE, self.hand_over(message.envelope(), &message.formatted()))
            .await
            .unwrap_or_else(|_| Err(MailError::Unavailable("it took too long".to_owned())));
        match taken {
            Ok(()) => self.last_took.store(micros(begun.elapsed()), Ordering::Relaxed),
            // A refusal comes sooner than a mail is taken, and its time tells as much as its text.
            Err(MailError::Refused(_)) => {
                let usual = Duration::from_micros(self.last_took.load(Ordering::Relaxed));
                sleep(usual.saturating_sub(begun.elapsed())).await;
            }
            Err(MailError::Unavailable(_)) => {}
        }
        taken
    }

    async fn hand_over(&self, envelope: &Envelope, message: &[u8]) -> Result<(), MailError> {
        // Never closed, so a turn always comes.
        let _turn = self.turns.acquire().await;
        let mut connection = self.connection().await?;
        let taken = submit(&mut connection, envelope, message).await;
        let is_fit_for_more = match taken {
            Ok(()) => true,
            Err(MailError::Refused(_)) => connection.command(Rset).await.is_ok(),
            Err(MailError::Unavailable(_)) => false,
        };
        // Otherwise, and whenever this is cut off by the deadline, it is dropped, which closes it.
        if is_fit_for_more {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push((Instant::now(), connection));
        }
        taken
    }

    /// One that the server still listens on, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, MailError> {
        while let Some(mut connection) = self.idle_connection() {
            let listens = timeout(MAX_SILENCE, connection.test_connected()).await;
            if listens.unwrap_or(false) {
                return Ok(connection);
            }
        }
        self.connect().await
    }

    fn idle_connection(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(since, _)| since.elapsed() < MAX_IDLE);
        idle.pop().map(|(_, connection)| connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, MailError> {
        let Server { host, port, security, credentials } = &self.server;
        let address = (host.as_str(), *port);
        let at_once = if let Security::Tls(tls) = security { Some(tls.clone()) } else { None };
        let connected = if let Security::StartTls(_) = security {
            let socket = TcpStream::connect(address).await;
            let socket = socket.map_err(|error| unavailable("connecting", &error))?;
            let socket = Box::new(LineByLine(socket));
            AsyncSmtpConnection::connect_with_transport(socket, &self.hello).await
        } else {
            AsyncSmtpConnection::connect_tokio1(address, None, &self.hello, at_once, None).await
        };
        let mut connection = connected.map_err(|error| failed("connecting", &error))?;
        if let Security::StartTls(tls) = security {
            let upgraded = connection.starttls(tls.clone(), &self.hello).await;
            upgraded.map_err(|error| failed("STARTTLS", &error))?;
        }
        if let Some(credentials) = credentials {
            let known = connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await;
            known.map_err(|error| failed("AUTH", &error))?;
        }
        Ok(connection)
    }
}

/// One mail, on a connection that is ready for it.
async fn submit(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    message: &[u8],
) -> Result<(), MailError> {
    let mut options = Vec::new();
    let is_ascii = |address: &Address| address.to_string().is_ascii();
    if !envelope.to().iter().chain(envelope.from()).all(is_ascii) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            return Err(MailError::Refused(NO_SUCH_ADDRESSES));
        }
        options.push(MailParameter::SmtpUtfEight);
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let sender = MailFrom::new(envelope.from().cloned(), options);
    connection.command(sender).await.map_err(|error| failed("MAIL", &error))?;
    for recipient in envelope.to() {
        let recipient = Rcpt::new(recipient.clone(), Vec::new());
        connection.command(recipient).await.map_err(|error| refused("RCPT", &error))?;
    }
    // Some servers look at the recipient only now.
    connection.command(Data).await.map_err(|error| refused("DATA", &error))?;
    connection.message(message).await.map_err(|error| refused("the message", &error))?;
    Ok(())
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

/// What the server said to this recipient; but not when it is closing (421) or silent.
fn refused(step: &'static str, error: &Error) -> MailError {
    match error.status().map(u16::from) {
        Some(code) if code != CLOSING => MailError::Refused(code),
        _ => failed(step, error),
    }
}

/// Of a reply only the code: servers repeat addresses in theirs.
fn failed(step: &'static str, error: &Error) -> MailError {
    match error.status() {
        Some(code) => MailError::Unavailable(format!("{step}: it answered with {code}")),
        None => unavailable(step, error),
    }
}

fn unavailable(step: &'static str, error: &dyn std::error::Error) -> MailError {
    MailError::Unavailable(format!("{step}: {}", with_sources(error)))
}
