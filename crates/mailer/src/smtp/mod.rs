//! Sends emails over SMTP (RFC 5321), each at most once.

mod connections;
mod line_by_line;
mod message;
mod metrics;
mod reply;
mod settings;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lettre::Message;
use lettre::address::Envelope;
use tokio::runtime::Handle;
use tokio::select;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use connections::Connections;
use message::message;
use metrics::record;
use reply::{timed_out, unavailable};
pub use settings::{InvalidServer, Sender, Server, Settings};

use crate::{Email, EmailAddress, MailError};

/// The timeout until the server is ready for a recipient, including the wait for a connection. A
/// user is waiting for the page.
const READY_TIMEOUT: Duration = Duration::from_secs(8);
/// The fixed time that [`Mailer::send`] takes after that. Most servers accept an email within it.
const PAUSE_AFTER_READY: Duration = Duration::from_millis(250);

/// The maximum number of emails that wait for a retry.
const MAX_WAITING: usize = 1000;
/// The pause before the first retry. Each further pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(10);

/// Sends emails through one mail server. Clones share its connections, of which there are at most
/// 20.
#[derive(Clone)]
pub struct Mailer {
    connections: Arc<Connections>,
    runtime: Handle,
    submissions: TaskTracker,
    /// Permits for emails that wait for a retry.
    waiting: Arc<Semaphore>,
    shutdown: CancellationToken,
}

impl Mailer {
    /// Starts a mailer without connecting yet. Connections belong to the tokio runtime that this
    /// function is called in, which must outlive the runtimes that send emails.
    ///
    /// # Panics
    /// If called outside of a tokio runtime.
    #[must_use]
    pub fn start(settings: Settings) -> Self {
        Self {
            connections: Arc::new(Connections::to(settings)),
            runtime: Handle::current(),
            submissions: TaskTracker::new(),
            waiting: Arc::new(Semaphore::new(MAX_WAITING)),
            shutdown: CancellationToken::new(),
        }
    }

    /// Returns the address that emails are sent from.
    #[must_use]
    pub fn sender(&self) -> &str {
        self.connections.from.email.as_ref()
    }

    /// Checks that the server accepts emails from the sender. Connects, authenticates and announces
    /// the sender, but sends no email.
    ///
    /// # Errors
    /// [`MailError::Unavailable`]
    pub async fn check(&self) -> Result<(), MailError> {
        let from = self.connections.from.email.clone();
        let envelope = Envelope::new(Some(from.clone()), vec![from]);
        let envelope = envelope.map_err(|error| unavailable("the sender", &error))?;
        let ready = timeout(READY_TIMEOUT, self.connections.ready_for(&envelope)).await;
        ready.unwrap_or_else(|_| Err(timed_out()))?.quit().await;
        Ok(())
    }

    /// Sends an email at most once. If the server may have accepted it, it isn't sent again. If the
    /// server defers it, sending is retried during the email's lifetime.
    ///
    /// Returns a fixed time after the server is ready for the recipient. The server's replies to
    /// the recipient and the message are logged, and `on_result` gets whether the email was
    /// accepted. They affect neither the return value nor the duration, because visitors could
    /// otherwise find out who has a mailbox.
    ///
    /// # Errors
    /// [`MailError::Unavailable`]
    pub async fn send(
        &self,
        to: &EmailAddress,
        email: Email,
        date: SystemTime,
        on_result: impl FnOnce(bool) + Send + 'static,
    ) -> Result<(), MailError> {
        let connections = Arc::clone(&self.connections);
        let lifetime = email.lifetime;
        let message = message(&connections.from, to, email, date)
            .ok_or_else(|| MailError::Unavailable("could not build the message".to_owned()))?;
        let (envelope, pool) = (message.envelope().clone(), Arc::clone(&connections));
        let ready = async move {
            let ready = timeout(READY_TIMEOUT, pool.ready_for(&envelope)).await;
            ready.unwrap_or_else(|_| Err(timed_out()))
        };
        let ready = self.runtime.spawn(record("get_ready", ready).in_current_span()).await;
        let ready = ready.map_err(|_| MailError::Unavailable("the task failed".to_owned()))??;
        let (waiting, shutdown) = (Arc::clone(&self.waiting), self.shutdown.clone());
        let submit = async move {
            let mut result = record("hand_over", connections.submit(ready, &message)).await;
            if let Err(MailError::Later(_)) = result {
                result = match waiting.try_acquire() {
                    Ok(_permit) => retry(&connections, &message, lifetime, &shutdown).await,
                    Err(_) => result,
                };
            }
            on_result(result.is_ok());
            match result {
                Ok(()) => {}
                Err(refused @ (MailError::Refused(_) | MailError::Later(_))) => {
                    tracing::warn!(event = "email_undelivered", cause = %refused, "email was not delivered");
                }
                Err(error) => {
                    tracing::error!(event = "email_undelivered", cause = %error, "email was not delivered")
                }
            }
        };
        self.submissions.spawn_on(submit.in_current_span(), &self.runtime);
        sleep(PAUSE_AFTER_READY).await;
        Ok(())
    }

    /// Waits until all emails in progress are sent, but only a few seconds. Emails that wait for a
    /// retry are tried once more. Call it before the program ends.
    pub async fn finish(&self) {
        self.shutdown.cancel();
        self.submissions.close();
        if timeout(READY_TIMEOUT, self.submissions.wait()).await.is_err() {
            let emails = self.submissions.len();
            tracing::error!(
                event = "emails_unfinished",
                emails,
                "emails were not delivered before shutdown"
            );
        }
    }
}

/// Retries during the lifetime of the email, and once more at shutdown.
async fn retry(
    connections: &Connections,
    message: &Message,
    lifetime: Duration,
    shutdown: &CancellationToken,
) -> Result<(), MailError> {
    let (until, mut pause) = (Instant::now() + lifetime, FIRST_PAUSE);
    loop {
        let is_last = select! {
            () = sleep(pause) => Instant::now() + pause * 2 > until,
            () = shutdown.cancelled() => true,
        };
        let ready = timeout(READY_TIMEOUT, connections.ready_for(message.envelope())).await;
        let (result, may_retry) = match ready.unwrap_or_else(|_| Err(timed_out())) {
            // Nothing was sent.
            Err(error) => (Err(error), true),
            Ok(ready) => {
                let result = connections.submit(ready, message).await;
                let is_deferred = matches!(result, Err(MailError::Later(_)));
                (result, is_deferred)
            }
        };
        if is_last || !may_retry {
            return result;
        }
        pause *= 2;
    }
}
