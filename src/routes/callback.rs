//! `GET /callback`: WorkOS sends the browser back, with `code` and `state` or with `error`.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::end::end_of;
use super::see_other;
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::error::Failure;
use crate::session::{CurrentUser, Store};
use crate::sign_in::{Arrival, PendingSignIn, ReturnTo, State};

pub(super) mod person;
pub(super) mod redeem;
pub(super) mod refusal;

use refusal::Refusal;

#[derive(Deserialize)]
pub(super) struct Query {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

pub(super) async fn arrive(
    app: web::Data<App>,
    store: web::Data<Store>,
    session: Session,
    user: Option<CurrentUser>,
    request: HttpRequest,
    query: web::Query<Query>,
) -> Result<HttpResponse, Failure> {
    let state = query.state.as_deref().and_then(|state| State::read(&app.keys, state));
    let flow = state.as_ref().map(|state| &state.flow);
    // Going back to the link, or opening it twice, when it has already signed this browser in.
    if let Some(led_to) = user.as_ref().zip(flow).and_then(|(user, flow)| user.led_by(flow)) {
        return Ok(see_other(led_to.as_str()));
    }
    let now = app.clock.now();
    let asked = flow.and_then(|flow| PendingSignIn::with_expired(&request, &app.keys, flow));
    let arrival = arrival(&query, state.as_ref(), now).map_err(|refused| match &asked {
        // The browser that asked is offered the same anew; any other knows neither address nor way.
        Some(pending) => refused.by(Some(&pending.way)).offering(pending),
        None if state.as_ref().is_some_and(|state| state.is_sso) => of_a_strangers_sso(refused),
        None => refused.into(),
    })?;
    let pending = asked.filter(|pending| now < pending.expires_at);
    if let Some(state) = state.as_ref().filter(|state| !state.is_sso) {
        let entry = Entry::new(&app.keys, Event::Opened).in_flow(&state.flow);
        match &pending {
            Some(pending) => entry.of(&pending.email).by(&pending.way).write(),
            None => entry.write(),
        }
    }
    match (&pending, state) {
        (Some(pending), _) => {
            let user = user.as_ref();
            redeem::go_on(&app, &store, &session, user, &request, pending, &arrival).await
        }
        (None, Some(state)) if state.is_sso => Err(of_a_strangers_sso(Refusal::NothingPending)),
        (None, Some(state)) => elsewhere(&app, &store, &state, &arrival).await,
        (None, None) => Err(Refusal::StateMismatch.into()),
    }
}

/// In a browser that didn't ask: the way is known from the `state`, and who went it isn't.
fn of_a_strangers_sso(refused: Refusal) -> Failure {
    Failure::from(refused).of_sso(String::new(), ReturnTo::parse(""))
}

/// What WorkOS has sent, as far as it can be told without knowing who asked.
fn arrival(query: &Query, state: Option<&State>, now: i64) -> Result<Arrival, Refusal> {
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
    Ok(Arrival::new(code, query.state.as_deref().unwrap_or_default(), expires_at, now))
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
    arrival: &Arrival,
) -> Result<HttpResponse, Failure> {
    if end_of(store, &state.flow).await?.is_some() {
        return Err(Refusal::Consumed.into());
    }
    let mut ask = see_other("/login/approve");
    // Can't fail: the name is letters and dashes, the value sealed.
    let _ = ask.add_cookie(&arrival.cookie(&app.keys)?);
    Ok(ask)
}
