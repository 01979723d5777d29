//! A pending sign-in, which the requesting browser keeps in a cookie.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{Digits, RequestContext, ReturnTo, SignInId, SignInMethod, State};
use crate::app::App;
use crate::clock::{Clock, seconds};
use crate::email_address::EmailAddress;
use crate::host_cookie::host_cookie;
use crate::sealed::{KeyRing, NoRandomness, Sealed};

/// How long the cookie outlives the sign-in, in seconds.
const COOKIE_OUTLIVES: i64 = 60 * 60;
const COOKIE_PREFIX: &str = "__Host-signin-";
/// The maximum number of pending sign-ins per browser, such as one for each tab. The oldest one is
/// removed. Three keep the `Cookie` header below 4 KiB.
pub(crate) const MAX_PER_BROWSER: usize = 3;

/// A pending sign-in, which the requesting browser keeps in a cookie. Serialized names are short
/// because the cookie is limited to 1 KiB, and address and path may need half of that.
#[derive(Clone, Serialize, Deserialize, derive_more::Debug)]
#[debug("PendingSignIn {{ began_at: {began_at}, expires_at: {expires_at}, .. }}")]
pub struct PendingSignIn {
    /// The ID. It is in the name of the cookie, not in its value.
    #[serde(skip, default = "SignInId::unknown")]
    pub id: SignInId,
    /// The email address to sign in.
    #[serde(rename = "e")]
    pub email: EmailAddress,
    /// How the sign-in verifies the user.
    #[serde(rename = "w")]
    pub method: SignInMethod,
    /// The page to redirect to after the sign-in.
    #[serde(rename = "r")]
    pub return_to: ReturnTo,
    /// When the sign-in began, in milliseconds since 1970, because two may begin in the same
    /// second.
    #[serde(rename = "b")]
    began_at: i64,
    /// When both link and code have expired, in seconds since 1970.
    #[serde(rename = "x")]
    pub expires_at: i64,
    /// When the next email may be sent, if this one was withheld because of the mailbox's rate
    /// limit.
    #[serde(rename = "m", default, skip_serializing_if = "Option::is_none")]
    pub next_mail_at: Option<i64>,
    /// Whether the email may be delayed, because WorkOS didn't confirm in time that it was sent.
    #[serde(rename = "l", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_delayed: bool,
    /// The ID of Radar's assessment of the request for an email code.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub radar_auth_attempt_id: Option<String>,
    // for sso
    /// The SSO connection that WorkOS requires, if it does.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub connection_id: Option<String>,
    /// Whether the browser is on a shared computer. Nothing of the sign-in or of its session then
    /// outlives the browser.
    #[serde(rename = "c", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_shared: bool,
    // for cross-device
    /// The digits to enter in another browser that opens the link.
    #[serde(rename = "g")]
    pub digits: Digits,
    /// The SHA-256 of the latest `state`, in base64. `None` before one is created.
    #[serde(rename = "s", default, skip_serializing_if = "Option::is_none")]
    state_hash: Option<String>,
}

impl Sealed for PendingSignIn {
    const PURPOSE: &'static str = "pending sign-in 3";
}

impl PendingSignIn {
    /// Begins a sign-in that expires after `lifetime`.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system's random number generator fails.
    pub fn begin(
        email: EmailAddress,
        method: SignInMethod,
        lifetime: Duration,
        keys: &KeyRing,
        clock: &Clock,
    ) -> Result<Self, NoRandomness> {
        Ok(Self {
            id: SignInId::new(keys, clock.now())?,
            email,
            method,
            return_to: ReturnTo::parse(""),
            began_at: clock.now_millis(),
            expires_at: clock.now().saturating_add(seconds(lifetime)),
            next_mail_at: None,
            is_delayed: false,
            radar_auth_attempt_id: None,
            // for sso
            connection_id: None,
            is_shared: false,
            // for cross-device
            digits: Digits::random()?,
            state_hash: None,
        })
    }

    /// Returns when the sign-in began, in seconds since 1970.
    #[must_use]
    pub fn began_at(&self) -> i64 {
        self.began_at / 1000
    }

    /// Returns how this browser requested the sign-in.
    #[must_use]
    pub fn requested(&self, device: String) -> RequestContext {
        RequestContext {
            at: self.began_at(),
            device,
            // for cross-device
            digits: self.digits.clone(),
        }
    }

    /// Creates the `state` (at most 255 characters) for a WorkOS link that works for
    /// `link_expires_in`. An earlier `state` no longer belongs to the sign-in.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system's random number generator fails.
    pub fn new_state(
        &mut self,
        keys: &KeyRing,
        requested: RequestContext,
        link_expires_in: Duration,
        now: i64,
    ) -> Result<String, NoRandomness> {
        let state = State::new(&self.id, requested, self.method.is_sso(), link_expires_in, now)?;
        self.expires_at = self.expires_at.max(state.expires_at);
        let state = keys.seal("", &state)?;
        self.state_hash = Some(hash(&state));
        Ok(state)
    }

