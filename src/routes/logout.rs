//! `POST /logout`, and what else signs this browser out.

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

/// The session middleware deletes the row, and only then the cookie. Pending sign-ins go too: their
/// pages would show the next person this one's address. So does what the browser kept of the pages,
/// so that Back doesn't show them; not `"cookies"`, which would also remove those that this very
/// response sets.
pub(super) fn sign_out(
    app: &App,
    session: &Session,
    user: Option<&CurrentUser>,
    request: &HttpRequest,
) -> HttpResponse {
    if let Some(user) = user {
        user.signs_out(&app.keys, request);
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
