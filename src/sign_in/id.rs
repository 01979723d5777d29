//! The ID of a sign-in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::sealed::{KeyRing, NoRandomness, random};

/// The ID of a sign-in: 96 random bits, and its start time in a form that only this app can read.
/// It appears in URLs and grants no access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInId(String);

impl SignInId {
    /// Creates a new ID.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system's random number generator fails.
    pub fn new(keys: &KeyRing, now: i64) -> Result<Self, NoRandomness> {
        keys.stamped_name(now).map(Self)
    }

    /// Returns a placeholder, used while a cookie is deserialized.
    pub(super) fn unknown() -> Self {
        Self(String::new())
    }

    /// Parses an ID from a query.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (text.len() == 22 && text.bytes().all(name)).then(|| Self(text.to_owned()))
    }

    /// Returns the ID as it appears in URLs.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The store's keys for a sign-in.
impl SignInId {
    /// Returns the key of its [`End`](super::End), claimed when it signs a user in or ends
    /// otherwise.
    #[must_use]
    pub fn end_key(&self) -> String {
        format!("end {}", self.0)
    }

    /// Returns the key of a pressed button, claimed until the press is handled.
    #[must_use]
    pub fn press_key(&self) -> String {
        format!("press {}", self.0)
    }

    /// Returns the key of an attempt at the digits or the email code.
    #[must_use]
    pub fn attempt_key(&self, number: u32) -> String {
        format!("try {number} {}", self.0)
    }

    // for own-mail or cross-device
    /// Returns the key of the mark that the requesting browser blocks cookies.
    #[must_use]
    pub fn blocked_cookies_key(&self) -> String {
        format!("blocked cookies {}", self.0)
    }

    /// Returns the key of the outcome, stored for a browser whose response was lost.
    #[must_use]
    pub fn outcome_key(&self) -> String {
        format!("outcome {}", self.0)
    }
}

pub(super) fn random_text() -> Result<String, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(random::<16>()?))
}
