//! The outcome of a sign-in. It stays in the store for a minute, for a browser whose response was lost.

use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use serde::{Deserialize, Serialize};

use super::ctx::Ctx;
use super::end::end_of;
use super::next::Next;
use super::{End, KnownBrowser, PendingCallback, PendingSignIn, SignInId, sso};
use crate::app::App;
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::sealed::Sealed;
use crate::session::{CurrentUser, Store};

/// How long a request waits for the outcome before its page says that it takes longer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How long the outcome waits in the store, in seconds.
const LIFETIME: i64 = 60;
/// How often a request that waits looks for it.
const POLL: Duration = Duration::from_millis(100);

/// The outcome of a sign-in.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// A session has begun.
    SignedIn(SignedIn),
    // for sso
    /// Another user is signed in, and is asked first: the reference of the identity that waits.
    AsksToSwitch(String),
    Failed(ErrorKind),
    /// A code was rejected after its request had disconnected; how many attempts are left, if known.
    NotTaken(ErrorKind, Option<u32>),
}

/// A session that has begun, and whose it is.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct SignedIn {
    pub(super) reference: String,
    #[serde(rename = "person")]
    pub(super) user_id: String,
    pub(super) email: EmailAddress,
    /// Whether an email proved the address.
    pub(super) is_proved: bool,
    /// The ID of the session that it replaced.
    pub(super) replaced: Option<String>,
}

impl SignedIn {
    /// Whether another user has signed in in this browser since, so that switching needs their consent.
    fn is_too_late_for(&self, user: &CurrentUser) -> bool {
        self.replaced.as_ref() != Some(&user.session.id) && !user.is(&self.user_id, &self.email)
    }
}

#[derive(Serialize, Deserialize)]
struct Kept {
    outcome: Outcome,
    /// In seconds since 1970.
    expires_at: i64,
}

impl Sealed for Kept {
    const PURPOSE: &'static str = "outcome 1";
}

impl Outcome {
    /// Stores it, in place of an earlier outcome.
    pub(crate) async fn keep(
        &self,
        app: &App,
        store: &Store,
        id: &SignInId,
    ) -> Result<(), Failure> {
        let expires_at = app.clock.now().saturating_add(LIFETIME);
        // for sso
        let expires_at = match self {
            Self::AsksToSwitch(_) => app.clock.now().saturating_add(sso::WAITING_LIFETIME),
            _ => expires_at,
        };
        let kept = Kept { outcome: self.clone(), expires_at };
        let sealed = app.keys.seal(id.as_str(), &kept)?;
        Ok(store.put(&id.name_of_outcome(), sealed, expires_at).await?)
    }

    async fn kept(app: &App, store: &Store, id: &SignInId) -> Result<Option<Self>, Failure> {
        let sealed = store.get(&id.name_of_outcome()).await?;
        let kept: Option<Kept> = sealed.and_then(|sealed| app.keys.open(id.as_str(), &sealed));
        let kept = kept.filter(|kept| app.clock.now() < kept.expires_at);
        Ok(kept.map(|kept| kept.outcome))
    }

    /// Returns whether it signs in a different user.
    pub(super) fn is_of_another(&self, user: Option<&CurrentUser>) -> bool {
        match (self, user) {
            (Self::SignedIn(signed_in), Some(user)) => {
                !user.is(&signed_in.user_id, &signed_in.email)
            }
            _ => false,
        }
    }

