//! The mail server, and the DNS records of the sender's domain.
//!
//! No DNS query is made: the findings on those records name the command to run. There is none for
//! DKIM, since only an email that was sent shows its selector.

use mailer::Mailer;

use crate::Finding;
use crate::finding::{Verdict, fails, ok, unknown};

/// Checks whether the mail server accepts email from this sender, without sending any. Returns `mail
/// server`, `SPF` and `DMARC`.
pub async fn check(mailer: &Mailer) -> Vec<Finding> {
    let domain = mailer.sender().rsplit('@').next().unwrap_or_default();
    vec![server(mailer).await.of("mail server"), spf(domain).of("SPF"), dmarc(domain).of("DMARC")]
}

async fn server(mailer: &Mailer) -> Verdict {
    match mailer.check().await {
        Ok(()) => ok("accepts email from MAIL_FROM"),
        Err(error) => fails(format!("{error}; check SMTP_URL and MAIL_FROM")),
    }
}

/// RFC 7208, 4.5: exactly one record, at the domain itself.
fn spf(domain: &str) -> Verdict {
    unknown(format!(
        "not looked up: run `dig +short TXT {domain}`, and check that exactly one record starts with \
         \"v=spf1\" and that it allows the mail server"
    ))
}

/// RFC 7489, 6.6.3: exactly one record, at the domain or at its organizational domain.
fn dmarc(domain: &str) -> Verdict {
    unknown(format!(
        "not looked up: run `dig +short TXT _dmarc.{domain}`, and check that exactly one record \
         starts with \"v=DMARC1\", here or at a parent domain"
    ))
}
