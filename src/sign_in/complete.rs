//! How every sign-in is completed: it is claimed, WorkOS says who signs in, a session begins.
//!
//! This can be done only once, since WorkOS takes a code once. So it runs in a task of its own, which a
//! closed connection doesn't stop, and the outcome waits in the store for a minute: a reload, a second
//! press or another instance finds it there.

use std::rc::Rc;
use std::time::Duration;

use actix_web::{HttpResponse, rt, web};
use tokio::time::timeout;

use super::ctx::Ctx;
use super::detached::detached;
use super::refusal::Refusal;
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::client_ip;
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::session::current_user::{CurrentUser, NewSignIn};
use crate::session::{self, Store, device};
use crate::shutdown::Task;
use crate::sign_in::{End, PendingSignIn, ReturnTo, SignInId, remove_all};
use crate::workos::Profile;

mod outcome;
mod switch;
mod verified;

use outcome::Begun;
pub(crate) use outcome::{
    Outcome, Progress, has_not_taken, progress, take_not_taken, wait_if_begun,
};
pub(crate) use switch::{Waiting, flow_of};
use verified::Verified;

/// How long a request waits for the outcome before its page says that it takes longer.
const PATIENCE: Duration = Duration::from_secs(5);
/// For the exchange and the app's own rules, together.
const DEADLINE: Duration = Duration::from_secs(24);

/// A sign-in to complete, and what the new session must know of the browser: all of it owned, so that
/// it outlives the request.
pub(crate) struct Completion {
    pub(crate) app: web::Data<App>,
    pub(crate) store: web::Data<Store>,
    pub(crate) pending: PendingSignIn,
    device: String,
    address: String,
    /// The reference of the session that this browser has; the new one takes its place.
    replaces: Option<String>,
    user: Option<SignedInUser>,
    _task: Task,
}

/// What went wrong in a task whose request is gone.
pub(crate) trait Untold {
    fn failure(&self) -> &Failure;

    /// What the browser must still be told, if it isn't kept already.
    fn outcome(&self) -> Option<Outcome> {
        None
    }
}

impl Untold for Failure {
    fn failure(&self) -> &Failure {
        self
    }
}

/// Tells the operator of a failure that no request is there to answer with.
pub(crate) fn tell(app: &App, failure: &Failure, pending: &PendingSignIn) {
    failure.log();
    let entry = Entry::new(&app.keys, Event::Refused).of_sign_in(pending);
    entry.because(failure.code).write();
}

/// The user who is signed in in this browser so far.
struct SignedInUser {
    session_id: String,
    person: String,
    email: Option<EmailAddress>,
    sign_ins: Vec<(SignInId, ReturnTo)>,
}

impl SignedInUser {
    fn is(&self, person: &str, email: &EmailAddress) -> bool {
        same(&self.person, self.email.as_ref(), person, email)
    }
}

/// Whether this is the signed-in user, perhaps by another method.
fn is_same(user: &CurrentUser, person: &str, email: &EmailAddress) -> bool {
    same(&user.user_id, EmailAddress::parse(&user.profile.email).ok().as_ref(), person, email)
}

/// By another method the address says who it is; through organizations only their own ID does, since
/// addresses change hands.
fn same(
    one: &str,
    email_of_one: Option<&EmailAddress>,
    other: &str,
    email_of_other: &EmailAddress,
) -> bool {
    let both_by_sso = verified::is_by_sso(one) && verified::is_by_sso(other);
    one == other || (!both_by_sso && email_of_one == Some(email_of_other))
}

impl Completion {
    pub(crate) fn new(ctx: &Ctx, user: Option<&CurrentUser>, pending: PendingSignIn) -> Self {
        let address = client_ip::from_request(&ctx.request, &ctx.app.trusted_proxies);
        Self {
            app: ctx.app.clone(),
            store: ctx.store.clone(),
            pending,
            device: device::of(&ctx.request),
            address: address.map_or_else(String::new, |address| address.to_string()),
            replaces: session::reference(&ctx.request, &ctx.app.keys),
            user: user.map(|user| SignedInUser {
                session_id: user.session.id.clone(),
                person: user.user_id.clone(),
                email: EmailAddress::parse(&user.profile.email).ok(),
                sign_ins: user.sign_ins(),
            }),
            _task: Task::begin(&ctx.shutdown),
        }
    }

    /// Completes it with WorkOS's authorization code.
    pub(crate) async fn by_code(
        self,
        ctx: &Ctx,
        user: Option<&CurrentUser>,
        code: String,
    ) -> Result<HttpResponse, Failure> {
        let this = Rc::new(self);
        let exchange = Rc::clone(&this);
        let outcome = this.detach(async move { exchange.exchange(&code).await }).await;
        this.respond(ctx, user, outcome).await
    }

    /// Completes a sign-in through an organization, now that the person agrees to switch.
    pub(crate) async fn by_consent(
        self,
        ctx: &Ctx,
        user: Option<&CurrentUser>,
        waiting: Waiting,
    ) -> Result<HttpResponse, Failure> {
        let this = Rc::new(self);
        let consent = Rc::clone(&this);
        let outcome = this.detach(async move { consent.consent(waiting).await }).await;
        this.respond(ctx, user, outcome).await
    }

