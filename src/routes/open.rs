//! `/login/open/{token}`: opens the app's own link. GET shows a page, POST signs in.

use actix_web::{HttpResponse, web};

// for cross-device
use super::approve::ApproveForm;

use crate::error::Failure;
use crate::pages::{ApprovePage, ApprovedPage, OpenPage, Pages};
use crate::session::CurrentUser;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::own_link::{self, Opened, Used};

/// Shows the sign-in button, but only in the requesting browser, so that an email scanner can't
/// press it.
pub(super) async fn show(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    token: web::Path<String>,
) -> Result<HttpResponse, Failure> {
    let opened = own_link::open(&ctx, user.as_ref(), &token).await;
    let opened =
        opened.map_err(|failure| failure.with_retry_url_if_temporary(ctx.request.uri()))?;
    Ok(match opened {
        Opened::Here(link, pending) => {
            pages.show(&OpenPage::new(&token, &link.requested, &pending))
        }
        // for cross-device
        Opened::Elsewhere(link) => pages.show(&ApprovePage::for_mail_link(&token, &link)),
        Opened::Completed(next) => pages.go(next),
    })
}

pub(super) async fn open(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    token: web::Path<String>,
    // for cross-device
    // The form of the requesting browser has no fields.
    form: Option<web::Form<ApproveForm>>,
) -> Result<HttpResponse, Failure> {
    let used = own_link::use_link(&ctx, user.as_ref(), &token).await;
    match used.map_err(|failure| failure.with_retry_url_if_temporary(ctx.request.uri()))? {
        Used::Next(next) => Ok(pages.go(next)),
        // for cross-device
        Used::Elsewhere(link) => {
            let digits = form.map(|form| form.into_inner().digits).unwrap_or_default();
            let approved = own_link::approve(&ctx, &link, &digits).await;
            let page = ApprovePage::for_mail_link(&token, &link);
            approved.map_err(|refused| {
                let failure = page.into_failure(refused, &pages);
                failure.with_retry_url_if_temporary(ctx.request.uri())
            })?;
            Ok(pages.show(&ApprovedPage {}))
        }
    }
}
