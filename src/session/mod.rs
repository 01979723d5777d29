//! The session, which begins when WorkOS has identified the user.
//!
//! The cookie holds a random reference and nothing else. Everything else is in a row of the store: the
//! user, when the session began, when it was last seen. The row is found by the hash of the reference,
//! so a copy of the store is not enough to sign in. `actix-session` connects the two; the [`store`] adds
//! what it lacks.
//!
//! # A fork's own values
//!
//! A handler behind the session takes `actix_session::Session` and stores values in it:
//! `session.insert("theme", "dark")?`, and `session.get::<String>("theme")?` later. The values live
//! in the session's row and are deleted with it; a new sign-in begins without them. Never use `update`,
//! which stores nothing (`clippy.toml` forbids it), nor a key of [`session_keys`].
//!
//! What every session of a user has, such as a role, is a field of
//! [`UserData`](crate::admission::UserData): `user.data.role`. What should outlive a session belongs
//! in a database of the fork's own, under [`CurrentUser::user_id`].

pub mod current_user;
pub use web_guards::device;

pub use current_user::CurrentUser;
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

/// Returns why this browser's session has ended, if it has: before this request, or by a rule of the
/// app during it. Show it once, then call `Session::purge` to remove the rest.
pub(crate) fn ended(session: &Session, request: &HttpRequest) -> Option<EndReason> {
    if let Some(reason) = request.extensions().get::<EndReason>() {
        return Some(*reason);
    }
    let reason: String = session.get(session_keys::END_REASON).ok().flatten()?;
    EndReason::from_name(&reason)
}

/// The session cookie under the keys of this ring. It lives as long as a session may.
pub(crate) fn cookie(keys: &KeyRing, lifetimes: Lifetimes) -> SessionCookie {
    SessionCookie::new(COOKIE, keys.session_cookie_key().clone())
        .with_older_keys(keys.older_session_cookie_keys().cloned())
        .with_max_age(lifetimes.absolute)
}

/// Wraps the session middleware of a resource, and turns its error into a [`Failure`].
///
/// That middleware fails only when the store does, and then with an `Err`, which skips every outer
/// layer, so that the response would have neither headers nor a page. Cloning the request is safe here, behind the router.
pub(crate) async fn store_failures(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let http_request = request.request().clone();
    match next.call(request).await {
        Ok(response) => {
            audit::saved(&http_request);
            Ok(response.map_into_boxed_body())
        }
        Err(error) => {
            // Its Display text is generic. The first line of its Debug output names the cause.
            let cause = format!("{error:?}").lines().take(1).collect();
            Ok(ServiceResponse::from_err(Failure::store(cause), http_request))
        }
    }
}
