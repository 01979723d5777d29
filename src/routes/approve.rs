//! `/login/approve`: WorkOS's link was opened in a browser that didn't ask.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::cancel;
use crate::app::App;
use crate::error::{Code, Failure};
use crate::pages::{ApprovePage, ApprovedPage, CancelPage};
use crate::session::Store;
use crate::sign_in::{Approval, Arrival, State};

pub(super) mod digits;

use digits::Typed;

#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    pub(super) digits: String,
}

pub(super) async fn show(
    app: web::Data<App>,
    store: web::Data<Store>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (_, state) = arrival(&app, &store, &request).await?;
    Ok(app.pages.respond(StatusCode::OK, &page(&app, &state)))
}

/// With the right digits, the browser that asked goes on. This one gets no session.
pub(super) async fn approve(
    app: web::Data<App>,
    store: web::Data<Store>,
    request: HttpRequest,
    form: web::Form<Form>,
) -> Result<HttpResponse, Failure> {
    let (arrival, state) = arrival(&app, &store, &request).await?;
    let typed = Typed {
        digits: &form.digits,
        flow: &state.flow,
        asking: &state.asking,
        until: state.expires_at,
        page: page(&app, &state),
    };
    digits::approve(&app, &store, typed, &Approval::with(arrival)).await?;
    Ok(without_arrival(app.pages.respond(StatusCode::OK, &ApprovedPage {})))
}

/// "It wasn't me."
pub(super) async fn cancel(
    app: web::Data<App>,
    store: web::Data<Store>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    let (_, state) = arrival(&app, &store, &request).await?;
    cancel::end(&store, &state.flow, state.expires_at).await?;
    let page = CancelPage::done(&state.asking);
    Ok(without_arrival(app.pages.respond(StatusCode::OK, &page)))
}

fn page(app: &App, state: &State) -> ApprovePage {
    ApprovePage::of_workos_link(&state.asking).asking_digits(app.approves_cross_device)
}

/// What WorkOS has sent this browser back with, if its sign-in goes on.
async fn arrival(
    app: &App,
    store: &Store,
    request: &HttpRequest,
) -> Result<(Arrival, State), Failure> {
    let nothing = || Failure::refusal(Code::NothingPending, "no link was opened in this browser");
    let arrival = Arrival::of(request, &app.keys, app.clock.now()).ok_or_else(nothing)?;
    let state = State::read(&app.keys, &arrival.state).ok_or_else(nothing)?;
    if store.is_claimed(&state.flow.claim_of_sign_in()).await? {
        return Err(Failure::refusal(Code::MailLinkSpent, "the sign-in is over"));
    }
    Ok((arrival, state))
}

fn without_arrival(mut response: HttpResponse) -> HttpResponse {
    // Can't fail: the name is letters and dashes, the value empty.
    let _ = response.add_cookie(&Arrival::removal_cookie());
    response
}
