//! The outcome of a sign-in. It is stored for a minute, for a browser whose response was lost.

use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use serde::{Deserialize, Serialize};

use super::ctx::Ctx;
use super::email_code::LastOrganization;
use super::email_code::organization::{self, Choice};
use super::end::end_of;
use super::next::Next;
use super::{End, KnownBrowser, PendingCallback, PendingSignIn, SignInId, SignInMethod, sso};
// for sso
use super::sso::RequiredSso;
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::sealed::Sealed;
use crate::session::{CurrentUser, Store};

/// How long a request waits for the outcome before it responds with a page that waits.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How long the outcome is stored, in seconds.
const LIFETIME: i64 = 60;
/// How long an outcome is stored that the user continues with a choice or SSO, in seconds.
const CHOICE_LIFETIME: i64 = 10 * 60;
/// How often a waiting request checks for the outcome.
const POLL: Duration = Duration::from_millis(100);

/// The outcome of a sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// A session began.
    SignedIn(SignedIn),
    // for sso
    /// Another user is signed in, who must agree to switch accounts. Has the reference of the
    /// stored identity.
    AsksToSwitch(String),
    /// The user has to choose an organization.
    ChoosesOrganization(Choice),
    // for sso
    /// The user has to sign in through SSO.
    RequiresSso(Box<RequiredSso>),
    Failed(ErrorKind),
}

/// A session that began, and its user.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SignedIn {
    pub(super) reference: String,
    #[serde(rename = "person")]
    pub(super) user_id: String,
    pub(super) email: EmailAddress,
    /// Whether the sign-in verified the address by email.
    #[serde(rename = "is_proved")]
    pub(super) email_verified: bool,
    /// The ID of the session that this one replaced.
    pub(super) replaced: Option<String>,
    /// The organization that the user signed in to, if any.
    #[serde(default)]
    pub(super) organization_id: Option<String>,
}

impl SignedIn {
    /// Returns whether another user has since signed in to this browser, so that switching needs
    /// their consent.
    fn is_too_late_for(&self, user: &CurrentUser) -> bool {
        self.replaced.as_ref() != Some(&user.session.id)
            && !user.is_same_user(&self.user_id, &self.email)
    }
}

#[derive(Serialize, Deserialize)]
struct Stored {
    outcome: Outcome,
    /// When it expires, in seconds since 1970.
    expires_at: i64,
}

impl Sealed for Stored {
    const PURPOSE: &'static str = "outcome 1";
}

impl Outcome {
    /// Stores the outcome, replacing an earlier one.
    pub(crate) async fn store(
        &self,
        app: &App,
        store: &Store,
        id: &SignInId,
    ) -> Result<(), Failure> {
        let lifetime = match self {
            Self::SignedIn(_) | Self::Failed(_) => LIFETIME,
            Self::ChoosesOrganization(_) => CHOICE_LIFETIME,
            // for sso
            Self::AsksToSwitch(_) => sso::WAITING_LIFETIME,
            // for sso
            Self::RequiresSso(_) => CHOICE_LIFETIME,
        };
        let expires_at = app.clock.now().saturating_add(lifetime);
        let stored = Stored { outcome: self.clone(), expires_at };
        let sealed = app.keys.seal(id.as_str(), &stored)?;
        Ok(store.put(&id.outcome_key(), sealed, expires_at).await?)
    }

    /// Returns when an outcome that is stored now expires at the latest, in seconds since 1970.
    pub(super) fn latest_expiry(now: i64) -> i64 {
        now.saturating_add(CHOICE_LIFETIME)
    }

    async fn load(app: &App, store: &Store, id: &SignInId) -> Result<Option<Self>, Failure> {
        let sealed = store.get(&id.outcome_key()).await?;
        let stored: Option<Stored> = sealed.and_then(|sealed| app.keys.open(id.as_str(), &sealed));
        let stored = stored.filter(|stored| app.clock.now() < stored.expires_at);
        Ok(stored.map(|stored| stored.outcome))
    }

    /// Returns whether the outcome signs in a different user.
    pub(super) fn switches_user(&self, user: Option<&CurrentUser>) -> bool {
        match (self, user) {
            (Self::SignedIn(signed_in), Some(user)) => {
                !user.is_same_user(&signed_in.user_id, &signed_in.email)
            }
            _ => false,
        }
    }

