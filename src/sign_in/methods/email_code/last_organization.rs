//! The organization that a user of this browser signed in to last.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use serde::{Deserialize, Serialize};

use crate::host_cookie::host_cookie;
use crate::sealed::{KeyRing, NoRandomness, Sealed};

/// 90 days, in seconds.
const LIFETIME: i64 = 90 * 24 * 60 * 60;

/// A cookie with the organization to offer first. It remains after signing out.
#[derive(Serialize, Deserialize)]
pub(crate) struct LastOrganization {
    #[serde(rename = "o")]
    id: String,
    /// When it expires, in seconds since 1970.
    #[serde(rename = "x")]
    expires_at: i64,
}

impl Sealed for LastOrganization {
    const PURPOSE: &'static str = "last organization 1";
}

impl LastOrganization {
    pub(crate) const COOKIE: &str = "__Host-organization";

    /// Returns the ID that the cookie has.
    pub(crate) fn from_request(request: &HttpRequest, keys: &KeyRing, now: i64) -> Option<String> {
        let last: Self = keys.open(Self::COOKIE, request.cookie(Self::COOKIE)?.value())?;
        (now < last.expires_at).then_some(last.id)
    }

    /// Returns a cookie that removes it from the browser.
    pub(crate) fn removal_cookie() -> Cookie<'static> {
        host_cookie(Self::COOKIE.to_owned(), String::new(), 0)
    }

    pub(crate) fn cookie(
        id: String,
        keys: &KeyRing,
        now: i64,
    ) -> Result<Cookie<'static>, NoRandomness> {
        let last = Self { id, expires_at: now.saturating_add(LIFETIME) };
        Ok(host_cookie(Self::COOKIE.to_owned(), keys.seal(Self::COOKIE, &last)?, LIFETIME))
    }
}
