//! `GET /login` shows the form, `POST /login` sends the link.

use actix_session::Session;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::see_other;
use crate::app::App;
use crate::client_address;
use crate::email_address::EmailAddress;
use crate::error::{Code, Failure};
use crate::pages::LoginPage;
use crate::session::record::seconds;
use crate::session::{self, CurrentUser, Store};
use crate::sign_in::{PendingSignIn, ReturnTo, make_room};
use crate::workos::{CreatePasswordlessSession, WorkOsError};

#[derive(Deserialize)]
pub(super) struct Going {
    #[serde(default)]
    return_to: String,
}

#[derive(Deserialize)]
pub(super) struct Form {
    email: String,
    #[serde(default)]
    return_to: String,
}

/// Says once why the last session of this browser ended, if it did not end here.
pub(super) async fn show(
    app: web::Data<App>,
    session: Session,
    user: Option<CurrentUser>,
    going: web::Query<Going>,
) -> HttpResponse {
    let return_to = ReturnTo::parse(&going.return_to);
    if user.is_some() {
        return see_other(return_to.as_str());
    }
    let ended = session::ended(&session);
    if ended.is_some() {
        session.purge();
    }
    app.pages.respond(StatusCode::OK, &LoginPage::new("", &return_to).saying(ended))
}

/// The answer is the same for every address of a domain that may sign in.
pub(super) async fn ask(
    app: web::Data<App>,
    store: web::Data<Store>,
    request: HttpRequest,
    form: web::Form<Form>,
) -> Result<HttpResponse, Failure> {
    let Form { email: typed, return_to } = form.into_inner();
    let return_to = ReturnTo::parse(&return_to);
    let retry = |failure: Failure| failure.offering_form(typed.clone(), return_to.clone());
    let email = EmailAddress::parse(&typed)
        .map_err(|_| retry(Failure::refusal(Code::InvalidEmail, "not an address")))?;
    app.admission.may_ask(&email).map_err(retry)?;
    let client = client_address::of(&request, &app.trusted_proxies);
    app.rate_limits.ask(&store, &email, client).await.map_err(retry)?;

    let (flow, mut pending, state) = PendingSignIn::begin(
        &app.keys,
        email.clone(),
        return_to.clone(),
        app.link_expires_in,
        &app.clock,
    )?;
    match app.rate_limits.mail(&store, &email).await? {
        Some(wait) => pending.next_mail_at = Some(app.clock.now() + seconds(wait)),
        None => deliver(&app, &email, &state).await.map_err(|error| retry(error.into()))?,
    }

    let now = app.clock.now();
    let mut response = HttpResponse::SeeOther();
    response.insert_header((LOCATION, format!("/login/sent?flow={}", flow.as_str())));
    for removal in make_room(&request, &app.keys, now) {
        response.cookie(removal);
    }
    Ok(response.cookie(pending.cookie(&app.keys, &flow, now)?).finish())
}

/// Has WorkOS make the link and mail it. The link itself goes nowhere else: whoever typed the
/// address must not get it.
async fn deliver(app: &App, email: &EmailAddress, state: &str) -> Result<(), WorkOsError> {
    let session = CreatePasswordlessSession {
        email: email.as_str(),
        redirect_uri: &app.site.redirect_uri,
        state,
        expires_in: app.link_expires_in,
    };
    let delivered = match app.workos.create_passwordless_session(session).await {
        Ok(session) => app.workos.send_passwordless_session(&session.id).await,
        // Ends as the other call would for want of a session, but takes as long.
        Err(error) if error.refuses_only("email") => {
            let _ = app.workos.send_passwordless_session("none").await;
            Err(error)
        }
        Err(error) => Err(error),
    };
    match delivered {
        // Told apart by page or time, it would tell strangers which addresses WorkOS mails to.
        Err(error) if error.refuses_only("email") => {
            tracing::warn!(cause = %error, "WorkOS takes no mail for this address");
            Ok(())
        }
        delivered => delivered,
    }
}
