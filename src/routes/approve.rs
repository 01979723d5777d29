//! `/login/approve`: approves a sign-in whose WorkOS link was opened in a browser that didn't
//! request it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::error::{ErrorKind, Failure};
use crate::pages::{ApprovePage, ApprovedPage, CancelPage, Pages, see_other};
use crate::sign_in::approve::{LinkStatus, OpenedLink};
use crate::sign_in::blocked_cookies;
use crate::sign_in::ctx::Ctx;

#[derive(Default, Deserialize)]
pub(super) struct ApproveForm {
    #[serde(default)]
    pub(super) digits: String,
    /// The ID of the sign-in that the page showed.
    #[serde(default)]
    flow: Option<String>,
}

/// Shows the form for the digits, or the result once the sign-in is approved or canceled.
pub(super) async fn show(ctx: Ctx, pages: Pages) -> Result<HttpResponse, Failure> {
    if !blocked_cookies::sends_any(&ctx.request) {
        let why = "no link was opened in this browser, or it blocks cookies";
        return Err(Failure::new(ErrorKind::NoCookies, why));
    }
    let link = OpenedLink::from_request(&ctx.app, &ctx.request)?;
    Ok(match link.status(&ctx.store).await? {
        LinkStatus::Cancelled => pages.show(&CancelPage::done(&link.state.requested)),
        LinkStatus::Approved => pages.show(&ApprovedPage {}),
        LinkStatus::Pending => {
            blocked_cookies::refuse_if_marked(&ctx.store, &link.state.id).await?;
            pages.show(&page(&link))
        }
    })
}

pub(super) async fn approve(
    ctx: Ctx,
    pages: Pages,
    form: web::Form<ApproveForm>,
) -> Result<HttpResponse, Failure> {
    let link = OpenedLink::from_request(&ctx.app, &ctx.request)?;
    link.verify_form(form.flow.as_deref())?;
    if link.status(&ctx.store).await? == LinkStatus::Pending {
        let page = page(&link);
        let approved = link.approve(&ctx, &form.digits).await;
        approved.map_err(|refused| page.into_failure(refused, &pages))?;
    }
    Ok(see_other("/login/approve"))
}

/// Handles the "Cancel sign-in" button.
pub(super) async fn cancel(
    ctx: Ctx,
    form: Option<web::Form<ApproveForm>>,
) -> Result<HttpResponse, Failure> {
    let link = OpenedLink::from_request(&ctx.app, &ctx.request)?;
    link.verify_form(form.as_ref().and_then(|form| form.flow.as_deref()))?;
    link.cancel(&ctx.app, &ctx.store).await?;
    Ok(see_other("/login/approve"))
}

fn page(link: &OpenedLink) -> ApprovePage {
    ApprovePage::for_workos_link(&link.state.id, &link.state.requested)
}
