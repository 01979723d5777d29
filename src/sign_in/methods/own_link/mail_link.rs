//! The link in the app's own email. It is sealed, and contains a random secret that is only in the
//! email. The store has the secret's hash, so the cookie keys alone can't create a working link.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::seconds;
use crate::email_address::EmailAddress;
use crate::sealed::{KeyRing, NoRandomness, Sealed};
use crate::sign_in::id::random_text;
use crate::sign_in::pending::hash;
use crate::sign_in::{RequestContext, SignInId};

/// The content of the link in the app's own email. It verifies that the user has received the
/// email. Signing in also requires the pending sign-in, which only the requesting browser has.
///
/// Serialized names are short because the link is part of a URL, and email programs break long
/// lines.
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
    /// The network that the request came from, as rate limits group addresses.
    #[serde(rename = "n")]
    pub network: IpAddr,
    /// The secret: 128 random bits.
    #[serde(rename = "k")]
    secret: String,
}

impl Sealed for MailLink {
    const PURPOSE: &'static str = "mail link 3";
}

impl MailLink {
    /// Creates a link for this sign-in that works for `expires_in`.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system's random number generator fails.
    pub fn new(
        id: &SignInId,
        requested: RequestContext,
        network: IpAddr,
        expires_in: Duration,
    ) -> Result<Self, NoRandomness> {
        let expires_at = requested.at.saturating_add(seconds(expires_in));
        Ok(Self { id: id.clone(), expires_at, requested, network, secret: random_text()? })
    }

    /// Returns the SHA-256 of the secret, in base64.
    #[must_use]
    pub fn secret_hash(&self) -> String {
        hash(&self.secret)
    }

    /// Returns what is stored while a link to this address can be used.
    #[must_use]
    pub fn stored(&self, email: &EmailAddress) -> String {
        format!("{} {}", self.secret_hash(), email_hash(&self.id, email))
    }
}

/// Returns whether the stored text is that of a link with this secret and, if `email` is given, for
/// this address. The cookie keys alone can't produce it.
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

/// Returns the hash of the address and the sign-in ID. Readers of the store can't guess the
/// address, because they don't have the ID.
fn email_hash(id: &SignInId, email: &EmailAddress) -> String {
    hash(&format!("{} {}", id.as_str(), email.as_str()))
}

impl MailLink {
    /// Returns the token for the URL. It ends with a letter or digit, because an email program that
    /// detects links in plain text may exclude other characters at the end.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system's random number generator fails.
    pub fn token(&self, keys: &KeyRing) -> Result<String, NoRandomness> {
        loop {
            let token = keys.seal("", self)?;
            if token.ends_with(|end: char| end.is_ascii_alphanumeric()) {
                return Ok(token);
            }
        }
    }

    /// Reads a token that this app created.
    #[must_use]
    pub fn read(keys: &KeyRing, token: &str) -> Option<Self> {
        keys.open("", token)
    }
}
