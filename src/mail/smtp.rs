//! Sends mails by SMTP (RFC 5321), each once.

use std::sync::Arc;
use std::time::Duration;

use lettre::address::Envelope;
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::connections::Connections;
use super::measured::measured;
use super::message::message;
use super::reply::{took_too_long, unavailable};
use super::server::Settings;
use super::{Mail, MailError};
use crate::email_address::EmailAddress;

/// How long the server may take until it is ready for a recipient, waiting for a free connection
/// included: somebody waits for the page.
const READY_WITHIN: Duration = Duration::from_secs(8);
/// What somebody waits from there: always the same, and by then most servers have taken the mail.
const MOMENT: Duration = Duration::from_millis(250);

/// Sends mails through the server of this site. Clones share its connections.
#[derive(Clone)]
pub struct Mailer {
    connections: Arc<Connections>,
    runtime: Handle,
    handing_over: TaskTracker,
}

impl Mailer {
    /// For this server. Connects to nothing yet. All that is done with connections is done on the
    /// runtime that this is called in: a connection ends with the runtime that it was made on, so that
    /// one must outlive the workers, or their last mails would be lost.
    pub(crate) fn start(settings: Settings) -> Self {
        Self {
            connections: Arc::new(Connections::to(settings)),
            runtime: Handle::current(),
            handing_over: TaskTracker::new(),
        }
    }

    /// The address that its mails are from.
    pub(crate) fn sender(&self) -> &str {
        self.connections.from.email.as_ref()
    }

    /// Comes as far as with a mail, up to its recipient, and leaves: whether the server takes mails
    /// from us.
    ///
    /// # Errors
    /// [`MailError::Unavailable`]
    pub async fn greet(&self) -> Result<(), MailError> {
        let from = self.connections.from.email.clone();
        let envelope = Envelope::new(Some(from.clone()), vec![from]);
        let envelope = envelope.map_err(|error| unavailable("the sender", &error))?;
        let ready = timeout(READY_WITHIN, self.connections.ready_for(&envelope)).await;
        ready.unwrap_or_else(|_| Err(took_too_long()))?.leave().await;
        Ok(())
    }

    /// Sends a mail, once: one that may have arrived isn't sent again. Returns a moment after the
    /// server was ready for the recipient. What it says of the recipient is logged, and told to
    /// `taken`, and its time is waited for by nobody: strangers would learn from either who has a
    /// mailbox.
    ///
    /// # Errors
    /// [`MailError::Unavailable`]
    pub(crate) async fn send(
        &self,
        to: &EmailAddress,
        mail: Mail,
        now: i64,
        taken: impl FnOnce(bool) + Send + 'static,
    ) -> Result<(), MailError> {
        let connections = Arc::clone(&self.connections);
        let message = message(&connections.from, to, mail, now)
            .ok_or_else(|| MailError::Unavailable("no message could be made".to_owned()))?;
        let (envelope, asked) = (message.envelope().clone(), Arc::clone(&connections));
        let getting_ready = async move {
            let ready = timeout(READY_WITHIN, asked.ready_for(&envelope)).await;
            ready.unwrap_or_else(|_| Err(took_too_long()))
        };
        let getting_ready = measured("get_ready", getting_ready);
        let ready = self.runtime.spawn(getting_ready.in_current_span()).await;
        let ready = ready.map_err(|_| MailError::Unavailable("it broke".to_owned()))??;
        let hand_over = async move {
            let handed_over = measured("hand_over", connections.hand_over(ready, &message)).await;
            taken(handed_over.is_ok());
            match handed_over {
                Ok(()) => {}
                Err(refused @ MailError::Refused(_)) => {
                    tracing::warn!(cause = %refused, "a mail wasn't taken");
                }
                Err(error) => tracing::error!(cause = %error, "a mail is lost"),
            }
        };
        self.handing_over.spawn_on(hand_over.in_current_span(), &self.runtime);
        sleep(MOMENT).await;
        Ok(())
    }

    /// Waits until the mails under way are handed over; not for ever.
    pub(crate) async fn finish(&self) {
        self.handing_over.close();
        if timeout(READY_WITHIN, self.handing_over.wait()).await.is_err() {
            let mails = self.handing_over.len();
            tracing::error!(mails, "mails are lost: the program ends before they are taken");
        }
    }
}
