//! `GET /callback`: WorkOS sends the browser back, with `code` and `state` or with `error`.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::see_other;
use crate::app::App;
use crate::client_address;
use crate::email_address::EmailAddress;
use crate::error::{Code, Failure};
use crate::session::current_user::{CurrentUser, SignedIn};
use crate::session::{Store, device};
use crate::sign_in::{PendingSignIn, State};
use crate::workos::Profile;

/// Every way in which this doorway says no.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    NoCode,
    LinkExpired,
    Cancelled,
    ProviderError,
    StateMismatch,
    StateExpired,
    NothingPending,
    Consumed,
    ProfileMismatch,
}

#[derive(Deserialize)]
pub(super) struct Query {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

pub(super) async fn finish(
    app: web::Data<App>,
    store: web::Data<Store>,
    session: Session,
    user: Option<CurrentUser>,
    request: HttpRequest,
    query: web::Query<Query>,
) -> Result<HttpResponse, Failure> {
    let state: Option<State> = query.state.as_deref().and_then(|state| app.keys.open("", state));
    let flow = state.as_ref().map(|state| &state.flow);
    // Going back to the link, or opening it twice, when it has already signed this browser in.
    if let Some(led_to) = user.as_ref().zip(flow).and_then(|(user, flow)| user.led_by(flow)) {
        return Ok(see_other(led_to.as_str()));
    }
    let now = app.clock.now();
    let pending = flow.and_then(|flow| PendingSignIn::of_flow(&request, &app.keys, flow, now));
    let redeemed = redeem(&app, &store, &query, state.as_ref(), pending.as_ref()).await;
    let (state, pending, profile) = redeemed.map_err(|refused| match &pending {
        // The browser that asked is offered the same anew; any other knows neither address nor way.
        Some(pending) => refused.offering(pending),
        None => refused,
    })?;

    let address = client_address::of(&request, &app.trusted_proxies);
    let signed_in = SignedIn {
        person: &pending.email,
        profile: &profile,
        flow: &state.flow,
        return_to: &pending.return_to,
        device: device::of(&request),
        address: address.map_or_else(String::new, |address| address.to_string()),
    };
    CurrentUser::begin_session(&session, signed_in)?;
    let mut response = see_other(pending.return_to.as_str());
    // Can't fail: the name is letters, digits and dashes, the value empty.
    let _ = response.add_cookie(&state.flow.removal_cookie());
    Ok(response)
}

/// Brings the two halves of a sign-in together, consumes it, and exchanges the code.
async fn redeem<'a>(
    app: &App,
    store: &Store,
    query: &Query,
    state: Option<&'a State>,
    pending: Option<&'a PendingSignIn>,
) -> Result<(&'a State, &'a PendingSignIn, Profile), Failure> {
    if let Some(error) = &query.error {
        return Err(Refusal::of_error(error).into());
    }
    let code = query.code.as_deref().filter(|code| is_plain(code)).ok_or(Refusal::NoCode)?;
    let state = state.ok_or(Refusal::StateMismatch)?;
    if app.clock.now() >= state.expires_at {
        return Err(Refusal::StateExpired.into());
    }
    let pending = pending.ok_or(Refusal::NothingPending)?;
    if !query.state.as_deref().is_some_and(|state| pending.belongs_to(state)) {
        return Err(Refusal::StateMismatch.into());
    }
    // Before the code is spent, and never given back: of fifty callbacks at once, one goes on.
    if !store.claim(&state.flow.claim_of_sign_in(), pending.expires_at).await? {
        return Err(Failure::from(Refusal::Consumed).ending(&state.flow));
    }
    let profile =
        exchange(app, code, pending).await.map_err(|failure| failure.ending(&state.flow))?;
    Ok((state, pending, profile))
}

async fn exchange(app: &App, code: &str, pending: &PendingSignIn) -> Result<Profile, Failure> {
    let profile = app.workos.exchange_code(code).await?.profile;
    check(&profile, pending)?;
    app.admission.on_sign_in(&pending.email, &profile).await?;
    Ok(profile)
}

/// WorkOS's codes are 26 letters and digits; longer ones may come, but no novels.
fn is_plain(code: &str) -> bool {
    (1..=255).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_graphic())
}

/// WorkOS says who opened the link: it must be who asked for it, and by a mailed link.
fn check(profile: &Profile, pending: &PendingSignIn) -> Result<(), Refusal> {
    let is_of_address =
        EmailAddress::parse(&profile.email).is_ok_and(|email| email == pending.email);
    if is_of_address && profile.connection_type == "MagicLink" && !profile.id.is_empty() {
        return Ok(());
    }
    Err(Refusal::ProfileMismatch)
}

impl Refusal {
    /// The documented values of `error` that a mailed link can come back with.
    fn of_error(error: &str) -> Self {
        match error {
            "access_denied" => Self::LinkExpired,
            "signin_consent_denied" => Self::Cancelled,
            _ => Self::ProviderError,
        }
    }

    /// What the visitor is told by, and what the operator reads.
    #[rustfmt::skip]
    fn entry(self) -> (Code, &'static str) {
        match self {
            Self::NoCode => (Code::BadRequest, "neither an error came back nor what could be a code"),
            Self::LinkExpired => (Code::LinkExpired, "WorkOS says that the link was used or has expired"),
            Self::Cancelled => (Code::SignInCancelled, "the person did not consent at WorkOS"),
            Self::ProviderError => (Code::SsoFailed, "WorkOS came back with another error"),
            Self::StateMismatch => (Code::StateMismatch, "the state wasn't made here for this, or is damaged"),
            Self::StateExpired => (Code::LinkExpired, "the state is older than link and code together"),
            Self::NothingPending => (Code::NothingPending, "this browser doesn't hold the sign-in, or no longer"),
            Self::Consumed => (Code::NothingPending, "the sign-in was already used"),
            Self::ProfileMismatch => (Code::ProfileMismatch, "the Profile isn't of the address that asked, by a mailed link"),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let (code, why) = refusal.entry();
        Self::refusal(code, why)
    }
}
