//! `GET /login/confirmed?form=…`: shows a form again whose user had to confirm first that it's them.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::error::{ErrorKind, Failure};
use crate::pages::{ConfirmedPage, Pages, see_other};
use crate::session::CurrentUser;
use crate::session::held_form::HeldForm;
use crate::sign_in::ctx::Ctx;

#[derive(Deserialize)]
pub(super) struct ConfirmedQuery {
    #[serde(default)]
    form: String,
}

pub(super) async fn show(
    ctx: Ctx,
    pages: Pages,
    user: CurrentUser,
    query: web::Query<ConfirmedQuery>,
) -> Result<HttpResponse, Failure> {
    let form = HeldForm::find(&ctx, &user, &query.form).await?;
    let form = form.ok_or_else(|| Failure::new(ErrorKind::FormExpired, "no such form is kept"))?;
    if !form.is_confirmed(&user) {
        return Ok(see_other(&form.page().confirm_url()));
    }
    Ok(pages.show(&ConfirmedPage::new(&user, form)))
}
