//! Email addresses, normalized to one spelling.

use std::fmt;

use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use crate::typed::is_invisible;

/// A normalized email address, for sending, comparing and storing.
///
/// It is in NFKC, with ASCII letters in lower case and the domain in ASCII (IDNA). Parsing is
/// stricter than RFC 5321, because a sign-in link would go to someone else if a mail system read an
/// address differently.
///
/// ```
/// use mailer::EmailAddress;
///
/// let email = EmailAddress::parse("Ana@B\u{fc}cher.example")?;
/// assert_eq!(email.as_str(), "ana@xn--bcher-kva.example");
/// assert!(EmailAddress::parse("ana@example.com,eve@example.net").is_err());
/// # Ok::<(), mailer::InvalidEmailAddress>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// The text is not exactly one plain email address. The error doesn't contain the text.
#[derive(Debug, thiserror::Error)]
#[error("not an email address")]
#[non_exhaustive]
pub struct InvalidEmailAddress;

/// RFC 5321, 4.5.3.1.3: a path is at most 256 octets, two of them its angle brackets.
const MAX_OCTETS: usize = 254;
/// RFC 5321, 4.5.3.1.1.
const MAX_LOCAL_OCTETS: usize = 64;
/// Characters that quote, list, comment, route or encode. Real mailboxes don't need them, and each
/// has been used to make two programs read the same address differently.
const REJECTED_IN_LOCAL: &str = "\"(),:;<>[\\]%!`|";

impl EmailAddress {
    /// Parses text that a user typed. Removes surrounding white space and invisible characters.
    ///
    /// # Errors
    /// [`InvalidEmailAddress`] unless the text is exactly one plain address.
    pub fn parse(typed: &str) -> Result<Self, InvalidEmailAddress> {
        let typed = typed.trim_matches(is_invisible);
        // Split at ASCII `@` only. Look-alikes such as U+FF20 are rejected below.
        let (local, domain) = typed.split_once('@').ok_or(InvalidEmailAddress)?;
        let address = format!("{}@{}", parse_local(local)?, parse_domain(domain)?);
        if address.len() > MAX_OCTETS {
            return Err(InvalidEmailAddress);
        }
        Ok(Self(address))
    }

    /// Returns the normalized spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the domain, in ASCII.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// Returns the same address for all spellings that are known to share a mailbox: without the
    /// label after `+` and, for both domains of Gmail, without dots. Use it only for rate limits,
    /// since it doesn't identify a user. <https://support.google.com/mail/answer/7436150>
    #[must_use]
    pub fn mailbox(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or_default();
        let local = match local.split_once('+') {
            Some((mailbox, _)) if !mailbox.is_empty() => mailbox,
            _ => local,
        };
        match domain {
            "gmail.com" | "googlemail.com" => format!("{}@gmail.com", local.replace('.', "")),
            _ => format!("{local}@{domain}"),
        }
    }
}

fn parse_local(local: &str) -> Result<String, InvalidEmailAddress> {
    // NFKC would turn a look-alike of another user's address, with a Kelvin sign or a full-width
    // letter, into that address (CVE-2019-19844).
    if local.chars().any(|c| hides_ascii(c, |_| true)) {
        return Err(InvalidEmailAddress);
    }
    let local = nfkc(local).to_ascii_lowercase();
    let has_plain_dots = local.split('.').all(|part| !part.is_empty());
    let plain = |c: char| {
        !c.is_control()
            && c != '@'
            && !REJECTED_IN_LOCAL.contains(c)
            && !is_invisible(c)
            && !is_undisplayed(c)
    };
    if local.len() > MAX_LOCAL_OCTETS || !has_plain_dots || !local.chars().all(plain) {
        return Err(InvalidEmailAddress);
    }
    Ok(local)
}

/// Parses the domain of an address and converts it to ASCII.
///
/// # Errors
/// [`InvalidEmailAddress`] unless it is a public host name. IP addresses, single labels and invalid
/// IDNA are rejected.
pub fn parse_domain(domain: &str) -> Result<String, InvalidEmailAddress> {
    // Full stops in IDNA. Other characters that NFKC turns into a dot or an `@` are rejected below.
    let domain = domain.replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    if domain.chars().any(|c| hides_ascii(c, |hidden| !hidden.is_ascii_alphanumeric())) {
        return Err(InvalidEmailAddress);
    }
    let ascii = Uts46::new()
        .to_ascii(
            domain.as_bytes(),
            AsciiDenyList::STD3,
            Hyphens::CheckFirstLast,
            DnsLength::Verify,
        )
        .map_err(|_| InvalidEmailAddress)?;
    let last_label = ascii.rsplit_once('.').map(|(_, last)| last).ok_or(InvalidEmailAddress)?;
    if last_label.bytes().all(|b| b.is_ascii_digit()) {
        return Err(InvalidEmailAddress);
    }
    Ok(ascii.into_owned())
}

/// Returns an address for display, with its domain in Unicode (UTS #46).
#[must_use]
pub fn shown(email: &str) -> String {
    let Some((local, domain)) = email.rsplit_once('@') else { return email.to_owned() };
    format!("{local}@{}", idna::domain_to_unicode(domain).0)
}

fn nfkc(text: &str) -> String {
    text.nfkc().collect()
}

/// Returns whether NFKC turns a non-ASCII character into text with an ASCII character that is
/// `such`.
fn hides_ascii(c: char, such: impl Fn(char) -> bool) -> bool {
    !c.is_ascii() && nfkc(c.encode_utf8(&mut [0; 4])).chars().any(|n| n.is_ascii() && such(n))
}

/// Returns whether this is another character that isn't displayed, or that replaces a damaged one.
/// Two addresses that look the same must be the same.
fn is_undisplayed(c: char) -> bool {
    matches!(c, '\u{202e}' | '\u{2065}' | '\u{fff9}'..='\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

impl TryFrom<String> for EmailAddress {
    type Error = InvalidEmailAddress;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

/// Hides the address, because `Debug` output is often logged.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}
