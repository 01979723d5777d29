//! Handles the redirect from WorkOS, with `code` and `state` or with `error`.

use serde::Deserialize;

use super::complete::Completion;
use super::ctx::Ctx;
use super::end::end_of;
use super::next::Next;
use super::refusal::Refusal;
use super::resume::{Resumed, resume};
use super::sso;
// for cross-device
use super::is_on_shared_computer;
use super::{PendingCallback, PendingSignIn, State};
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::error::Failure;
use crate::session::CurrentUser;

/// The query of the callback. It is untrusted, because anyone can construct one.
#[derive(Deserialize)]
pub(crate) struct CallbackQuery {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

/// Completes the sign-in in the browser that requested it. In another browser, asks the user to
/// approve it.
pub(crate) async fn callback(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    query: &CallbackQuery,
) -> Result<Next, Failure> {
    let (app, now) = (&ctx.app, ctx.app.clock.now());
    let state = query.state.as_deref().and_then(|state| State::read(&app.keys, state));
    let resumed = match &state {
        Some(state) => resume(ctx, user, &state.id).await?,
        None => Resumed::Unknown,
    };
    let requested = match resumed {
        Resumed::Completed(next) => return Ok(next),
        Resumed::Over(pending) if query.error.is_none() => {
            return Err(Refusal::CONSUMED.of(&pending).for_audit(&pending));
        }
        Resumed::Pending(pending) | Resumed::Over(pending) => Some(pending),
        Resumed::Unknown => None,
    };
    let callback = read(query, state.as_ref(), now).map_err(|refused| match &requested {
        Some(pending) => refused.of(pending),
        // for sso
        None if state.as_ref().is_some_and(|state| state.is_sso) => sso::refused_elsewhere(refused),
        None => refused.into(),
    })?;
    let pending = requested.filter(|pending| now < pending.expires_at);
    if let Some(state) = state.as_ref().filter(|state| !state.is_sso) {
        let entry = Entry::new(Event::Opened).sign_in(&app.keys, &state.id);
        match &pending {
            Some(pending) => entry.user(&app.keys, &pending.email).by(&pending.method).write(),
            None => entry.write(),
        }
    }
    match (pending, state) {
        (Some(pending), _) => complete_or_confirm_switch(ctx, user, pending, callback).await,
        // for sso
        (None, Some(state)) if state.is_sso => Err(sso::nothing_pending()),
        // for cross-device
        // Ask the user first, at a URL without the code. The code isn't exchanged yet.
        (None, Some(state)) if end_of(&ctx.store, &state.id).await?.is_none() => {
            let is_shared = is_on_shared_computer(app, &ctx.request);
            Ok(Next::to("/login/approve").with([callback.cookie(&app.keys, is_shared)?]))
        }
        (None, Some(_)) => Err(Refusal::CONSUMED.into()),
        (None, None) => Err(Refusal::STATE_MISMATCH.into()),
    }
}

/// Validates what can be validated without the pending sign-in.
fn read(
    query: &CallbackQuery,
    state: Option<&State>,
    now: i64,
) -> Result<PendingCallback, Refusal> {
    if let Some(error) = &query.error {
        return Err(Refusal::from_error(error));
    }
    let code = query.code.as_deref().filter(|code| is_plain(code)).ok_or(Refusal::NO_CODE)?;
    let sealed = query.state.as_deref().ok_or(Refusal::STARTED_ELSEWHERE)?;
    let expires_at = state.ok_or(Refusal::STATE_MISMATCH)?.expires_at;
    if now >= expires_at {
        return Err(Refusal::STATE_EXPIRED);
    }
    Ok(PendingCallback::new(code, sealed, expires_at, now))
}

/// Returns whether this can be an authorization code. Those of WorkOS have 26 letters and digits
/// today; up to 255 characters are accepted.
fn is_plain(code: &str) -> bool {
    (1..=255).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Completes a sign-in in the browser that requested it. If another user is signed in there, asks
/// first, because a link in an email must not switch accounts by itself. SSO asks later, once the
/// user is known.
pub(super) async fn complete_or_confirm_switch(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    pending: PendingSignIn,
    callback: PendingCallback,
) -> Result<Next, Failure> {
    verify_state(&ctx.app, &pending, &callback)?;
    if !pending.method.is_sso() && user.is_some_and(|user| !user.has_email(&pending.email)) {
        let cookie = callback.cookie(&ctx.app.keys, pending.is_shared)?;
        return Ok(Next::to("/login/switch").with([cookie]));
    }
    Completion::new(ctx, user, pending).by_authorization_code(callback.code).await
}

/// Verifies that `state` belongs to this sign-in, and that the code hasn't expired.
pub(super) fn verify_state(
    app: &App,
    pending: &PendingSignIn,
    callback: &PendingCallback,
) -> Result<(), Failure> {
    if !pending.belongs_to(&callback.state) {
        return Err(Refusal::STATE_MISMATCH.of(pending));
    }
    if app.clock.now() >= callback.expires_at {
        return Err(Refusal::CODE_EXPIRED.of(pending));
    }
    Ok(())
}
