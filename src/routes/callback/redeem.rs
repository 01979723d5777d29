//! The end of every sign-in: both halves meet, it is consumed, the code is exchanged, a session
//! begins.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse};

use super::person::Person;
use super::refusal::Refusal;
use crate::app::App;
use crate::error::Failure;
use crate::routes::end::end_of;
use crate::routes::{begin, see_other};
use crate::session::{CurrentUser, Store};
use crate::sign_in::{Arrival, End, PendingSignIn, State};
use crate::workos::Profile;

/// Goes on with what WorkOS sent, in the browser that asked. Somebody else who is signed in there is
/// asked first: a link in a mail must not change who one is without a word.
pub(in crate::routes) async fn go_on(
    app: &App,
    store: &Store,
    session: &Session,
    user: Option<&CurrentUser>,
    request: &HttpRequest,
    pending: &PendingSignIn,
    arrival: &Arrival,
) -> Result<HttpResponse, Failure> {
    check_halves(app, pending, arrival)
        .map_err(|refused| Failure::from(refused).offering(pending))?;
    if user.is_some_and(|user| begin::is_somebody_else(user, pending)) {
        let mut ask = see_other("/login/switch");
        // Can't fail: the name is letters and dashes, the value sealed.
        let _ = ask.add_cookie(&arrival.cookie(&app.keys)?);
        return Ok(ask);
    }
    sign_in(app, store, session, request, pending, arrival).await
}

/// Signs in the person who asked in this browser.
pub(in crate::routes) async fn sign_in(
    app: &App,
    store: &Store,
    session: &Session,
    request: &HttpRequest,
    pending: &PendingSignIn,
    arrival: &Arrival,
) -> Result<HttpResponse, Failure> {
    let offering = |failure: Failure| failure.or_offering(pending);
    let state = check_halves(app, pending, arrival).map_err(|refused| offering(refused.into()))?;
    let (person, profile) =
        redeem(app, store, &state, pending, &arrival.code).await.map_err(offering)?;
    let whose = (&state.flow, pending);
    let mut response = begin::session(app, session, request, whose, (&person, &profile))?;
    // Can't fail: the name is letters and dashes, the value empty.
    let _ = response.add_cookie(&Arrival::removal_cookie());
    Ok(response)
}

/// Both halves are of one sign-in, and neither is too old.
fn check_halves(app: &App, pending: &PendingSignIn, arrival: &Arrival) -> Result<State, Refusal> {
    let state = State::read(&app.keys, &arrival.state).ok_or(Refusal::StateMismatch)?;
    if app.clock.now() >= state.expires_at {
        return Err(Refusal::StateExpired);
    }
    if !pending.belongs_to(&arrival.state) {
        return Err(Refusal::StateMismatch);
    }
    if app.clock.now() >= arrival.expires_at {
        return Err(Refusal::CodeExpired);
    }
    Ok(state)
}

/// Consumes the sign-in and exchanges the code.
async fn redeem(
    app: &App,
    store: &Store,
    state: &State,
    pending: &PendingSignIn,
    code: &str,
) -> Result<(Person, Profile), Failure> {
    // Before the code is spent, and never given back: of fifty callbacks at once, one goes on.
    let now = app.clock.now();
    let end = End::Redeemed(now).as_text();
    if !store.claim(&state.flow.claim_of_end(), end, pending.expires_at).await? {
        // It may be in this browser that it is going through: pressed twice, or in two tabs.
        let going_through = end_of(store, &state.flow).await?;
        return Err(match going_through.is_some_and(|end| end.is_going_through(now)) {
            true => Failure::going_through(&state.flow),
            false => Refusal::Consumed.into(),
        });
    }
    exchange(app, code, pending).await.map_err(|failure| failure.ending(&state.flow))
}

async fn exchange(
    app: &App,
    code: &str,
    pending: &PendingSignIn,
) -> Result<(Person, Profile), Failure> {
    let profile = app.workos.exchange_code(code, pending.way.code_verifier()).await?.profile;
    let person = Person::of(&app.admission, &profile, pending)?;
    app.admission.on_sign_in(&person.name, &person.email, &profile).await?;
    Ok((person, profile))
}
