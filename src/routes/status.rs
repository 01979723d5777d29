//! `GET /login/status?flow=…`: how a sign-in goes, for the page that waits for it.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::finish::approval;
use crate::app::App;
use crate::error::Failure;
use crate::session::{CurrentUser, Store};
use crate::sign_in::code_attempt;
use crate::sign_in::complete;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::end::end_of;
use crate::sign_in::{Approval, End, PendingSignIn, SignInId};

#[derive(Deserialize)]
pub(super) struct Which {
    flow: Option<String>,
}

impl Which {
    /// The one of this name; without a name, the newest of this browser.
    pub(super) fn flow(&self, ctx: &Ctx) -> Option<SignInId> {
        let Ctx { app, request, .. } = ctx;
        match &self.flow {
            Some(flow) => SignInId::parse(flow),
            None => {
                PendingSignIn::newest(request, &app.keys, app.clock.now()).map(|pending| pending.id)
            }
        }
    }
}

/// How a sign-in of this browser goes.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Progress {
    /// Its link has not been opened.
    Pending,
    /// This browser may go on: another has approved it, or its outcome waits.
    Approved,
    /// It has signed this browser in.
    SignedIn,
    /// It is over: too old, ended, or used in vain.
    Expired,
    /// This browser has none.
    None,
}

#[derive(Serialize)]
pub(super) struct Status {
    pub(super) state: Progress,
    /// Where to go now.
    pub(super) next: Option<String>,
}

pub(super) async fn show(
    ctx: Ctx,
    user: Option<CurrentUser>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Failure> {
    let mut status = Status { state: Progress::None, next: None };
    if let Some(flow) = which.flow(&ctx) {
        status = of(&ctx, user.as_ref(), &flow).await?;
        // The waiting page shows what was wrong with a code when it is reloaded.
        if status.state == Progress::Pending
            && complete::has_not_taken(&ctx.app, &ctx.store, &flow).await?
        {
            status.next = Some(format!("/login/sent?flow={}", flow.as_str()));
        }
    }
    Ok(HttpResponse::Ok().json(status))
}

/// How this sign-in goes, as far as this browser may know.
pub(super) async fn of(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    flow: &SignInId,
) -> Result<Status, Failure> {
    let Ctx { app, store, request, .. } = ctx;
    if let Some(led_to) = user.and_then(|user| user.led_by(flow)) {
        let next = Some(led_to.as_str().to_owned());
        return Ok(Status { state: Progress::SignedIn, next });
    }
    let state = match PendingSignIn::with_expired(request, &app.keys, flow) {
        None => Progress::None,
        Some(pending) if app.clock.now() >= pending.expires_at => Progress::Expired,
        Some(pending) => match end_of(store, flow).await? {
            Some(End::Redeemed(_)) => match complete::progress(ctx, user, flow).await? {
                Some(complete::Progress::Waits) => Progress::Approved,
                Some(complete::Progress::Over) => Progress::Expired,
                Some(complete::Progress::UnderWay) | None => Progress::Pending,
            },
            Some(_) => Progress::Expired,
            None if code_attempt::is_interrupted(app, store, &pending).await? => Progress::Expired,
            None if may_finish(app, store, flow).await? => Progress::Approved,
            None => Progress::Pending,
        },
    };
    let next =
        (state == Progress::Approved).then(|| format!("/login/finish?flow={}", flow.as_str()));
    Ok(Status { state, next })
}

/// Whether another browser has approved it, and no other tab is about to leave for WorkOS.
async fn may_finish(app: &App, store: &Store, flow: &SignInId) -> Result<bool, Failure> {
    match approval(app, store, flow).await? {
        None => Ok(false),
        Some(Approval { callback: Some(_), .. }) => Ok(true),
        Some(Approval { callback: None, .. }) => {
            Ok(store.claimed(&flow.claim_of_press()).await?.is_none())
        }
    }
}
