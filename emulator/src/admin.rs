//! The endpoints under `/_emulate`, which tests use to control the emulator.

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
        HttpResponse::NotFound().json(json!({ "message": format!("No hook has the ID '{id}'.") }))
    }
}

/// `GET /_emulate/requests?path=…&bodies=true`
pub(crate) async fn list_requests(
    environment: web::Data<Environment>,
    request: HttpRequest,
) -> HttpResponse {
    let path = query_value(&request, "path");
    let with_bodies = query_value(&request, "bodies").is_some_and(|value| value == "true");
    let store = environment.store();
    let matching: Vec<_> = store
        .requests
        .entries
        .iter()
        .filter(|entry| path.as_ref().is_none_or(|path| matches_path(path, &entry.path)))
        .map(|entry| if with_bodies { entry.with_body() } else { json!(entry) })
        .collect();
    HttpResponse::Ok().json(json!({ "data": matching }))
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
    let matching: Vec<_> = store
        .mails
        .newest_first()
        .filter(|mail| to.as_ref().is_none_or(|to| email_address::normalized(&mail.to) == *to))
        .collect();
    HttpResponse::Ok().json(json!({ "data": matching }))
}

/// `DELETE /_emulate/inbox`
pub(crate) async fn clear_mails(environment: web::Data<Environment>) -> HttpResponse {
    environment.store().mails.clear();
    HttpResponse::NoContent().finish()
}

/// `GET /_emulate/inbox/{id}/raw`: the message as the app sent it.
pub(crate) async fn raw_mail(
    environment: web::Data<Environment>,
    id: web::Path<String>,
) -> HttpResponse {
    let store = environment.store();
    match store.mails.find(&id).and_then(|mail| mail.raw.clone()) {
        Some(raw) => HttpResponse::Ok().content_type("message/rfc822").body(raw),
        None => HttpResponse::NotFound().json(
            json!({ "message": format!("No email with the ID '{id}' was received over SMTP.") }),
        ),
    }
}

/// `POST /_emulate/inbox/{id}/scan`
pub(crate) async fn scan_mail(
    environment: web::Data<Environment>,
    id: web::Path<String>,
    body: web::Bytes,
) -> Result<HttpResponse, ApiError> {
    let request: ScanRequest = parse(&body)?;
    let visits = scan(&environment, &id, request.scanner).await?;
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
    let request: ClockRequest = parse(&body)?;
    let mut store = environment.store();
    if !store.advance_clock(Duration::seconds(request.advance_seconds)) {
        let message =
            "advance_seconds must keep the clock between the years 1971 and 9000".to_owned();
        return Err(ApiError::Unprocessable(message));
    }
    Ok(HttpResponse::Ok().json(json!({ "now": timestamp(store.now()) })))
}

/// `POST /_emulate/reset`: removes all records, hooks and log entries, restores the initial
/// connections and resets the clock.
pub(crate) async fn reset(environment: web::Data<Environment>) -> HttpResponse {
    *environment.store() = environment.initial_store();
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
