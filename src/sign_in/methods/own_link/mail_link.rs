//! The link in our own email: sealed, and worth nothing without the random part that only the email
//! holds. The store has that part's hash, so the cookie keys alone make no link.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::seconds;
use crate::email_address::EmailAddress;
use crate::sealed::{KeyRing, NoRandomness, Sealed};
use crate::sign_in::id::random_text;
use crate::sign_in::pending::hash;
use crate::sign_in::{RequestContext, SignInId};

/// What the link in our own email holds. It proves that its user has the email; to sign in takes the browser
/// that asked as well, which holds the sign-in itself.
///
/// Its names are short because it is part of a URL, and email programs break long lines.
#[derive(Serialize, Deserialize, derive_more::Debug)]
#[debug("MailLink {{ expires_at: {expires_at}, .. }}")]
pub struct MailLink {
    /// The sign-in it belongs to.
    #[serde(rename = "f")]
    pub id: SignInId,
    /// When it stops working, in seconds since 1970.
    #[serde(rename = "x")]
    pub expires_at: i64,
    /// How the sign-in was requested.
    #[serde(flatten)]
    pub requested: RequestContext,
    /// The network that it asked from, as far as limits tell networks apart.
    #[serde(rename = "n")]
    pub network: IpAddr,
    /// 128 random bits.
    #[serde(rename = "k")]
    secret: String,
}

impl Sealed for MailLink {
    const PURPOSE: &'static str = "mail link 3";
}

impl MailLink {
    /// A link for this sign-in, that works for so long.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system has none to give.
    pub fn new(
        id: &SignInId,
        requested: RequestContext,
        network: IpAddr,
        expires_in: Duration,
    ) -> Result<Self, NoRandomness> {
        let expires_at = requested.at.saturating_add(seconds(expires_in));
        Ok(Self { id: id.clone(), expires_at, requested, network, secret: random_text()? })
    }

    /// The SHA-256 of its random part, in base64.
    #[must_use]
    pub fn secret_hash(&self) -> String {
        hash(&self.secret)
    }

    /// What the store keeps while the link of this address may be used.
    #[must_use]
    pub fn stored(&self, email: &EmailAddress) -> String {
        format!("{} {}", self.secret_hash(), email_hash(&self.id, email))
    }
}

/// Whether what is stored of a sign-in is of the link with this secret, and, where the browser that
/// asked uses it, of its address: the cookie keys make neither.
#[must_use]
pub fn is_mailed(
    stored: &str,
    secret_hash: &str,
    id: &SignInId,
    email: Option<&EmailAddress>,
) -> bool {
    let Some((secret, to)) = stored.split_once(' ') else { return false };
    secret == secret_hash && email.is_none_or(|email| to == email_hash(id, email))
}

/// Tells nothing to who reads the store: the ID isn't there.
fn email_hash(id: &SignInId, email: &EmailAddress) -> String {
    hash(&format!("{} {}", id.as_str(), email.as_str()))
}

impl MailLink {
    /// What stands in the URL. It ends with a letter or digit: a mail program that makes a link of
    /// plain text may take other signs at its end for the sentence's.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system has none to give.
    pub fn token(&self, keys: &KeyRing) -> Result<String, NoRandomness> {
        loop {
            let token = keys.seal("", self)?;
            if token.ends_with(|end: char| end.is_ascii_alphanumeric()) {
                return Ok(token);
            }
        }
    }

    /// Reads a token that was made here.
    #[must_use]
    pub fn read(keys: &KeyRing, token: &str) -> Option<Self> {
        keys.open("", token)
    }
}
