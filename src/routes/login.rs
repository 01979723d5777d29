//! `GET /login` shows the form, `POST /login` has the mail sent, or leads to the identity provider.

use actix_session::Session;
use actix_web::http::header::LOCATION;
use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::sign_in_request;
use crate::audit::{Entry, Event};
use crate::clock::seconds;
use crate::email_address::EmailAddress;
use crate::error::{ErrorKind, Failure};
use crate::pages::{LoginPage, Pages, see_other};
use crate::same_origin;
use crate::session::{self, CurrentUser};
use crate::sign_in::ctx::Ctx;
use crate::sign_in::deliver;
use crate::sign_in::deliver::Delivery;
use crate::sign_in::{PendingSignIn, ReturnTo, SignInId, make_room, remove_all};

#[derive(Deserialize)]
pub(super) struct LoginQuery {
    #[serde(default)]
    return_to: String,
    /// A sign-in of this browser to request again, perhaps with another address.
    #[serde(default)]
    flow: String,
}

#[derive(Deserialize)]
pub(super) struct Form {
    email: String,
    #[serde(default)]
    return_to: String,
    /// Asked for by the page that a burned link leads to.
    #[serde(default)]
    delivery: String,
}

/// Says once why the last session of this browser ended, if it did not end here.
pub(super) async fn show(
    ctx: Ctx,
    pages: Pages,
    session: Session,
    user: Option<CurrentUser>,
    query: web::Query<LoginQuery>,
) -> HttpResponse {
    let Ctx { app, request, .. } = &ctx;
    let requested = SignInId::parse(&query.flow)
        .and_then(|id| PendingSignIn::with_expired(request, &app.keys, &id));
    let (email, return_to) = match requested {
        Some(pending) => (pending.email.as_str().to_owned(), pending.return_to),
        None => (String::new(), ReturnTo::parse(&query.return_to)),
    };
    if user.is_some() {
        return see_other(return_to.as_str());
    }
    let ended = session::ended(&session, request);
    let mut response = pages.show(&LoginPage::new(&email, &return_to).saying(ended));
    // Not for a prefetch: what is said once would be said to nobody.
    if ended.is_some() && !same_origin::is_prefetch(request.headers()) {
        session.purge();
        for removal in remove_all(request) {
            // Can't fail: the name is letters, digits and dashes, the value empty.
            let _ = response.add_cookie(&removal);
        }
    }
    response
}

/// The answer is the same for every address of a domain that may sign in. From the first call to
/// WorkOS on, the work goes on without the connection: an email must not lead to a sign-in that its
/// browser was never told of if that can be helped.
pub(super) async fn ask(
    ctx: Ctx,
    pages: Pages,
    form: web::Form<Form>,
) -> Result<HttpResponse, Failure> {
    let (app, request) = (&ctx.app, &ctx.request);
    let Form { email: typed, return_to, delivery } = form.into_inner();
    let return_to = ReturnTo::parse(&return_to);
    let retry = |failure: Failure| failure.offering_form(typed.clone(), return_to.clone());
    let email = EmailAddress::parse(&typed).map_err(|_| {
        let page = LoginPage::new(&typed, &return_to).refusing(ErrorKind::InvalidEmail);
        Failure::refusal(ErrorKind::InvalidEmail, "not an address").shown_in(pages.html(&page))
    })?;
    app.admission.may_ask(&email).map_err(retry)?;
    let method = deliver::method(app, &email, &delivery)?;
    let requested = sign_in_request(&ctx, &email, &method);
    let wait = app.rate_limits.count(&ctx.store, &requested).await.map_err(retry)?;

    let lifetime = method.lifetime(|delivery| app.link_lifetimes.of(delivery));
    let begun = PendingSignIn::begin(email, method, lifetime, &app.keys, &app.clock)?;
    let mut pending = begun.returning_to(return_to.clone());
    pending.next_mail_at = wait.map(|wait| app.clock.now().saturating_add(seconds(wait)));
    let asked = Entry::new(&app.keys, Event::Asked).of_sign_in(&pending);
    asked.by(&pending.method).write();
    let delivery = Delivery::new(&ctx, pages, pending.clone());
    let failed = |failure: Failure| retry(failure).of(&pending);
    let pending = delivery.deliver().await.map_err(failed)?;
    let next = if pending.method.is_sso() { "/login/sso" } else { "/login/sent" };

    let now = app.clock.now();
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, format!("{next}?flow={}", pending.id.as_str())));
    for removal in make_room(request, &app.keys, now) {
        response.cookie(removal);
    }
    Ok(response.cookie(pending.cookie(&app.keys, now)?).finish())
}
