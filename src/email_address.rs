//! The address a person types, parsed once into the form everything else uses.

use std::fmt;

use icu_normalizer::ComposingNormalizerBorrowed;
use idna::AsciiDenyList;
use idna::uts46::{DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};

use crate::typed::is_invisible;

/// A mailbox address in its one normalised spelling: it is mailed to, compared and kept like this.
///
/// The spelling: NFKC, ASCII letters in lower case, the domain in its ASCII (IDNA) form. Stricter
/// than RFC 5321 on purpose, because a mailer that reads an address differently from us would
/// deliver a sign-in link to someone else.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

/// The text is not an address that this app mails to. Says nothing of the text itself.
#[derive(Debug, thiserror::Error)]
#[error("not an e-mail address")]
pub struct InvalidEmailAddress;

/// RFC 5321, 4.5.3.1.3: a path is at most 256 octets, two of them its angle brackets.
const MAX_OCTETS: usize = 254;
/// RFC 5321, 4.5.3.1.1.
const MAX_LOCAL_OCTETS: usize = 64;
/// Characters that quote, list, comment, route or encode: none is needed in a real mailbox, and
/// each has been used to make two programs read one address as two different ones.
const REFUSED_IN_LOCAL: &str = "\"(),:;<>[\\]%!`|";

impl EmailAddress {
    /// Parses what was typed; white space and invisible characters around it are removed.
    ///
    /// # Errors
    /// [`InvalidEmailAddress`] for everything that isn't exactly one plain mailbox.
    pub fn parse(typed: &str) -> Result<Self, InvalidEmailAddress> {
        let typed = typed.trim_matches(is_invisible);
        // Only the ASCII sign separates: a look-alike (U+FF20) in its place makes the text invalid.
        let (local, domain) = typed.split_once('@').ok_or(InvalidEmailAddress)?;
        let address = format!("{}@{}", parse_local(local)?, parse_domain(domain)?);
        if address.len() > MAX_OCTETS {
            return Err(InvalidEmailAddress);
        }
        Ok(Self(address))
    }

    /// The normalised spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the `@`, in ASCII.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

fn parse_local(local: &str) -> Result<String, InvalidEmailAddress> {
    // A character that NFKC turns into an ASCII one (the Kelvin sign, a full-width letter) would
    // make a look-alike of somebody else's address the same as theirs (CVE-2019-19844).
    if local.chars().any(|c| hides_ascii(c, |_| true)) {
        return Err(InvalidEmailAddress);
    }
    let local = nfkc(local).to_ascii_lowercase();
    let dots_stand_between = local.split('.').all(|part| !part.is_empty());
    let plain = |c: char| {
        !c.is_control()
            && c != '@'
            && !REFUSED_IN_LOCAL.contains(c)
            && !is_invisible(c)
            && !is_unseen_or_damaged(c)
    };
    if local.len() > MAX_LOCAL_OCTETS || !dots_stand_between || !local.chars().all(plain) {
        return Err(InvalidEmailAddress);
    }
    Ok(local)
}

/// Parses a domain as it stands in an address or in a setting.
///
/// # Errors
/// [`InvalidEmailAddress`] for what is no public host name: an IP literal, one label, bad IDNA.
pub fn parse_domain(domain: &str) -> Result<String, InvalidEmailAddress> {
    // The four full stops of IDNA; any other sign that hides a full stop or an `@` is refused.
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

/// An address as people write it: its domain in Unicode (UTS #46). Addresses are kept, compared and
/// logged in ASCII.
#[must_use]
pub fn shown(email: &str) -> String {
    let Some((local, domain)) = email.rsplit_once('@') else { return email.to_owned() };
    format!("{local}@{}", idna::domain_to_unicode(domain).0)
}

fn nfkc(text: &str) -> String {
    const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfkc();
    NFKC.normalize(text).into_owned()
}

/// Whether this is a non-ASCII character that NFKC turns into (among others) such an ASCII one.
fn hides_ascii(c: char, such: impl Fn(char) -> bool) -> bool {
    !c.is_ascii() && nfkc(c.encode_utf8(&mut [0; 4])).chars().any(|n| n.is_ascii() && such(n))
}

/// What else can't be seen, or stands for a damaged character: two addresses that look the same must
/// be the same.
fn is_unseen_or_damaged(c: char) -> bool {
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

/// Hides the address: `Debug` ends up in logs.
impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}
