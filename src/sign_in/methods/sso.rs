//! Sign-in through the identity provider of the user's organization.

mod required;
mod waiting;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

pub(crate) use required::RequiredSso;
pub(in crate::sign_in) use waiting::decline;
pub(crate) use waiting::{WAITING_LIFETIME, Waiting, answered_at, last_question, waiting_cookie};

use crate::app::App;
use crate::config::sso::SsoDomains;
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure, Offer};
use crate::sealed::{NoRandomness, random};
use crate::session::{CurrentUser, Lifetimes, device};
use crate::sign_in::ctx::Ctx;
use crate::sign_in::next::Next;
use crate::sign_in::verified_identity::VerifiedIdentity;
use crate::sign_in::{PendingSignIn, ReturnTo, SignInId, SignInMethod};
use crate::workos::{Authorization, Connection, Profile, SsoSelector};

/// The time limit for the user at the identity provider.
pub(crate) const MAX_TIME_AWAY: Duration = Duration::from_secs(15 * 60);

/// The prefix of the IDs of users who sign in through SSO. All other IDs are email addresses.
const USER_ID_PREFIX: &str = "sso ";

/// The PKCE code verifier (RFC 7636, 4.1): 256 random bits as 43 characters. Only the browser that
/// started the sign-in has it.
#[derive(Clone, Serialize, Deserialize, derive_more::Debug)]
#[debug("CodeVerifier(…)")]
#[serde(transparent)]
pub struct CodeVerifier(String);