    /// Returns the response for the browser that requested this sign-in.
    pub(super) fn next(self, app: &App, pending: &PendingSignIn) -> Result<Next, Failure> {
        match self {
            Self::SignedIn(signed_in) => {
                let cookie = app.session_cookie.seal(&signed_in.reference);
                let cookie = cookie.ok_or_else(|| {
                    Failure::internal("could not seal the session cookie".to_owned())
                })?;
                let is_known = signed_in.email_verified && !pending.is_shared;
                let known = is_known
                    .then(|| KnownBrowser::cookie(&signed_in.email, &app.keys, app.clock.now()))
                    .transpose()?;
                let remembers = is_known && matches!(pending.method, SignInMethod::Code);
                let is_id = |id: &String| (1..=64).contains(&id.len());
                let organization = signed_in.organization_id.filter(|id| remembers && is_id(id));
                let organization = organization
                    .map(|id| LastOrganization::cookie(id, &app.keys, app.clock.now()))
                    .transpose()?;
                let removals = [pending.id.removal_cookie(), PendingCallback::removal_cookie()];
                let next = Next::signed_in(&pending.return_to);
                Ok(next.with([cookie]).with(removals).with(known).with(organization))
            }
            // for sso
            Self::AsksToSwitch(reference) => {
                let cookie = sso::waiting_cookie(&reference, pending, &app.keys)?;
                Ok(Next::to("/login/switch").with([cookie]))
            }
            Self::ChoosesOrganization(_) => {
                // The code may expire before the choice.
                let (now, mut pending) = (app.clock.now(), pending.clone());
                pending.expires_at = pending.expires_at.max(Self::latest_expiry(now));
                let next = Next::to(organization::page(&pending.id));
                Ok(next.with([pending.cookie(&app.keys, now)?]))
            }
            // for sso
            Self::RequiresSso(required) => required.next(app, pending),
            Self::Failed(kind) => {
                let failure = Failure::new(kind, "as reported before").already_reported();
                Err(failure.ending(&pending.id).with_retry_of(pending))
            }
        }
    }
}

/// The status of a claimed sign-in.
pub(super) enum ClaimStatus {
    /// A task is completing it.
    InProgress,
    /// Its outcome is stored.
    Stored(Outcome),
    /// No outcome is stored: it has expired, its session has ended, or the program was killed.
    Over,
}

/// Returns the status of a claimed sign-in, or `None` if it isn't claimed.
pub(super) async fn claim_status(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: &SignInId,
) -> Result<Option<ClaimStatus>, Failure> {
    let Ctx { app, store, .. } = ctx;
    let Some(End::Redeemed(since)) = end_of(store, id).await? else { return Ok(None) };
    let in_progress = |since| match End::Redeemed(since).is_in_progress(app.clock.now()) {
        true => ClaimStatus::InProgress,
        false => ClaimStatus::Over,
    };
    Ok(Some(match Outcome::load(app, store, id).await? {
        None => in_progress(since),
        // for sso
        Some(Outcome::AsksToSwitch(reference)) => {
            match sso::answered_at(store, &reference).await? {
                Some(since) => in_progress(since),
                None => ClaimStatus::Stored(Outcome::AsksToSwitch(reference)),
            }
        }
        Some(Outcome::ChoosesOrganization(choice)) => {
            match organization::chosen_at(store, id).await? {
                Some(since) => in_progress(since),
                None => ClaimStatus::Stored(Outcome::ChoosesOrganization(choice)),
            }
        }
        Some(Outcome::SignedIn(signed_in)) => {
            let is_too_late = user.is_some_and(|user| signed_in.is_too_late_for(user));
            match is_too_late || !store.is_alive(&signed_in.reference).await? {
                true => ClaimStatus::Over,
                false => ClaimStatus::Stored(Outcome::SignedIn(signed_in)),
            }
        }
        Some(outcome) => ClaimStatus::Stored(outcome),
    }))
}

/// Waits for the outcome of a sign-in that another request of this browser has claimed. All
/// requests get the same session. Returns `None` if the sign-in isn't claimed, or no outcome is
/// stored.
pub(crate) async fn wait_if_claimed(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    pending: &PendingSignIn,
) -> Result<Option<Next>, Failure> {
    let (app, store) = (&ctx.app, &ctx.store);
    let started = Instant::now();
    loop {
        match claim_status(ctx, user, &pending.id).await? {
            None | Some(ClaimStatus::Over) => return Ok(None),
            Some(ClaimStatus::InProgress) if started.elapsed() < PATIENCE => sleep(POLL).await,
            Some(ClaimStatus::InProgress) => return Err(Failure::in_progress(&pending.id)),
            Some(ClaimStatus::Stored(outcome)) => {
                // Discard the session that the same user has since begun in this browser.
                if let (Outcome::SignedIn(signed_in), Some(other)) =
                    (&outcome, app.session_cookie.reference(&ctx.request))
                    && other != signed_in.reference
                {
                    store.discard(&other).await?;
                }
                return outcome.next(app, pending).map(Some);
            }
        }
    }
}
