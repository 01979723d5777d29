//! `/login/switch`: a link came back to a browser in which somebody else is signed in.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::callback::redeem;
use super::see_other;
use crate::app::App;
use crate::error::{Code, Failure};
use crate::pages::{Pages, SwitchPage};
use crate::session::{CurrentUser, Store};
use crate::sign_in::{Arrival, Flow, PendingSignIn, State};

#[derive(Deserialize)]
pub(super) struct Form {
    /// The sign-in that the page spoke of.
    #[serde(default)]
    flow: Option<String>,
}

pub(super) async fn show(
    app: web::Data<App>,
    pages: Pages,
    user: Option<CurrentUser>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (arrival, flow) = arrival(&app, &request)?;
    let pending = pending(&app, &request, &arrival, &flow)?;
    Ok(pages.show(&SwitchPage::new(&flow, user.as_ref(), &pending)))
}

pub(super) async fn switch(
    app: web::Data<App>,
    store: web::Data<Store>,
    session: Session,
    user: Option<CurrentUser>,
    request: HttpRequest,
    form: Option<web::Form<Form>>,
) -> Result<HttpResponse, Failure> {
    let shown = form.and_then(|form| Flow::parse(form.flow.as_deref()?));
    // Pressed once more, when it has gone through.
    let led_to = user.as_ref().zip(shown.as_ref()).and_then(|(user, flow)| user.led_by(flow));
    if let Some(led_to) = led_to {
        return Ok(see_other(led_to.as_str()));
    }
    let (arrival, flow) = arrival(&app, &request)?;
    // Whom the page named, and nobody whose link another tab has opened since.
    if shown.is_some_and(|shown| shown != flow) {
        let refused = Failure::refusal(Code::AnotherLink, "the page was of another sign-in");
        return Err(refused.looking_again_at("/login/switch"));
    }
    let pending = pending(&app, &request, &arrival, &flow)?;
    redeem::sign_in(&app, &store, &session, &request, &pending, &arrival).await
}

fn nothing() -> Failure {
    Failure::refusal(Code::NothingPending, "no link waits in this browser")
}

/// What WorkOS has sent this browser back with.
fn arrival(app: &App, request: &HttpRequest) -> Result<(Arrival, Flow), Failure> {
    let arrival = Arrival::of(request, &app.keys, app.clock.now()).ok_or_else(nothing)?;
    let state = State::read(&app.keys, &arrival.state).ok_or_else(nothing)?;
    Ok((arrival, state.flow))
}

/// The sign-in that this browser asked for, if this is its answer.
fn pending(
    app: &App,
    request: &HttpRequest,
    arrival: &Arrival,
    flow: &Flow,
) -> Result<PendingSignIn, Failure> {
    PendingSignIn::of_flow(request, &app.keys, flow, app.clock.now())
        .filter(|pending| pending.belongs_to(&arrival.state))
        .ok_or_else(nothing)
}
