//! Serves the metrics for Prometheus on a listener of its own, so that they can't be reached through
//! the site.
//!
//! The rest of the code knows only the `metrics` crate, whose calls do nothing unless [`listen`] was
//! called first. To do without metrics, delete this file and its calls in `server.rs`.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::DefaultHeaders;
use actix_web::{App, HttpResponse, HttpServer, rt, web};
use anyhow::Context;
use metrics::Unit::{Count, Seconds};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use web_guards::shutdown::Shutdown;

use super::log_writer::lost_lines;
use crate::session::{Store, StoreOpener};

/// The text format, as Prometheus itself names it.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// How often measurements are aggregated if nothing collects them: until then each takes memory of its
/// own.
const UPKEEP: Duration = Duration::from_secs(5);

/// Bucket bounds for requests, in seconds: most take milliseconds, and none more than ten seconds.
const REQUESTS: [f64; 12] =
    [0.000_25, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Bucket bounds for calls of other servers, which time out after at most 38 seconds.
const CALLS: [f64; 10] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0];
/// Bucket bounds for the store: a read takes microseconds where the store is embedded.
const STORE: [f64; 12] =
    [0.000_005, 0.000_01, 0.000_025, 0.000_1, 0.000_25, 0.001, 0.002_5, 0.01, 0.05, 0.1, 0.5, 1.0];

/// Installs the recorder and binds the listener.
///
/// # Errors
/// When the address can't be listened on, or there is a recorder already.
pub(crate) fn listen(address: SocketAddr) -> anyhow::Result<(TcpListener, PrometheusHandle)> {
    let listener = TcpListener::bind(address)
        .with_context(|| format!("METRICS_BIND_ADDRESS {address} can't be listened on"))?;
    let handle = record().context("nothing can be measured")?;
    describe();
    Ok((listener, handle))
}

fn record() -> Result<PrometheusHandle, BuildError> {
    let bounds = |metric: &str| Matcher::Full(metric.to_owned());
    PrometheusBuilder::new()
        .set_buckets_for_metric(bounds("http_request_duration_seconds"), &REQUESTS)?
        .set_buckets_for_metric(bounds("upstream_call_duration_seconds"), &CALLS)?
        .set_buckets_for_metric(bounds("session_store_duration_seconds"), &STORE)?
        .install_recorder()
}

#[rustfmt::skip]
fn describe() {
    describe_counter!("http_requests_total", Count, "Requests answered, by the pattern of their route.");
    describe_histogram!("http_request_duration_seconds", Seconds, "From a request's head to its answer's.");
    describe_gauge!("http_requests_under_way", Count, "Requests that are being answered.");
    describe_counter!("sign_in_events_total", Count, "What became of sign-ins; of refused ones, with the code that the page had.");
    describe_histogram!("upstream_call_duration_seconds", Seconds, "What WorkOS and the mail server took to answer.");
    describe_counter!("upstream_call_failures_total", Count, "Calls of WorkOS and of the mail server that failed, and why.");
    describe_histogram!("session_store_duration_seconds", Seconds, "What the session store took.");
    describe_counter!("session_store_failures_total", Count, "What the session store could not do.");
    describe_gauge!("sessions_alive", Count, "Sessions that have not ended, in the store: instances that share one all tell the same. NaN if it can't be asked.");
    describe_counter!("log_lines_lost_total", Count, "Lines of the log that were not written: it is too slow for them, or closed.");
    describe_gauge!("build_info", Count, "The version that runs, in labels.");
    gauge!("build_info", "version" => env!("CARGO_PKG_VERSION"), "commit" => env!("COMMIT")).set(1);
}

/// Serves the metrics on the listener.
///
/// # Errors
/// When the listener can't be used.
pub(crate) fn serve(
    (listener, handle): (TcpListener, PrometheusHandle),
    stores: StoreOpener,
    shutdown: web::Data<Shutdown>,
) -> std::io::Result<Server> {
    let upkeep = handle.clone();
    rt::spawn(async move {
        let mut interval = rt::time::interval(UPKEEP);
        loop {
            interval.tick().await;
            upkeep.run_upkeep();
        }
    });
    let server = HttpServer::new(move || {
        App::new()
            .app_data(web::Data::new(handle.clone()))
            .app_data(web::Data::new(stores.for_this_thread()))
            .app_data(shutdown.clone())
            .wrap(DefaultHeaders::new().add(("Cache-Control", "no-store")))
            .route("/metrics", web::get().to(show))
    });
    // A thread of its own, so that counting sessions blocks no request of the site.
    Ok(server.workers(1).disable_signals().shutdown_timeout(0).listen(listener)?.run())
}

async fn show(
    handle: web::Data<PrometheusHandle>,
    store: web::Data<Store>,
    shutdown: web::Data<Shutdown>,
) -> HttpResponse {
    let alive = store.count().await.map_or(f64::NAN, |sessions| sessions as f64);
    gauge!("sessions_alive").set(alive);
    gauge!("http_requests_under_way").set(shutdown.in_flight() as f64);
    counter!("log_lines_lost_total").absolute(lost_lines());
    HttpResponse::Ok().content_type(TEXT).body(handle.render())
}
