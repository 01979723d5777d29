//! A sign-in came back to a browser in which another user is signed in. They are asked whether to switch.

use super::callback::verify_state;
use super::complete::Completion;
use super::ctx::Ctx;
use super::next::Next;
use super::resume::{Resumed, resume, signed_in_by};
use super::sso::{Waiting, asked_about};
use super::{PendingCallback, PendingSignIn, SignInId, State};
use crate::audit::{Entry, Event};
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::session::CurrentUser;

/// What the user is asked about: whether this sign-in may switch the account.
pub(crate) struct Question {
    pub(crate) pending: PendingSignIn,
    /// The address that would be signed in.
    pub(crate) email: EmailAddress,
    pub(super) held: Held,
}

/// What completes the sign-in once the user agrees.
pub(super) enum Held {
    /// The authorization code of a link, which waits in the browser.
    Callback(PendingCallback),
    // for sso
    /// An identity that SSO has verified, which waits in the store.
    Identity(Box<Waiting>),
}

/// A question to ask, or where the browser goes because the user has answered it.
pub(crate) enum Asked {
    Question(Box<Question>),
    Answered(Next),
}

/// Finds the question for this browser's user, for the page that asks it.
pub(crate) async fn ask(ctx: &Ctx, user: Option<&CurrentUser>) -> Result<Asked, Failure> {
    if let Some(question) = Question::of_browser(ctx).await? {
        return Ok(Asked::Question(Box::new(question)));
    }
    let before = None;
    // for sso
    // A reload after the answer.
    let before = asked_about(ctx).or(before);
    answered(ctx, user, before).await
}

/// Finds the question that the user answers, on the page that asked about the sign-in `shown`.
pub(crate) async fn ask_again(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    shown: Option<SignInId>,
) -> Result<Asked, Failure> {
    // Pressed once more, when it has signed the browser in.
    if let Some(next) = shown.as_ref().and_then(|shown| signed_in_by(user, shown)) {
        return Ok(Asked::Answered(next));
    }
    match (Question::of_browser(ctx).await?, shown) {
        // Another tab has opened another link since.
        (Some(question), Some(shown)) if shown != question.pending.id => {
            let why = "the form belongs to another sign-in";
            let refused = Failure::new(ErrorKind::AnotherLink, why);
            Err(refused.with_retry_url("/login/switch"))
        }
        (Some(question), _) => Ok(Asked::Question(Box::new(question))),
        (None, shown) => answered(ctx, user, shown).await,
    }
}

/// The button was pressed twice: the first press has answered.
async fn answered(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    before: Option<SignInId>,
) -> Result<Asked, Failure> {
    let id = before.ok_or_else(nothing_pending)?;
    match resume(ctx, user, &id).await? {
        Resumed::Completed(next) => Ok(Asked::Answered(next)),
        _ => Err(nothing_pending()),
    }
}

fn nothing_pending() -> Failure {
    Failure::new(ErrorKind::NothingPending, "no sign-in to confirm in this browser")
}

impl Question {
    async fn of_browser(ctx: &Ctx) -> Result<Option<Self>, Failure> {
        let (keys, now, request) = (&ctx.app.keys, ctx.app.clock.now(), &ctx.request);
        // for sso
        if let Some(waiting) = Waiting::of_browser(ctx).await? {
            return Ok(waiting.question(ctx));
        }
        let question = |callback: PendingCallback| {
            let id = State::read(keys, &callback.state)?.id;
            let pending = PendingSignIn::of_browser(request, keys, &id, now)
                .filter(|pending| pending.belongs_to(&callback.state))?;
            Some(Self { email: pending.email.clone(), pending, held: Held::Callback(callback) })
        };
        Ok(PendingCallback::of_browser(request, keys, now).and_then(question))
    }

    /// Yes: completes the sign-in.
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

    /// No: the user keeps the account that is signed in.
    pub(crate) async fn decline(self, ctx: &Ctx) -> Result<Next, Failure> {
        let next = Next::to("/").with([PendingCallback::removal_cookie()]);
        // for sso
        let next = match self.held {
            Held::Callback(_) => next,
            Held::Identity(waiting) => {
                // Another press has agreed.
                if !waiting.decline(ctx).await? {
                    return Ok(next);
                }
                next.with([self.pending.id.removal_cookie()])
            }
        };
        let entry = Entry::new(Event::Cancelled).pending(&ctx.app.keys, &self.pending);
        entry.by(&self.pending.method).write();
        Ok(next)
    }
}