    /// Does this in a task of its own. `None` if it takes longer than a page should.
    pub(crate) async fn detach<T: 'static, E: Untold + 'static>(
        self: &Rc<Self>,
        work: impl Future<Output = Result<T, E>> + 'static,
    ) -> Option<Result<T, E>> {
        let this = Rc::clone(self);
        let tell = move |failure: E| {
            tell(&this.app, failure.failure(), &this.pending);
            if let Some(outcome) = failure.outcome() {
                rt::spawn(async move {
                    let _ = outcome.keep(&this.app, &this.store, &this.pending.id).await;
                });
            }
        };
        timeout(PATIENCE, detached(work, tell)).await.ok()?.ok()
    }

    /// Answers the request that began it.
    pub(crate) async fn respond(
        &self,
        ctx: &Ctx,
        user: Option<&CurrentUser>,
        outcome: Option<Result<Option<Outcome>, Failure>>,
    ) -> Result<HttpResponse, Failure> {
        match outcome {
            Some(Ok(Some(outcome))) => {
                let switches = match (&outcome, &self.user) {
                    (Outcome::SignedIn(begun), Some(user)) => !user.is(&begun.person, &begun.email),
                    _ => false,
                };
                let mut response = outcome.respond(&ctx.app, &self.pending)?;
                // The next person inherits no pending sign-in of the one before.
                for removal in remove_all(&ctx.request).into_iter().filter(|_| switches) {
                    // Can't fail: the name is letters, digits and dashes, the value empty.
                    let _ = response.add_cookie(&removal);
                }
                Ok(response)
            }
            // Another request is at it, or was.
            Some(Ok(None)) => {
                let waited = wait_if_begun(ctx, user, &self.pending).await?;
                waited.ok_or_else(|| {
                    let refused = Failure::from(Refusal::Consumed).offering(&self.pending);
                    refused.of(&self.pending)
                })
            }
            Some(Err(failure)) => Err(failure.or_offering(&self.pending)),
            None => Err(Failure::going_through(&self.pending.id)),
        }
    }

    /// Claims the sign-in before the code is spent, and never gives it back: of fifty callbacks at
    /// once, one goes on.
    async fn exchange(&self, code: &str) -> Result<Option<Outcome>, Failure> {
        if !self.claim().await? {
            return Ok(None);
        }
        let exchanged = async {
            let verifier = self.pending.method.code_verifier();
            let profile = self.app.workos.exchange_code(code, verifier).await?;
            let verified = Verified::of(&self.app.admission, profile, &self.pending)?;
            match &self.user {
                // Only now is it known who signs in through an organization.
                Some(user)
                    if self.pending.method.is_sso()
                        && !user.is(&verified.person, &verified.email) =>
                {
                    Waiting::keep(&self.app, &self.store, &self.pending.id, verified).await
                }
                _ => self.begin_session(verified).await,
            }
        };
        self.settle(exchanged).await.map(Some)
    }

    /// Begins the session of the user whom a typed code has proved.
    pub(crate) async fn by_profile(&self, profile: Profile) -> Result<Option<Outcome>, Failure> {
        if !self.claim().await? {
            return Ok(None);
        }
        let begun = async {
            self.begin_session(Verified::of(&self.app.admission, profile, &self.pending)?).await
        };
        self.settle(begun).await.map(Some)
    }

    async fn consent(&self, waiting: Waiting) -> Result<Option<Outcome>, Failure> {
        if !waiting.take(&self.store, self.app.clock.now()).await? {
            return Ok(None);
        }
        self.settle(self.begin_session(waiting.verified)).await.map(Some)
    }

    async fn claim(&self) -> Result<bool, Failure> {
        let end = End::Redeemed(self.app.clock.now()).as_text();
        Ok(self.store.claim(&self.pending.id.claim_of_end(), end, self.pending.expires_at).await?)
    }

    /// Waits for the outcome, within the deadline, and keeps it for later requests.
    async fn settle(
        &self,
        outcome: impl Future<Output = Result<Outcome, Failure>>,
    ) -> Result<Outcome, Failure> {
        let late = |_| Failure::refusal(ErrorKind::WorkOsUnavailable, "the sign-in took too long");
        let settled = timeout(DEADLINE, outcome).await.unwrap_or_else(|gone| Err(late(gone)));
        let failed = settled.as_ref().err().map(|failure| Outcome::Failed(failure.code));
        if let Some(outcome) = settled.as_ref().ok().or(failed.as_ref())
            && let Err(failure) = outcome.keep(&self.app, &self.store, &self.pending.id).await
        {
            tracing::warn!(cause = %failure, "could not store the outcome of a sign-in");
        }
        settled.map_err(|failure| failure.ending(&self.pending.id))
    }

    async fn begin_session(&self, verified: Verified) -> Result<Outcome, Failure> {
        let Verified { person, email, profile } = &verified;
        let data = &self.app.admission.on_sign_in(person, email, profile).await?;
        let same = self.user.iter().filter(|user| user.is(&verified.person, &verified.email));
        let earlier = same.flat_map(|user| user.sign_ins.iter().cloned());
        let this = (self.pending.id.clone(), self.pending.return_to.clone());
        let session = NewSignIn {
            person,
            email,
            profile,
            data,
            sign_ins: std::iter::once(this).chain(earlier).collect(),
            device: self.device.clone(),
            address: self.address.clone(),
        };
        let reference = session.begin(&self.store, self.replaces.as_deref()).await?;
        let entry = Entry::new(&self.app.keys, Event::SignedIn).of(email);
        entry.in_flow(&self.pending.id).by(&self.pending.method).write();
        let is_proved = self.pending.method.sends_email();
        let replaced = self.user.as_ref().map(|user| user.session_id.clone());
        let (person, email) = (person.clone(), email.clone());
        Ok(Outcome::SignedIn(Begun { reference, person, email, is_proved, replaced }))
    }
}
