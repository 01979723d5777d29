//! Completes every sign-in: claims it in the store, has WorkOS identify the user and begins the
//! session.
//!
//! WorkOS accepts each code only once, so a sign-in can't be completed again. It is therefore
//! completed in a separate task, which continues even if the connection closes. The outcome is kept
//! in the store for a minute, so that a reload, a second press or another instance can find it.

use std::rc::Rc;
use std::time::Duration;

use tokio::time::timeout;

use super::ctx::Ctx;
use super::detached::detached;
use super::end;
use super::next::Next;
use super::outcome::{Outcome, PATIENCE, SignedIn, wait_if_claimed};
use super::refusal::Refusal;
use super::sso;
use super::verified_identity::VerifiedIdentity;
use super::{End, PendingSignIn, ReturnTo, SignInId, SignInMethod, remove_all};
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::client_ip;
use crate::error::{ErrorKind, Failure};
use crate::session::current_user::{CurrentUser, NewSignIn};
use crate::session::{Lifetimes, device};
use crate::shutdown::Task;
use crate::workos::{Authentication, Profile};

/// The time limit for the exchange and the app's own rules together.
const DEADLINE: Duration = Duration::from_secs(24);

/// The lifetimes of a session on a shared computer.
const ON_SHARED_COMPUTER: Lifetimes =
    Lifetimes { idle: Duration::from_mins(30), absolute: Duration::from_hours(8) };

/// A sign-in to complete. Its task continues even if the connection closes.
pub(crate) struct Completion {
    pub(super) ctx: Ctx,
    pub(super) pending: PendingSignIn,
    /// The user who is signed in now, if any.
    pub(super) user: Option<CurrentUser>,
    /// The earlier sign-ins of that user in this browser. They are read now, because the session
    /// can't be read after the request.
    earlier: Vec<(SignInId, ReturnTo)>,
    /// The reference of this browser's session, which the new session replaces.
    replaces: Option<String>,
    _task: Task,
}

/// Logs and audits a failure whose request has disconnected.
pub(super) fn report(app: &App, failure: &Failure, pending: &PendingSignIn) {
    failure.log();
    Entry::new(Event::Refused).pending(&app.keys, pending).error(failure.kind).write();
}

impl Completion {
    pub(crate) fn new(ctx: &Ctx, user: Option<&CurrentUser>, pending: PendingSignIn) -> Self {
        Self {
            ctx: ctx.clone(),
            pending,
            user: user.cloned(),
            earlier: user.map(CurrentUser::sign_ins).unwrap_or_default(),
            replaces: ctx.app.session_cookie.reference(&ctx.request),
            _task: Task::begin(&ctx.shutdown),
        }
    }

    /// Completes the sign-in with WorkOS's authorization code.
    pub(super) async fn by_authorization_code(self, code: String) -> Result<Next, Failure> {
        let this = Rc::new(self);
        let exchange = Rc::clone(&this);
        let outcome = this
            .detach(async move { exchange.exchange(&code).await }, |this, failure| {
                this.report(&failure)
            })
            .await;
        this.next(outcome).await
    }

    /// Runs `work` in a separate task. Returns `None` after [`PATIENCE`], while the task continues.
    /// If the request has disconnected, a failure is passed to `unreported`.
    pub(super) async fn detach<T: 'static, E: From<Failure> + 'static>(
        self: &Rc<Self>,
        work: impl Future<Output = Result<T, E>> + 'static,
        unreported: impl FnOnce(&Self, E) + 'static,
    ) -> Option<Result<T, E>> {
        let this = Rc::clone(self);
        let task = detached(work, move |failure| unreported(&this, failure));
        let ended = timeout(PATIENCE, task).await.ok()?;
        let failed = |_| Err(Failure::internal("the task of the sign-in failed".to_owned()).into());
        Some(ended.unwrap_or_else(failed))
    }

