//! `GET /account`: the protected page to copy. Taking a [`CurrentUser`] is what protects it.

use actix_web::HttpResponse;

use crate::pages::{AccountPage, Pages};
use crate::session::CurrentUser;

pub(super) async fn show(pages: Pages, user: CurrentUser) -> HttpResponse {
    pages.show(&AccountPage::new(user))
}
