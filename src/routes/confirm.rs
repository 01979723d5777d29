//! `/login/confirm`: a signed-in user confirms by signing in again that it's them.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::error::Failure;
use crate::pages::{ConfirmPage, Pages};
use crate::session::CurrentUser;
use crate::sign_in::ReturnTo;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::next::Next;
use crate::sign_in::start::{Requested, start};

#[derive(Deserialize)]
pub(super) struct Confirm {
    #[serde(default)]
    return_to: String,
}

pub(super) async fn show(
    app: web::Data<App>,
    pages: Pages,
    user: CurrentUser,
    query: web::Query<Confirm>,
) -> Result<HttpResponse, Failure> {
    let (method, return_to) = (user.method_to_confirm(&app)?, ReturnTo::parse(&query.return_to));
    Ok(pages.show(&ConfirmPage::new(&user, &method, &return_to)))
}

pub(super) async fn submit(
    ctx: Ctx,
    user: CurrentUser,
    query: web::Query<Confirm>,
    form: Option<web::Form<Confirm>>,
) -> Result<Next, Failure> {
    let confirm = form.map_or_else(|| query.into_inner(), web::Form::into_inner);
    let return_to = ReturnTo::parse(&confirm.return_to);
    // Whether the computer is shared, the session decides.
    let requested = Requested::new(user.valid_email()?, return_to.clone(), false);
    let started = start(&ctx, Some(&user), requested).await;
    started
        .map(|started| started.next)
        .map_err(|failure| failure.with_retry_form(&user.profile.email, return_to.as_str(), false))
}