    /// Logs and audits a failure whose request has disconnected.
    pub(super) fn report(&self, failure: &Failure) {
        report(&self.ctx.app, failure, &self.pending);
    }

    /// Returns the response for this request. `outcome` is `None` while the sign-in is in progress,
    /// and `Some(Ok(None))` if another request completes it.
    pub(super) async fn next(
        &self,
        outcome: Option<Result<Option<Outcome>, Failure>>,
    ) -> Result<Next, Failure> {
        match outcome {
            Some(Ok(Some(outcome))) => {
                let switches = outcome.switches_user(self.user.as_ref());
                let next = outcome.next(&self.ctx.app, &self.pending)?;
                // Remove the previous user's pending sign-ins.
                Ok(if switches { next.with(remove_all(&self.ctx.request)) } else { next })
            }
            Some(Ok(None)) => {
                let waited = wait_if_claimed(&self.ctx, self.user.as_ref(), &self.pending).await?;
                waited.ok_or_else(|| Refusal::CONSUMED.of(&self.pending).for_audit(&self.pending))
            }
            Some(Err(failure)) => Err(failure.or_retry_of(&self.pending)),
            None => Err(Failure::in_progress(&self.pending.id)),
        }
    }

    /// Claims the sign-in, then exchanges the code. The claim is never released, so only one of
    /// several concurrent callbacks continues.
    async fn exchange(&self, code: &str) -> Result<Option<Outcome>, Failure> {
        if !self.claim().await? {
            return Ok(None);
        }
        let exchanged = async {
            let verifier = self.pending.method.code_verifier();
            let profile = self.ctx.app.workos.exchange_code(code, verifier).await?;
            let verified = self.verify(profile)?;
            // for sso
            if let Some(outcome) = self.ask_to_switch(&verified).await? {
                return Ok(outcome);
            }
            self.begin_session(verified).await
        };
        self.settle(exchanged).await.map(Some)
    }

    /// Completes the sign-in of a user who entered the right email code, or stores the further step
    /// that WorkOS requires of them.
    pub(super) async fn by_authentication(
        &self,
        authentication: Authentication,
    ) -> Result<Option<Outcome>, Failure> {
        if !self.claim().await? {
            return Ok(None);
        }
        self.settle(self.authenticated(authentication)).await.map(Some)
    }

    pub(super) async fn authenticated(
        &self,
        authentication: Authentication,
    ) -> Result<Outcome, Failure> {
        match authentication {
            Authentication::Complete(profile) => self.begin_session(self.verify(*profile)?).await,
            Authentication::OrganizationSelection(selection) => {
                self.choose_organization(selection.into()).await
            }
            // for sso
            Authentication::SsoRequired(connections) => self.require_sso(connections).await,
            // without sso: Authentication::SsoRequired(_) => Err(Failure::new(ErrorKind::FurtherSteps, "sso_required")),
        }
    }

    async fn claim(&self) -> Result<bool, Failure> {
        let now = self.ctx.app.clock.now();
        let end = End::Redeemed(now).as_text();
        // It outlives the outcome and the task that changes it.
        let until = self.pending.expires_at.max(Outcome::latest_expiry(now)) + end::REDEEMING;
        Ok(self.ctx.store.claim(&self.pending.id.end_key(), end, until).await?)
    }

    /// Verifies that the Profile matches the sign-in.
    fn verify(&self, profile: Profile) -> Result<VerifiedIdentity, Failure> {
        let pending = &self.pending;
        let by_email = match pending.method {
            // for sso
            SignInMethod::Sso(_) => {
                return sso::verify(&self.ctx.app.sign_in.sso.domains, profile, pending);
            }
            SignInMethod::Link(_) => Profile::MAGIC_LINK,
            SignInMethod::Code => Profile::MAGIC_AUTH,
        };
        let verified = VerifiedIdentity::by_email(profile, pending, by_email)?;
        // for sso
        sso::reject_bypass(&self.ctx.app.sign_in.sso.domains, &verified.email)?;
        Ok(verified)
    }

