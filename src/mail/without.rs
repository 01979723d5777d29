//! A program that was built without the feature `smtp` sends no mail.

use super::{Mail, MailError};
use crate::email_address::EmailAddress;

/// There are none.
pub enum Settings {}

/// There is none.
#[derive(Clone)]
pub enum Mailer {}

impl Mailer {
    pub(crate) fn start(settings: Settings) -> Self {
        match settings {}
    }

    pub(crate) fn sender(&self) -> &str {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "as the one that sends")]
    pub(crate) async fn send(
        &self,
        _to: &EmailAddress,
        _mail: Mail,
        _now: i64,
    ) -> Result<(), MailError> {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "as the one that sends")]
    pub(crate) async fn finish(&self) {
        match *self {}
    }
}
