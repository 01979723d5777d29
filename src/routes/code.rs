//! `POST /login/code`: signs in with an email code, in the browser that requested it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::sent::sent_page;
use crate::error::{ErrorKind, Failure};
use crate::pages::{Pages, see_other, wants_json};
use crate::session::CurrentUser;
use crate::sign_in::SignInId;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::email_code::{Redeemed, RejectedCode, Rejection, nothing_pending, redeem};

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
        // A reload of the page submits nothing.
        Redeemed::Rejected(pending, rejected) if shows_again(&ctx, &rejected) => {
            Rejection::keep(&ctx, &pending, &rejected).await?;
            Ok(see_other(&format!("/login/sent?flow={}", id.as_str())))
        }
        Redeemed::Rejected(pending, rejected) => {
            let page = sent_page(&ctx, user.as_ref(), &pending).await?;
            Err(page.into_failure(&pages, rejected).for_audit(&pending))
        }
    }
}

/// Returns whether the page of the sign-in says why the code was rejected. Temporary failures keep
/// their status, and JSON clients get a problem document.
fn shows_again(ctx: &Ctx, rejected: &RejectedCode) -> bool {
    rejected.failure.kind == ErrorKind::WrongCode && !wants_json(&ctx.request)
}
