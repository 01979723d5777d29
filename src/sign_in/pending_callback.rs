//! What WorkOS has sent back, if it can't be used at once.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use serde::{Deserialize, Serialize};

use super::state::CODE_LIFETIME;
use crate::clock::seconds;
use crate::host_cookie::host_cookie;
use crate::sealed::{KeyRing, NoRandomness, Sealed};

/// A code and its `state`, kept in the browser until the user has decided what to do, so that they are
/// in no URL.
#[derive(Clone, Serialize, Deserialize, derive_more::Debug)]
#[debug("PendingCallback {{ expires_at: {expires_at}, .. }}")]
pub struct PendingCallback {
    /// WorkOS's authorization code.
    pub code: String,
    /// As it came.
    pub state: String,
    /// When the code has expired, in seconds since 1970.
    pub expires_at: i64,
}

impl Sealed for PendingCallback {
    const PURPOSE: &'static str = "arrival 1";
}

impl PendingCallback {
    /// The cookie that holds it, or the reference of an identity that waits for consent.
    pub(crate) const COOKIE: &str = "__Host-approve";

    /// One that has come just now, with a `state` that lives as long as this at most.
    #[must_use]
    pub fn new(code: &str, state: &str, state_expires_at: i64, now: i64) -> Self {
        let expires_at = now.saturating_add(seconds(CODE_LIFETIME)).min(state_expires_at);
        Self { code: code.to_owned(), state: state.to_owned(), expires_at }
    }

    /// The one that this browser holds.
    #[must_use]
    pub fn of_browser(request: &HttpRequest, keys: &KeyRing, now: i64) -> Option<Self> {
        let callback: Self = keys.open(Self::COOKIE, request.cookie(Self::COOKIE)?.value())?;
        (now < callback.expires_at).then_some(callback)
    }

    /// The cookie that keeps it.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system has none to give.
    pub fn cookie(&self, keys: &KeyRing) -> Result<Cookie<'static>, NoRandomness> {
        let sealed = keys.seal(Self::COOKIE, self)?;
        Ok(host_cookie(Self::COOKIE.to_owned(), sealed, seconds(CODE_LIFETIME)))
    }

    /// Takes it away from the browser.
    #[must_use]
    pub fn removal_cookie() -> Cookie<'static> {
        host_cookie(Self::COOKIE.to_owned(), String::new(), 0)
    }
}
