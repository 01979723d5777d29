//! Browsers that block cookies. Their links can't sign anyone in, and the pages explain why.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;

use super::SignInId;
use crate::app::App;
use crate::clock::seconds;
use crate::error::{ErrorKind, Failure};
use crate::session::{Store, StoreError};

// for own-mail or cross-device
/// Marks a sign-in whose browser blocks cookies, so that the pages of its link can say so. Without
/// the mark, they say only that it is possible.
///
/// Call this only for a request that follows the form. Others that open the waiting page, such as a
/// scanner, never had the cookie.
pub(crate) async fn mark(app: &App, store: &Store, id: &SignInId) -> Result<(), StoreError> {
    let name = id.blocked_cookies_key();
    if store.get(&name).await?.is_some() {
        return Ok(());
    }
    // At least as long as the link works, by any delivery.
    let lifetime = app.sign_in.default_method().lifetime(app);
    let until = app.clock.now().saturating_add(seconds(lifetime)).saturating_add(60 * 60);
    store.put(&name, String::new(), until).await
}

// for own-mail or cross-device
/// Fails if the sign-in is marked. Call this for a link opened in a browser without the pending
/// sign-in.
pub(crate) async fn refuse_if_marked(store: &Store, id: &SignInId) -> Result<(), Failure> {
    match store.get(&id.blocked_cookies_key()).await? {
        Some(_) => Err(Failure::new(
            ErrorKind::RequestedWithoutCookies,
            "the browser that requested the link blocks cookies",
        )),
        None => Ok(()),
    }
}

/// Returns whether the request has any cookie of this app.
pub(crate) fn sends_any(request: &HttpRequest) -> bool {
    let is_ours = |cookie: &Cookie<'_>| cookie.name().starts_with("__Host-");
    request.cookies().is_ok_and(|cookies| cookies.iter().any(is_ours))
}
