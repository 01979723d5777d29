//! `GET /login/finish?flow=…`: the browser that asked goes on with a sign-in that another approved, or
//! whose outcome waits for it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::callback;
use super::open;
use crate::app::App;
use crate::error::{ErrorKind, Failure};
use crate::pages::{Pages, see_other};
use crate::session::{CurrentUser, Store, device};
use crate::sign_in::complete::wait_if_begun;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::end::{end_of, spent};
use crate::sign_in::{Approval, PendingSignIn, SignInId};

#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    flow: String,
}

pub(super) async fn finish(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Failure> {
    let (app, store) = (&ctx.app, &ctx.store);
    let nothing =
        || Failure::refusal(ErrorKind::NothingPending, "this browser has no such sign-in");
    let flow = SignInId::parse(&which.flow).ok_or_else(nothing)?;
    // In two tabs at once, the other may have been first.
    if let Some(led_to) = user.as_ref().and_then(|user| user.led_by(&flow)) {
        return Ok(see_other(led_to.as_str()));
    }
    let pending = PendingSignIn::of_flow(&ctx.request, &app.keys, &flow, app.clock.now());
    let pending = pending.ok_or_else(nothing)?;
    if end_of(store, &flow).await?.is_some() {
        let outcome = wait_if_begun(&ctx, user.as_ref(), &pending).await?;
        return outcome.ok_or_else(|| spent().offering(&pending).of(&pending));
    }
    match approval(app, store, &flow).await? {
        Some(Approval { callback: Some(callback), .. }) => {
            callback::complete(&ctx, user.as_ref(), pending, callback).await
        }
        Some(Approval { callback: None, secret_hash, .. }) => {
            let mailed = secret_hash.unwrap_or_default();
            let checked = open::check_mailed(app, store, (&flow, &mailed), Some(&pending)).await;
            checked.map_err(|refused| refused.offering(&pending))?;
            let requested = pending.requested(device::of(&ctx.request));
            open::leave_for_workos(&ctx, &pages, requested, pending).await.map_err(|failure| {
                match failure.code {
                    // By another tab of this browser.
                    ErrorKind::MailLinkInUse => Failure::going_through(&flow),
                    _ => failure.trying_again_at(ctx.request.uri()),
                }
            })
        }
        None => Ok(see_other(&format!("/login/sent?flow={}", flow.as_str()))),
    }
}

/// What another browser has left for this sign-in.
pub(super) async fn approval(
    app: &App,
    store: &Store,
    flow: &SignInId,
) -> Result<Option<Approval>, Failure> {
    let kept = store.get(&flow.name_of_approval()).await?;
    let approval: Option<Approval> = kept.and_then(|kept| app.keys.open(flow.as_str(), &kept));
    Ok(approval.filter(|approval| app.clock.now() < approval.expires_at))
}
