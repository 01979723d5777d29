//! `GET /`: the home page.

use actix_web::HttpResponse;

use crate::pages::{HomePage, Pages};
use crate::session::CurrentUser;

pub(super) async fn show(pages: Pages, user: Option<CurrentUser>) -> HttpResponse {
    pages.show(&HomePage::new(user.as_ref()))
}
