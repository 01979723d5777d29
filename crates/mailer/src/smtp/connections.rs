//! Connections to the mail server.
//!
//! `lettre` implements the protocol, but its transport isn't used, because this module must:
//!
//! - distinguish replies that depend on the recipient from others
//! - set one deadline for each part of the conversation
//! - never reuse a connection that was interrupted

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

use super::line_by_line::LineByLine;
use super::reply::{failed, message_refused, refused, timed_out, unavailable};
use super::settings::{Security, Sender, Server, Settings};
use crate::MailError;

/// The timeout for the recipient and the message.
const SUBMIT_TIMEOUT: Duration = Duration::from_secs(30);
const MAX_CONNECTIONS: usize = 20;
/// Servers close a connection after some minutes without a command (RFC 5321, 4.5.3.2.7).
const MAX_IDLE: Duration = Duration::from_secs(60);
/// The timeout for an idle connection to respond. A firewall may have dropped all idle connections,
/// and checking them must leave time to open a new one.
const IDLE_CHECK_TIMEOUT: Duration = Duration::from_millis(300);

/// Mailbox name not allowed (RFC 5321, 4.2.3; RFC 6531, 3.5).
const NO_SUCH_ADDRESSES: u16 = 553;

/// The connections to the server.
pub(super) struct Connections {
    server: Server,
    pub(super) from: lettre::message::Mailbox,
    hello: ClientId,
    permits: Arc<Semaphore>,
    /// Idle connections, the most recently used last.
    idle: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
}

/// A connection that is ready for a recipient, and its permit.
pub(super) struct Ready {
    connection: AsyncSmtpConnection,
    _permit: OwnedSemaphorePermit,
}

impl Ready {
    /// Closes the connection with QUIT.
    pub(super) async fn quit(mut self) {
        let _ = timeout(IDLE_CHECK_TIMEOUT, self.connection.quit()).await;
    }
}

impl Connections {
    pub(super) fn to(Settings { server, sender: Sender(from) }: Settings) -> Self {
        Self {
            server,
            hello: ClientId::Domain(from.email.domain().to_owned()),
            from,
            permits: Arc::new(Semaphore::new(MAX_CONNECTIONS)),
            idle: Mutex::default(),
        }
    }

    /// Waits for a permit, and returns a connection that is ready for a recipient.
    pub(super) async fn ready_for(&self, envelope: &Envelope) -> Result<Ready, MailError> {
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| MailError::Unavailable("closed".to_owned()))?;
        let mut connection = self.connection().await?;
        let supports_utf8 = connection.server_info().supports_feature(Extension::SmtpUtfEight);
        let mut options = Vec::new();
        if !is_ascii(envelope) && supports_utf8 {
            options.push(MailParameter::SmtpUtfEight);
            options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        let sender = MailFrom::new(envelope.from().cloned(), options);
        connection.command(sender).await.map_err(|error| failed("MAIL", &error))?;
        Ok(Ready { connection, _permit: permit })
    }

    /// Sends the recipient and the message.
    pub(super) async fn submit(&self, ready: Ready, message: &Message) -> Result<(), MailError> {
        let Ready { mut connection, _permit } = ready;
        let submission = submit(&mut connection, message.envelope(), message.formatted());
        let result = timeout(SUBMIT_TIMEOUT, submission).await.unwrap_or(Err(timed_out()));
        let is_reusable = match result {
            Ok(()) => true,
            Err(MailError::Refused(_) | MailError::Later(_)) => {
                let reset = timeout(IDLE_CHECK_TIMEOUT, connection.command(Rset)).await;
                reset.is_ok_and(|reset| reset.is_ok())
            }
            Err(MailError::Unavailable(_)) => false,
        };
        if is_reusable {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.push((Instant::now(), connection));
        }
        result
    }

    /// Returns an idle connection that still responds, or opens a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, MailError> {
        while let Some(mut connection) = self.idle_connection() {
            let responds = timeout(IDLE_CHECK_TIMEOUT, connection.test_connected()).await;
            if responds.unwrap_or(false) {
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
        let implicit_tls = if let Security::Tls(tls) = security { Some(tls.clone()) } else { None };
        let connected = if let Security::StartTls(_) = security {
            let socket = TcpStream::connect(address).await;
            let socket = socket.map_err(|error| unavailable("connecting", &error))?;
            let socket = Box::new(LineByLine(socket));
            AsyncSmtpConnection::connect_with_transport(socket, &self.hello).await
        } else {
            AsyncSmtpConnection::connect_tokio1(address, None, &self.hello, implicit_tls, None)
                .await
        };
        let mut connection = connected.map_err(|error| failed("connecting", &error))?;
        if let Security::StartTls(tls) = security {
            let upgraded = connection.starttls(tls.clone(), &self.hello).await;
            upgraded.map_err(|error| failed("STARTTLS", &error))?;
        }
        if let Some(credentials) = credentials {
            let login = connection.auth(&[Mechanism::Plain, Mechanism::Login], credentials).await;
            login.map_err(|error| failed("AUTH", &error))?;
        }
        Ok(connection)
    }
}

/// Sends the recipient and the message on a connection that is ready for them.
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
    // Some servers check the recipient only at this point.
    connection.command(Data).await.map_err(|error| refused("DATA", &error))?;
    connection.message(&message).await.map_err(|error| message_refused("the message", &error))?;
    Ok(())
}

/// Returns whether all recipients are ASCII. The sender always is.
fn is_ascii(envelope: &Envelope) -> bool {
    envelope.to().iter().all(|address: &Address| address.to_string().is_ascii())
}
