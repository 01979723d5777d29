//! Checks of the mail server and the DNS records of the sender's domain.
//!
//! No DNS query is made. Findings about the records name the command to run. DKIM isn't checked,
//! because its selector is only in a sent email.

use mailer::Mailer;

use crate::Finding;
use crate::finding::{Verdict, fails, ok, unknown};

/// Checks whether the mail server accepts email from this sender, without sending any. Returns the
/// findings `mail server`, `SPF` and `DMARC`.
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

/// Returns the expected SPF record: exactly one, at the domain itself (RFC 7208, 4.5).
fn spf(domain: &str) -> Verdict {
    unknown(format!(
        "not looked up: run `dig +short TXT {domain}`, and check that exactly one record starts with \
         \"v=spf1\" and that it allows the mail server"
    ))
}

/// Returns the expected DMARC record: exactly one, at the domain or its organizational domain (RFC
/// 7489, 6.6.3).
fn dmarc(domain: &str) -> Verdict {
    unknown(format!(
        "not looked up: run `dig +short TXT _dmarc.{domain}`, and check that exactly one record \
         starts with \"v=DMARC1\", here or at a parent domain"
    ))
}
