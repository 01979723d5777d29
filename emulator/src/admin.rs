//! `/_emulate`: what tests do to the stand-in behind the app's back.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use time::Duration;

use crate::email_address;
use crate::errors::ApiError;
use crate::hooks::{HookRequest, matches_path};
use crate::ids;
use crate::scan::{ScanRequest, scan};
use crate::state::{Environment, timestamp};

/// `POST /_emulate/hooks`
pub(crate) async fn add_hook(
    environment: web::Data<Environment>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let hook: HookRequest = parse(&body)?;
    if let Some(problem) = hook.problem() {
        return Err(ApiError::Unprocessable(problem.to_owned()));
    }
    let mut store = environment.store();
    let id = ids::prefixed("hook", store.now());
    Ok(HttpResponse::Created().json(store.hooks.add(id, hook)))
}

/// `GET /_emulate/hooks`
pub(crate) async fn list_hooks(environment: web::Data<Environment>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "data": environment.store().hooks.list() }))
}

/// `DELETE /_emulate/hooks/{id}`
pub(crate) async fn remove_hook(
    environment: web::Data<Environment>,
    id: web::Path<String>,
) -> HttpResponse {
    if environment.store().hooks.remove(&id) {
        HttpResponse::NoContent().finish()
    } else {
        HttpResponse::NotFound().json(json!({ "message": format!("No hook has the id '{id}'.") }))
    }
}

/// `GET /_emulate/requests?path=…`
pub(crate) async fn list_requests(
    environment: web::Data<Environment>,
    request: HttpRequest,
) -> HttpResponse {
    let path = query_value(&request, "path");
    let store = environment.store();
    let wanted: Vec<_> = store
        .requests
        .entries
        .iter()
        .filter(|entry| path.as_ref().is_none_or(|path| matches_path(path, &entry.path)))
        .collect();
    HttpResponse::Ok().json(json!({ "data": wanted }))
}

/// `DELETE /_emulate/requests`
pub(crate) async fn clear_requests(environment: web::Data<Environment>) -> HttpResponse {
    environment.store().requests.clear();
    HttpResponse::NoContent().finish()
}

/// `GET /_emulate/inbox?to=…`, newest first.
pub(crate) async fn list_mails(
    environment: web::Data<Environment>,
    request: HttpRequest,
) -> HttpResponse {
    let to = query_value(&request, "to").map(|to| email_address::normalized(&to));
    let store = environment.store();
    let wanted: Vec<_> = store
        .mails
        .newest_first()
        .filter(|mail| to.as_ref().is_none_or(|to| email_address::normalized(&mail.to) == *to))
        .collect();
    HttpResponse::Ok().json(json!({ "data": wanted }))
}

/// `DELETE /_emulate/inbox`
pub(crate) async fn clear_mails(environment: web::Data<Environment>) -> HttpResponse {
    environment.store().mails.clear();
    HttpResponse::NoContent().finish()
}

/// `GET /_emulate/inbox/{id}/raw`: a message as an app sent it.
pub(crate) async fn raw_mail(
    environment: web::Data<Environment>,
    id: web::Path<String>,
) -> HttpResponse {
    let store = environment.store();
    match store.mails.find(&id).and_then(|mail| mail.raw.clone()) {
        Some(raw) => HttpResponse::Ok().content_type("message/rfc822").body(raw),
        None => HttpResponse::NotFound()
            .json(json!({ "message": format!("No mail with the id '{id}' came by SMTP.") })),
    }
}

/// `POST /_emulate/inbox/{id}/scan`
pub(crate) async fn scan_mail(
    environment: web::Data<Environment>,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let asked: ScanRequest = parse(&body)?;
    let visits = scan(&environment, &id, asked.scanner).await?;
    Ok(HttpResponse::Ok().json(json!({ "data": visits })))
}

/// `GET /_emulate/smtp`
pub(crate) async fn list_smtp(environment: web::Data<Environment>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "data": environment.store().smtp_log }))
}

/// `DELETE /_emulate/smtp`
pub(crate) async fn clear_smtp(environment: web::Data<Environment>) -> HttpResponse {
    environment.store().smtp_log.clear();
    HttpResponse::NoContent().finish()
}

#[derive(Deserialize)]
struct ClockRequest {
    advance_seconds: i64,
}

/// `POST /_emulate/clock`. A negative number moves the clock back.
pub(crate) async fn advance_clock(
    environment: web::Data<Environment>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let asked: ClockRequest = parse(&body)?;
    let mut store = environment.store();
    if !store.advance_clock(Duration::seconds(asked.advance_seconds)) {
        let message = "advance_seconds leads out of the calendar".to_owned();
        return Err(ApiError::Unprocessable(message));
    }
    Ok(HttpResponse::Ok().json(json!({ "now": timestamp(store.now()) })))
}

/// `POST /_emulate/reset`: every record, hook and log line goes, but for what the stand-in was
/// started with, and the clock is right again.
pub(crate) async fn reset(environment: web::Data<Environment>) -> HttpResponse {
    *environment.store() = environment.first_store();
    HttpResponse::NoContent().finish()
}

/// `GET /health`
pub(crate) async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

pub(crate) fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    serde_json::from_slice(body).map_err(|error| ApiError::Unprocessable(error.to_string()))
}

fn query_value(request: &HttpRequest, name: &str) -> Option<String> {
    url::form_urlencoded::parse(request.query_string().as_bytes())
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
