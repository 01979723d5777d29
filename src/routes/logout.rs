//! `POST /logout`

use actix_session::Session;
use actix_web::http::header::{CLEAR_SITE_DATA, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::app::App;
use crate::session::CurrentUser;

/// The session middleware deletes the row, and only then the cookie. What the browser kept of the
/// pages goes too, so that Back doesn't show them; not `"cookies"`, which would also remove those
/// that this very response sets.
pub(super) async fn end(
    app: web::Data<App>,
    session: Session,
    user: Option<CurrentUser>,
    request: HttpRequest,
) -> HttpResponse {
    if let Some(user) = user {
        user.signs_out(&app.keys, &request);
    }
    session.purge();
    HttpResponse::SeeOther()
        .insert_header((LOCATION, "/"))
        .insert_header((CLEAR_SITE_DATA, r#""cache", "storage""#))
        .finish()
}
