//! Observability of an [actix-web](https://actix.rs) server: a non-blocking log, a log entry and a
//! measurement for each request, and metrics for Prometheus.
//!
//! Log and metrics contain no query strings, IP addresses or headers of requests, which may be
//! secret.
//!
//! # Example
//!
//! ```no_run
//! use std::net::TcpListener;
//!
//! use actix_web::middleware::from_fn;
//! use actix_web::{App, HttpServer, web};
//! use web_observability::{Recorder, log, record_requests};
//!
//! #[actix_web::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // Keep it until the program ends.
//!     let _log = log::start("info", true);
//!
//!     // `metrics::histogram!("upstream_seconds")` elsewhere in the program.
//!     let recorder = Recorder::install([("upstream_seconds", &[0.1, 1.0, 10.0][..])])?;
//!     let listener = TcpListener::bind("127.0.0.1:9464")?;
//!     let metrics = recorder.serve(listener, || async || metrics::gauge!("build_info").set(1))?;
//!     actix_web::rt::spawn(metrics);
//!
//!     HttpServer::new(|| {
//!         App::new()
//!             .route("/", web::get().to(|| async { "hello" }))
//!             // Outermost, so that the log has the status that the client sees.
//!             .wrap(from_fn(record_requests))
//!     })
//!     .bind("127.0.0.1:8080")?
//!     .run()
//!     .await?;
//!     Ok(())
//! }
//! ```

pub mod log;
mod log_writer;
mod metrics;
mod requests;

pub use metrics::{Recorder, RecorderError};
pub use requests::{RequestId, record_requests};
