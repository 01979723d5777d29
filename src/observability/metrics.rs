//! Serves the metrics for Prometheus on a separate listener, so that they aren't reachable through
//! the site.
//!
//! The rest of the code uses only the `metrics` crate, whose macros do nothing unless [`listen`]
//! was called first. To remove metrics, delete this file and its calls in `server.rs`.

use std::net::{SocketAddr, TcpListener};

use actix_web::dev::Server;
use actix_web::web;
use anyhow::Context;
use metrics::Unit::{Count, Seconds};
use metrics::{describe_counter, describe_gauge, describe_histogram, gauge};
use web_guards::shutdown::Shutdown;
use web_observability::Recorder;

use crate::session::StoreOpener;

/// Histogram buckets for calls to other servers, which time out after at most 38 seconds.
const CALLS: [f64; 10] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0];
/// Histogram buckets for the store. A read from the embedded store takes microseconds.
const STORE: [f64; 12] =
    [0.000_005, 0.000_01, 0.000_025, 0.000_1, 0.000_25, 0.001, 0.002_5, 0.01, 0.05, 0.1, 0.5, 1.0];

/// Installs the recorder and binds the listener.
///
/// # Errors
/// Fails if the address can't be bound, or a recorder is already installed.
pub(crate) fn listen(address: SocketAddr) -> anyhow::Result<(TcpListener, Recorder)> {
    let listener = TcpListener::bind(address)
        .with_context(|| format!("could not listen on METRICS_BIND_ADDRESS {address}"))?;
    let recorder = Recorder::install([
        ("upstream_call_duration_seconds", CALLS.as_slice()),
        ("session_store_duration_seconds", STORE.as_slice()),
    ])?;
    describe();
    Ok((listener, recorder))
}

#[rustfmt::skip]
fn describe() {
    describe_gauge!("http_requests_under_way", Count, "Requests in progress.");
    describe_counter!("sign_in_events_total", Count, "Events of sign-ins and sessions; refused sign-ins have the error code of their page.");
    describe_histogram!("upstream_call_duration_seconds", Seconds, "Duration of calls to WorkOS and to the mail server.");
    describe_counter!("upstream_call_failures_total", Count, "Failed calls to WorkOS and to the mail server, by reason.");
    describe_histogram!("session_store_duration_seconds", Seconds, "Duration of operations of the session store.");
    describe_counter!("session_store_failures_total", Count, "Failed operations of the session store.");
    describe_gauge!("sessions_alive", Count, "Active sessions in the store. Instances that share a store report the same number. NaN if the store can't be read.");
    describe_gauge!("build_info", Count, "The version and commit of the program, in labels.");
    gauge!("build_info", "version" => env!("CARGO_PKG_VERSION"), "commit" => env!("COMMIT")).set(1);
}

/// Serves the metrics on the listener.
///
/// # Errors
/// Fails if the listener can't be used.
pub(crate) fn serve(
    (listener, recorder): (TcpListener, Recorder),
    stores: StoreOpener,
    shutdown: web::Data<Shutdown>,
) -> std::io::Result<Server> {
    recorder.serve(listener, move || {
        let (store, shutdown) = (stores.for_this_thread(), shutdown.clone());
        async move || {
            let alive = store.count().await.map_or(f64::NAN, |sessions| sessions as f64);
            gauge!("sessions_alive").set(alive);
            gauge!("http_requests_under_way").set(shutdown.in_flight() as f64);
        }
    })
}
