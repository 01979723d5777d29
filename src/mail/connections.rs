//! The connections to the mail server.
//!
//! `lettre` speaks the protocol. The conversation is led here, for what its own transport can't
//! tell or promise: what depends on the recipient is told apart from what doesn't, each part has one
//! deadline, and a connection that was cut off in the middle is never used again.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail as MailFrom, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::{Address, Message};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::MailError;
use super::line_by_line::LineByLine;
use super::reply::{failed, message_refused, refused, took_too_long, unavailable};
use super::server::{Security, Server, Settings};

/// How long the server may take from where it is ready for a recipient.
const TAKEN_WITHIN: Duration = Duration::from_secs(30);
/// How many mails are handed over at the same time.
const MAX_CONNECTIONS: usize = 20;
/// Servers hang up after some minutes without a word (RFC 5321, 4.5.3.2.7).
const MAX_IDLE: Duration = Duration::from_secs(60);
/// How long a connection between mails may take to say that it still listens. A firewall that forgot
/// it tells nobody, and all of them may be such: together they must leave time for a new one.
const MAX_SILENCE: Duration = Duration::from_millis(300);

/// Mailbox name not allowed (RFC 5321, 4.2.3; RFC 6531, 3.5).
const NO_SUCH_ADDRESSES: u16 = 553;

/// The connections to the server.
pub(super) struct Connections {
    server: Server,
    pub(super) from: lettre::message::Mailbox,
    hello: ClientId,
    turns: Arc<Semaphore>,
    /// Those between mails, the last used last.
    idle: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
}

/// A connection on which the server waits for a recipient, and the right to use it.
pub(super) struct Ready {
    connection: AsyncSmtpConnection,
    _turn: OwnedSemaphorePermit,
}

impl Ready {
    /// Says goodbye; to one that doesn't hear it, that does no harm.
    pub(super) async fn leave(mut self) {
        let _ = timeout(MAX_SILENCE, self.connection.quit()).await;
    }
}

impl Connections {
    pub(super) fn to(Settings { server, from }: Settings) -> Self {
        Self {
            server,
            hello: ClientId::Domain(from.email.domain().to_owned()),
            from,
            turns: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            idle: Mutex::default(),
        }
    }

    pub(super) async fn ready_for(&self, envelope: &Envelope) -> Result<Ready, MailError> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let turn = turn.map_err(|_| MailError::Unavailable("it is closed".to_owned()))?;
        let mut connection = self.connection().await?;
        let supports_them = connection.server_info().supports_feature(Extension::SmtpUtfEight);
        let mut options = Vec::new();
        if !is_ascii(envelope) && supports_them {
            options.push(MailParameter::SmtpUtfEight);
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let sender = MailFrom::new(envelope.from().cloned(), options);
        connection.command(sender).await.map_err(|error| failed("MAIL", &error))?;
        Ok(Ready { connection, _turn: turn })
    }

    pub(super) async fn hand_over(&self, ready: Ready, message: &Message) -> Result<(), MailError> {
        let Ready { mut connection, _turn } = ready;
        let submission = submit(&mut connection, message.envelope(), message.formatted());
        let taken = timeout(TAKEN_WITHIN, submission).await.unwrap_or(Err(took_too_long()));
        let is_fit_for_more = match taken {
            Ok(()) => true,
            Err(MailError::Refused(_) | MailError::Later(_)) => {
                let reset = timeout(MAX_SILENCE, connection.command(Rset)).await;
                reset.is_ok_and(|reset| reset.is_ok())
            }
            Err(MailError::Unavailable(_)) => false,
        };
        // Otherwise it is dropped, which closes it.
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

/// The recipient and the message, on a connection that is ready for them.
async fn submit(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    message: Vec<u8>,
) -> Result<(), MailError> {
    if !is_ascii(envelope) && !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
        return Err(MailError::Refused(NO_SUCH_ADDRESSES));
    }
    for recipient in envelope.to() {
        let recipient = Rcpt::new(recipient.clone(), Vec::new());
        connection.command(recipient).await.map_err(|error| refused("RCPT", &error))?;
    }
    // Some servers look at the recipient only now.
    connection.command(Data).await.map_err(|error| refused("DATA", &error))?;
    connection.message(&message).await.map_err(|error| message_refused("the message", &error))?;
    Ok(())
}

/// The sender is ASCII in any case.
fn is_ascii(envelope: &Envelope) -> bool {
    envelope.to().iter().all(|address: &Address| address.to_string().is_ascii())
}
