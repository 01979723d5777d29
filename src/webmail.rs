//! Where people of the great mail providers read their mail, so that one press leads there.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

/// A provider's pages for reading mail.
#[derive(Clone, Serialize)]
pub(crate) struct Webmail {
    pub(crate) name: &'static str,
    pub(crate) url: String,
}

/// The webmail for addresses of this domain (in ASCII), looking for mails of `sender` where that is
/// known and it can.
///
/// The address itself doesn't go into the URL: whoever is signed in there is who reads it.
pub(crate) fn of(domain: &str, sender: Option<&str>) -> Option<Webmail> {
    let is_of = |known: &&(&str, &[&str], &str, &str)| {
        let (_, domains, ..) = known;
        domains.iter().any(|of| match of.strip_suffix('*') {
            Some(of) => domain.strip_prefix(of).is_some_and(is_of_a_country),
            None => domain == *of,
        })
    };
    let (name, _, inbox, search) = PROVIDERS.iter().find(is_of)?;
    let url = match sender {
        Some(sender) => search.replace("{sender}", &encoded(sender)),
        None => (*inbox).to_owned(),
    };
    Some(Webmail { name, url })
}

/// `com`, `fr` or `co.uk`, and nobody's own name.
fn is_of_a_country(suffix: &str) -> bool {
    let labels = suffix.split('.').collect::<Vec<_>>();
    labels.len() <= 2 && labels.iter().all(|label| (2..=3).contains(&label.len()))
}

/// Name, domains (with `*` for those of all countries), URL, URL that searches for a sender. Spam is
/// searched as well where the provider allows it.
#[rustfmt::skip]
const PROVIDERS: [(&str, &[&str], &str, &str); 6] = [
    ("Gmail", &["gmail.com", "googlemail.com"],
        "https://mail.google.com/mail/u/0/#search/in%3Aanywhere+newer_than%3A1h",
        "https://mail.google.com/mail/u/0/#search/from%3A{sender}+in%3Aanywhere+newer_than%3A1h"),
    // Its searches have no address of their own.
    ("Outlook", &["outlook.*", "hotmail.*", "live.*", "msn.com"],
        "https://outlook.live.com/mail/0/",
        "https://outlook.live.com/mail/0/"),
    // Decodes twice.
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

/// As it stands in a path or a fragment.
fn encoded(sender: &str) -> String {
    const IN_ADDRESSES: AsciiSet = NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');
    utf8_percent_encode(sender, &IN_ADDRESSES).to_string()
}
