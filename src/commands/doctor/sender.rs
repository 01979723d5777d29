//! How to check the sender domain's SPF and DMARC records. The app makes no DNS queries of its own, so
//! these checks name the command to run. DKIM has none: only an email that was sent shows its selector.

use super::Verdict::{self, Unknown};

/// RFC 7208, 4.5: exactly one record, at the domain itself.
pub(super) fn spf(domain: &str) -> Verdict {
    Unknown(format!(
        "not looked up: run `dig +short TXT {domain}`; there must be exactly one record that starts \
         with \"v=spf1\", and it must allow the mail server"
    ))
}

/// RFC 7489, 6.6.3: exactly one record, at the domain or at its organizational domain.
pub(super) fn dmarc(domain: &str) -> Verdict {
    Unknown(format!(
        "not looked up: run `dig +short TXT _dmarc.{domain}`; there must be exactly one record that \
         starts with \"v=DMARC1\", here or at a parent domain"
    ))
}
