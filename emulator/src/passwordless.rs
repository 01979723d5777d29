//! Passwordless sessions: creates them, sends their links by email and redeems the links.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;

use crate::errors::{ApiError, FieldError};
use crate::mail::Mail;
use crate::profile::Profile;
use crate::redirect::AppRedirect;
use crate::session_request::SessionRequest;
use crate::sso_errors::ErrorOnDemand;
use crate::state::{Environment, Store, timestamp};
use crate::{ids, pages};

/// A passwordless session and its link.
pub(crate) struct PasswordlessSession {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) link: String,
    connection_id: String,
    redirect: AppRedirect,
    pub(crate) expires_at: OffsetDateTime,
    used: bool,
}

/// The current state of a link. WorkOS reports used and expired links to the app in the same way,
/// but the inbox shows the difference.
#[derive(Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LinkState {
    Unused,
    Used,
    Expired,
}

impl PasswordlessSession {
    pub(crate) fn link_state(&self, now: OffsetDateTime) -> LinkState {
        match self {
            _ if self.used => LinkState::Used,
            _ if now >= self.expires_at => LinkState::Expired,
            _ => LinkState::Unused,
        }
    }
}

impl Store {
    /// Returns the state of an email's WorkOS link. The state of an app's own links is unknown.
    pub(crate) fn link_state(&self, mail: &Mail) -> Option<LinkState> {
        let session = self.sessions.get(mail.session_id.as_ref()?);
        Some(session.map_or(LinkState::Expired, |one| one.link_state(self.now())))
    }
}

/// `POST /passwordless/sessions`
pub(crate) async fn create(
    environment: web::Data<Environment>,
    request: HttpRequest,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    environment.require_api_key(&request)?;
    let requested = SessionRequest::parse(&body, &environment.options.redirect_uris)?;

    let mut store = environment.store();
    let connection_id = match requested.connection {
        Some(id) if store.connection(&id).is_some_and(|one| one.is_magic_link()) => id,
        Some(_) => {
            return Err(ApiError::Validation(vec![FieldError {
                field: "connection",
                code: "connection must be the id of a Magic Link connection",
            }]));
        }
        None => store.magic_link_connection(&environment, &requested.email).id,
    };

    let now = store.now();
    let token = ids::link_token();
    let session = PasswordlessSession {
        id: ids::prefixed("passwordless_session", now),
        email: requested.email,
        link: format!("{}/passwordless/{token}/confirm", environment.urls.base),
        connection_id,
        redirect: AppRedirect { uri: requested.redirect_uri, state: requested.state },
        expires_at: now + requested.lifetime,
        used: false,
    };
    let response = SessionResponse {
        object: "passwordless_session",
        id: session.id.clone(),
        email: session.email.clone(),
        expires_at: timestamp(session.expires_at),
        link: session.link.clone(),
    };
    store.session_by_token.insert(token, session.id.clone());
    store.sessions.insert(session.id.clone(), session);
    Ok(HttpResponse::Created().json(response))
}

/// `POST /passwordless/sessions/{id}/send`. SDKs send no body, `{}` or the ID again, so the body is
/// ignored. It is still read, because actix closes a connection with an unread body.
pub(crate) async fn send(
    environment: web::Data<Environment>,
    request: HttpRequest,
    id: web::Path<String>,
    _body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    environment.require_api_key(&request)?;
    let mut store = environment.store();
    let now = store.now();
    let mail = match store.sessions.get(id.as_str()) {
        Some(session) if session.link_state(now) == LinkState::Unused => {
            Mail::with_link(&environment.templates, session, now)?
        }
        _ => {
            return Err(ApiError::Unprocessable(format!(
                "The passwordless session '{id}' has expired or is invalid."
            )));
        }
    };
    store.mails.add(mail);
    Ok(HttpResponse::Created().json(json!({ "success": true })))
}

/// `GET /passwordless/{token}/confirm`: every GET uses up the link, even that of a scanner.
///
/// `HEAD` gets a response as well, but doesn't use up the link.
pub(crate) async fn confirm(
    environment: web::Data<Environment>,
    request: HttpRequest,
    token: web::Path<String>,
) -> HttpResponse {
    let mut store = environment.store();
    let now = store.now();
    let id = store.session_by_token.get(token.as_str()).cloned();
    let Some(session) = id.and_then(|id| store.sessions.get_mut(&id)) else {
        return pages::unknown_link(&environment);
    };
    if request.method() == Method::HEAD {
        return HttpResponse::Ok().finish();
    }

    let redirect = session.redirect.clone();
    if let Some(on_demand) = ErrorOnDemand::of(&request) {
        return redirect.with_error(&on_demand.error, &on_demand.description);
    }

    let state = session.link_state(now);
    session.used |= state == LinkState::Unused;
    let (email, connection_id) = (session.email.clone(), session.connection_id.clone());

    if state != LinkState::Unused {
        let description = "The magic link has expired or has already been used.";
        return redirect.with_error("access_denied", description);
    }
    let Some(connection) = store.connection(&connection_id).cloned() else {
        let description = "The connection of this magic link no longer exists.";
        return redirect.with_error("connection_invalid", description);
    };
    let profile = Profile::from_email(&mut store, &connection, &email);
    let code = store.issue_code(&environment, profile, None);
    redirect.with_code(&code)
}

/// The response to a creation, with its fields in the recorded order.
#[derive(Serialize)]
struct SessionResponse {
    object: &'static str,
    id: String,
    email: String,
    expires_at: String,
    link: String,
}
