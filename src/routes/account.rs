//! `GET /account`: the protected page to copy. Taking a [`CurrentUser`] is what protects it.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::pages::AccountPage;
use crate::session::CurrentUser;

pub(super) async fn show(app: web::Data<App>, user: CurrentUser) -> HttpResponse {
    app.pages.respond(StatusCode::OK, &AccountPage::new(user))
}
