//! `POST /login/code`: the code that WorkOS mailed, typed in where it was asked for.
//!
//! What becomes of it: [`code_attempt`].

use std::rc::Rc;

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::sign_in_request;
use crate::error::{ErrorKind, Failure};
use crate::pages::{CodePage, Pages, see_other};
use crate::session::CurrentUser;
use crate::sign_in::code_attempt::{self, NotTaken};
use crate::sign_in::complete::{Completion, wait_if_begun};
use crate::sign_in::ctx::Ctx;
use crate::sign_in::end::{end_of, spent};
use crate::sign_in::{OneTimeCode, PendingSignIn, SignInId, SignInMethod};
use crate::webmail;

#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    flow: String,
    #[serde(default)]
    code: String,
    /// Who the page said is signed in here, where that is somebody else.
    #[serde(default)]
    instead_of: String,
}

/// The page with the field for the code.
pub(super) async fn page(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    pending: &PendingSignIn,
) -> Result<CodePage, Failure> {
    let (app, store) = (&ctx.app, &ctx.store);
    let another = sign_in_request(ctx, &pending.email, &pending.method);
    let wait = app.rate_limits.until_next(store, &another).await?;
    let is_trying = code_attempt::since(store, &pending.id).await?.is_some();
    let user = user.filter(|user| !user.has_email(&pending.email));
    let page = CodePage::new(pending).waiting(wait).trying(is_trying).switching_from(user);
    // Whom the mail is from isn't documented.
    Ok(page.leading_to(webmail::for_domain(pending.email.domain(), None)))
}

/// The sign-in of this browser that waits for a code.
fn pending(ctx: &Ctx, flow: &SignInId) -> Option<PendingSignIn> {
    PendingSignIn::with_expired(&ctx.request, &ctx.app.keys, flow).filter(|pending| {
        matches!(pending.method, SignInMethod::Code) && pending.next_mail_at.is_none()
    })
}

pub(super) async fn sign_in(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    form: web::Form<Form>,
) -> Result<HttpResponse, Failure> {
    let nothing = || Failure::refusal(ErrorKind::NoCodePending, "this browser has no such sign-in");
    let flow = SignInId::parse(&form.flow).ok_or_else(nothing)?;
    // Pressed once more, when it has gone through.
    if let Some(led_to) = user.as_ref().and_then(|user| user.led_by(&flow)) {
        return Ok(see_other(led_to.as_str()));
    }
    let pending = pending(&ctx, &flow).ok_or_else(nothing)?;
    if end_of(&ctx.store, &flow).await?.is_some() {
        let outcome = wait_if_begun(&ctx, user.as_ref(), &pending).await?;
        return outcome.ok_or_else(|| spent().offering(&pending).of(&pending));
    }
    if ctx.app.clock.now() >= pending.expires_at {
        return Err(spent().offering(&pending).of(&pending));
    }
    let waiting = format!("/login/sent?flow={}", flow.as_str());
    // Somebody else has signed in here since the page was shown: it says so now, and asks once more.
    let other = user.as_ref().filter(|user| !user.has_email(&pending.email));
    if other.is_some_and(|other| other.profile.email != form.instead_of) {
        return Ok(see_other(&waiting));
    }
    let page = page(&ctx, user.as_ref(), &pending).await?;
    let Some(code) = OneTimeCode::parse(&form.code) else {
        let failure = Failure::refusal(ErrorKind::WrongCode, "not six digits");
        return Err(NotTaken::from(failure).on(&pages, page, &pending));
    };

    let completion = Rc::new(Completion::new(&ctx, user.as_ref(), pending.clone()));
    match completion.detach(code_attempt::once(Rc::clone(&completion), code)).await {
        Some(Ok(outcome)) => completion.respond(&ctx, user.as_ref(), Some(Ok(outcome))).await,
        Some(Err(not_taken)) => Err(not_taken.on(&pages, page, &pending)),
        None => Ok(see_other(&waiting)),
    }
}

impl NotTaken {
    /// The page again, with the field and what was wrong; or a page of its own, if the sign-in is over.
    fn on(self, pages: &Pages, page: CodePage, pending: &PendingSignIn) -> Failure {
        let Self { failure, tries_left, is_over } = self;
        if is_over {
            return failure.ending(&pending.id).or_offering(pending);
        }
        let page = page.refusing(failure.code, tries_left, failure.retry_after);
        failure.of(pending).shown_in(pages.html(&page))
    }
}
