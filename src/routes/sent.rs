//! `GET /login/sent`: check your inbox. It asks how the sign-in goes and moves on by itself, by a
//! script that asks [`super::status`], or without scripts by loading anew.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::cancel::end_of;
use super::open::spent;
use super::see_other;
use super::status::{self, Progress, Which};
use crate::app::App;
use crate::error::Failure;
use crate::pages::SentPage;
use crate::session::{CurrentUser, Store};
use crate::sign_in::{PendingSignIn, Way};

/// Without `flow`, the newest sign-in of this browser; with none under way, the form.
pub(super) async fn show(
    app: web::Data<App>,
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
        return Ok(see_other("/login"));
    };
    if status.state == Progress::Expired {
        return Err(spent().offering(&pending));
    }
    let Way::Link(delivery) = pending.way else {
        // Leaving once more would only cut off what is under way.
        return match end_of(&store, &flow).await? {
            Some(_) => Err(Failure::going_through(&flow)),
            None => Ok(see_other(&format!("/login/sso?flow={}", flow.as_str()))),
        };
    };
    let lifetime = app.link_lifetimes.of(delivery);
    let page = SentPage::new(&flow, &pending, delivery, lifetime)
        .showing_digits(app.approves_cross_device.then_some(&pending.digits));
    Ok(app.pages.respond(StatusCode::OK, &page))
}
