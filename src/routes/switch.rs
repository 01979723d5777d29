//! `/login/switch`: a link came back to a browser in which somebody else is signed in.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};

use super::callback::redeem;
use crate::app::App;
use crate::error::{Code, Failure};
use crate::pages::SwitchPage;
use crate::session::{CurrentUser, Store};
use crate::sign_in::{Arrival, PendingSignIn, State};

pub(super) async fn show(
    app: web::Data<App>,
    user: Option<CurrentUser>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (_, pending) = arrival(&app, &request)?;
    Ok(app.pages.respond(StatusCode::OK, &SwitchPage::new(user.as_ref(), &pending)))
}

pub(super) async fn switch(
    app: web::Data<App>,
    store: web::Data<Store>,
    session: Session,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (arrival, pending) = arrival(&app, &request)?;
    redeem::sign_in(&app, &store, &session, &request, &pending, &arrival).await
}

/// What WorkOS has sent this browser back with, and the sign-in that it asked for.
fn arrival(app: &App, request: &HttpRequest) -> Result<(Arrival, PendingSignIn), Failure> {
    let now = app.clock.now();
    let both = Arrival::of(request, &app.keys, now).and_then(|arrival| {
        let state = State::read(&app.keys, &arrival.state)?;
        Some((arrival, PendingSignIn::of_flow(request, &app.keys, &state.flow, now)?))
    });
    both.ok_or_else(|| Failure::refusal(Code::NothingPending, "no link waits in this browser"))
}
