//! `POST /logout`: signs this browser out. Other routes use [`sign_out`] as well.

use actix_session::Session;
use actix_web::http::header::{CLEAR_SITE_DATA, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::session::CurrentUser;
use crate::sign_in::{PendingCallback, remove_all};

pub(super) async fn end(
    app: web::Data<App>,
    session: Session,
    user: Option<CurrentUser>,
    request: HttpRequest,
) -> HttpResponse {
    sign_out(&app, &session, user.as_ref(), &request)
}

/// Signs the browser out. The session middleware deletes the session from the store before the
/// cookie.
///
/// It also removes:
///
/// - Pending sign-ins, because their pages would show this user's address to the next user.
/// - Cached pages, so that the Back button doesn't show them. `Clear-Site-Data` doesn't include
///   `"cookies"`, which would also remove the cookies that this response sets.
pub(super) fn sign_out(
    app: &App,
    session: &Session,
    user: Option<&CurrentUser>,
    request: &HttpRequest,
) -> HttpResponse {
    if let Some(user) = user {
        user.audit_sign_out(&app.keys, request);
    }
    session.purge();
    let mut response = HttpResponse::SeeOther();
    for removal in remove_all(request) {
        response.cookie(removal);
    }
    response
        .cookie(PendingCallback::removal_cookie())
        .insert_header((LOCATION, "/"))
        .insert_header((CLEAR_SITE_DATA, r#""cache", "storage""#))
        .finish()
}
