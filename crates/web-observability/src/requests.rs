//! One span, one log line and one measurement for each request.

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

/// Identifies a request in the log and in the response's `X-Request-Id`. An error page finds it in the
/// request's extensions: `request.extensions().get::<RequestId>()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestId(u64);

impl RequestId {
    /// Returns an ID that differs from all before. Not a secret, so it needs no system call.
    fn next() -> Self {
        Self(RandomState::new().hash_one(()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// A layer that gives each request an ID, a span, a log line and a measurement. The route is logged by its
/// pattern, since a path may contain a token. For [`from_fn`](actix_web::middleware::from_fn), the
/// outermost but for layers that respond to nothing.
///
/// # Errors
/// Those of the wrapped service.
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

/// The labels of a request: few different ones, whatever clients send.
type Labels = (&'static str, String, u16);

thread_local! {
    /// Saves each worker from looking up the metrics by name more than once.
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

/// Clients can make up methods, so unknown ones share a label.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
