//! Approval from another browser: when the right digits are entered there, the requesting browser
//! continues.

use actix_web::HttpRequest;

use super::attempts::{self, MAX_ATTEMPTS};
use super::callback::complete_or_confirm_switch;
use super::ctx::Ctx;
use super::end::{self, end_of};
use super::next::Next;
// for own-mail
use super::own_link;
use super::refusal::spent;
use super::{
    Approval, Digits, End, PendingCallback, PendingSignIn, RequestContext, SignInId, State,
};
use crate::app::App;
use crate::audit::{Entry, Event};
use crate::error::{ErrorKind, Failure};
use crate::session::{CurrentUser, Store};

/// WorkOS's link, opened in a browser that didn't request it.
pub(crate) struct OpenedLink {
    callback: PendingCallback,
    pub(crate) state: State,
}

/// The status of an opened link.
#[derive(PartialEq, Eq)]
pub(crate) enum LinkStatus {
    /// The digits haven't been entered yet.
    Pending,
    Approved,
    Cancelled,
}

impl OpenedLink {
    /// Returns the link that this browser opened last.
    pub(crate) fn from_request(app: &App, request: &HttpRequest) -> Result<Self, Failure> {
        let callback = PendingCallback::from_request(request, &app.keys, app.clock.now());
        let opened = callback.and_then(|callback| {
            State::read(&app.keys, &callback.state).map(|state| Self { callback, state })
        });
        opened.ok_or_else(|| {
            Failure::new(ErrorKind::NothingPending, "no link was opened in this browser")
        })
    }

