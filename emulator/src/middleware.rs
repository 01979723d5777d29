//! The middleware around all requests: logging, hooks and common headers.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};

use crate::faults::Fault;
use crate::hooks::HookRequest;
use crate::ids;
use crate::request_body;
use crate::state::{Environment, timestamp};

/// Logs an API call and applies a matching hook.
pub(crate) async fn serve_api_call(
    environment: web::Data<Environment>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !is_api_path(request.path()) {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }

    let (number, hook) = {
        let mut store = environment.store();
        let (method, path) = (request.method().as_str(), request.path());
        let at = timestamp(store.now());
        let number = store.requests.add(method, path, at);
        (number, store.hooks.take(method, path))
    };
    let body = match request.extract::<web::Bytes>().await {
        Ok(body) => body,
        Err(error) => {
            let response = request.error_response(error);
            environment.store().requests.set_status(number, response.status());
            return Ok(response);
        }
    };
    let masked = request_body::masked(request.headers(), &body);
    environment.store().requests.set_body(number, masked);
    request.set_payload(Payload::from(body));
    let hooked = match &hook {
        Some(hook) => hook.response(&request).await,
        None => None,
    };
    // Only the endpoint knows where to redirect the browser.
    if let Some(error) = hook.as_ref().and_then(HookRequest::error_on_demand) {
        request.extensions_mut().insert(error);
    }
    let response = match hooked {
        Some(response) => request.into_response(response),
        None => next.call(request).await?.map_into_boxed_body(),
    };
    if hook.and_then(|hook| hook.fault) != Some(Fault::Reset) {
        environment.store().requests.set_status(number, response.status());
    }
    Ok(response)
}

/// Adds the common headers, unless the response sets its own.
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

fn default_header(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Returns whether this is a path of the WorkOS API, not one of the emulator's own.
fn is_api_path(path: &str) -> bool {
    let first = path.split('/').nth(1);
    !matches!(path, "/" | "/health" | "/favicon.ico")
        && !matches!(first, Some("_emulate" | "inbox"))
}
