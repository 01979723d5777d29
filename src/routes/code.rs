//! `POST /login/code`: signs in with an email code, in the browser that requested it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::sent::code_page;
use crate::error::Failure;
use crate::pages::Pages;
use crate::session::CurrentUser;
use crate::sign_in::SignInId;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::email_code::{Redeemed, nothing_pending, redeem};

#[derive(Deserialize)]
pub(super) struct CodeForm {
    #[serde(default)]
    flow: String,
    #[serde(default)]
    code: String,
    /// The email address of the other user whom the page showed as signed in, if any.
    #[serde(default)]
    instead_of: String,
}

pub(super) async fn sign_in(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    form: web::Form<CodeForm>,
) -> Result<HttpResponse, Failure> {
    let id = SignInId::parse(&form.flow).ok_or_else(nothing_pending)?;
    match redeem(&ctx, user.as_ref(), &id, &form.code, &form.instead_of).await? {
        Redeemed::Next(next) => Ok(pages.go(next)),
        Redeemed::Rejected(pending, rejected) => {
            let page = code_page(&ctx, user.as_ref(), &pending).await?;
            Err(page.into_failure(&pages, rejected).for_audit(&pending))
        }
    }
}