    /// Fails if the form belongs to another link, because another tab has opened a newer one.
    pub(crate) fn verify_form(&self, shown: Option<&str>) -> Result<(), Failure> {
        match shown {
            Some(shown) if shown != self.state.id.as_str() => {
                let why = "the form belongs to another sign-in";
                let refused = Failure::new(ErrorKind::AnotherLink, why);
                Err(refused.with_retry_url("/login/approve"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) async fn status(&self, store: &Store) -> Result<LinkStatus, Failure> {
        let end = end_of(store, &self.state.id).await?;
        match end {
            Some(End::ByMailbox) => Ok(LinkStatus::Cancelled),
            Some(End::WrongDigits) => Err(Failure::new(
                ErrorKind::TooManyWrongDigits,
                "wrong digits were entered three times before",
            )),
            Some(End::Redeemed(_) | End::CodeSpent) | None => {
                let is_approved = store.get(&self.state.id.approval_key()).await?.is_some();
                match (is_approved, end) {
                    (true, _) => Ok(LinkStatus::Approved),
                    (false, None) => Ok(LinkStatus::Pending),
                    (false, Some(_)) => Err(spent()),
                }
            }
        }
    }

    /// Approves the sign-in if the digits are right. The requesting browser continues, and this one
    /// gets no session.
    pub(crate) async fn approve(self, ctx: &Ctx, digits: &str) -> Result<(), NotApproved> {
        let State { id, requested, expires_at, .. } = self.state;
        let approvable = Approvable { id: &id, requested: &requested, expires_at };
        approvable.approve(ctx, digits, &Approval::with(self.callback)).await
    }

    /// Cancels the sign-in.
    pub(crate) async fn cancel(&self, app: &App, store: &Store) -> Result<(), Failure> {
        end::cancel(app, store, &self.state.id, self.state.expires_at).await.map(drop)
    }
}

/// A sign-in that another browser may approve.
pub(super) struct Approvable<'a> {
    pub(super) id: &'a SignInId,
    pub(super) requested: &'a RequestContext,
    /// When the sign-in expires, in seconds since 1970.
    pub(super) expires_at: i64,
}

/// Why a sign-in was not approved.
pub(crate) enum NotApproved {
    /// The digits were wrong, or not two digits. Has the number of attempts left if the attempt
    /// counted.
    WrongDigits(Option<u32>),
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for NotApproved {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Approvable<'_> {
    /// Approves the sign-in if the digits are right. Three wrong attempts end it. Input other than
    /// two digits doesn't count as an attempt.
    ///
    /// With three attempts at two digits, guessing succeeds for three in a hundred sign-ins, and
    /// for each of them, a user has to open an email that they didn't request.
    pub(super) async fn approve(
        &self,
        ctx: &Ctx,
        typed: &str,
        approval: &Approval,
    ) -> Result<(), NotApproved> {
        let Ctx { app, store, .. } = ctx;
        let Self { id, requested, expires_at } = self;
        if !app.sign_in.approves_cross_device {
            return Err(Failure::new(ErrorKind::NothingPending, "CROSS_DEVICE is deny").into());
        }
        let Some(digits) = Digits::parse(typed) else { return Err(NotApproved::WrongDigits(None)) };
        let name = id.approval_key();
        // The form was submitted twice.
        if store.get(&name).await?.is_some() {
            return Ok(());
        }
        let right = &requested.digits;
        // Store an alias, so that a reader of the store doesn't learn the digits.
        let alias =
            |digits: &Digits| app.keys.alias(&format!("{} {}", id.as_str(), digits.as_str()));
        let number = attempts::reserve(store, id, &alias(&digits), *expires_at).await?;
        match (number, right.matches(&digits)) {
            (Some(number), false) if number < MAX_ATTEMPTS => {
                return Err(NotApproved::WrongDigits(Some(MAX_ATTEMPTS - number)));
            }
            (Some(_), true) => {}
            // No attempts are left. End the sign-in, unless a concurrent request had the right
            // digits.
            (_, is_right) => match was_typed(store, id, &alias(right)).await? {
                false => return Err(self.end(store).await.into()),
                true if !is_right => return Ok(()),
                true => {}
            },
        }
        let sealed = app.keys.seal(id.as_str(), approval)?;
        let stored = store.put(&name, sealed, approval.expires_at).await;
        if let (Err(_), Some(number)) = (&stored, number) {
            // The digits were right, so the failure of the store must not cost an attempt.
            attempts::refund(store, id, number).await;
        }
        stored?;
        Entry::new(Event::Approved).sign_in(&app.keys, id).write();
        Ok(())
    }

    async fn end(&self, store: &Store) -> Failure {
        let end = End::WrongDigits.as_text();
        match store.claim(&self.id.end_key(), end, self.expires_at).await {
            Ok(_) => {
                let why = "wrong digits were entered three times";
                Failure::new(ErrorKind::TooManyWrongDigits, why)
            }
            Err(error) => error.into(),
        }
    }
}

/// Returns whether one of the attempts had these digits.
async fn was_typed(store: &Store, id: &SignInId, typed: &str) -> Result<bool, Failure> {
    for number in 1..=MAX_ATTEMPTS {
        if store.claimed(&id.attempt_key(number)).await?.is_some_and(|tried| tried == typed) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Returns the approval by another browser, if it exists and hasn't expired.
pub(super) async fn approval(
    app: &App,
    store: &Store,
    id: &SignInId,
) -> Result<Option<Approval>, Failure> {
    let sealed = store.get(&id.approval_key()).await?;
    let approval: Option<Approval> = sealed.and_then(|sealed| app.keys.open(id.as_str(), &sealed));
    Ok(approval.filter(|approval| app.clock.now() < approval.expires_at))
}

/// Continues the sign-in that another browser has approved.
pub(super) async fn continue_approved(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    pending: PendingSignIn,
    approval: Approval,
) -> Result<Next, Failure> {
    // for own-mail
    if let Some(secret_hash) = &approval.secret_hash {
        return own_link::leave_if_approved(ctx, pending, secret_hash).await;
    }
    match approval.callback {
        Some(callback) => complete_or_confirm_switch(ctx, user, pending, callback).await,
        None => Err(spent().with_retry_of(&pending)),
    }
}

/// Returns whether another browser has approved the sign-in and no other tab is already redirecting
/// to WorkOS.
pub(super) async fn may_continue(app: &App, store: &Store, id: &SignInId) -> Result<bool, Failure> {
    match approval(app, store, id).await? {
        Some(Approval { callback: None, .. }) => {
            Ok(store.claimed(&id.press_key()).await?.is_none())
        }
        approval => Ok(approval.is_some()),
    }
}
