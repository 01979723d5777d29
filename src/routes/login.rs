//! `GET /login` shows the form. `POST /login` starts a sign-in.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::pages::{self, LoginPage, Pages, see_other};
use crate::session::{self, CurrentUser};
use crate::sign_in::ctx::Ctx;
use crate::sign_in::next::Next;
use crate::sign_in::start::{Requested, start};
use crate::sign_in::{PendingSignIn, ReturnTo, SignInId, remove_all};

#[derive(Deserialize)]
pub(super) struct LoginQuery {
    #[serde(default)]
    return_to: String,
    /// The ID of an earlier sign-in of this browser, whose values fill in the form.
    #[serde(default)]
    flow: String,
}

#[derive(Deserialize)]
pub(super) struct LoginForm {
    email: String,
    #[serde(default)]
    return_to: String,
    /// `on` if the browser is on a shared computer.
    #[serde(default)]
    shared_computer: String,
    // for own-mail
    /// The delivery that the user chose on the page of a used-up link.
    delivery: Option<String>,
}

/// Shows the form, and once why the last session of this browser ended, unless the user signed out.
pub(super) async fn show(
    ctx: Ctx,
    pages: Pages,
    session: Session,
    user: Option<CurrentUser>,
    query: web::Query<LoginQuery>,
) -> HttpResponse {
    let Ctx { app, request, .. } = &ctx;
    let requested = SignInId::parse(&query.flow)
        .and_then(|id| PendingSignIn::from_cookie(request, &app.keys, &id, app.clock.now()));
    let page = match &requested {
        Some(pending) => {
            LoginPage::new(pending.email.as_str(), &pending.return_to, pending.is_shared)
        }
        None => LoginPage::new("", &ReturnTo::parse(&query.return_to), false),
    };
    if user.is_some() {
        return see_other(&page.return_to);
    }
    let ended = session::ended(&session, request);
    let mut response = pages.show(&page.with_end_reason(ended));
    if ended.is_some() && pages::is_seen(request) {
        session.purge();
        for removal in remove_all(request) {
            // Can't fail: the name has only letters, digits and dashes, and the value is empty.
            let _ = response.add_cookie(&removal);
        }
    }
    response
}

pub(super) async fn submit(
    ctx: Ctx,
    pages: Pages,
    user: Option<CurrentUser>,
    form: web::Form<LoginForm>,
) -> Result<Next, Failure> {
    let form = form.into_inner();
    let return_to = ReturnTo::parse(&form.return_to);
    let is_shared = form.shared_computer == "on";
    let email = EmailAddress::parse(&form.email).map_err(|_| {
        let page = LoginPage::new(&form.email, &return_to, is_shared);
        let page = page.with_error(ErrorKind::InvalidEmail);
        Failure::new(ErrorKind::InvalidEmail, "not an email address").with_page(pages.html(&page))
    })?;
    let requested = Requested {
        email,
        return_to: return_to.clone(),
        is_shared,
        // for own-mail
        delivery: form.delivery,
    };
    let started = start(&ctx, user.as_ref(), requested).await;
    started
        .map(|started| started.next)
        .map_err(|failure| failure.with_retry_form(&form.email, return_to.as_str(), is_shared))
}
