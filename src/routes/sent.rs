//! `GET /login/sent`: the "Check your inbox" page. It polls [`super::status`] and continues
//! automatically. Without scripts, it reloads.

use actix_web::{HttpResponse, web};

use super::status::StatusQuery;
use crate::error::{ErrorKind, Failure};
use crate::mail::Mailer;
use crate::pages::{Pages, SentPage, see_other};
use crate::same_origin;
use crate::session::CurrentUser;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::email_code::Rejection;
use crate::sign_in::refusal::spent;
use crate::sign_in::resume::unknown;
use crate::sign_in::start::rate_limited;
use crate::sign_in::status::{Progress, status};
use crate::sign_in::{LinkDelivery, PendingSignIn, SignInMethod, blocked_cookies, email_code, end};
use crate::webmail;

/// Shows the newest sign-in of this browser if there is no `flow`. If the browser has none,
/// redirects to the form.
pub(super) async fn show(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    query: web::Query<StatusQuery>,
) -> Result<HttpResponse, Failure> {
    let app = &ctx.app;
    let Some(id) = query.id(&ctx) else { return Ok(see_other("/login")) };
    let status = status(&ctx, user.as_ref(), &id).await?;
    if let Some(next) = &status.next {
        return Ok(see_other(next));
    }
    let Some(pending) = PendingSignIn::from_cookie(&ctx.request, &app.keys, &id, app.clock.now())
    else {
        let response = unknown(&ctx, &id, ErrorKind::EmailCookiesBlocked);
        // for own-mail or cross-device
        if response.is_err() && same_origin::is_from_our_page(ctx.request.headers()) {
            let _ = blocked_cookies::mark(app, &ctx.store, &id).await;
        }
        return response.map(|next| pages.go(next));
    };
    if status.state == Progress::Expired {
        return Err(spent().with_retry_of(&pending).for_audit(&pending));
    }
    // for sso
    // Another redirect would interrupt the sign-in in progress.
    if pending.method.is_sso() {
        return match end::end_of(&ctx.store, &id).await? {
            Some(_) => Err(Failure::in_progress(&id)),
            None => Ok(see_other(&format!("/login/sso?flow={}", id.as_str()))),
        };
    }
    let page = sent_page(&ctx, user.as_ref(), &pending).await?;
    Ok(pages.show(&match Rejection::last(&ctx, &pending).await? {
        Some((kind, attempts_left)) => page.with_rejection(kind, attempts_left, None),
        None => page,
    }))
}

/// Builds the page, without the rejection of an earlier code.
pub(super) async fn sent_page(
    ctx: &Ctx,
    user: Option<&CurrentUser>,
    pending: &PendingSignIn,
) -> Result<SentPage, Failure> {
    let app = &ctx.app;
    // WorkOS doesn't document the sender address of its emails.
    let sender = None;
    // for own-mail
    let sender = match pending.method {
        SignInMethod::Link(LinkDelivery::Smtp) => app.own_mail.mailer.as_ref().map(Mailer::sender),
        _ => sender,
    };
    let webmail = webmail::for_domain(pending.email.domain(), sender);
    let again = rate_limited(ctx, &pending.email, &pending.method);
    let wait = app.rate_limits.until_next(&ctx.store, &again).await?;
    let page = SentPage::new(app, user, pending, wait, webmail);
    if !matches!(pending.method, SignInMethod::Code) {
        return Ok(page);
    }
    let is_trying = email_code::attempted_at(&ctx.store, &pending.id).await?.is_some();
    let other = user.filter(|user| !user.has_email(&pending.email));
    Ok(page.with_field(other, is_trying))
}
