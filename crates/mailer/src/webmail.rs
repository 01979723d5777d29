//! Webmail pages of large email providers.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// A webmail page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Webmail {
    /// The name, such as `Gmail`.
    pub name: &'static str,
    /// The page to open.
    pub url: String,
}

/// Returns the webmail for addresses of this domain (in ASCII). If `sender` is given and the
/// provider supports it, the page shows only emails from that sender.
///
/// ```
/// let webmail = mailer::webmail::for_domain("fastmail.com", Some("login@example.com")).unwrap();
/// assert_eq!(webmail.url, "https://app.fastmail.com/mail/search:from%3Alogin%40example.com");
/// assert!(mailer::webmail::for_domain("example.com", None).is_none());
/// ```
#[must_use]
pub fn for_domain(domain: &str, sender: Option<&str>) -> Option<Webmail> {
    let has_domain = |known: &&(&str, &[&str], &str, &str)| {
        let (_, domains, ..) = known;
        domains.iter().any(|known| match known.strip_suffix('*') {
            Some(known) => domain.strip_prefix(known).is_some_and(is_country_suffix),
            None => domain == *known,
        })
    };
    let (name, _, inbox, search) = PROVIDERS.iter().find(has_domain)?;
    let url = match sender {
        Some(sender) => search.replace("{sender}", &encoded(sender)),
        None => (*inbox).to_owned(),
    };
    Some(Webmail { name, url })
}

/// Returns whether this is a suffix such as `com`, `fr` or `co.uk`.
fn is_country_suffix(suffix: &str) -> bool {
    let labels = suffix.split('.').collect::<Vec<_>>();
    labels.len() <= 2 && labels.iter().all(|label| (2..=3).contains(&label.len()))
}

/// Name, domains (`*` stands for any country), URL, and URL of a search by sender. The search
/// includes spam if the provider supports that.
#[rustfmt::skip]
const PROVIDERS: [(&str, &[&str], &str, &str); 6] = [
    ("Gmail", &["gmail.com", "googlemail.com"],
        "https://mail.google.com/mail/u/0/#search/in%3Aanywhere+newer_than%3A1h",
        "https://mail.google.com/mail/u/0/#search/from%3A{sender}+in%3Aanywhere+newer_than%3A1h"),
    // Outlook has no URLs for searches.
    ("Outlook", &["outlook.*", "hotmail.*", "live.*", "msn.com"],
        "https://outlook.live.com/mail/0/",
        "https://outlook.live.com/mail/0/"),
    // Yahoo Mail decodes the URL twice.
    ("Yahoo Mail", &["yahoo.*", "ymail.com", "rocketmail.com"],
        "https://mail.yahoo.com/",
        "https://mail.yahoo.com/d/search/keyword=from%253A{sender}"),
    ("iCloud Mail", &["icloud.com", "me.com", "mac.com"],
        "https://www.icloud.com/mail/",
        "https://www.icloud.com/mail/"),
    ("Proton Mail", &["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
        "https://mail.proton.me/u/0/inbox",
        "https://mail.proton.me/u/0/all-mail#from={sender}"),
    ("Fastmail", &["fastmail.com", "fastmail.fm"],
        "https://app.fastmail.com/mail/",
        "https://app.fastmail.com/mail/search:from%3A{sender}"),
];

/// Percent-encodes a sender for a path or a fragment.
fn encoded(sender: &str) -> String {
    const IN_ADDRESSES: AsciiSet = NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');
    utf8_percent_encode(sender, &IN_ADDRESSES).to_string()
}
