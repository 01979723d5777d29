//! Hooks: failures, delays and faults that a test requests for API calls and SMTP commands.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::faults::Fault;
use crate::smtp;
use crate::sso_errors::ErrorOnDemand;

/// The method of hooks for SMTP, whose `path` is an SMTP command.
pub(crate) const SMTP: &str = "SMTP";

/// The body of `POST /_emulate/hooks`.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HookRequest {
    #[serde(default = "any")]
    method: String,
    path: String,
    pub(crate) status: Option<u16>,
    body: Option<Value>,
    /// Headers of the response, such as `Retry-After`.
    #[serde(default)]
    headers: HashMap<String, String>,
    count: Option<u32>,
    delay_ms: Option<u64>,
    pub(crate) fault: Option<Fault>,
    /// Redirects the browser to the app with this error.
    error: Option<String>,
    error_description: Option<String>,
}

/// An active hook. Its `count` is the number of matches that remain.
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
    /// Returns why the hook is invalid.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        let header_is_valid = |(name, value): (&String, &String)| {
            HeaderName::from_str(name).is_ok() && HeaderValue::from_str(value).is_ok()
        };
        match self {
            _ if self.is_for_smtp() && !smtp::is_hookable(&self.path) => {
                Some("path must be an SMTP command in capitals, CONNECT, BODY or *")
            }
            _ if self.is_for_smtp() && !self.has_smtp_answer() => Some(
                "an SMTP hook must have a string as body, no headers, and reset or hang as fault",
            ),
            _ if !self.is_for_smtp() && !self.path.starts_with('/') && self.path != "*" => {
                Some("path must start with / or be *")
            }
            _ if self.path.matches('*').count() > 1 => Some("path may contain only one *"),
            _ if self.error.is_some() && !self.can_redirect_with_error() => Some(
                "error works only for GET /sso/authorize and GET /passwordless/*/confirm, must not \
                 be empty, and combines only with error_description, delay_ms and count",
            ),
            Self { error: None, error_description: Some(_), .. } => {
                Some("error_description requires error")
            }
            _ if self.status.is_some_and(|status| !(200..=599).contains(&status)) => {
                Some("status must be between 200 and 599")
            }
            _ if self.count == Some(0) => Some("count must be at least 1"),
            _ if !self.headers.iter().all(header_is_valid) => {
                Some("headers must have valid names and values")
            }
            Self { status: None, delay_ms: None, fault: None, error: None, .. } => {
                Some("one of status, delay_ms, fault and error is required")
            }
            _ => None,
        }
    }

    fn is_for_smtp(&self) -> bool {
        self.method.eq_ignore_ascii_case(SMTP)
    }

    fn has_smtp_answer(&self) -> bool {
        self.headers.is_empty()
            && self.body.as_ref().is_none_or(Value::is_string)
            && matches!(self.fault, None | Some(Fault::Reset | Fault::Hang))
    }

    /// Returns whether the hook is for an endpoint that redirects to the app, and has no other
    /// response.
    fn can_redirect_with_error(&self) -> bool {
        let token =
            self.path.strip_prefix("/passwordless/").and_then(|rest| rest.strip_suffix("/confirm"));
        let redirects =
            self.path == "/sso/authorize" || token.is_some_and(|token| !token.is_empty());
        redirects
            && (self.method == "*" || self.method.eq_ignore_ascii_case("GET"))
            && self.error.as_ref().is_some_and(|error| !error.is_empty())
            && (self.status, self.fault, &self.body) == (None, None, &None)
            && self.headers.is_empty()
    }

    /// Returns the error that the endpoint sends to the app instead of its usual response.
    pub(crate) fn error_on_demand(&self) -> Option<ErrorOnDemand> {
        self.error.as_ref().map(|error| ErrorOnDemand::new(error, self.error_description.as_ref()))
    }

    /// Returns whether the hook applies to this call. `*` matches all HTTP methods but not SMTP, so
    /// that a hook for the whole API doesn't affect email. A hook with an error applies only to
    /// GET, the method that redirects.
    fn matches(&self, method: &str, path: &str) -> bool {
        let any = self.method == "*" && method != SMTP;
        (any || self.method.eq_ignore_ascii_case(method))
            && (self.error.is_none() || method == "GET")
            && matches_path(&self.path, path)
    }

    pub(crate) async fn delay(&self) {
        if let Some(milliseconds) = self.delay_ms {
            actix_web::rt::time::sleep(Duration::from_millis(milliseconds)).await;
        }
    }

    /// Returns the text of the SMTP reply.
    pub(crate) fn text(&self) -> &str {
        let text = self.body.as_ref().and_then(Value::as_str).unwrap_or_default();
        if text.is_empty() { "Failed on demand" } else { text }
    }

    /// Waits for the delay, then returns the response that replaces the endpoint's. Returns `None`
    /// when the hook has only a delay or an error.
    pub(crate) async fn response(&self, request: &ServiceRequest) -> Option<HttpResponse> {
        self.delay().await;
        let status = self.status.and_then(|status| StatusCode::from_u16(status).ok());
        let mut response = match (self.fault, status) {
            (Some(fault), status) => {
                fault.response(request, status.unwrap_or(StatusCode::OK)).await
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

/// The active hooks, oldest first. The oldest match applies, so that a test can queue "fail twice,
/// then respond slowly".
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

    /// Removes a hook. Returns false if no hook has this ID.
    pub(crate) fn remove(&mut self, id: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|hook| hook.id != id);
        self.0.len() < before
    }

    /// Returns the hook that applies to this call, and decrements its count.
    pub(crate) fn take(&mut self, method: &str, path: &str) -> Option<HookRequest> {
        let at = self.0.iter().position(|hook| hook.request.matches(method, path))?;
        let matched = self.0[at].request.clone();
        match &mut self.0[at].request.count {
            Some(1) => {
                self.0.remove(at);
            }
            Some(count) => *count -= 1,
            None => {}
        }
        Some(matched)
    }
}

/// Returns whether a path matches a pattern, in which one `*` matches anything.
pub(crate) fn matches_path(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => path.strip_prefix(start).is_some_and(|rest| rest.ends_with(end)),
        None => path == pattern,
    }
}
