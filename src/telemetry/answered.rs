//! How many requests were answered, and how long that took.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::Method;
use metrics::{Counter, Histogram, counter, histogram};

/// What the metrics tell requests apart by: few, whatever strangers send.
type Kind = (&'static str, String, u16);

thread_local! {
    /// Each worker finds a kind's metrics by name once.
    static KNOWN: RefCell<HashMap<Kind, (Counter, Histogram)>> = RefCell::default();
}

/// Measures an answer. `route` is the pattern, or `none`.
pub(super) fn measure(method: &Method, route: String, status: u16, took: Duration) {
    let kind = (name(method), route, status);
    KNOWN.with_borrow_mut(|known| {
        if let Some((requests, duration)) = known.get(&kind) {
            requests.increment(1);
            duration.record(took);
            return;
        }
        let (requests, duration) = metrics_of(&kind);
        requests.increment(1);
        duration.record(took);
        known.insert(kind, (requests, duration));
    });
}

fn metrics_of((method, route, status): &Kind) -> (Counter, Histogram) {
    let (method, route) = (*method, route.clone());
    (
        counter!("http_requests_total",
            "method" => method, "route" => route.clone(), "status" => status.to_string()),
        histogram!("http_request_duration_seconds", "method" => method, "route" => route),
    )
}

/// Anybody can make up a method.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
