//! Sessions. A session begins when WorkOS has identified the user.
//!
//! The cookie contains only a random reference. All other data is in the [`store`], under a hash of
//! the reference, so a copy of the store isn't enough to sign in. `actix-session` connects the
//! cookie and the store.
//!
//! # Your own values
//!
//! A handler behind the session middleware can take an `actix_session::Session`, and call
//! `session.insert("theme", "dark")?` and later `session.get::<String>("theme")?`. The values are
//! stored with the session and deleted with it. A new sign-in begins without them. Don't use
//! `update`, which stores nothing (`clippy.toml` forbids it), or the keys in [`session_keys`].
//!
//! Values that every session of a user has, such as a role, are fields of
//! [`UserData`](crate::admission::UserData): `user.data.role`. Data that outlives a session belongs
//! in your own database, under [`CurrentUser::user_id`].

pub mod current_user;
pub(crate) mod held_form;
mod recent_user;
pub use web_guards::device;

pub use current_user::CurrentUser;
pub use recent_user::RecentUser;
pub use session_store as store;
pub use store::{
    EndReason, Lifetimes, Limits, NewSession, RateLimit, RateLimitHit, RevokeScope, SessionCookie,
    SessionFilter, SessionInfo, Store, StoreError, StoreLocation, StoreOpener, session_keys,
};

use actix_session::Session;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};

use crate::audit;
use crate::error::Failure;
use crate::sealed::KeyRing;

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::store(error.to_string())
    }
}

/// The session cookie's name.
pub const COOKIE: &str = "__Host-session";

/// Returns why this browser's session ended, if it did: before this request, or during it by a rule
/// of the app. Show it once, then call `Session::purge` to remove the reason.
pub(crate) fn ended(session: &Session, request: &HttpRequest) -> Option<EndReason> {
    if let Some(reason) = request.extensions().get::<EndReason>() {
        return Some(*reason);
    }
    let reason: String = session.get(session_keys::END_REASON).ok().flatten()?;
    EndReason::from_name(&reason)
}

/// Returns the settings of the session cookie: its keys, and the absolute lifetime of sessions as its
/// maximum age.
pub(crate) fn cookie(keys: &KeyRing, lifetimes: Lifetimes) -> SessionCookie {
    SessionCookie::new(COOKIE, keys.session_cookie_key().clone())
        .with_older_keys(keys.older_session_cookie_keys().cloned())
        .with_max_age(lifetimes.absolute)
}

/// Turns an error of the session middleware into a [`Failure`]. Wraps that middleware.
///
/// The session middleware fails only if the store does. It then returns `Err`, which skips all
/// outer layers, so the response would have neither a page nor security headers. The request may be
/// cloned here, because routing is complete.
pub(crate) async fn store_failures(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let http_request = request.request().clone();
    match next.call(request).await {
        Ok(response) => {
            audit::write_deferred(&http_request);
            Ok(response.map_into_boxed_body())
        }
        Err(error) => {
            // Its `Display` text is generic. The first line of its `Debug` output has the cause.
            let cause = format!("{error:?}").lines().take(1).collect();
            Ok(ServiceResponse::from_err(Failure::store(cause), http_request))
        }
    }
}
