//! Records a span, a log entry and a measurement for each request.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use metrics::{Counter, Histogram, counter, histogram};
use tracing::Instrument;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Identifies a request in the log and in the `X-Request-Id` of the response. An error page gets it
/// from the extensions of the request: `request.extensions().get::<RequestId>()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    /// Returns a unique ID. It is not a secret, so it needs no system call.
    fn next() -> Self {
        Self(RandomState::new().hash_one(()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Gives each request an ID, a span, a log entry and a measurement. The route is logged as a
/// pattern, because a path may contain a token. Use this layer with
/// [`from_fn`](actix_web::middleware::from_fn). Only layers that never respond themselves may be
/// outside of it.
///
/// # Errors
/// Returns the errors of the wrapped service.
pub async fn record_requests(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let started = Instant::now();
    let id = RequestId::next();
    request.extensions_mut().insert(id);
    let span = tracing::info_span!("request", method = request.method().as_str(), %id);
    let mut response = next.call(request).instrument(span.clone()).await?;
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let (status, took) = (response.status().as_u16(), started.elapsed());
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    span.in_scope(|| tracing::info!(event = "request", route, status, micros, "request handled"));
    measure((method_label(response.request().method()), route, status), took);
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    Ok(response)
}

/// The labels of a request. They have few values, whatever clients send.
type Labels = (&'static str, String, u16);

thread_local! {
    /// Caches the metrics, so that each worker looks them up by name only once.
    static KNOWN: RefCell<HashMap<Labels, (Counter, Histogram)>> = RefCell::default();
}

fn measure(labels: Labels, took: Duration) {
    KNOWN.with_borrow_mut(|known| {
        let (requests, duration) =
            known.entry(labels).or_insert_with_key(|(method, route, status)| {
                let (method, route) = (*method, route.clone());
                (
                    counter!("http_requests_total",
                        "method" => method, "route" => route.clone(), "status" => status.to_string()),
                    histogram!("http_request_duration_seconds", "method" => method, "route" => route),
                )
            });
        requests.increment(1);
        duration.record(took);
    });
}

/// Returns the label of a method. Clients can send any method, so unknown ones share a label.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
