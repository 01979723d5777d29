//! `GET /login/sent`: check your inbox. It asks how the sign-in goes and moves on by itself, by a
//! script that asks [`super::status`], or without scripts by loading anew.

use actix_web::{HttpRequest, HttpResponse, web};

use super::code;
use super::complete::take_not_taken;
use super::end::{end_of, spent};
use super::status::{self, Progress, Which};
use super::{see_other, sign_in_request, without_sign_in};
use crate::app::App;
use crate::error::{Code, Failure};
use crate::mail::Mailer;
use crate::pages::{Pages, SentPage};
use crate::session::{CurrentUser, Store};
use crate::sign_in::{LinkDelivery, PendingSignIn, Way};
use crate::webmail;

/// Without `flow`, the newest sign-in of this browser; with none under way, the form.
pub(super) async fn show(
    app: web::Data<App>,
    pages: Pages,
    store: web::Data<Store>,
    user: Option<CurrentUser>,
    request: HttpRequest,
    which: web::Query<Which>,
) -> Result<HttpResponse, Failure> {
    let Some(flow) = which.flow(&app, &request) else { return Ok(see_other("/login")) };
    let status = status::of(&app, &store, user.as_ref(), &request, &flow).await?;
    if let Some(next) = &status.next {
        return Ok(see_other(next));
    }
    let Some(pending) = PendingSignIn::with_expired(&request, &app.keys, &flow) else {
        return without_sign_in(&app, &request, &flow, Code::EmailCookiesBlocked);
    };
    if status.state == Progress::Expired {
        return Err(spent().offering(&pending).of(&flow, &pending));
    }
    let delivery = match pending.way {
        Way::Link(delivery) => delivery,
        Way::Code => {
            let page = code::page(&app, &store, user.as_ref(), &request, &flow, &pending).await?;
            return Ok(pages.show(&match take_not_taken(&app, &store, &flow).await? {
                Some((code, tries_left)) => page.refusing(code, tries_left, None),
                None => page,
            }));
        }
        Way::Sso(_) => {
            // Leaving once more would only cut off what is under way.
            return match end_of(&store, &flow).await? {
                Some(_) => Err(Failure::going_through(&flow)),
                None => Ok(see_other(&format!("/login/sso?flow={}", flow.as_str()))),
            };
        }
    };
    let lifetime = app.link_lifetimes.of(delivery);
    let another = sign_in_request(&app, &request, &pending.email, &pending.way);
    let wait = app.rate_limits.until_next(&store, &another).await?;
    let page = SentPage::new(&flow, &pending, delivery, lifetime)
        .showing_digits(app.approves_cross_device.then_some(&pending.digits))
        .waiting(wait)
        .leading_to(webmail::for_domain(pending.email.domain(), sender(&app, delivery)));
    Ok(pages.show(&page))
}

/// Whom the mail is from, if that is known: of WorkOS's it isn't documented.
fn sender(app: &App, delivery: LinkDelivery) -> Option<&str> {
    match delivery {
        LinkDelivery::Smtp => app.mailer.as_ref().map(Mailer::sender),
        LinkDelivery::WorkOs => None,
    }
}
