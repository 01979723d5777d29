//! Metrics for Prometheus, on a separate listener so that they aren't reachable through the site.

use std::net::TcpListener;
use std::rc::Rc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::header::CACHE_CONTROL;
use actix_web::{App, HttpResponse, HttpServer, rt, web};
use metrics::Unit::{Count, Seconds};
use metrics::{counter, describe_counter, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

use crate::log::lost_lines;

/// The content type of the Prometheus text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// How often measurements are aggregated if nothing collects them. Until then, each measurement
/// uses memory.
const UPKEEP: Duration = Duration::from_secs(5);
/// Histogram buckets for requests, in seconds. Most requests take milliseconds, and few take more
/// than ten seconds.
const REQUESTS: [f64; 12] =
    [0.000_25, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// The metrics recorder can't be installed.
#[derive(Debug, thiserror::Error)]
#[error("could not install the metrics recorder")]
pub struct RecorderError(#[from] BuildError);

/// Collects metrics of the [`metrics`] crate, whose macros do nothing until this is installed.
pub struct Recorder(PrometheusHandle);

impl Recorder {
    /// Installs the recorder of this process. Each histogram needs a name and the bounds of its
    /// buckets, except that of [`record_requests`](crate::record_requests).
    ///
    /// # Errors
    /// Fails if a recorder is already installed, or a histogram has no bounds.
    pub fn install<'a>(
        histograms: impl IntoIterator<Item = (&'a str, &'a [f64])>,
    ) -> Result<Self, RecorderError> {
        let requests = ("http_request_duration_seconds", REQUESTS.as_slice());
        let recorder = histograms.into_iter().chain([requests]).try_fold(
            PrometheusBuilder::new(),
            |builder, (name, bounds)| {
                builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), bounds)
            },
        )?;
        let handle = recorder.install_recorder()?;
        describe_counter!("http_requests_total", Count, "Requests, by the pattern of their route.");
        describe_histogram!(
            "http_request_duration_seconds",
            Seconds,
            "Time from the headers of a request to those of its response."
        );
        describe_counter!(
            "log_lines_lost_total",
            Count,
            "Log lines that were dropped, because the log is read too slowly or is closed."
        );
        Ok(Self(handle))
    }

    /// Serves `GET /metrics` on the listener, in one thread. `update` is called in that thread and
    /// returns a function, which is called before each response to set gauges.
    ///
    /// The server handles no signals. Stop it with its handle.
    ///
    /// # Errors
    /// Fails if the listener can't be used.
    pub fn serve<U: AsyncFn() + 'static>(
        self,
        listener: TcpListener,
        update: impl Fn() -> U + Clone + Send + 'static,
    ) -> std::io::Result<Server> {
        let Self(handle) = self;
        let upkeep = handle.clone();
        rt::spawn(async move {
            let mut interval = rt::time::interval(UPKEEP);
            loop {
                interval.tick().await;
                upkeep.run_upkeep();
            }
        });
        let server = HttpServer::new(move || {
            let (handle, update) = (handle.clone(), Rc::new(update()));
            let show = move || {
                let (handle, update) = (handle.clone(), update.clone());
                async move {
                    update().await;
                    counter!("log_lines_lost_total").absolute(lost_lines());
                    HttpResponse::Ok()
                        .content_type(TEXT)
                        .insert_header((CACHE_CONTROL, "no-store"))
                        .body(handle.render())
                }
            };
            App::new().route("/metrics", web::get().to(show))
        });
        // Use a separate thread, so that no request of the site waits for `update`.
        Ok(server.workers(1).disable_signals().shutdown_timeout(0).listen(listener)?.run())
    }
}
