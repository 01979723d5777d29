//! A link that was opened in another browser: with the right digits, the requesting browser continues.

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

/// WorkOS's link, opened in this browser, which didn't request it.
pub(crate) struct OpenedLink {
    callback: PendingCallback,
    pub(crate) state: State,
}

/// The status of its sign-in.
#[derive(PartialEq, Eq)]
pub(crate) enum LinkState {
    /// It waits for the digits.
    Waits,
    Approved,
    Cancelled,
}

impl OpenedLink {
    /// Returns the link that this browser opened last.
    pub(crate) fn of_browser(app: &App, request: &HttpRequest) -> Result<Self, Failure> {
        let callback = PendingCallback::of_browser(request, &app.keys, app.clock.now());
        let opened = callback.and_then(|callback| {
            State::read(&app.keys, &callback.state).map(|state| Self { callback, state })
        });
        opened.ok_or_else(|| Failure::new(ErrorKind::NothingPending, "this browser opened no link"))
    }

    /// Fails if the form belongs to another link: another tab may have opened a newer one.
    pub(crate) fn must_be(&self, shown: Option<&str>) -> Result<(), Failure> {
        match shown {
            Some(shown) if shown != self.state.id.as_str() => {
                let why = "the form belongs to another sign-in";
                let refused = Failure::new(ErrorKind::AnotherLink, why);
                Err(refused.with_retry_url("/login/approve"))
            }
            _ => Ok(()),
        }
    }

    pub(crate) async fn standing(&self, store: &Store) -> Result<LinkState, Failure> {
        let end = end_of(store, &self.state.id).await?;
        match end {
            Some(End::ByMailbox) => Ok(LinkState::Cancelled),
            Some(End::WrongDigits) => Err(Failure::new(
                ErrorKind::TooManyWrongDigits,
                "wrong digits were entered three times before",
            )),
            Some(End::Redeemed(_) | End::CodeSpent) | None => {
                let is_approved = store.get(&self.state.id.name_of_approval()).await?.is_some();
                match (is_approved, end) {
                    (true, _) => Ok(LinkState::Approved),
                    (false, None) => Ok(LinkState::Waits),
                    (false, Some(_)) => Err(spent()),
                }
            }
        }
    }

    /// Approves the sign-in, if the digits are right: the requesting browser continues, and this one
    /// gets no session.
    pub(crate) async fn approve(self, ctx: &Ctx, digits: &str) -> Result<(), NotApproved> {
        let State { id, requested, expires_at, .. } = self.state;
        let approvable = Approvable { id: &id, requested: &requested, expires_at };
        approvable.approve(ctx, digits, &Approval::with(self.callback)).await
    }

    /// Ends the sign-in: its user didn't request it.
    pub(crate) async fn cancel(&self, app: &App, store: &Store) -> Result<(), Failure> {
        end::cancel(app, store, &self.state.id, self.state.expires_at).await.map(drop)
    }
}

/// A sign-in that another browser may approve.
pub(super) struct Approvable<'a> {
    pub(super) id: &'a SignInId,
    pub(super) requested: &'a RequestContext,
    /// When that sign-in is over in any case, in seconds since 1970.
    pub(super) expires_at: i64,
}

/// Why a sign-in was not approved.
pub(crate) enum NotApproved {
    /// The digits were wrong; how many attempts are left, if one was counted.
    WrongDigits(Option<u32>),
    Failed(Failure),
}

impl<E: Into<Failure>> From<E> for NotApproved {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl Approvable<'_> {
    /// Lets the requesting browser continue, if the digits are right. Three wrong ones end the sign-in;
    /// input that isn't two digits doesn't count.
    ///
    /// With three attempts at two digits, guessing succeeds in three of a hundred sign-ins, and each
    /// needs a user who opens an email that they didn't request.
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
        let name = id.name_of_approval();
        // The form was sent twice.
        if store.get(&name).await?.is_some() {
            return Ok(());
        }
        let right = &requested.digits;
        // Not the digits themselves, so that a reader of the store doesn't learn the right ones.
        let alias =
            |digits: &Digits| app.keys.alias(&format!("{} {}", id.as_str(), digits.as_str()));
        let number = attempts::reserve(store, id, &alias(&digits), *expires_at).await?;
        match (number, right.are(&digits)) {
            (Some(number), false) if number < MAX_ATTEMPTS => {
                return Err(NotApproved::WrongDigits(Some(MAX_ATTEMPTS - number)));
            }
            (Some(_), true) => {}
            // No attempts are left. End the sign-in, unless a concurrent request has the right digits.
            (_, is_right) => match was_typed(store, id, &alias(right)).await? {
                false => return Err(self.end(store).await.into()),
                true if !is_right => return Ok(()),
                true => {}
            },
        }
        let sealed = app.keys.seal(id.as_str(), approval)?;
        let stored = store.put(&name, sealed, approval.expires_at).await;
        if let (Err(_), Some(number)) = (&stored, number) {
            // The attempt was right.
            attempts::refund(store, id, number).await;
        }
        stored?;
        Entry::new(Event::Approved).sign_in(&app.keys, id).write();
        Ok(())
    }

    async fn end(&self, store: &Store) -> Failure {
        let end = End::WrongDigits.as_text();
        match store.claim(&self.id.claim_of_end(), end, self.expires_at).await {
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
        if store.claimed(&id.claim_of_try(number)).await?.is_some_and(|tried| tried == typed) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The approval of this sign-in by another browser, if any.
pub(super) async fn approval(
    app: &App,
    store: &Store,
    id: &SignInId,
) -> Result<Option<Approval>, Failure> {
    let sealed = store.get(&id.name_of_approval()).await?;
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

/// Whether another browser has approved it, and no other tab is about to leave for WorkOS.
pub(super) async fn may_continue(app: &App, store: &Store, id: &SignInId) -> Result<bool, Failure> {
    match approval(app, store, id).await? {
        Some(Approval { callback: None, .. }) => {
            Ok(store.claimed(&id.claim_of_press()).await?.is_none())
        }
        approval => Ok(approval.is_some()),
    }
}
