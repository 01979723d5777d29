//! The name of a sign-in.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::sealed::{KeyRing, NoRandomness, random};

/// Names one sign-in: 96 random bits, and when it began, for us alone. It stands in URLs and opens
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInId(String);

impl SignInId {
    /// A new one.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system has none to give.
    pub fn new(keys: &KeyRing, now: i64) -> Result<Self, NoRandomness> {
        keys.stamped_name(now).map(Self)
    }

    /// Stands in for the ID until it is known, while a cookie is read.
    pub(super) fn unknown() -> Self {
        Self(String::new())
    }

    /// Reads an ID from a query.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (text.len() == 22 && text.bytes().all(name)).then(|| Self(text.to_owned()))
    }

    /// The name as it stands in a URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the store calls that which may happen to a sign-in once.
impl SignInId {
    /// Its [`End`](super::End): it signs a user in, or can't any more.
    #[must_use]
    pub fn claim_of_end(&self) -> String {
        format!("end {}", self.0)
    }

    /// A press of the button behind our own link, or beside the code, until it is handled.
    #[must_use]
    pub fn claim_of_press(&self) -> String {
        format!("press {}", self.0)
    }

    /// One try at its digits, or its code.
    #[must_use]
    pub fn claim_of_try(&self, number: u32) -> String {
        format!("try {number} {}", self.0)
    }

    // for own-mail or cross-device
    /// That the browser which requested it keeps no cookies.
    #[must_use]
    pub fn name_of_blocked_cookies(&self) -> String {
        format!("blocked cookies {}", self.0)
    }

    /// Its outcome, for a browser whose response was lost.
    #[must_use]
    pub fn name_of_outcome(&self) -> String {
        format!("outcome {}", self.0)
    }
}

pub(super) fn random_text() -> Result<String, NoRandomness> {
    Ok(URL_SAFE_NO_PAD.encode(random::<16>()?))
}
