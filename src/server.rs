//! Assembles the middleware, the listeners and the shutdown.

use std::fs::File;
use std::io;
use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{rt, web};
use anyhow::Context;
use private_dir::PrivateDir;
use rustls::ServerConfig;
use tokio::select;
use web_guards::same_origin::SameOrigin;
use web_guards::shutdown::{Shutdown, Signals};
use web_guards::{
    RequestLimits, SecurityHeaders, ServedHost, backpressure, exact_cookies, https_redirect,
};
use web_observability::record_requests;

use crate::app::App;
use crate::clock::Clock;
use crate::config::{CERTIFICATE_FILE, Config, Tls};
use crate::observability::metrics;
use crate::pages::{self, error_responses};
use crate::session::Store;
use crate::{purge, routes};

/// How long a shutdown waits for requests in flight, in seconds. The slowest response takes this
/// long.
const SHUTDOWN_TIMEOUT: u64 = 10;
/// Load balancers request these with any `Host` header and from any network.
const HEALTH_CHECKS: &str = "/health/";

/// The app, listening on its addresses. While it exists, no other process can serve from the same
/// `DATA_DIR` with the embedded store.
pub struct RunningServer {
    server: Server,
    /// The listener of `METRICS_BIND_ADDRESS`.
    metrics: Option<Server>,
    store: Store,
    app: web::Data<App>,
    /// The site's listener. A shutdown closes it before the worker threads end.
    listener: TcpListener,
    shutdown: web::Data<Shutdown>,
    signals: Signals,
    /// `SHUTDOWN_DRAIN`
    drain: Duration,
    _lock: Option<File>,
}

impl RunningServer {
    /// Returns a handle that stops the server.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until the server is stopped. On SIGTERM or SIGINT, it finishes requests in flight
    /// first.
    ///
    /// # Errors
    /// Fails if a worker thread fails, or a second signal ends the shutdown early.
    pub async fn run(self) -> io::Result<()> {
        let purging = rt::spawn(purge::every_minute(self.store));
        // Metrics remain available until the site has stopped.
        let metrics = self.metrics.map(|server| (server.handle(), rt::spawn(server)));
        let orderly = async {
            let ended = self.shutdown.serve(self.server, self.listener, self.drain).await;
            self.app.finish().await;
            if let Some((handle, _)) = metrics {
                handle.stop(true).await;
            }
            ended
        };
        let ended = select! {
            ended = orderly => ended,
            () = self.shutdown.second_signal(self.signals) => {
                Err(io::Error::other("a second signal ended the shutdown"))
            }
        };
        purging.abort();
        ended
    }
}

/// Assembles the app and starts to listen. [`RunningServer::run`] handles requests.
///
/// # Errors
/// Fails if the store, the certificate or the data directory can't be used.
pub fn serve(config: Config, listener: TcpListener, clock: Clock) -> anyhow::Result<RunningServer> {
    // Install the recorder before any code records a metric.
    let metrics_listener = config.running.metrics_bind_address.map(metrics::listen).transpose()?;
    let is_public = !config.web.is_loopback();
    let data_dir = PrivateDir::new(&config.data_dir, "DATA_DIR");
    let data_dir = if is_public { data_dir } else { data_dir.allow_world_writable() };
    let place = &config.session_store;
    // With a shared store, an instance writes nothing else to disk, so it needs no lock.
    let lock = if place.is_shared() { None } else { Some(data_dir.lock()?) };
    let tls = tls_config(&config.web.tls, &data_dir)?;
    let stores = Store::open(place, config.session, clock.clone())
        .with_context(|| format!("could not open the session store {place}"))?;
    let store = stores.for_this_thread();
    let shutdown = web::Data::new(Shutdown::default());
    let metrics = metrics_listener
        .map(|listener| metrics::serve(listener, stores.clone(), shutdown.clone()))
        .transpose()?;
    let (ending, drain) = (shutdown.clone(), config.running.shutdown_drain);
    let (http_bind_address, max_connections) =
        (config.web.http_bind_address, config.web.max_connections);
    let base_url = config.web.base_url.clone();
    let app = web::Data::new(App::new(config, &data_dir, clock)?);
    let headers = SecurityHeaders::new(app.files().assets.integrity().values());
    let headers = if is_public { headers.with_hsts() } else { headers };
    let same_origin = SameOrigin::new(&base_url).exempt(HEALTH_CHECKS);
    let host = ServedHost::new(&base_url).exempt(HEALTH_CHECKS);
    let serving = app.clone();

    let site = move || {
        let store = stores.for_this_thread();
        // The last layer is the outermost. A request passes through them from bottom to top.
        let site = actix_web::App::new()
            .app_data(app.clone())
            .app_data(web::Data::new(store.clone()))
            .app_data(ending.clone())
            .configure(|site| routes::configure(site, &app, &store))
            // Replaces session cookies that were encrypted with an older key.
            .wrap(app.session_cookie.clone().layer())
            // Reads cookies by their exact bytes, before any other code reads them.
            .wrap(from_fn(exact_cookies))
            // Rejects requests from other sites' pages.
            .wrap(same_origin.clone().layer())
            // Rejects requests for other hosts.
            .wrap(host.clone().layer())
            // Reads the whole request before the handler runs.
            .wrap(RequestLimits::default().layer())
            // Every failure of the layers above becomes a page.
            .wrap(from_fn(error_responses::render));
        // Changed templates, messages and static files are loaded again.
        #[cfg(debug_assertions)]
        let site = site.wrap(from_fn(pages::reload::reload));
        site
            // Remembers the language that a visitor has chosen.
            .wrap(from_fn(pages::remember))
            // Adds security headers to every response.
            .wrap(headers.clone().layer())
            // Logs requests. Nearly outermost, so that the log has the status that the browser
            // gets.
            .wrap(from_fn(record_requests))
            // Reads nothing from a connection while a response is being sent on it.
            .wrap(from_fn(backpressure))
            // Counts requests in flight, for the shutdown.
            .wrap(ending.count_requests())
    };
    let own = listener.try_clone()?;
    let server = web_guards::server(max_connections).disable_signals();
    let server = server.shutdown_timeout(SHUTDOWN_TIMEOUT);
    let mut server = web_guards::listen(server, listener, tls, site)?;
    if let Some(address) = http_bind_address {
        server = TcpListener::bind(address)
            .and_then(|listener| https_redirect::listen(server, listener, &base_url))
            .with_context(|| format!("could not listen on HTTP_BIND_ADDRESS {address}"))?;
    }
    // Handle signals before the server is announced as running.
    let signals = Signals::from_now()?;
    let (server, listener) = (server.run(), own);
    Ok(RunningServer {
        server,
        metrics,
        store,
        app: serving,
        listener,
        shutdown,
        signals,
        drain,
        _lock: lock,
    })
}

/// Returns the TLS configuration of the listener, or `None` if a proxy terminates TLS.
fn tls_config(tls: &Tls, data_dir: &PrivateDir) -> anyhow::Result<Option<ServerConfig>> {
    let config = match tls {
        Tls::Off => return Ok(None),
        Tls::SelfSigned => {
            let (_, file) = data_dir
                .read_or_create(CERTIFICATE_FILE, || Ok(web_guards::tls::self_signed()?))?;
            web_guards::tls::from_files(&file, &file)?
        }
        Tls::Files { cert, key } => web_guards::tls::reloading(cert, key)
            .context("could not use TLS_CERT_FILE and TLS_KEY_FILE")?,
    };
    Ok(Some(config))
}
