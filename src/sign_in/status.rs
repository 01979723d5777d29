//! The progress of a sign-in, for the page that waits for it.

use serde::Serialize;
use utoipa::ToSchema;

use super::ctx::Ctx;
use super::email_code::is_interrupted;
use super::end::end_of;
use super::outcome::{ClaimStatus, claim_status};
use super::resume::signed_in_by;
use super::{End, PendingSignIn, SignInId, approve};
use crate::error::Failure;
use crate::session::CurrentUser;

/// The progress of a sign-in, as its browser sees it.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Progress {
    /// It waits for the user, or is being completed.
    Pending,
    /// This browser may continue: another browser has approved it, or its outcome is stored.
    Approved,
    /// It has signed this browser in.
    SignedIn,
    /// It has expired, ended or failed.
    Expired,
    /// This browser doesn't have it.
    None,
}

/// The progress of a sign-in, and where to continue.
#[derive(Serialize, ToSchema)]
pub(crate) struct Status {
    pub(crate) state: Progress,
    /// The path of this site to navigate to, if there is one. Don't fetch it.
    #[schema(required)]
    pub(crate) next: Option<String>,
}

/// Returns the progress of this sign-in, as visible to this browser.
pub(crate) async fn status(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: &SignInId,
) -> Result<Status, Failure> {
    if let Some(next) = signed_in_by(user, id) {
        let next = Some(next.path);
        return Ok(Status { state: Progress::SignedIn, next });
    }
    let state = progress(ctx, user, id).await?;
    let next = (state == Progress::Approved).then(|| format!("/login/finish?flow={}", id.as_str()));
    Ok(Status { state, next })
}

async fn progress(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: &SignInId,
) -> Result<Progress, Failure> {
    let Ctx { app, store, request, .. } = ctx;
    let now = app.clock.now();
    let Some(pending) = PendingSignIn::from_cookie(request, &app.keys, id, now) else {
        return Ok(Progress::None);
    };
    Ok(match end_of(store, id).await? {
        Some(End::Redeemed(_)) => match claim_status(ctx, user, id).await? {
            Some(ClaimStatus::Stored(_)) => Progress::Approved,
            Some(ClaimStatus::Over) => Progress::Expired,
            Some(ClaimStatus::InProgress) | None => Progress::Pending,
        },
        Some(_) => Progress::Expired,
        None if now >= pending.expires_at => Progress::Expired,
        None if is_interrupted(app, store, &pending).await? => Progress::Expired,
        // for cross-device
        None if approve::may_continue(app, store, id).await? => Progress::Approved,
        None => Progress::Pending,
    })
}
