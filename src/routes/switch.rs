//! `/login/switch`: a sign-in came back to a browser in which another user is signed in.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::callback::verify_state;
use crate::audit::{Entry, Event};
use crate::error::{ErrorKind, Failure};
use crate::pages::{Pages, SwitchPage, see_other};
use crate::session::CurrentUser;
use crate::sign_in::complete::{Completion, Waiting, flow_of, wait_if_begun};
use crate::sign_in::ctx::Ctx;
use crate::sign_in::{PendingCallback, PendingSignIn, SignInId, State};

#[derive(Default, Deserialize)]
pub(super) struct Form {
    /// The sign-in that the page spoke of.
    #[serde(default)]
    flow: String,
    /// `no` keeps to the account that is signed in.
    #[serde(default)]
    answer: String,
}

/// What the person is asked about.
enum Question {
    /// A link: its code waits in the browser.
    Link(PendingCallback),
    /// A sign-in through an organization: what WorkOS said waits in the store.
    Sso(Box<Waiting>),
}

pub(super) async fn show(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
) -> Result<HttpResponse, Failure> {
    let (question, pending) = match question(&ctx).await {
        Ok(question) => question,
        // A reload after the button was pressed.
        Err(nothing) => {
            let before = pressed_before(&ctx, user.as_ref(), flow_of(&ctx).as_ref()).await?;
            return before.ok_or(nothing);
        }
    };
    let email = match &question {
        Question::Link(_) => &pending.email,
        Question::Sso(waiting) => &waiting.verified.email,
    };
    Ok(pages.show(&SwitchPage::new(&pending, user.as_ref(), email)))
}

pub(super) async fn switch(
    ctx: Ctx,
    user: Option<CurrentUser>,
    form: Option<web::Form<Form>>,
) -> Result<HttpResponse, Failure> {
    let form = form.map(web::Form::into_inner).unwrap_or_default();
    let shown = SignInId::parse(&form.flow);
    // Pressed once more, when it has gone through.
    let led_to = user.as_ref().zip(shown.as_ref()).and_then(|(user, flow)| user.led_by(flow));
    if let Some(led_to) = led_to {
        return Ok(see_other(led_to.as_str()));
    }
    let (question, pending) = match question(&ctx).await {
        Ok(question) => question,
        Err(nothing) => {
            let before = pressed_before(&ctx, user.as_ref(), shown.as_ref()).await?;
            return before.ok_or(nothing);
        }
    };
    // Whom the page named, and nobody whose link another tab has opened since.
    if shown.is_some_and(|shown| shown != pending.id) {
        let refused = Failure::refusal(ErrorKind::AnotherLink, "the page was of another sign-in");
        return Err(refused.looking_again_at("/login/switch"));
    }
    match form.answer.as_str() {
        "" => {}
        "no" => return decline(&ctx, question, &pending).await,
        _ => return Err(Failure::refusal(ErrorKind::BadRequest, "neither yes nor no")),
    }
    if let Question::Link(callback) = &question {
        verify_state(&ctx.app, &pending, callback)?;
    }
    let completion = Completion::new(&ctx, user.as_ref(), pending);
    match question {
        Question::Link(callback) => completion.by_code(&ctx, user.as_ref(), callback.code).await,
        Question::Sso(waiting) => completion.by_consent(&ctx, user.as_ref(), *waiting).await,
    }
}

/// Pressed twice: the first press has taken what waited.
async fn pressed_before(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    flow: Option<&SignInId>,
) -> Result<Option<HttpResponse>, Failure> {
    let pending = flow.and_then(|flow| {
        PendingSignIn::of_flow(&ctx.request, &ctx.app.keys, flow, ctx.app.clock.now())
    });
    match pending {
        Some(pending) => wait_if_begun(ctx, user, &pending).await,
        None => Ok(None),
    }
}

async fn decline(
    ctx: &Ctx,
    question: Question,
    pending: &PendingSignIn,
) -> Result<HttpResponse, Failure> {
    let mut response = see_other("/");
    // Can't fail: the names are letters, digits and dashes, the values empty.
    let _ = response.add_cookie(&PendingCallback::removal_cookie());
    if let Question::Sso(waiting) = question {
        // Another press has said yes.
        if !waiting.decline(ctx).await? {
            return Ok(response);
        }
        let _ = response.add_cookie(&pending.id.removal_cookie());
    }
    let entry = Entry::new(&ctx.app.keys, Event::Cancelled).of_sign_in(pending);
    entry.by(&pending.method).write();
    Ok(response)
}

/// What this browser's user is asked about, and the sign-in that this browser asked for.
async fn question(ctx: &Ctx) -> Result<(Question, PendingSignIn), Failure> {
    let nothing =
        || Failure::refusal(ErrorKind::NothingPending, "no sign-in waits in this browser");
    let (keys, now) = (&ctx.app.keys, ctx.app.clock.now());
    let (question, flow) = if let Some(waiting) = Waiting::of(ctx).await? {
        let flow = waiting.flow.clone();
        (Question::Sso(Box::new(waiting)), flow)
    } else {
        let callback = PendingCallback::of(&ctx.request, keys, now).ok_or_else(nothing)?;
        let state = State::read(keys, &callback.state).ok_or_else(nothing)?;
        (Question::Link(callback), state.flow)
    };
    let pending = match &question {
        Question::Link(callback) => PendingSignIn::of_flow(&ctx.request, keys, &flow, now)
            .filter(|pending| pending.belongs_to(&callback.state)),
        // It waits by its own time.
        Question::Sso(_) => PendingSignIn::with_expired(&ctx.request, keys, &flow),
    };
    Ok((question, pending.ok_or_else(nothing)?))
}
