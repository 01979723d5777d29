//! A program that was built without the feature `smtp` sends no mail.

use super::{BadSetting, Mail, MailError};
use crate::email_address::EmailAddress;

/// There is none.
pub enum Mailer {}

impl Mailer {
    pub(crate) fn new(_url: &str, _from: &str) -> Result<Self, Vec<BadSetting>> {
        Err(vec![("SMTP_URL", "needs a program that was built with the feature smtp")])
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
}
