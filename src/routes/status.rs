//! `GET /login/status?flow=…`: how a sign-in goes, for the page that waits for it.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::finish::approval;
use crate::app::App;
use crate::error::Failure;
use crate::session::{CurrentUser, Store};
use crate::sign_in::{Flow, PendingSignIn};

#[derive(Deserialize)]
pub(super) struct Which {
    flow: Option<String>,
}

/// How a sign-in of this browser goes.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Its link has not been opened.
    Pending,
    /// Another browser has approved it: this one may go on.
    Approved,
    /// It has signed this browser in.
    SignedIn,
    /// It is over: too old, ended, or used in vain.
    Expired,
    /// This browser has none.
    None,
}

#[derive(Serialize)]
pub(super) struct Status {
    pub(super) state: State,
    /// Where to go now.
    pub(super) next: Option<String>,
}

pub(super) async fn show(
    app: web::Data<App>,
    store: web::Data<Store>,
    user: Option<CurrentUser>,
    request: HttpRequest,
    which: web::Query<Which>,
) -> Result<HttpResponse, Failure> {
    let flow = match &which.flow {
        Some(flow) => Flow::parse(flow),
        None => PendingSignIn::newest(&request, &app.keys, app.clock.now()).map(|(flow, _)| flow),
    };
    let status = match flow {
        Some(flow) => of(&app, &store, user.as_ref(), &request, &flow).await?,
        None => Status { state: State::None, next: None },
    };
    Ok(HttpResponse::Ok().json(status))
}

/// How this sign-in goes, as far as this browser may know.
pub(super) async fn of(
    app: &App,
    store: &Store,
    user: Option<&CurrentUser>,
    request: &HttpRequest,
    flow: &Flow,
) -> Result<Status, Failure> {
    if let Some(led_to) = user.and_then(|user| user.led_by(flow)) {
        let next = Some(led_to.as_str().to_owned());
        return Ok(Status { state: State::SignedIn, next });
    }
    let state = match PendingSignIn::with_expired(request, &app.keys, flow) {
        None => State::None,
        Some(pending) if app.clock.now() >= pending.expires_at => State::Expired,
        Some(_) if store.is_claimed(&flow.claim_of_sign_in()).await? => State::Expired,
        Some(_) if approval(app, store, flow).await?.is_some() => State::Approved,
        Some(_) => State::Pending,
    };
    let may_go_on = state == State::Approved;
    let next = may_go_on.then(|| format!("/login/finish?flow={}", flow.as_str()));
    Ok(Status { state, next })
}
