//! The mail server, and the records of the sender's domain. The app makes no DNS queries of its own, so
//! the checks of those name the command to run. DKIM has none: only an email that was sent shows its
//! selector.

use super::{Finding, fails, ok, unknown};
use crate::mail::Mailer;

/// Whether the mail server takes email from this sender.
pub(super) async fn server(server: &Mailer) -> Finding {
    match server.check().await {
        Ok(()) => ok("it takes mails from MAIL_FROM"),
        Err(error) => fails(format!("{error}; see SMTP_URL and MAIL_FROM")),
    }
}

/// RFC 7208, 4.5: exactly one record, at the domain itself.
pub(super) fn spf(domain: &str) -> Finding {
    unknown(format!(
        "not looked up: run `dig +short TXT {domain}`; there must be exactly one record that starts \
         with \"v=spf1\", and it must allow the mail server"
    ))
}

/// RFC 7489, 6.6.3: exactly one record, at the domain or at its organizational domain.
pub(super) fn dmarc(domain: &str) -> Finding {
    unknown(format!(
        "not looked up: run `dig +short TXT _dmarc.{domain}`; there must be exactly one record that \
         starts with \"v=DMARC1\", here or at a parent domain"
    ))
}
