//! A callback from WorkOS that can't be completed yet.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use serde::{Deserialize, Serialize};

use super::state::CODE_LIFETIME;
use crate::clock::seconds;
use crate::host_cookie::host_cookie;
use crate::sealed::{KeyRing, NoRandomness, Sealed};

/// An authorization code and its `state`. The browser keeps them in a cookie until the user has
/// decided, so that no URL contains them.
#[derive(Clone, Serialize, Deserialize, derive_more::Debug)]
#[debug("PendingCallback {{ expires_at: {expires_at}, .. }}")]
pub struct PendingCallback {
    /// WorkOS's authorization code.
    pub code: String,
    /// The sealed `state`, as received.
    pub state: String,
    /// When the code expires, in seconds since 1970.
    pub expires_at: i64,
}

impl Sealed for PendingCallback {
    const PURPOSE: &'static str = "arrival 1";
}

impl PendingCallback {
    /// The name of the cookie. It has the callback, or the reference of an identity that waits for
    /// consent.
    pub(crate) const COOKIE: &str = "__Host-approve";

    /// Creates one that was received at `now`. It expires with the code or the `state`, whichever
    /// is first.
    #[must_use]
    pub fn new(code: &str, state: &str, state_expires_at: i64, now: i64) -> Self {
        let expires_at = now.saturating_add(seconds(CODE_LIFETIME)).min(state_expires_at);
        Self { code: code.to_owned(), state: state.to_owned(), expires_at }
    }

    /// Returns this browser's callback, unless it has expired.
    #[must_use]
    pub fn from_request(request: &HttpRequest, keys: &KeyRing, now: i64) -> Option<Self> {
        let callback: Self = keys.open(Self::COOKIE, request.cookie(Self::COOKIE)?.value())?;
        (now < callback.expires_at).then_some(callback)
    }

    /// Returns the cookie. On a shared computer, it lasts only until the browser is closed.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system's random number generator fails.
    pub fn cookie(&self, keys: &KeyRing, is_shared: bool) -> Result<Cookie<'static>, NoRandomness> {
        let sealed = keys.seal(Self::COOKIE, self)?;
        let max_age = (!is_shared).then(|| seconds(CODE_LIFETIME));
        Ok(host_cookie(Self::COOKIE.to_owned(), sealed, max_age))
    }

    /// Returns a cookie that removes the callback from the browser.
    #[must_use]
    pub fn removal_cookie() -> Cookie<'static> {
        host_cookie(Self::COOKIE.to_owned(), String::new(), 0)
    }
}
