//! `/login/cancel/{token}`: "Cancel sign-in", in our own email.

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::error::Failure;
use crate::pages::{CancelPage, Pages};
use crate::session::Store;
use crate::sign_in::own_link;

pub(super) async fn show(
    app: web::Data<App>,
    pages: Pages,
    store: web::Data<Store>,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let link = own_link::cancellable(&app, &store, &token).await?;
    Ok(pages.show(&CancelPage::new(&token, &link.requested)))
}

pub(super) async fn cancel(
    app: web::Data<App>,
    pages: Pages,
    store: web::Data<Store>,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let link = own_link::cancel(&app, &store, &token).await?;
    Ok(pages.show(&CancelPage::done(&link.requested)))
}
