//! Continues a sign-in in the requesting browser, after another browser has approved it or if its
//! outcome is stored.

use super::ctx::Ctx;
use super::next::Next;
use super::refusal::spent;
use super::resume::{Resumed, resume};
use super::{SignInId, approve};
use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;

/// Continues the sign-in with this ID.
pub(crate) async fn finish(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: &SignInId,
) -> Result<Next, Failure> {
    let pending = match resume(ctx, user, id).await? {
        Resumed::Completed(next) => return Ok(next),
        Resumed::Over(pending) => return Err(spent().with_retry_of(&pending).for_audit(&pending)),
        Resumed::Pending(pending) if ctx.app.clock.now() < pending.expires_at => pending,
        Resumed::Pending(_) | Resumed::Unknown => return Err(nothing_pending()),
    };
    // for cross-device
    if let Some(approval) = approve::approval(&ctx.app, &ctx.store, id).await? {
        return approve::continue_approved(ctx, user, pending, approval).await;
    }
    Ok(Next::to(format!("/login/sent?flow={}", pending.id.as_str())))
}

pub(crate) fn nothing_pending() -> Failure {
    Failure::new(ErrorKind::NothingPending, "this browser has no such pending sign-in")
}
