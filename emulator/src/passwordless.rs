//! Passwordless sessions: create one, mail its link, follow the link.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Serialize;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::connections::MAGIC_LINK;
use crate::email_address;
use crate::errors::{ApiError, FieldError};
use crate::mail::Mail;
use crate::state::{Environment, timestamp};
use crate::token::Profile;
use crate::{ids, pages, redirect};

const DEFAULT_LIFETIME: Duration = Duration::minutes(15);
const SHORTEST_LIFETIME: i64 = 900;
const LONGEST_LIFETIME: i64 = 86_400;

/// One link and what becomes of it.
pub(crate) struct PasswordlessSession {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) link: String,
    connection_id: String,
    redirect_uri: String,
    state: Option<String>,
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
        link: format!("{}/passwordless/{token}/confirm", environment.base_url),
        connection_id,
        redirect_uri: asked.redirect_uri,
        state: asked.state,
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
/// some `{}`, some the id once more.
pub(crate) async fn send(
    environment: web::Data<Environment>,
    request: HttpRequest,
    id: web::Path<String>,
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
    store.mails.push(mail);
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
    let Some(id) = store.session_by_token.get(token.as_str()).cloned() else {
        return pages::unknown_link(&environment);
    };
    if request.method() == Method::HEAD {
        return HttpResponse::Ok().finish();
    }

    let now = store.now();
    let Some(session) = store.sessions.get_mut(&id) else {
        return pages::unknown_link(&environment);
    };
    let state_now = session.link_state(now);
    session.used |= state_now == LinkState::Unused;
    let (email, connection_id) = (session.email.clone(), session.connection_id.clone());
    let (redirect_uri, state) = (session.redirect_uri.clone(), session.state.clone());

    if state_now != LinkState::Unused {
        let description = "The magic link has expired or has already been used.";
        return redirect::refused(
            &redirect_uri,
            "access_denied",
            description,
            state.as_deref(),
        );
    }
    let Some(connection) = store.connection(&connection_id).cloned() else {
        let description = "The connection of this magic link no longer exists.";
        return redirect::refused(
            &redirect_uri,
            "connection_invalid",
            description,
            state.as_deref(),
        );
    };
    let profile = Profile::of_mail_address(&mut store, &connection, &email);
    let code = store.issue_code(profile, None);
    let mut pairs = vec![("code", code.as_str())];
    pairs.extend(state.as_deref().map(|state| ("state", state)));
    redirect::found(&redirect_uri, &pairs)
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

/// A creation that passed every check.
struct SessionRequest {
    email: String,
    redirect_uri: String,
    state: Option<String>,
    lifetime: Duration,
    connection: Option<String>,
}

impl SessionRequest {
    fn parse(body: &[u8], listed_uris: &[String]) -> Result<Self, ApiError> {
        let body = match body {
            [] => Value::Null,
            bytes => serde_json::from_slice(bytes).map_err(|_| ApiError::NotJson)?,
        };
        let mut errors = Vec::new();
        let mut refuse = |field, code| errors.push(FieldError { field, code });

        let email = match &body["email"] {
            Value::String(email) if email_address::is_valid(email) => email.clone(),
            Value::String(_) => {
                refuse("email", "email must be an email");
                String::new()
            }
            _ => {
                refuse("email", "email must be a string");
                String::new()
            }
        };
        if body["type"] != MAGIC_LINK {
            refuse("type", "type must be a valid enum value");
        }
        let redirect_uri = match optional_text(&body["redirect_uri"]) {
            Ok(Some(uri)) if !redirect::is_allowed(&uri, listed_uris) => {
                refuse(
                    "redirect_uri",
                    "redirect_uri is not a configured redirect URI",
                );
                None
            }
            Ok(uri) => uri.or_else(|| listed_uris.first().cloned()),
            Err(()) => {
                refuse("redirect_uri", "redirect_uri must be a string");
                None
            }
        };
        let state = optional_text(&body["state"]).unwrap_or_else(|()| {
            refuse("state", "state must be a string");
            None
        });
        let lifetime = parse_lifetime(&body["expires_in"]).unwrap_or_else(|code| {
            refuse("expires_in", code);
            DEFAULT_LIFETIME
        });
        let connection = optional_text(&body["connection"]).unwrap_or_else(|()| {
            refuse("connection", "connection must be a string");
            None
        });

        if !errors.is_empty() {
            return Err(ApiError::Validation(errors));
        }
        let Some(redirect_uri) = redirect_uri else {
            return Err(ApiError::Unprocessable(
                "No redirect_uri was given and the environment has no default one.".to_owned(),
            ));
        };
        Ok(Self {
            email,
            redirect_uri,
            state,
            lifetime,
            connection,
        })
    }
}

/// A string, or none for a value that counts as absent: an old official SDK always sent `""`.
fn optional_text(value: &Value) -> Result<Option<String>, ()> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.is_empty() => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        _ => Err(()),
    }
}

/// `expires_in` as a lifetime, or the sentence that refuses it. The same SDK always sent 0.
fn parse_lifetime(value: &Value) -> Result<Duration, &'static str> {
    let seconds = match value {
        Value::Null => return Ok(DEFAULT_LIFETIME),
        Value::String(text) if text.is_empty() => return Ok(DEFAULT_LIFETIME),
        Value::Number(number) => number.as_f64().filter(|seconds| seconds.fract() == 0.0),
        _ => None,
    };
    match seconds {
        None => Err("expires_in must be an integer number"),
        Some(0.0) => Ok(DEFAULT_LIFETIME),
        Some(seconds) if seconds < SHORTEST_LIFETIME as f64 => {
            Err("expires_in must not be less than 900")
        }
        Some(seconds) if seconds > LONGEST_LIFETIME as f64 => {
            Err("expires_in must not be greater than 86400")
        }
        Some(seconds) => Ok(Duration::seconds(seconds as i64)),
    }
}