    /// Waits for the outcome until the deadline, and stores it for later requests.
    pub(super) async fn settle(
        &self,
        outcome: impl Future<Output = Result<Outcome, Failure>>,
    ) -> Result<Outcome, Failure> {
        let late = |_| Failure::new(ErrorKind::WorkOsUnavailable, "the sign-in timed out");
        let settled = timeout(DEADLINE, outcome).await.unwrap_or_else(|gone| Err(late(gone)));
        let outcome = match &settled {
            Ok(outcome) => outcome.clone(),
            Err(failure) => Outcome::Failed(failure.kind),
        };
        let stored = outcome.store(&self.ctx.app, &self.ctx.store, &self.pending.id).await;
        if let Err(failure) = stored {
            tracing::warn!(event = "outcome_not_stored", cause = %failure, "could not store sign-in outcome");
        }
        settled.map_err(|failure| failure.ending(&self.pending.id))
    }

    /// Returns the ID of the user's session in this browser if it continues, because they have
    /// confirmed that it's them.
    fn continues(&self, verified: &VerifiedIdentity) -> Option<String> {
        let (pending, session_cookie) = (&self.pending, &self.ctx.app.session_cookie);
        let user = self.user.as_ref()?;
        let continues = user.user_id == verified.user_id
            && user.has_email(&verified.email)
            && user.profile.organization_id == verified.profile.organization_id
            && user.method() == pending.method.of_session()
            && session_cookie.is_temporary(&self.ctx.request) == pending.is_shared;
        continues.then(|| user.session.id.clone())
    }

    /// Returns the lifetimes of the session, where they are shorter than those of all sessions.
    fn lifetimes(&self) -> Lifetimes {
        let lifetimes = Lifetimes::UNLIMITED;
        // for sso
        let lifetimes = match self.pending.method {
            SignInMethod::Sso(_) => sso::session_lifetimes(&self.ctx.app),
            _ => lifetimes,
        };
        if self.pending.is_shared { lifetimes.limited_to(ON_SHARED_COMPUTER) } else { lifetimes }
    }

    pub(super) async fn begin_session(
        &self,
        verified: VerifiedIdentity,
    ) -> Result<Outcome, Failure> {
        let VerifiedIdentity { user_id, email, profile } = &verified;
        let Ctx { app, store, request, .. } = &self.ctx;
        let ip = client_ip::from_request(request, &app.trusted_proxies);
        let data = &app.admission.on_sign_in(user_id, email, profile).await?;
        let is_same = self.user.as_ref().is_some_and(|user| user.is_same_user(user_id, email));
        let earlier = self.earlier.iter().filter(|_| is_same).cloned();
        let this = (self.pending.id.clone(), self.pending.return_to.clone());
        let session = NewSignIn {
            user_id,
            email,
            profile,
            data,
            sign_ins: std::iter::once(this).chain(earlier).collect(),
            device: device::from_request(request),
            ip: ip.map_or_else(String::new, |ip| ip.to_string()),
            method: self.pending.method.of_session(),
            lifetimes: self.lifetimes(),
            is_temporary: self.pending.is_shared,
            at: app.clock.now(),
            continues: self.continues(&verified),
        };
        let reference = session.begin(store, self.replaces.as_deref()).await?;
        let keys = &app.keys;
        let entry = Entry::new(Event::SignedIn).user(keys, email).sign_in(keys, &self.pending.id);
        entry.by(&self.pending.method).write();
        Ok(Outcome::SignedIn(SignedIn {
            reference,
            email_verified: self.pending.method.sends_email(),
            replaced: self.user.as_ref().map(|user| user.session.id.clone()),
            organization_id: verified.profile.organization_id,
            user_id: verified.user_id,
            email: verified.email,
        }))
    }
}
