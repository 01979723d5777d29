//! The session: it begins when WorkOS has said who the user is.
//!
//! The cookie carries a random reference and nothing else. A row in the store is the truth: whose
//! session it is, when it began, when it was last seen. The row is found by the reference's hash,
//! so a copy of the store is not enough to sign in. `actix-session` keeps its usual place between
//! the two; what it lacks is done by the [`store`].
//!
//! # A fork's own values
//!
//! A handler behind the session takes `actix_session::Session` and keeps what it likes there:
//! `session.insert("theme", "dark")?`, and `session.get::<String>("theme")?` later. The values live
//! in the session's row and go with it; a new sign-in begins without them. Never `update`, which
//! stores nothing (`clippy.toml` forbids it), and keep the names of [`store`]'s columns free.
//!
//! What every session of a user has, such as a role, is a field of
//! [`UserData`](crate::admission::UserData): `user.data.role`. What should outlive a session belongs
//! into a database of the fork's own, under [`CurrentUser::user_id`].

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
/// app during it. Say it once: then `Session::purge` takes away what is left of it.
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

/// Stands around the session middleware of a resource and turns its error into ours.
///
/// That middleware fails only when the store does, and then with an `Err`, which skips every outer
/// layer: no headers, no page. Cloning the request is safe here, behind the router.
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
            // Its text says only that something went wrong; the first line of its Debug, what.
            let cause = format!("{error:?}").lines().take(1).collect();
            Ok(ServiceResponse::from_err(Failure::store(cause), http_request))
        }
    }
}