    /// Returns this browser's pending sign-in with this ID, unless it has expired.
    #[must_use]
    pub fn from_request(
        request: &HttpRequest,
        keys: &KeyRing,
        id: &SignInId,
        now: i64,
    ) -> Option<Self> {
        Self::from_cookie(request, keys, id, now).filter(|pending| now < pending.expires_at)
    }

    /// Returns this browser's pending sign-in with this ID, even if it has recently expired.
    #[must_use]
    pub fn from_cookie(
        request: &HttpRequest,
        keys: &KeyRing,
        id: &SignInId,
        now: i64,
    ) -> Option<Self> {
        let name = id.cookie_name();
        let opened: Self = keys.open(&name, request.cookie(&name)?.value())?;
        // The cookie of a shared computer has no expiry of its own.
        let is_kept = now < opened.expires_at.saturating_add(COOKIE_OUTLIVES);
        is_kept.then(|| Self { id: id.clone(), ..opened })
    }

    /// Returns the newest pending sign-in of this browser.
    #[must_use]
    pub fn newest(request: &HttpRequest, keys: &KeyRing, now: i64) -> Option<Self> {
        all(request, keys, now).into_iter().next()
    }

    /// Returns whether this is the latest `state` of the sign-in.
    #[must_use]
    pub fn belongs_to(&self, state: &str) -> bool {
        let hash = hash(state);
        let is_it = |own: &String| own.as_bytes().ct_eq(hash.as_bytes()).into();
        self.state_hash.as_ref().is_some_and(is_it)
    }

    /// Returns the cookie. It lasts an hour longer than the sign-in, so that a user who is too late
    /// is offered the same sign-in again; on a shared computer, only until the browser is closed.
    ///
    /// # Errors
    /// [`NoRandomness`] if the system's random number generator fails.
    pub fn cookie(&self, keys: &KeyRing, now: i64) -> Result<Cookie<'static>, NoRandomness> {
        let name = self.id.cookie_name();
        let sealed = keys.seal(&name, self)?;
        Ok(host_cookie(name, sealed, self.max_age(self.expires_at - now + COOKIE_OUTLIVES)))
    }

    /// Returns the `Max-Age` of a cookie of this sign-in that may last `seconds`. `None` on a shared
    /// computer, where cookies last only until the browser is closed.
    pub(super) fn max_age(&self, seconds: i64) -> Option<i64> {
        (!self.is_shared).then_some(seconds)
    }
}

impl SignInId {
    /// Returns a cookie that removes the pending sign-in from the browser.
    #[must_use]
    pub fn removal_cookie(&self) -> Cookie<'static> {
        removal(self.cookie_name())
    }

    fn cookie_name(&self) -> String {
        format!("{COOKIE_PREFIX}{}", self.as_str())
    }
}

/// Returns cookies that remove the oldest pending sign-ins, so that one more can be added.
pub(crate) fn evict_oldest(
    request: &HttpRequest,
    keys: &KeyRing,
    now: i64,
) -> Vec<Cookie<'static>> {
    let kept = all(request, keys, now).into_iter().take(MAX_PER_BROWSER - 1);
    let kept: Vec<String> = kept.map(|pending| pending.id.cookie_name()).collect();
    let mut removals = remove_all(request);
    removals.retain(|removal| !kept.iter().any(|kept| kept == removal.name()));
    removals
}

/// Returns whether a pending sign-in or the session of this browser says that it is on a shared
/// computer.
pub(crate) fn is_on_shared_computer(app: &App, request: &HttpRequest) -> bool {
    let pending = all(request, &app.keys, app.clock.now());
    pending.iter().any(|pending| pending.is_shared) || app.session_cookie.is_temporary(request)
}

/// Returns cookies that remove all pending sign-ins from this browser.
pub(crate) fn remove_all(request: &HttpRequest) -> Vec<Cookie<'static>> {
    let cookies = request.cookies().map(|cookies| cookies.clone()).unwrap_or_default();
    let ours = cookies.iter().map(Cookie::name).filter(|name| name.starts_with(COOKIE_PREFIX));
    ours.map(|name| removal(name.to_owned())).collect()
}

/// Returns the pending sign-ins of this browser, the newest first.
fn all(request: &HttpRequest, keys: &KeyRing, now: i64) -> Vec<PendingSignIn> {
    let cookies = request.cookies().map(|cookies| cookies.clone()).unwrap_or_default();
    let ids = cookies
        .iter()
        .filter_map(|cookie| SignInId::parse(cookie.name().strip_prefix(COOKIE_PREFIX)?));
    let mut under_way: Vec<_> =
        ids.filter_map(|id| PendingSignIn::from_request(request, keys, &id, now)).collect();
    under_way.sort_by_key(|pending| std::cmp::Reverse(pending.began_at));
    under_way
}

fn removal(name: String) -> Cookie<'static> {
    host_cookie(name, String::new(), 0)
}

/// Returns the SHA-256 of a secret, in base64.
pub(super) fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, secret.as_bytes()))
}
