//! Resumes a sign-in in the browser that requested it.

use super::ctx::Ctx;
use super::end::end_of;
use super::next::Next;
use super::outcome::wait_if_claimed;
use super::{End, PendingSignIn, SignInId, blocked_cookies};
use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;

/// The state of a sign-in in this browser.
pub(crate) enum Resumed {
    /// It hasn't ended, but it may have expired.
    Pending(PendingSignIn),
    /// It signed the user in. Has the redirect to its destination.
    Completed(Next),
    /// It has ended, and its outcome is no longer stored.
    Over(PendingSignIn),
    /// This browser doesn't have it.
    Unknown,
}

/// Finds the sign-in with this ID. A repeated request, such as a reload, a second press or another
/// opening of the link, waits for the first one and gets the same outcome.
pub(crate) async fn resume(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: &SignInId,
) -> Result<Resumed, Failure> {
    if let Some(next) = signed_in_by(user, id) {
        return Ok(Resumed::Completed(next));
    }
    let now = ctx.app.clock.now();
    let Some(pending) = PendingSignIn::from_cookie(&ctx.request, &ctx.app.keys, id, now) else {
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

/// Returns the redirect to the destination of this sign-in, if it signed this browser in.
pub(crate) fn signed_in_by(user: Option<&CurrentUser>, id: &SignInId) -> Option<Next> {
    user.and_then(|user| user.destination_of(id)).map(|return_to| Next::signed_in(&return_to))
}

/// Returns the response for a browser that doesn't have this sign-in: a redirect to the form.
///
/// # Errors
/// Fails with `cookies_blocked` if the sign-in has just begun and the browser sends none of our
/// cookies. It blocks cookies, and the form would fail again.
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
