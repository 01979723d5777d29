//! Sign-ins whose browser keeps no cookies: their links can't sign anyone in, and their pages say why.

use actix_web::HttpRequest;
use actix_web::cookie::Cookie;

use super::SignInId;
use crate::app::App;
use crate::clock::seconds;
use crate::error::{ErrorKind, Failure};
use crate::session::{Store, StoreError};

// for own-mail or cross-device
/// Marks a sign-in whose browser keeps no cookies; without the mark, the pages of its link say only that
/// this may be the case. Mark one only for a browser that comes from the form: anything else that opens
/// the waiting page, such as a scanner, never had the cookie.
pub(crate) async fn mark(app: &App, store: &Store, id: &SignInId) -> Result<(), StoreError> {
    let name = id.name_of_blocked_cookies();
    if store.get(&name).await?.is_some() {
        return Ok(());
    }
    // At least as long as the email's link, whichever it is.
    let lifetime = app.sign_in.default_method().lifetime(app);
    let until = app.clock.now().saturating_add(seconds(lifetime)).saturating_add(60 * 60);
    store.put(&name, String::new(), until).await
}

// for own-mail or cross-device
/// Refuses the link of such a sign-in, in a browser that doesn't have it either.
pub(crate) async fn refuse_if_marked(store: &Store, id: &SignInId) -> Result<(), Failure> {
    match store.get(&id.name_of_blocked_cookies()).await? {
        Some(_) => Err(Failure::new(
            ErrorKind::RequestedWithoutCookies,
            "the browser that requested the link blocks cookies",
        )),
        None => Ok(()),
    }
}

/// Whether a browser sends any of our cookies.
pub(crate) fn sends_any(request: &HttpRequest) -> bool {
    let is_ours = |cookie: &Cookie<'_>| cookie.name().starts_with("__Host-");
    request.cookies().is_ok_and(|cookies| cookies.iter().any(is_ours))
}
