//! A sign-in as the browser that requested it finds it: waiting, completed by another request, or over.

use super::ctx::Ctx;
use super::end::end_of;
use super::next::Next;
use super::outcome::wait_if_claimed;
use super::{End, PendingSignIn, SignInId, blocked_cookies};
use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;

/// A sign-in as this browser finds it.
pub(crate) enum Resumed {
    /// It waits for its user, though it may have expired.
    Pending(PendingSignIn),
    /// It is completed, and this is where it leads.
    Completed(Next),
    /// It has ended, and leads nowhere any more.
    Over(PendingSignIn),
    /// This browser doesn't have it.
    Unknown,
}

/// Finds the sign-in with this ID. A repeated request (a reload, a second press, the link opened once
/// more) waits for the outcome of the first, and gets the same.
pub(crate) async fn resume(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: &SignInId,
) -> Result<Resumed, Failure> {
    if let Some(next) = signed_in_by(user, id) {
        return Ok(Resumed::Completed(next));
    }
    let Some(pending) = PendingSignIn::with_expired(&ctx.request, &ctx.app.keys, id) else {
        return Ok(Resumed::Unknown);
    };
    Ok(match end_of(&ctx.store, id).await? {
        None => Resumed::Pending(pending),
        Some(End::Redeemed(_)) => match wait_if_claimed(ctx, user, &pending).await? {
            Some(next) => Resumed::Completed(next),
            None => Resumed::Over(pending),
        },
        Some(_) => Resumed::Over(pending),
    })
}

/// Where this sign-in led, if it has signed this browser in.
pub(crate) fn signed_in_by(user: Option<&CurrentUser>, id: &SignInId) -> Option<Next> {
    user.and_then(|user| user.destination_of(id)).map(|return_to| Next::to(return_to.as_str()))
}

/// Where a browser goes that doesn't have this sign-in.
///
/// # Errors
/// If the sign-in began just now and the browser sends no cookie of ours: it blocks cookies, and the form
/// would fail again.
pub(crate) fn unknown(
    ctx: &Ctx,
    id: &SignInId,
    cookies_blocked: ErrorKind,
) -> Result<Next, Failure> {
    let Ctx { app, request, .. } = ctx;
    if app.keys.is_recent(id.as_str(), app.clock.now()) && !blocked_cookies::sends_any(request) {
        return Err(Failure::new(cookies_blocked, "the browser blocks cookies"));
    }
    Ok(Next::to("/login"))
}
