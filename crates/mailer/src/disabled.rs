//! Replaces [`Mailer`] without the feature `smtp`. None can be created.

use std::convert::Infallible;
use std::time::SystemTime;

use crate::{Email, EmailAddress, MailError};

/// The mail server and the sender. Without the feature `smtp`, there is no value of this type.
pub struct Settings(Infallible);

/// Sends emails. Without the feature `smtp`, there is no value of this type.
#[derive(Clone)]
pub struct Mailer(Infallible);

impl Mailer {
    /// Starts a mailer.
    #[must_use]
    pub fn start(settings: Settings) -> Self {
        match settings.0 {}
    }

    /// Returns the address that emails are sent from.
    #[must_use]
    pub fn sender(&self) -> &str {
        match self.0 {}
    }

    /// Checks the connection to the server.
    ///
    /// # Errors
    /// Never fails, because no value of this type exists.
    #[expect(clippy::unused_async, reason = "the same signature as with the feature")]
    pub async fn check(&self) -> Result<(), MailError> {
        match self.0 {}
    }

    /// Sends an email.
    ///
    /// # Errors
    /// Never fails, because no value of this type exists.
    #[expect(clippy::unused_async, reason = "the same signature as with the feature")]
    pub async fn send(
        &self,
        _to: &EmailAddress,
        _email: Email,
        _date: SystemTime,
        _on_result: impl FnOnce(bool) + Send + 'static,
    ) -> Result<(), MailError> {
        match self.0 {}
    }

    /// Waits for emails in progress.
    #[expect(clippy::unused_async, reason = "the same signature as with the feature")]
    pub async fn finish(&self) {
        match self.0 {}
    }
}
