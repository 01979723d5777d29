//! `GET /callback`: WorkOS sends the browser back, with `code` and `state` or with `error`.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::audit::{Entry, Event};
use crate::error::Failure;
use crate::pages::see_other;
use crate::session::{CurrentUser, Store};
use crate::sign_in::complete::{Completion, wait_if_begun};
use crate::sign_in::ctx::Ctx;
use crate::sign_in::end::end_of;
use crate::sign_in::refusal::Refusal;
use crate::sign_in::{End, PendingCallback, PendingSignIn, ReturnTo, State};

#[derive(Deserialize)]
pub(super) struct Query {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

pub(super) async fn arrive(
    ctx: Ctx,
    user: Option<CurrentUser>,
    query: web::Query<Query>,
) -> Result<HttpResponse, Failure> {
    let (app, now) = (&ctx.app, ctx.app.clock.now());
    let state = query.state.as_deref().and_then(|state| State::read(&app.keys, state));
    let flow = state.as_ref().map(|state| &state.flow);
    // Going back to the link, or opening it twice, when it has already signed this browser in.
    if let Some(led_to) = user.as_ref().zip(flow).and_then(|(user, flow)| user.led_by(flow)) {
        return Ok(see_other(led_to.as_str()));
    }
    let asked = flow.and_then(|flow| PendingSignIn::with_expired(&ctx.request, &app.keys, flow));
    // A reload, or the link opened a second time, while the first request is being handled.
    if let Some(pending) = asked.as_ref()
        && let Some(End::Redeemed(_)) = end_of(&ctx.store, &pending.id).await?
    {
        let outcome = wait_if_begun(&ctx, user.as_ref(), pending).await?;
        let used = || Failure::from(Refusal::Consumed).offering(pending).of(pending);
        if outcome.is_some() || query.error.is_none() {
            return outcome.ok_or_else(used);
        }
    }
    let callback = callback(&query, state.as_ref(), now).map_err(|refused| match &asked {
        // The browser that asked is offered the same anew; any other knows neither address nor way.
        Some(pending) => refused.by(Some(&pending.method)).offering(pending),
        None if state.as_ref().is_some_and(|state| state.is_sso) => of_a_strangers_sso(refused),
        None => refused.into(),
    })?;
    let pending = asked.filter(|pending| now < pending.expires_at);
    if let Some(state) = state.as_ref().filter(|state| !state.is_sso) {
        audit_opened(app, state, pending.as_ref());
    }
    match (pending, state) {
        (Some(pending), _) => complete(&ctx, user.as_ref(), pending, callback).await,
        (None, Some(state)) if state.is_sso => Err(of_a_strangers_sso(Refusal::NothingPending)),
        (None, Some(state)) => elsewhere(app, &ctx.store, &state, &callback).await,
        (None, None) => Err(Refusal::StateMismatch.into()),
    }
}

fn audit_opened(app: &App, state: &State, pending: Option<&PendingSignIn>) {
    let entry = Entry::new(&app.keys, Event::Opened).in_flow(&state.flow);
    match pending {
        Some(pending) => entry.of(&pending.email).by(&pending.method).write(),
        None => entry.write(),
    }
}

/// Completes a sign-in in the browser that asked for it. Another user who is signed in there is asked
/// first: a link in an email must not change the account without a word. Of a sign-in through an
/// organization, nobody knows yet who it is.
pub(super) async fn complete(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    pending: PendingSignIn,
    callback: PendingCallback,
) -> Result<HttpResponse, Failure> {
    verify_state(&ctx.app, &pending, &callback)?;
    if !pending.method.is_sso() && user.is_some_and(|user| !user.has_email(&pending.email)) {
        let mut ask = see_other("/login/switch");
        // Can't fail: the name is letters and dashes, the value sealed.
        let _ = ask.add_cookie(&callback.cookie(&ctx.app.keys)?);
        return Ok(ask);
    }
    Completion::new(ctx, user, pending).by_code(ctx, user, callback.code).await
}

/// Verifies that the `state` belongs to this sign-in, and that neither it nor the code is too old.
pub(super) fn verify_state(
    app: &App,
    pending: &PendingSignIn,
    callback: &PendingCallback,
) -> Result<(), Failure> {
    let refused = |refusal: Refusal| Failure::from(refusal).offering(pending);
    let state =
        State::read(&app.keys, &callback.state).ok_or_else(|| refused(Refusal::StateMismatch))?;
    let now = app.clock.now();
    if now >= state.expires_at {
        return Err(refused(Refusal::StateExpired));
    }
    if !pending.belongs_to(&callback.state) {
        return Err(refused(Refusal::StateMismatch));
    }
    if now >= callback.expires_at {
        return Err(refused(Refusal::CodeExpired));
    }
    Ok(())
}

/// In a browser that didn't ask: the way is known from the `state`, and who went it isn't.
fn of_a_strangers_sso(refused: Refusal) -> Failure {
    Failure::from(refused).of_sso(String::new(), ReturnTo::parse(""))
}

/// What WorkOS has sent, as far as it can be told without knowing who asked.
fn callback(query: &Query, state: Option<&State>, now: i64) -> Result<PendingCallback, Refusal> {
    if let Some(error) = &query.error {
        return Err(Refusal::of_error(error));
    }
    let code = query.code.as_deref().filter(|code| is_plain(code)).ok_or(Refusal::NoCode)?;
    if query.state.is_none() {
        return Err(Refusal::StartedElsewhere);
    }
    let expires_at = state.ok_or(Refusal::StateMismatch)?.expires_at;
    if now >= expires_at {
        return Err(Refusal::StateExpired);
    }
    Ok(PendingCallback::new(code, query.state.as_deref().unwrap_or_default(), expires_at, now))
}

/// WorkOS's codes are 26 letters and digits; longer ones may come, but no novels.
fn is_plain(code: &str) -> bool {
    (1..=255).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_graphic())
}

/// In a browser that didn't ask, nothing is exchanged: the person is asked, at a clean URL.
async fn elsewhere(
    app: &App,
    store: &Store,
    state: &State,
    callback: &PendingCallback,
) -> Result<HttpResponse, Failure> {
    if end_of(store, &state.flow).await?.is_some() {
        return Err(Refusal::Consumed.into());
    }
    let mut ask = see_other("/login/approve");
    // Can't fail: the name is letters and dashes, the value sealed.
    let _ = ask.add_cookie(&callback.cookie(&app.keys)?);
    Ok(ask)
}
