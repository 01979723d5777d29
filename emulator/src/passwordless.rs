//! Passwordless sessions: create one, mail its link, follow the link.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::json;
use time::OffsetDateTime;

use crate::errors::{ApiError, FieldError};
use crate::mail::Mail;
use crate::profile::Profile;
use crate::redirect::WayBack;
use crate::session_request::SessionRequest;
use crate::sso_errors::ErrorOnDemand;
use crate::state::{Environment, Store, timestamp};
use crate::{ids, pages};

/// One link and what becomes of it.
pub(crate) struct PasswordlessSession {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) link: String,
    connection_id: String,
    back: WayBack,
    pub(crate) expires_at: OffsetDateTime,
    used: bool,
}

/// What a link is good for at this moment. WorkOS doesn't tell an app used from expired; the
/// inbox tells a person.
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
    /// Of a mail with a WorkOS link: what becomes of an app's own isn't known here.
    pub(crate) fn link_state_of(&self, mail: &Mail) -> Option<LinkState> {
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
    let asked = SessionRequest::parse(&body, &environment.options.redirect_uris)?;

    let mut store = environment.store();
    let connection_id = match asked.connection {
        Some(id) if store.connection(&id).is_some_and(|one| one.is_magic_link()) => id,
        Some(_) => {
            return Err(ApiError::Validation(vec![FieldError {
                field: "connection",
                code: "connection must be the id of a Magic Link connection",
            }]));
        }
        None => store.magic_link_connection(&environment, &asked.email).id,
    };

    let now = store.now();
    let token = ids::link_token();
    let session = PasswordlessSession {
        id: ids::prefixed("passwordless_session", now),
        email: asked.email,
        link: format!("{}/passwordless/{token}/confirm", environment.urls.base),
        connection_id,
        back: WayBack { uri: asked.redirect_uri, state: asked.state },
        expires_at: now + asked.lifetime,
        used: false,
    };
    let answer = SessionAnswer {
        object: "passwordless_session",
        id: session.id.clone(),
        email: session.email.clone(),
        expires_at: timestamp(session.expires_at),
        link: session.link.clone(),
    };
    store.session_by_token.insert(token, session.id.clone());
    store.sessions.insert(session.id.clone(), session);
    Ok(HttpResponse::Created().json(answer))
}

/// `POST /passwordless/sessions/{id}/send`. The body is nobody's business: some SDKs send none,
/// some `{}`, some the id once more. It is read all the same: actix closes a connection on which it is
/// left unread.
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
            Mail::compose(&environment.templates, session, now)?
        }
        _ => {
            return Err(ApiError::Unprocessable(format!(
                "The passwordless session '{id}' has expired or is invalid."
            )));
        }
    };
    store.mails.keep(mail);
    Ok(HttpResponse::Created().json(json!({ "success": true })))
}

/// `GET /passwordless/{token}/confirm`: any plain GET spends the link, whoever sends it.
///
/// `HEAD` is answered too and spends nothing.
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

    let back = session.back.clone();
    if let Some(asked_for) = ErrorOnDemand::of(&request) {
        return back.refused(&asked_for.error, &asked_for.description);
    }

    let found = session.link_state(now);
    session.used |= found == LinkState::Unused;
    let (email, connection_id) = (session.email.clone(), session.connection_id.clone());

    if found != LinkState::Unused {
        let description = "The magic link has expired or has already been used.";
        return back.refused("access_denied", description);
    }
    let Some(connection) = store.connection(&connection_id).cloned() else {
        let description = "The connection of this magic link no longer exists.";
        return back.refused("connection_invalid", description);
    };
    let profile = Profile::of_mail_address(&mut store, &connection, &email);
    let code = store.issue_code(&environment, profile, None);
    back.accepted(&code)
}

/// The answer to a creation, in the recorded order.
#[derive(Serialize)]
struct SessionAnswer {
    object: &'static str,
    id: String,
    email: String,
    expires_at: String,
    link: String,
}
