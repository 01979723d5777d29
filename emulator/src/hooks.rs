//! What stands around every API call: the log of calls, and hooks that make them fail.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    self, CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::ids;
use crate::state::{Environment, timestamp};

/// What a test asks for with `POST /_emulate/hooks`.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HookRequest {
    #[serde(default = "any")]
    method: String,
    path: String,
    status: Option<u16>,
    body: Option<Value>,
    /// Headers of the answer, such as `Retry-After`.
    #[serde(default)]
    headers: HashMap<String, String>,
    count: Option<u32>,
    delay_ms: Option<u64>,
    fault: Option<Fault>,
}

/// A hook that is set. Its `count` is what is left of it.
#[derive(Clone, Serialize)]
pub(crate) struct Hook {
    id: String,
    #[serde(flatten)]
    pub(crate) request: HookRequest,
}

fn any() -> String {
    "*".to_owned()
}

impl HookRequest {
    /// What is wrong with it, if anything.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let header_is_valid = |(name, value): (&String, &String)| {
            HeaderName::from_str(name).is_ok() && HeaderValue::from_str(value).is_ok()
        };
        match self {
            _ if !self.path.starts_with('/') && self.path != "*" => {
                Some("path must start with / or be *")
            }
            _ if self
                .status
                .is_some_and(|status| !(200..=599).contains(&status)) =>
            {
                Some("status must be between 200 and 599")
            }
            _ if self.count == Some(0) => Some("count must be at least 1"),
            _ if !self.headers.iter().all(header_is_valid) => Some("headers must be valid"),
            Self {
                status: None,
                delay_ms: None,
                fault: None,
                ..
            } => Some("one of status, delay_ms and fault is needed"),
            _ => None,
        }
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        (self.method == "*" || self.method.eq_ignore_ascii_case(method))
            && matches_path(&self.path, path)
    }

    /// The answer in place of the endpoint's, or none when the hook only slows it.
    async fn answer(&self, request: &ServiceRequest) -> Option<HttpResponse> {
        if let Some(milliseconds) = self.delay_ms {
            actix_web::rt::time::sleep(Duration::from_millis(milliseconds)).await;
        }
        let status = self
            .status
            .and_then(|status| StatusCode::from_u16(status).ok());
        let mut response = match (self.fault, status) {
            (Some(fault), status) => {
                fault
                    .answer(request, status.unwrap_or(StatusCode::OK))
                    .await
            }
            (None, Some(status)) => self.plain_answer(status),
            (None, None) => return None,
        };
        for (name, value) in &self.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::from_str(name), HeaderValue::from_str(value))
            {
                response.headers_mut().insert(name, value);
            }
        }
        Some(response)
    }

    fn plain_answer(&self, status: StatusCode) -> HttpResponse {
        let mut response = HttpResponse::build(status);
        match (&self.body, status) {
            (_, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) => response.finish(),
            (Some(body), _) => response.json(body),
            (None, StatusCode::TOO_MANY_REQUESTS) => response.json(json!({
                "message": "Too many requests.",
                "code": "rate_limit_exceeded",
            })),
            (None, _) => {
                let message = status.canonical_reason().unwrap_or("Failed on demand");
                response.json(json!({ "message": message }))
            }
        }
    }
}

/// The hooks that are set, oldest first: of several that match, the oldest acts, so that a test
/// can queue "fail twice, then slow".
#[derive(Default)]
pub(crate) struct Hooks(Vec<Hook>);

impl Hooks {
    pub(crate) fn add(&mut self, id: String, request: HookRequest) -> Hook {
        let hook = Hook { id, request };
        self.0.push(hook.clone());
        hook
    }

    pub(crate) fn list(&self) -> &[Hook] {
        &self.0
    }

    /// Removes a hook; false when there is no such.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|hook| hook.id != id);
        self.0.len() < before
    }

    /// The hook that acts on this call, counted down.
    fn take(&mut self, method: &str, path: &str) -> Option<HookRequest> {
        let at = self
            .0
            .iter()
            .position(|hook| hook.request.matches(method, path))?;
        let acting = self.0[at].request.clone();
        match &mut self.0[at].request.count {
            Some(1) => {
                self.0.remove(at);
            }
            Some(count) => *count -= 1,
            None => {}
        }
        Some(acting)
    }
}

/// Whether a path is the one asked for, which may end in `*`.
pub(crate) fn matches_path(pattern: &str, path: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => path.starts_with(start),
        None => path == pattern,
    }
}

/// One API call. `status` is null while it has no answer, and stays so if it never gets one.
#[derive(Serialize)]
pub(crate) struct LoggedRequest {
    #[serde(skip)]
    number: u64,
    method: String,
    pub(crate) path: String,
    status: Option<u16>,
    at: String,
}

/// Every API call received, oldest first.
#[derive(Default)]
pub(crate) struct RequestLog {
    received: u64,
    pub(crate) entries: Vec<LoggedRequest>,
}

impl RequestLog {
    fn received(&mut self, method: &str, path: &str, at: String) -> u64 {
        self.received += 1;
        self.entries.push(LoggedRequest {
            number: self.received,
            method: method.to_owned(),
            path: path.to_owned(),
            status: None,
            at,
        });
        self.received
    }

    fn answered(&mut self, number: u64, status: StatusCode) {
        // Numbers rise, and the log may have been emptied since.
        if let Ok(at) = self
            .entries
            .binary_search_by_key(&number, |entry| entry.number)
        {
            self.entries[at].status = Some(status.as_u16());
        }
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

/// Middleware: logs an API call and lets a hook answer it.
pub(crate) async fn serve_api_call(
    environment: web::Data<Environment>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !is_api_path(request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }

    let (number, hook) = {
        let mut store = environment.store();
        let (method, path) = (request.method().as_str(), request.path());
        let at = timestamp(store.now());
        let number = store.requests.received(method, path, at);
        (number, store.hooks.take(method, path))
    };
    let hooked = match &hook {
        Some(hook) => hook.answer(&request).await,
        None => None,
    };
    let response = match hooked {
        Some(response) => request.into_response(response),
        None => next.call(request).await?.map_into_boxed_body(),
    };
    if hook.and_then(|hook| hook.fault) != Some(Fault::Reset) {
        environment
            .store()
            .requests
            .answered(number, response.status());
    }
    Ok(response)
}

/// Middleware: the headers that every answer carries, unless it has its own.
pub(crate) async fn add_common_headers(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&ids::request_id()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    default_header(headers, CACHE_CONTROL, "no-store");
    default_header(headers, X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Not `no-referrer`: with it, Chromium sends `Origin: null` for our own forms.
    default_header(headers, REFERRER_POLICY, "same-origin");
    let policy = "default-src 'none'; frame-ancestors 'none'";
    default_header(headers, CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

fn default_header(headers: &mut HeaderMap, name: header::HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Whether this is a call to what WorkOS serves, rather than to what only a stand-in has.
fn is_api_path(path: &str) -> bool {
    let first = path.split('/').nth(1);
    !matches!(path, "/" | "/health" | "/favicon.ico")
        && !matches!(first, Some("_emulate" | "inbox"))
}
