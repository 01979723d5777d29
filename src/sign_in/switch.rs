//! A sign-in came back to a browser in which another user is signed in: they are asked first.

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

/// What the user is asked about.
pub(crate) struct Question {
    kind: Kind,
    pub(crate) pending: PendingSignIn,
}

enum Kind {
    /// A link: its code waits in the browser.
    Link(PendingCallback),
    /// A sign-in through an organization: the verified identity waits in the store.
    Sso(Box<Waiting>),
}

/// A question to ask, or where the browser goes because it was answered before.
pub(crate) enum Asked {
    Question(Question),
    Answered(Next),
}

/// What this browser's user is asked about, for the page that asks.
pub(crate) async fn ask(ctx: &Ctx, user: Option<&CurrentUser>) -> Result<Asked, Failure> {
    match Question::of_browser(ctx).await? {
        Some(question) => Ok(Asked::Question(question)),
        // A reload after the answer.
        None => answered(ctx, user, asked_about(ctx)).await,
    }
}

/// What the answer is to, for the page that asked about the sign-in `shown`.
pub(crate) async fn ask_again(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    shown: Option<SignInId>,
) -> Result<Asked, Failure> {
    // Pressed once more, when it has signed the browser in.
    if let Some(next) = shown.as_ref().and_then(|shown| signed_in_by(user, shown)) {
        return Ok(Asked::Answered(next));
    }
    match Question::of_browser(ctx).await? {
        // Another tab has opened another link since.
        Some(question) if shown.as_ref().is_some_and(|shown| *shown != question.pending.id) => {
            let why = "the page was of another sign-in";
            let refused = Failure::refusal(ErrorKind::AnotherLink, why);
            Err(refused.with_retry_url("/login/switch"))
        }
        Some(question) => Ok(Asked::Question(question)),
        None => answered(ctx, user, shown).await,
    }
}

/// Pressed twice: the first press has answered.
async fn answered(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    id: Option<SignInId>,
) -> Result<Asked, Failure> {
    if let Some(id) = id
        && let Resumed::Completed(next) = resume(ctx, user, &id).await?
    {
        return Ok(Asked::Answered(next));
    }
    Err(Failure::refusal(ErrorKind::NothingPending, "no sign-in waits in this browser"))
}

impl Question {
    async fn of_browser(ctx: &Ctx) -> Result<Option<Self>, Failure> {
        let (keys, now, request) = (&ctx.app.keys, ctx.app.clock.now(), &ctx.request);
        if let Some(waiting) = Waiting::of_browser(ctx).await? {
            // It waits by its own time.
            let pending = PendingSignIn::with_expired(request, keys, &waiting.id);
            let kind = Kind::Sso(Box::new(waiting));
            return Ok(pending.map(|pending| Self { kind, pending }));
        }
        Ok(PendingCallback::of_browser(request, keys, now).and_then(|callback| {
            let State { id, .. } = State::read(keys, &callback.state)?;
            let pending = PendingSignIn::of_browser(request, keys, &id, now)
                .filter(|pending| pending.belongs_to(&callback.state))?;
            Some(Self { kind: Kind::Link(callback), pending })
        }))
    }

    /// The address that would be signed in.
    pub(crate) fn email(&self) -> &EmailAddress {
        match &self.kind {
            Kind::Link(_) => &self.pending.email,
            Kind::Sso(waiting) => &waiting.verified.email,
        }
    }

    /// Yes: completes the sign-in.
    pub(crate) async fn agree(
        self,
        ctx: &Ctx,
        user: Option<&CurrentUser>,
    ) -> Result<Next, Failure> {
        let Self { kind, pending } = self;
        match kind {
            Kind::Link(callback) => {
                verify_state(&ctx.app, &pending, &callback)?;
                let completion = Completion::new(ctx, user, pending);
                completion.by_authorization_code(ctx, callback.code).await
            }
            Kind::Sso(waiting) => {
                Completion::new(ctx, user, pending).by_consent(ctx, *waiting).await
            }
        }
    }

    /// No: the user keeps the account that is signed in.
    pub(crate) async fn decline(self, ctx: &Ctx) -> Result<Next, Failure> {
        let Self { kind, pending } = self;
        let mut next = Next::to("/").with([PendingCallback::removal_cookie()]);
        if let Kind::Sso(waiting) = kind {
            // Another press has agreed.
            if !waiting.decline(ctx).await? {
                return Ok(next);
            }
            next = next.with([pending.id.removal_cookie()]);
        }
        let entry = Entry::new(&ctx.app.keys, Event::Cancelled).of_sign_in(&pending);
        entry.by(&pending.method).write();
        Ok(next)
    }
}
