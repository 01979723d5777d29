//! Asks whether to switch accounts, when a sign-in completes in a browser where another user is
//! signed in.

use super::callback::verify_state;
use super::complete::Completion;
use super::ctx::Ctx;
use super::next::Next;
use super::resume::{Resumed, resume, signed_in_by};
use super::sso::{self, Waiting, last_question};
use super::{PendingCallback, PendingSignIn, SignInId, State};
use crate::audit::{Entry, Event};
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;

/// The question whether this sign-in may switch accounts.
pub(crate) struct Question {
    pub(crate) pending: PendingSignIn,
    /// The address that would be signed in.
    pub(crate) email: EmailAddress,
    pub(super) held: Held,
}

/// What the sign-in is completed with once the user agrees.
pub(super) enum Held {
    /// The authorization code of a link, kept in the browser.
    Callback(PendingCallback),
    // for sso
    /// An identity that SSO has verified, kept in the store.
    Identity(Box<Waiting>),
}

/// The question to ask, or the next page if the user has already answered.
pub(crate) enum Consent {
    Needed(Box<Question>),
    Answered(Next),
}

/// Returns the question to show to this browser's user.
pub(crate) async fn question(ctx: &Ctx, user: Option<&CurrentUser>) -> Result<Consent, Failure> {
    if let Some(question) = Question::from_request(ctx).await? {
        return Ok(Consent::Needed(Box::new(question)));
    }
    let before = None;
    // for sso
    // The page was reloaded after the answer.
    let before = last_question(ctx).or(before);
    answered(ctx, user, before).await
}

/// Returns the question that the user has answered. `shown` is the sign-in that the page asked
/// about.
pub(crate) async fn answered_question(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    shown: Option<SignInId>,
) -> Result<Consent, Failure> {
    // The button was pressed again, after the sign-in completed.
    if let Some(next) = shown.as_ref().and_then(|shown| signed_in_by(user, shown)) {
        return Ok(Consent::Answered(next));
    }
    match (Question::from_request(ctx).await?, shown) {
        // Another tab has opened a newer link.
        (Some(question), Some(shown)) if shown != question.pending.id => {
            let why = "the form belongs to another sign-in";
            let refused = Failure::new(ErrorKind::AnotherLink, why);
            Err(refused.with_retry_url("/login/switch"))
        }
        (Some(question), _) => Ok(Consent::Needed(Box::new(question))),
        (None, shown) => answered(ctx, user, shown).await,
    }
}

/// Returns the result of the first press, when the button was pressed twice.
async fn answered(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    before: Option<SignInId>,
) -> Result<Consent, Failure> {
    let id = before.ok_or_else(nothing_pending)?;
    match resume(ctx, user, &id).await? {
        Resumed::Completed(next) => Ok(Consent::Answered(next)),
        _ => Err(nothing_pending()),
    }
}

fn nothing_pending() -> Failure {
    Failure::new(ErrorKind::NothingPending, "no sign-in to confirm in this browser")
}

impl Question {
    async fn from_request(ctx: &Ctx) -> Result<Option<Self>, Failure> {
        let (keys, now, request) = (&ctx.app.keys, ctx.app.clock.now(), &ctx.request);
        // for sso
        if let Some(waiting) = Waiting::from_request(ctx).await? {
            return Ok(waiting.question(ctx));
        }
        let question = |callback: PendingCallback| {
            let id = State::read(keys, &callback.state)?.id;
            let pending = PendingSignIn::from_request(request, keys, &id, now)
                .filter(|pending| pending.belongs_to(&callback.state))?;
            Some(Self { email: pending.email.clone(), pending, held: Held::Callback(callback) })
        };
        Ok(PendingCallback::from_request(request, keys, now).and_then(question))
    }

    /// Agrees to switch accounts, and completes the sign-in.
    pub(crate) async fn agree(
        self,
        ctx: &Ctx,
        user: Option<&CurrentUser>,
    ) -> Result<Next, Failure> {
        let completion = Completion::new(ctx, user, self.pending);
        match self.held {
            Held::Callback(callback) => {
                verify_state(&ctx.app, &completion.pending, &callback)?;
                completion.by_authorization_code(callback.code).await
            }
            // for sso
            Held::Identity(waiting) => completion.by_consent(*waiting).await,
        }
    }

    /// Declines to switch accounts. The current user remains signed in.
    pub(crate) async fn decline(self, ctx: &Ctx) -> Result<Next, Failure> {
        let next = Next::to("/").with([PendingCallback::removal_cookie()]);
        // for sso
        if !sso::decline(ctx, self.held).await? {
            return Ok(next);
        }
        // Otherwise, an approval by another browser would lead back to the question.
        let next = next.with([self.pending.id.removal_cookie()]);
        let entry = Entry::new(Event::Cancelled).pending(&ctx.app.keys, &self.pending);
        entry.by(&self.pending.method).write();
        Ok(next)
    }
}
