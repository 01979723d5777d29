//! `/login/approve`: WorkOS's link was opened in a browser that didn't ask.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::sent::refuse_without_cookies;
use crate::app::App;
use crate::cookies;
use crate::error::{ErrorKind, Failure};
use crate::pages::{ApprovePage, ApprovedPage, CancelPage, Pages, see_other};
use crate::session::Store;
use crate::sign_in::approve::{Typed, check_digits};
use crate::sign_in::end::{self, end_of, spent};
use crate::sign_in::{Approval, End, PendingCallback, State};

#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    pub(super) digits: String,
    /// The sign-in that the page spoke of.
    #[serde(default)]
    flow: Option<String>,
}

/// What there is to say of the link that was opened here: before the digits, and after them.
pub(super) async fn show(
    app: web::Data<App>,
    pages: Pages,
    store: web::Data<Store>,
    request: HttpRequest,
) -> Result<HttpResponse, Failure> {
    if !cookies::sends_any(&request) {
        return Err(Failure::refusal(
            ErrorKind::NoCookies,
            "no link was opened here, or no cookie kept",
        ));
    }
    let (_, state) = callback(&app, &request)?;
    if let Some(over) = over(&pages, &store, &state).await? {
        return Ok(over);
    }
    refuse_without_cookies(&store, &state.flow).await?;
    Ok(pages.show(&page(&app, &state)))
}

/// With the right digits, the browser that asked goes on. This one gets no session.
pub(super) async fn approve(
    app: web::Data<App>,
    pages: Pages,
    store: web::Data<Store>,
    request: HttpRequest,
    form: web::Form<Form>,
) -> Result<HttpResponse, Failure> {
    let (callback, state) = callback(&app, &request)?;
    form.is_of(&state)?;
    if over(&pages, &store, &state).await?.is_none() {
        let typed = Typed {
            digits: &form.digits,
            flow: &state.flow,
            requested: &state.requested,
            until: state.expires_at,
            page: page(&app, &state),
        };
        check_digits(&app, &pages, &store, typed, &Approval::with(callback)).await?;
    }
    Ok(see_other("/login/approve"))
}

/// "It wasn't me."
pub(super) async fn cancel(
    app: web::Data<App>,
    store: web::Data<Store>,
    request: HttpRequest,
    form: Option<web::Form<Form>>,
) -> Result<HttpResponse, Failure> {
    let (_, state) = callback(&app, &request)?;
    form.map_or(Ok(()), |form| form.is_of(&state))?;
    end::end(&app, &store, &state.flow, state.expires_at).await?;
    Ok(see_other("/login/approve"))
}

impl Form {
    /// Another tab may have opened another link since the page was shown: what was meant for the
    /// one must not be done to the other.
    fn is_of(&self, state: &State) -> Result<(), Failure> {
        match &self.flow {
            Some(flow) if flow != state.flow.as_str() => {
                let refused =
                    Failure::refusal(ErrorKind::AnotherLink, "the page was of another sign-in");
                Err(refused.looking_again_at("/login/approve"))
            }
            _ => Ok(()),
        }
    }
}

fn page(app: &App, state: &State) -> ApprovePage {
    ApprovePage::of_workos_link(&state.flow, &state.requested)
        .asking_digits(app.approves_cross_device)
}

/// What is to be said when there is nothing more to decide.
async fn over(
    pages: &Pages,
    store: &Store,
    state: &State,
) -> Result<Option<HttpResponse>, Failure> {
    let end = end_of(store, &state.flow).await?;
    match end {
        Some(End::ByMailbox) => {
            let page = CancelPage::done(&state.requested);
            Ok(Some(pages.show(&page)))
        }
        Some(End::WrongDigits) => {
            Err(Failure::refusal(ErrorKind::TooManyWrongDigits, "the digits were wrong before"))
        }
        Some(End::Redeemed(_) | End::CodeSpent) | None => {
            let is_approved = store.get(&state.flow.name_of_approval()).await?.is_some();
            match (is_approved, end) {
                (true, _) => Ok(Some(pages.show(&ApprovedPage {}))),
                (false, Some(_)) => Err(spent()),
                (false, None) => Ok(None),
            }
        }
    }
}

/// What WorkOS has sent this browser back with.
fn callback(app: &App, request: &HttpRequest) -> Result<(PendingCallback, State), Failure> {
    let callback = PendingCallback::of(request, &app.keys, app.clock.now()).and_then(|callback| {
        State::read(&app.keys, &callback.state).map(|state| (callback, state))
    });
    callback.ok_or_else(|| Failure::refusal(ErrorKind::NothingPending, "no link was opened here"))
}
