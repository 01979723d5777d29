//! Whether the mail server takes mails from us.

use super::Verdict::{self, Fails, Passes};
use crate::mail::Mailer;

pub(super) async fn check(server: &Mailer) -> Verdict {
    match server.check().await {
        Ok(()) => Passes("it takes mails from MAIL_FROM".to_owned()),
        Err(error) => Fails(format!("{error}; see SMTP_URL and MAIL_FROM")),
    }
}