    /// Returns the response for the browser that requested this sign-in.
    pub(super) fn next(self, app: &App, pending: &PendingSignIn) -> Result<Next, Failure> {
        match self {
            Self::SignedIn(signed_in) => {
                let cookie = app.session_cookie.seal(&signed_in.reference);
                let cookie =
                    cookie.ok_or_else(|| Failure::internal("could not seal cookie".to_owned()))?;
                let known = signed_in
                    .is_proved
                    .then(|| KnownBrowser::cookie(&signed_in.email, &app.keys, app.clock.now()))
                    .transpose()?;
                let removals = [pending.id.removal_cookie(), PendingCallback::removal_cookie()];
                let next = Next::to(pending.return_to.as_str());
                Ok(next.with([cookie]).with(removals).with(known))
            }
            // for sso
            Self::AsksToSwitch(reference) => {
                let cookie = sso::waiting_cookie(&reference, &pending.id, &app.keys)?;
                Ok(Next::to("/login/switch").with([cookie]))
            }
            Self::Failed(kind) | Self::NotTaken(kind, _) => {
                let failure = Failure::new(kind, "as reported before").already_reported();
                Err(failure.ending(&pending.id).with_retry_of(pending))
            }
        }
    }
}

/// The status of a claimed sign-in.
pub(super) enum Standing {
    /// Another request's task is completing it.
    UnderWay,
    /// Its outcome waits.
    Waits(Outcome),
    /// No outcome is left: it expired, its session has ended, or the program was killed.
    Over,
}

/// Returns the status of a sign-in; `None` if it wasn't claimed.
pub(super) async fn standing(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: &SignInId,
) -> Result<Option<Standing>, Failure> {
    let Ctx { app, store, .. } = ctx;
    let Some(End::Redeemed(since)) = end_of(store, id).await? else { return Ok(None) };
    let under_way = |since| match End::Redeemed(since).is_going_through(app.clock.now()) {
        true => Standing::UnderWay,
        false => Standing::Over,
    };
    Ok(Some(match Outcome::kept(app, store, id).await? {
        None => under_way(since),
        // for sso
        Some(Outcome::AsksToSwitch(reference)) => match sso::agreed_at(store, &reference).await? {
            Some(since) => under_way(since),
            None => Standing::Waits(Outcome::AsksToSwitch(reference)),
        },
        Some(Outcome::SignedIn(signed_in)) => {
            let is_too_late = user.is_some_and(|user| signed_in.is_too_late_for(user));
            match is_too_late || !store.is_alive(&signed_in.reference).await? {
                true => Standing::Over,
                false => Standing::Waits(Outcome::SignedIn(signed_in)),
            }
        }
        Some(outcome) => Standing::Waits(outcome),
    }))
}

/// Waits for the outcome of a sign-in that another request of this browser has claimed. Every request
/// gets the same session. `None` if the sign-in was not claimed, or is over.
pub(crate) async fn wait_if_claimed(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    pending: &PendingSignIn,
) -> Result<Option<Next>, Failure> {
    let (app, store) = (&ctx.app, &ctx.store);
    let started = Instant::now();
    loop {
        match standing(ctx, user, &pending.id).await? {
            None | Some(Standing::Over) => return Ok(None),
            Some(Standing::UnderWay) if started.elapsed() < PATIENCE => sleep(POLL).await,
            Some(Standing::UnderWay) => return Err(Failure::in_progress(&pending.id)),
            Some(Standing::Waits(outcome)) => {
                // Discard the session that the same user has begun in this browser since.
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

/// Takes the refusal of a code from the store, if no page has shown it yet.
pub(crate) async fn take_not_taken(
    app: &App,
    store: &Store,
    id: &SignInId,
) -> Result<Option<(ErrorKind, Option<u32>)>, Failure> {
    let Some(Outcome::NotTaken(kind, attempts_left)) = Outcome::kept(app, store, id).await? else {
        return Ok(None);
    };
    store.put(&id.name_of_outcome(), String::new(), app.clock.now()).await?;
    Ok(Some((kind, attempts_left)))
}

/// Whether a code was refused, and no page has shown it yet.
pub(crate) async fn has_not_taken(
    app: &App,
    store: &Store,
    id: &SignInId,
) -> Result<bool, Failure> {
    Ok(matches!(Outcome::kept(app, store, id).await?, Some(Outcome::NotTaken(..))))
}