impl CodeVerifier {
    pub(crate) fn new() -> Result<Self, NoRandomness> {
        Ok(Self(URL_SAFE_NO_PAD.encode(random::<32>()?)))
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

/// What `GET /login/sso` responds with.
pub(crate) enum Leaving {
    Next(Next),
    /// The user has to choose one of these connections.
    Choose(Box<PendingSignIn>, Vec<Connection>),
    /// This browser has no such sign-in.
    Unknown,
}

/// Redirects to the identity provider. If WorkOS requires one of several connections, `connection_id`
/// is the one that the user has chosen.
pub(crate) async fn leave(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: &SignInId,
    connection_id: Option<String>,
) -> Result<Leaving, Failure> {
    let Ctx { app, request, .. } = ctx;
    let pending = PendingSignIn::from_request(request, &app.keys, id, app.clock.now());
    let Some(mut pending) = pending.filter(|pending| pending.method.is_sso()) else {
        return Ok(Leaving::Unknown);
    };
    if connection_id.is_some() || selector(&app.sign_in.sso.domains, &pending).is_none() {
        let Some(connections) = required::connections(ctx, id).await? else {
            return Ok(Leaving::Unknown);
        };
        if connection_id.is_none() {
            return Ok(Leaving::Choose(Box::new(pending), connections));
        }
        if !connections.iter().any(|offered| Some(&offered.id) == connection_id.as_ref()) {
            let refused = Failure::new(ErrorKind::BadRequest, "the connection wasn't offered");
            return Err(refused.with_retry_url(&format!("/login/sso?flow={}", id.as_str())));
        }
        pending.connection_id = connection_id;
    }
    let next = leave_for_provider(ctx, user, pending)?;
    Ok(next.map_or(Leaving::Unknown, Leaving::Next))
}

/// Redirects to the identity provider, which is to ask for the password again if someone is already
/// signed in here. Returns `None` if the domain no longer has one.
fn leave_for_provider(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    mut pending: PendingSignIn,
) -> Result<Option<Next>, Failure> {
    let Ctx { app, request, .. } = ctx;
    let now = app.clock.now();
    let Some(selector) = selector(&app.sign_in.sso.domains, &pending) else { return Ok(None) };
    // A reload uses a new verifier (RFC 9700, 2.1.1).
    let verifier = CodeVerifier::new()?;
    pending.method = SignInMethod::Sso(verifier.clone());
    let requested = pending.requested(device::from_request(request));
    let state = pending.new_state(&app.keys, requested, MAX_TIME_AWAY, now)?;
    let url = app.workos.authorization_url(&Authorization {
        selector: &selector,
        redirect_uri: &app.redirect_uri,
        state: &state,
        login_hint: pending.email.as_str(),
        domain_hint: pending.email.domain(),
        code_verifier: verifier.as_str(),
        sign_in_again: user.is_some(),
    });
    Ok(Some(Next::leave_for(url).with([pending.cookie(&app.keys, now)?])))
}

/// Returns which identity provider the sign-in needs.
fn selector(domains: &SsoDomains, pending: &PendingSignIn) -> Option<SsoSelector> {
    let required = pending.connection_id.clone().map(SsoSelector::Connection);
    required.or_else(|| domains.get(pending.email.domain()).cloned())
}

/// Returns the lifetimes of a session, so that a user who is disabled at the identity provider is
/// signed out by then.
pub(crate) fn session_lifetimes(app: &App) -> Lifetimes {
    Lifetimes { absolute: app.sign_in.sso.session_lifetime, ..Lifetimes::UNLIMITED }
}

/// Returns whether this is the ID of a user who signs in through SSO.
pub(crate) fn is_sso_user(user_id: &str) -> bool {
    user_id.starts_with(USER_ID_PREFIX)
}

/// Returns the kind for a sign-in that sends no link.
pub(crate) fn error_kind(kind: ErrorKind) -> ErrorKind {
    match kind {
        ErrorKind::LinkExpired | ErrorKind::CodeExpired => ErrorKind::SsoTooLate,
        ErrorKind::NothingPending => ErrorKind::SsoNothingPending,
        ErrorKind::ProfileMismatch => ErrorKind::SsoMismatch,
        other => other,
    }
}

/// Returns the failure of a callback in a browser that didn't request the sign-in. Its page offers
/// a new sign-in.
pub(crate) fn refused_elsewhere(refused: impl Into<Failure>) -> Failure {
    let failure = refused.into();
    let kind = error_kind(failure.kind);
    failure.with_kind(kind).with_offer(Offer::NewSignIn {
        email: String::new(),
        return_to: ReturnTo::default().as_str().to_owned(),
        by_sso: true,
        is_shared: false,
    })
}

/// Returns the failure of an identity provider's response in a browser that didn't request it.
pub(crate) fn nothing_pending() -> Failure {
    let why = "the identity provider's response reached a browser that didn't request it";
    refused_elsewhere(Failure::new(ErrorKind::NothingPending, why))
}

/// Rejects a sign-in by email of a user whose organization has SSO. The settings may have changed
/// since the email was sent.
pub(crate) fn reject_bypass(domains: &SsoDomains, email: &EmailAddress) -> Result<(), Failure> {
    match domains.get(email.domain()) {
        Some(_) => {
            let why = "users of this domain must sign in through SSO (SSO_DOMAINS)";
            Err(Failure::new(ErrorKind::NotAllowed, why))
        }
        None => Ok(()),
    }
}

/// Verifies that the Profile is of the requested organization or connection, and of one of its own
/// domains. Otherwise, the identity provider of one customer could sign in another customer's
/// users. The user may differ from the requested address, unless WorkOS requires the connection: then
/// no setting assigns its domains, so the address must be the one that the code has verified. The
/// identity provider's ID identifies users, since addresses can be reassigned.
pub(crate) fn verify(
    domains: &SsoDomains,
    profile: Profile,
    pending: &PendingSignIn,
) -> Result<VerifiedIdentity, Failure> {
    if pending.connection_id.is_some() {
        // The setting may have been added since.
        reject_bypass(domains, &pending.email)?;
    }
    let selector = selector(domains, pending).ok_or_else(mismatch)?;
    let is_selected = match &selector {
        SsoSelector::Organization(id) => profile.organization_id.as_ref() == Some(id),
        SsoSelector::Connection(id) => profile.connection_id == *id,
    };
    let email = EmailAddress::parse(&profile.email).map_err(|_| mismatch())?;
    let is_its_own = match pending.connection_id {
        Some(_) => email == pending.email,
        None => domains.get(email.domain()) == Some(&selector),
    };
    // U+FFFD replaces what could not be decoded, so two users may have the same ID with it.
    let is_whole = |id: &str| !id.is_empty() && !id.contains(char::REPLACEMENT_CHARACTER);
    let is_complete = is_whole(&profile.connection_id) && is_whole(&profile.idp_id);
    if !is_selected || !is_complete || profile.connection_type == Profile::MAGIC_LINK || !is_its_own
    {
        return Err(mismatch());
    }
    let user_id = format!("{USER_ID_PREFIX}{} {}", profile.connection_id, profile.idp_id);
    Ok(VerifiedIdentity::new(user_id, email, profile)?)
}

fn mismatch() -> Failure {
    let why = "the Profile isn't of the organization or connection that was requested, or of a domain \
               that it may use (SSO_DOMAINS)";
    Failure::new(ErrorKind::SsoMismatch, why)
}
