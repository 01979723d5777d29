//! `POST /api/logout`: signs this browser out, for a front end of the same origin.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use super::logout::sign_out;
use crate::app::App;
use crate::session::CurrentUser;

/// Signs this browser out.
#[utoipa::path(
    post,
    path = "/api/logout",
    operation_id = "sign_out",
    responses((status = 204, description = "No one is signed in any more."))
)]
pub(super) async fn end(
    app: web::Data<App>,
    session: Session,
    user: Option<CurrentUser>,
    request: HttpRequest,
) -> HttpResponse {
    let mut response = sign_out(&app, &session, user.as_ref(), &request);
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().remove(LOCATION);
    response
}
