//! The `state` parameter, which WorkOS returns in the callback.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::random_text;
use super::{RequestContext, SignInId};
use crate::clock::seconds;
use crate::sealed::{KeyRing, NoRandomness, Sealed};

/// How long WorkOS's authorization code is valid after the link was opened.
pub(super) const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The content of `state`: which sign-in it belongs to, and how that was requested. A page in any
/// browser can show it without reading the store. It contains nothing about the user, because it
/// passes through emails and logs of others.
#[derive(Serialize, Deserialize, derive_more::Debug)]
#[debug("State {{ expires_at: {expires_at}, .. }}")]
pub struct State {
    /// The sign-in it belongs to.
    #[serde(rename = "f")]
    pub id: SignInId,
    /// Random, because the ID appears in URLs.
    #[serde(rename = "n")]
    nonce: String,
    /// When both link and code have expired, in seconds since 1970.
    #[serde(rename = "x")]
    pub expires_at: i64,
    /// Whether it is for an identity provider rather than an email.
    #[serde(rename = "s", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_sso: bool,
    /// How the sign-in was requested.
    #[serde(flatten)]
    pub requested: RequestContext,
}

impl Sealed for State {
    const PURPOSE: &'static str = "state 3";
}

impl State {
    /// Creates a `state` for a WorkOS link that works for `link_expires_in`.
    pub(super) fn new(
        id: &SignInId,
        requested: RequestContext,
        is_sso: bool,
        link_expires_in: Duration,
        now: i64,
    ) -> Result<Self, NoRandomness> {
        let expires_at = now.saturating_add(Self::lifetime(link_expires_in));
        Ok(Self { id: id.clone(), nonce: random_text()?, expires_at, is_sso, requested })
    }

    /// Opens a sealed `state`. Returns `None` if this app didn't create it.
    #[must_use]
    pub fn read(keys: &KeyRing, state: &str) -> Option<Self> {
        keys.open("", state)
    }

    /// Returns how long the link and then the code are valid together, in seconds.
    #[must_use]
    pub fn lifetime(link_expires_in: Duration) -> i64 {
        seconds(link_expires_in + CODE_LIFETIME)
    }
}
