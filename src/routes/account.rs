//! `GET /account`: an example of a protected page. The [`CurrentUser`] parameter protects it.

use actix_web::HttpResponse;

use crate::pages::{AccountPage, Pages};
use crate::session::CurrentUser;

pub(super) async fn show(pages: Pages, user: CurrentUser) -> HttpResponse {
    pages.show(&AccountPage::new(user))
}
