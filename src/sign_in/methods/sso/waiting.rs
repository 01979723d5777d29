//! A sign-in through SSO in a browser where another user is signed in. The user is known only after
//! the exchange. So the verified identity is stored until the user has agreed to switch.

use std::rc::Rc;

use actix_web::cookie::Cookie;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::error::{ErrorKind, Failure};
use crate::host_cookie::host_cookie;
use crate::sealed::{KeyRing, NoRandomness, Sealed, random};
use crate::session::{CurrentUser, Store};
use crate::sign_in::complete::Completion;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::next::Next;
use crate::sign_in::outcome::Outcome;
use crate::sign_in::sso;
use crate::sign_in::switch::{Held, Question};
use crate::sign_in::verified_identity::VerifiedIdentity;
use crate::sign_in::{PendingCallback, PendingSignIn, SignInId};

/// How long the identity is stored, in seconds.
pub(crate) const WAITING_LIFETIME: i64 = 5 * 60;

/// A verified identity, sealed and stored until the user decides.
#[derive(Serialize, Deserialize)]
pub(crate) struct Waiting {
    #[serde(rename = "flow")]
    pub(crate) id: SignInId,
    pub(crate) verified: VerifiedIdentity,
    /// 128 random bits, which the browser keeps. The store has their hash.
    reference: String,
    /// When it expires, in seconds since 1970.
    expires_at: i64,
}

impl Sealed for Waiting {
    const PURPOSE: &'static str = "verified profile 1";
}

/// The reference and the ID of its sign-in, for the cookie.
#[derive(Serialize, Deserialize)]
struct Reference(String, SignInId);

impl Sealed for Reference {
    const PURPOSE: &'static str = "verified profile reference 1";
}

impl Waiting {
    pub(crate) async fn store(
        app: &App,
        store: &Store,
        id: &SignInId,
        verified: VerifiedIdentity,
    ) -> Result<Outcome, Failure> {
        let reference = URL_SAFE_NO_PAD.encode(random::<16>()?);
        let expires_at = app.clock.now().saturating_add(WAITING_LIFETIME);
        let waiting = Self { id: id.clone(), verified, reference, expires_at };
        let sealed = app.keys.seal(&waiting.reference, &waiting)?;
        store.put(&name(&waiting.reference), sealed, expires_at).await?;
        Ok(Outcome::AsksToSwitch(waiting.reference))
    }

    /// Returns the identity that this browser's user is asked about.
    pub(crate) async fn from_request(ctx: &Ctx) -> Result<Option<Self>, Failure> {
        let Some(Reference(reference, _)) = Reference::from_request(ctx) else { return Ok(None) };
        let sealed = ctx.store.get(&name(&reference)).await?;
        let waiting = sealed.and_then(|sealed| ctx.app.keys.open::<Self>(&reference, &sealed));
        Ok(waiting.filter(|waiting| ctx.app.clock.now() < waiting.expires_at))
    }

    /// Returns the question whether to switch to this identity.
    pub(in crate::sign_in) fn question(self, ctx: &Ctx) -> Option<Question> {
        // The identity has its own expiry, so the pending sign-in may have expired.
        let Ctx { app, request, .. } = ctx;
        let now = app.clock.now();
        let pending = PendingSignIn::from_cookie(request, &app.keys, &self.id, now)?;
        let email = self.verified.email.clone();
        Some(Question { pending, email, held: Held::Identity(Box::new(self)) })
    }

    /// Takes the identity from the store. Returns `true` only the first time.
    pub(crate) async fn take(&self, store: &Store, now: i64) -> Result<bool, Failure> {
        let name = name(&self.reference);
        // The claim remains until the identity expires, so that the user isn't asked again.
        if !store.claim(&name, now.to_string(), self.expires_at).await? {
            return Ok(false);
        }
        // If this fails, the identity expires.
        let _ = store.put(&name, String::new(), self.expires_at).await;
        Ok(true)
    }
}

impl Reference {
    fn from_request(ctx: &Ctx) -> Option<Self> {
        ctx.app
            .keys
            .open(PendingCallback::COOKIE, ctx.request.cookie(PendingCallback::COOKIE)?.value())
    }
}

impl Completion {
    /// If another user is signed in, stores the identity until they agree to switch. SSO identifies
    /// the user only at this point.
    pub(in crate::sign_in) async fn ask_to_switch(
        &self,
        verified: &VerifiedIdentity,
    ) -> Result<Option<Outcome>, Failure> {
        let Self { ctx: Ctx { app, store, .. }, pending, user, .. } = self;
        let is_other = |user: &CurrentUser| !user.is_same_user(&verified.user_id, &verified.email);
        if !pending.method.is_sso() || !user.as_ref().is_some_and(is_other) {
            return Ok(None);
        }
        Waiting::store(app, store, &pending.id, verified.clone()).await.map(Some)
    }

    /// Completes a sign-in through SSO after the user has agreed to switch accounts.
    pub(in crate::sign_in) async fn by_consent(self, waiting: Waiting) -> Result<Next, Failure> {
        let this = Rc::new(self);
        let consent = Rc::clone(&this);
        let outcome = this
            .detach(async move { consent.consent(waiting).await }, |this, failure| {
                this.report(&failure)
            })
            .await;
        this.next(outcome).await
    }

    async fn consent(&self, waiting: Waiting) -> Result<Option<Outcome>, Failure> {
        if !waiting.take(&self.ctx.store, self.ctx.app.clock.now()).await? {
            return Ok(None);
        }
        let begun = async {
            // The settings may have changed since the identity was verified.
            let domains = &self.ctx.app.sign_in.sso.domains;
            let verified = sso::verify(domains, waiting.verified.profile, &self.pending)?;
            self.begin_session(verified).await
        };
        self.settle(begun).await.map(Some)
    }
}

/// Declines to switch accounts. Returns `false` if another request has already agreed.
pub(in crate::sign_in) async fn decline(ctx: &Ctx, held: Held) -> Result<bool, Failure> {
    let Held::Identity(waiting) = held else { return Ok(true) };
    if !waiting.take(&ctx.store, ctx.app.clock.now()).await? {
        return Ok(false);
    }
    let declined = Outcome::Failed(ErrorKind::SignInCancelled);
    declined.store(&ctx.app, &ctx.store, &waiting.id).await?;
    Ok(true)
}

/// Returns the sign-in that this browser's user was asked about, answered or not.
pub(crate) fn last_question(ctx: &Ctx) -> Option<SignInId> {
    Reference::from_request(ctx).map(|Reference(_, id)| id)
}

/// Returns when the user agreed or declined to switch, in seconds since 1970.
pub(crate) async fn answered_at(store: &Store, reference: &str) -> Result<Option<i64>, Failure> {
    let claimed = store.claimed(&name(reference)).await?;
    Ok(claimed.map(|since| since.parse().unwrap_or_default()))
}

/// Returns the cookie with the reference.
pub(crate) fn waiting_cookie(
    reference: &str,
    pending: &PendingSignIn,
    keys: &KeyRing,
) -> Result<Cookie<'static>, NoRandomness> {
    let reference = Reference(reference.to_owned(), pending.id.clone());
    let sealed = keys.seal(PendingCallback::COOKIE, &reference)?;
    let max_age = pending.max_age(WAITING_LIFETIME);
    Ok(host_cookie(PendingCallback::COOKIE.to_owned(), sealed, max_age))
}

fn name(reference: &str) -> String {
    format!("switch {reference}")
}
