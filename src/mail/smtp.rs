//! Sends mails by SMTP (RFC 5321), each once.

use std::sync::Arc;
use std::time::Duration;

use lettre::Message;
use lettre::address::Envelope;
use tokio::runtime::Handle;
use tokio::select;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
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

/// How many mails wait at most to be tried again.
const MAX_WAITING: usize = 1000;
/// The pause before the second try; each following is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(10);

/// Sends mails through the server of this site. Clones share its connections.
#[derive(Clone)]
pub struct Mailer {
    connections: Arc<Connections>,
    runtime: Handle,
    handing_over: TaskTracker,
    /// The mails that may wait to be tried again.
    waiting: Arc<Semaphore>,
    ending: CancellationToken,
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
            waiting: Arc::new(Semaphore::new(MAX_WAITING)),
            ending: CancellationToken::new(),
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

    /// Sends a mail, once: one that may have arrived isn't sent again, one that the server asks to send
    /// later is. Returns a moment after the server was ready for the recipient. What it says of the
    /// recipient is logged, and told to `taken`, and its time is waited for by nobody: strangers would
    /// learn from either who has a mailbox.
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
        let lifetime = mail.lifetime;
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
        let (waiting, ending) = (Arc::clone(&self.waiting), self.ending.clone());
        let hand_over = async move {
            let mut handed_over =
                measured("hand_over", connections.hand_over(ready, &message)).await;
            if let Err(MailError::Later(_)) = handed_over {
                handed_over = match waiting.try_acquire() {
                    Ok(_waits) => try_again(&connections, &message, lifetime, &ending).await,
                    Err(_) => handed_over,
                };
            }
            taken(handed_over.is_ok());
            match handed_over {
                Ok(()) => {}
                Err(refused @ (MailError::Refused(_) | MailError::Later(_))) => {
                    tracing::warn!(cause = %refused, "a mail wasn't taken");
                }
                Err(error) => tracing::error!(cause = %error, "a mail is lost"),
            }
        };
        self.handing_over.spawn_on(hand_over.in_current_span(), &self.runtime);
        sleep(MOMENT).await;
        Ok(())
    }

    /// Waits until the mails under way are handed over, those that wait for a last try as well; not for
    /// ever.
    pub(crate) async fn finish(&self) {
        self.ending.cancel();
        self.handing_over.close();
        if timeout(READY_WITHIN, self.handing_over.wait()).await.is_err() {
            let mails = self.handing_over.len();
            tracing::error!(mails, "mails are lost: the program ends before they are taken");
        }
    }
}

/// Tries again and again while the link in it lives, and once more when the program ends.
async fn try_again(
    connections: &Connections,
    message: &Message,
    lifetime: Duration,
    ending: &CancellationToken,
) -> Result<(), MailError> {
    let (until, mut pause) = (Instant::now() + lifetime, FIRST_PAUSE);
    loop {
        let is_last = select! {
            () = sleep(pause) => Instant::now() + pause * 2 > until,
            () = ending.cancelled() => true,
        };
        let ready = timeout(READY_WITHIN, connections.ready_for(message.envelope())).await;
        // Nothing was sent yet, so this may be tried again as well.
        let (handed_over, may_try_again) = match ready.unwrap_or_else(|_| Err(took_too_long())) {
            Err(error) => (Err(error), true),
            Ok(ready) => {
                let handed_over = connections.hand_over(ready, message).await;
                let is_later = matches!(handed_over, Err(MailError::Later(_)));
                (handed_over, is_later)
            }
        };
        if is_last || !may_try_again {
            return handed_over;
        }
        pause *= 2;
    }
}
