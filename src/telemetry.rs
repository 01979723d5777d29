//! The log: one span a request, never its query, an address or a secret. And what requests took, for
//! whoever measures.

mod answered;
mod sink;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::panic::PanicHookInfo;
use std::time::Instant;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage};
use tracing::Instrument;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

pub(crate) use sink::lost_lines;

use crate::config;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names one request in the log, in its answer's headers and on its error page.
#[derive(Clone, Copy)]
pub(crate) struct RequestId(u64);

impl RequestId {
    /// Another than all before. No secret, so it need not cost a call of the system.
    fn next() -> Self {
        Self(RandomState::new().hash_one(()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Starts the log. It goes to standard error through a thread of its own, so that a slow reader
/// never holds a request; hold the guard until the end, or the last lines are lost.
pub fn start(config: &config::Log) -> WorkerGuard {
    let (writer, guard) = sink::open();
    // actix-session warns of every forged cookie, and of what the store has said already.
    let filter = EnvFilter::new(format!("actix_session=error,{}", config.filter));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    // A second start (in a test) changes nothing.
    let _ = if config.json { log.json().try_init() } else { log.try_init() };
    std::panic::set_hook(Box::new(log_panic));
    guard
}

/// Where it happened, and what was said if that is a text of the program. One that was put together
/// as it ran may hold anything, and isn't repeated.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let said = panic.payload().downcast_ref::<&'static str>().unwrap_or(&"(not shown)");
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, said, "panicked");
}

/// The middleware. The route is logged by its pattern: a path may hold a token.
pub(crate) async fn request(
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
    span.in_scope(|| tracing::info!(route, status, micros, "answered"));
    answered::measure(response.request().method(), route, status, took);
    if let Ok(id) = HeaderValue::try_from(id.to_string()) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    Ok(response)
}
