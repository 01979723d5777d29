//! `/login/approve`: WorkOS's link was opened in a browser that didn't request it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::error::{ErrorKind, Failure};
use crate::pages::{ApprovePage, ApprovedPage, CancelPage, Pages, see_other};
use crate::sign_in::approve::{LinkState, OpenedLink};
use crate::sign_in::blocked_cookies;
use crate::sign_in::ctx::Ctx;

#[derive(Default, Deserialize)]
pub(super) struct ApproveForm {
    #[serde(default)]
    pub(super) digits: String,
    /// The sign-in that the page showed.
    #[serde(default)]
    flow: Option<String>,
}

/// What there is to say of the link that was opened here: before the digits, and after them.
pub(super) async fn show(ctx: Ctx, pages: Pages) -> Result<HttpResponse, Failure> {
    if !blocked_cookies::sends_any(&ctx.request) {
        let why = "no link was opened in this browser, or it blocks cookies";
        return Err(Failure::new(ErrorKind::NoCookies, why));
    }
    let link = OpenedLink::of_browser(&ctx.app, &ctx.request)?;
    Ok(match link.standing(&ctx.store).await? {
        LinkState::Cancelled => pages.show(&CancelPage::done(&link.state.requested)),
        LinkState::Approved => pages.show(&ApprovedPage {}),
        LinkState::Waits => {
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
    let link = OpenedLink::of_browser(&ctx.app, &ctx.request)?;
    link.must_be(form.flow.as_deref())?;
    if link.standing(&ctx.store).await? == LinkState::Waits {
        let page = page(&link);
        let approved = link.approve(&ctx, &form.digits).await;
        approved.map_err(|refused| page.refusing(refused, &pages))?;
    }
    Ok(see_other("/login/approve"))
}

/// "It wasn't me."
pub(super) async fn cancel(
    ctx: Ctx,
    form: Option<web::Form<ApproveForm>>,
) -> Result<HttpResponse, Failure> {
    let link = OpenedLink::of_browser(&ctx.app, &ctx.request)?;
    link.must_be(form.as_ref().and_then(|form| form.flow.as_deref()))?;
    link.cancel(&ctx.app, &ctx.store).await?;
    Ok(see_other("/login/approve"))
}

fn page(link: &OpenedLink) -> ApprovePage {
    ApprovePage::of_workos_link(&link.state.id, &link.state.requested)
}
