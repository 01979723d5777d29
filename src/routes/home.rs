//! `GET /`

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::pages::HomePage;
use crate::session::CurrentUser;

pub(super) async fn show(app: web::Data<App>, user: Option<CurrentUser>) -> HttpResponse {
    app.pages.respond(StatusCode::OK, &HomePage::new(user.as_ref()))
}
