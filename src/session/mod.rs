//! The session: it begins when WorkOS has said who the user is.
//!
//! The cookie carries a random reference and nothing else. A row in the store is the truth: whose
//! session it is, when it began, when it was last seen. The row is found by the reference's hash,
//! so a copy of the store is not enough to sign in. `actix-session` keeps its usual place between
//! the two; what it lacks is done by the [`store`] and by the [`cookie_guard`].
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

pub mod cookie_guard;
pub mod current_user;
pub use web_guards::device;

pub use current_user::CurrentUser;
pub use session_store as store;
pub use store::{
    EndReason, Lifetimes, Limits, NewSession, RateLimit, RateLimitHit, RevokeScope, SessionFilter,
    SessionInfo, Store, StoreError, StoreLocation, StoreOpener, session_keys,
};

use actix_session::config::{CookieContentSecurity, PersistentSession};
use actix_session::{Session, SessionMiddleware};
use actix_web::body::MessageBody;
use actix_web::cookie::{Cookie, CookieJar, SameSite, time::Duration};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};

use crate::audit;
use crate::clock::seconds;
use crate::error::Failure;
use crate::host_cookie::host_cookie;
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

/// The cookie that carries this reference, as `actix-session` reads it. It lives as long as a session
/// may.
pub(crate) fn cookie(
    reference: &str,
    keys: &KeyRing,
    lifetimes: Lifetimes,
) -> Option<Cookie<'static>> {
    let mut jar = CookieJar::new();
    let plain = Cookie::new(COOKIE, reference.to_owned());
    jar.private_mut(keys.session_cookie_key()).add(plain);
    let sealed = jar.get(COOKIE)?.value().to_owned();
    Some(host_cookie(COOKIE.to_owned(), sealed, seconds(lifetimes.absolute)))
}

/// The reference in this browser's session cookie.
pub(crate) fn reference(request: &HttpRequest, keys: &KeyRing) -> Option<String> {
    let mut jar = CookieJar::new();
    jar.add_original(request.cookie(COOKIE)?);
    Some(jar.private(keys.session_cookie_key()).get(COOKIE)?.value().to_owned())
}

/// `actix-session` on our store. The cookie lives as long as a session may.
pub(crate) fn middleware(
    store: Store,
    keys: &KeyRing,
    lifetimes: Lifetimes,
) -> SessionMiddleware<Store> {
    let max_age = Duration::try_from(lifetimes.absolute).unwrap_or(Duration::MAX);
    SessionMiddleware::builder(store, keys.session_cookie_key().clone())
        .cookie_name(COOKIE.to_owned())
        .cookie_content_security(CookieContentSecurity::Private)
        .cookie_secure(true)
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .cookie_path("/".to_owned())
        .session_lifecycle(PersistentSession::default().session_ttl(max_age))
        .build()
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
