//! Browsers that have proved a mailbox.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use serde::{Deserialize, Serialize};

use crate::email_address::EmailAddress;
use crate::host_cookie::host_cookie;
use crate::sealed::{KeyRing, NoRandomness, Sealed};

const COOKIE: &str = "__Host-known";
/// Ninety days, in seconds.
const LIFETIME: i64 = 90 * 24 * 60 * 60;

/// Says that a user has signed in here by a link or a code in this mailbox. It stays when they sign
/// out, and can't sign anyone in: it only allows a share of the mailbox's emails that
/// strangers can't use up. See [`rate_limit`](super::rate_limit).
#[derive(Serialize, Deserialize)]
pub struct KnownBrowser {
    #[serde(rename = "e")]
    email: EmailAddress,
    /// When it stops counting, in seconds since 1970.
    #[serde(rename = "x")]
    expires_at: i64,
}

impl Sealed for KnownBrowser {
    const PURPOSE: &'static str = "known browser 1";
}

impl KnownBrowser {
    /// The cookie of a browser in which this mailbox was proved just now. It replaces an earlier user's.
    ///
    /// # Errors
    /// [`NoRandomness`] when the system has none to give.
    pub fn cookie(
        email: &EmailAddress,
        keys: &KeyRing,
        now: i64,
    ) -> Result<Cookie<'static>, NoRandomness> {
        let known = Self { email: email.clone(), expires_at: now.saturating_add(LIFETIME) };
        Ok(host_cookie(COOKIE.to_owned(), keys.seal(COOKIE, &known)?, LIFETIME))
    }

    /// Whether this browser has proved the mailbox of exactly this address.
    #[must_use]
    pub fn has_proved(
        request: &HttpRequest,
        keys: &KeyRing,
        email: &EmailAddress,
        now: i64,
    ) -> bool {
        let known = request.cookie(COOKIE).and_then(|cookie| keys.open(COOKIE, cookie.value()));
        known.is_some_and(|known: Self| known.email == *email && now < known.expires_at)
    }
}
