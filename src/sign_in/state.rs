//! `state`: goes to WorkOS with the link, and comes back in the callback.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::id::random_text;
use super::{RequestContext, SignInId};
use crate::clock::seconds;
use crate::sealed::{KeyRing, NoRandomness, Sealed};

/// How long WorkOS's authorization code lives after the link was opened.
pub(super) const CODE_LIFETIME: Duration = Duration::from_secs(10 * 60);

/// The sealed `state`: which sign-in it belongs to, and how that was requested, so that a page in any
/// browser can show it without a stored value. It has nothing about the user, since it passes through
/// emails and logs that aren't ours.
#[derive(Serialize, Deserialize, derive_more::Debug)]
#[debug("State {{ expires_at: {expires_at}, .. }}")]
pub struct State {
    /// The sign-in it belongs to.
    #[serde(rename = "f")]
    pub id: SignInId,
    /// Fresh randomness beside the ID, which stands in URLs.
    #[serde(rename = "n")]
    nonce: String,
    /// When both link and code have expired, in seconds since 1970.
    #[serde(rename = "x")]
    pub expires_at: i64,
    /// Whether it leads to an identity provider, not to a mailbox.
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
    /// Makes one for a WorkOS link that works for `link_expires_in`.
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

    /// Reads what came back.
    #[must_use]
    pub fn read(keys: &KeyRing, state: &str) -> Option<Self> {
        keys.open("", state)
    }

    /// How long link and code together are valid, in seconds.
    #[must_use]
    pub fn lifetime(link_expires_in: Duration) -> i64 {
        seconds(link_expires_in + CODE_LIFETIME)
    }
}
