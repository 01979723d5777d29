//! `GET /callback`: WorkOS sends the browser back, with `code` and `state` or with `error`.

use actix_session::Session;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{Code, Failure};
use crate::session::{CurrentUser, Store};
use crate::sign_in::{PendingSignIn, ReturnTo, State};
use crate::workos::Profile;

/// Every way in which this doorway says no.
#[derive(Clone, Copy, Debug)]
enum Refusal {
    NothingCame,
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
    let now = app.clock.now();
    let sealed_state = query.state.as_deref().unwrap_or("");
    let state: Option<State> = app.keys.open("", sealed_state);

    // Going back to the link, or opening it twice, when it has already signed this browser in.
    if let (Some(user), Some(state)) = (&user, &state)
        && user.sign_in.0 == state.flow
    {
        return Ok(see_other(&user.sign_in.1));
    }
    let pending = state
        .as_ref()
        .and_then(|state| PendingSignIn::of_flow(&request, &app.keys, &state.flow, now));
    let again = |failure: Failure| match &pending {
        Some(pending) => failure.offering(pending),
        None => failure,
    };
    if let Some(error) = &query.error {
        return Err(again(Refusal::of_error(error).into()));
    }
    let code = query
        .code
        .as_deref()
        .filter(|code| !code.is_empty())
        .ok_or(Refusal::NothingCame)?;
    let state = state
        .ok_or(Refusal::StateMismatch)
        .map_err(|refusal| again(refusal.into()))?;
    if now >= state.expires_at {
        return Err(Refusal::StateExpired.into());
    }
    let pending = pending.as_ref().ok_or(Refusal::NothingPending)?;
    if !pending.belongs_to(sealed_state) {
        return Err(again(Refusal::StateMismatch.into()));
    }
    // Consumed before the code is spent, and never given back: of fifty callbacks at once, one.
    if !store
        .consume_sign_in(state.flow.as_str(), state.expires_at)
        .await?
    {
        return Err(Refusal::Consumed.into());
    }
    let profile = app
        .workos
        .exchange_code(code)
        .await
        .map_err(|error| again(error.into()))?
        .profile;
    check(&profile, pending).map_err(|refusal| again(refusal.into()))?;
    app.admission.on_sign_in(&pending.email, &profile).await?;

    CurrentUser::begin_session(
        &session,
        pending.email.as_str(),
        &profile,
        (&state.flow, &pending.return_to),
    )?;
    let mut response = see_other(&pending.return_to);
    response
        .add_removal_cookie(&state.flow.removal_cookie())
        .map_err(|e| Failure::internal(e.to_string()))?;
    Ok(response)
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

fn see_other(return_to: &ReturnTo) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, return_to.as_str()))
        .finish()
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
            Self::NothingCame => (Code::BadRequest, "neither a code nor an error came back"),
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
