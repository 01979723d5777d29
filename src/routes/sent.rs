//! `GET /login/sent`: check your inbox. It asks how the sign-in goes and moves on by itself, by a
//! script that asks [`super::status`], or without scripts by loading anew.

use actix_web::{HttpResponse, web};

use super::code;
use super::status::{self, Progress, Which};
use super::{sign_in_request, without_sign_in};
use crate::app::App;
use crate::clock::seconds;
use crate::error::{ErrorKind, Failure};
use crate::mail::Mailer;
use crate::pages::{Pages, SentPage, see_other};
use crate::same_origin;
use crate::session::{CurrentUser, Store, StoreError};
use crate::sign_in::complete::take_not_taken;
use crate::sign_in::ctx::Ctx;
use crate::sign_in::end::{end_of, spent};
use crate::sign_in::{LinkDelivery, PendingSignIn, SignInId, SignInMethod};
use crate::webmail;

/// Without `flow`, the newest sign-in of this browser; with none under way, the form.
pub(super) async fn show(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    which: web::Query<Which>,
) -> Result<HttpResponse, Failure> {
    let (app, store) = (&ctx.app, &ctx.store);
    let Some(flow) = which.flow(&ctx) else { return Ok(see_other("/login")) };
    let status = status::of(&ctx, user.as_ref(), &flow).await?;
    if let Some(next) = &status.next {
        return Ok(see_other(next));
    }
    let Some(pending) = PendingSignIn::with_expired(&ctx.request, &app.keys, &flow) else {
        let answer = without_sign_in(&ctx, &flow, ErrorKind::EmailCookiesBlocked);
        if answer.is_err() && same_origin::is_from_our_page(ctx.request.headers()) {
            let _ = mark_cookies_blocked(app, store, &flow).await;
        }
        return answer;
    };
    if status.state == Progress::Expired {
        return Err(spent().offering(&pending).of(&pending));
    }
    match pending.method {
        SignInMethod::Link(delivery) => Ok(pages.show(&page(&ctx, &pending, delivery).await?)),
        SignInMethod::Code => {
            let page = code::page(&ctx, user.as_ref(), &pending).await?;
            Ok(pages.show(&match take_not_taken(app, store, &flow).await? {
                Some((code, tries_left)) => page.refusing(code, tries_left, None),
                None => page,
            }))
        }
        SignInMethod::Sso(_) => {
            // Leaving once more would only cut off what is under way.
            match end_of(store, &flow).await? {
                Some(_) => Err(Failure::going_through(&pending.id)),
                None => Ok(see_other(&format!("/login/sso?flow={}", flow.as_str()))),
            }
        }
    }
}

async fn page(
    ctx: &Ctx,
    pending: &PendingSignIn,
    delivery: LinkDelivery,
) -> Result<SentPage, Failure> {
    let app = &ctx.app;
    let lifetime = app.link_lifetimes.of(delivery);
    let another = sign_in_request(ctx, &pending.email, &pending.method);
    let wait = app.rate_limits.until_next(&ctx.store, &another).await?;
    let page = SentPage::new(pending, delivery, lifetime)
        .showing_digits(app.approves_cross_device.then_some(&pending.digits))
        .waiting(wait);
    Ok(page.leading_to(webmail::for_domain(pending.email.domain(), sender(app, delivery))))
}

/// Marks a sign-in whose browser keeps no cookies, so that the pages of its link say so; without the
/// mark, they say only that this may be the case. Only a browser that comes here from the form sets it:
/// anything else that opens this URL, such as a scanner, never had the cookie.
async fn mark_cookies_blocked(app: &App, store: &Store, flow: &SignInId) -> Result<(), StoreError> {
    let name = flow.name_of_blocked_cookies();
    if store.get(&name).await?.is_some() {
        return Ok(());
    }
    // At least as long as the email's link, whichever it is.
    let lifetime = app.default_method.lifetime(|delivery| app.link_lifetimes.of(delivery));
    let until = app.clock.now().saturating_add(seconds(lifetime)).saturating_add(60 * 60);
    store.put(&name, String::new(), until).await
}

/// Refuses the link of a sign-in that no browser has, to one that doesn't have it either.
pub(super) async fn refuse_without_cookies(store: &Store, flow: &SignInId) -> Result<(), Failure> {
    match store.get(&flow.name_of_blocked_cookies()).await? {
        Some(_) => Err(Failure::refusal(
            ErrorKind::RequestedWithoutCookies,
            "the browser that requested the link keeps no cookies",
        )),
        None => Ok(()),
    }
}

/// Whom the mail is from, if that is known: of WorkOS's it isn't documented.
fn sender(app: &App, delivery: LinkDelivery) -> Option<&str> {
    match delivery {
        LinkDelivery::Smtp => app.mailer.as_ref().map(Mailer::sender),
        LinkDelivery::WorkOs => None,
    }
}
