//! Browsers that have verified a mailbox.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use serde::{Deserialize, Serialize};

use crate::email_address::EmailAddress;
use crate::host_cookie::host_cookie;
use crate::sealed::{KeyRing, NoRandomness, Sealed};

/// 90 days, in seconds.
const LIFETIME: i64 = 90 * 24 * 60 * 60;

/// A cookie for a browser in which a user signed in through an email to this mailbox. It remains
/// after they sign out and can't sign anyone in. It gives the browser a share of the mailbox's
/// email limit that others can't use up. See [`rate_limit`](super::rate_limit).
#[derive(Serialize, Deserialize)]
pub struct KnownBrowser {
    #[serde(rename = "e")]
    email: EmailAddress,
    /// When it expires, in seconds since 1970.
    #[serde(rename = "x")]
    expires_at: i64,
}

impl Sealed for KnownBrowser {
    const PURPOSE: &'static str = "known browser 1";
}

impl KnownBrowser {
    pub(crate) const COOKIE: &str = "__Host-known";

    /// Returns a cookie that removes the mark from the browser.
    pub(crate) fn removal_cookie() -> Cookie<'static> {
        host_cookie(Self::COOKIE.to_owned(), String::new(), 0)
    }

    /// Returns the cookie of a browser that has just verified this mailbox. It replaces the cookie
    /// of an earlier user.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system's random number generator fails.
    pub fn cookie(
        email: &EmailAddress,
        keys: &KeyRing,
        now: i64,
    ) -> Result<Cookie<'static>, NoRandomness> {
        let known = Self { email: email.clone(), expires_at: now.saturating_add(LIFETIME) };
        Ok(host_cookie(Self::COOKIE.to_owned(), keys.seal(Self::COOKIE, &known)?, LIFETIME))
    }

    /// Returns whether this browser has verified the mailbox of exactly this address.
    #[must_use]
    pub fn has_verified(
        request: &HttpRequest,
        keys: &KeyRing,
        email: &EmailAddress,
        now: i64,
    ) -> bool {
        let known =
            request.cookie(Self::COOKIE).and_then(|cookie| keys.open(Self::COOKIE, cookie.value()));
        known.is_some_and(|known: Self| known.email == *email && now < known.expires_at)
    }
}
