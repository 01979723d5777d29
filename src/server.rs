//! The app put together: its layers in order, its listeners, its end.

use std::fs::File;
use std::net::TcpListener;
use std::num::NonZeroUsize;
use std::time::Duration;
use std::{io, thread};

use actix_server::ServerBuilder;
use actix_tls::accept::max_concurrent_tls_connect;
use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{rt, web};
use anyhow::Context;
use tokio::select;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::clock::Clock;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::headers::Headers;
use crate::mail::Mailer;
use crate::session::Store;
use crate::shutdown::{FINISHED_WITHIN, Shutdown, Signals};
use crate::{
    connection, cookies, error_responses, headers, host, limits, pages, plain_http, prometheus,
    purge, routes, same_origin, shutdown, telemetry, tls,
};

/// The app, listening. With an embedded store, no other process serves from the same folder while
/// this lives.
pub struct Serving {
    server: Server,
    /// The listener of `METRICS_BIND_ADDRESS`.
    metrics: Option<Server>,
    store: Store,
    mailer: Option<Mailer>,
    /// The site's, to be closed at the end before its worker threads are.
    listener: TcpListener,
    shutdown: web::Data<Shutdown>,
    signals: Signals,
    /// `SHUTDOWN_DRAIN`
    drain: Duration,
    _lock: Option<File>,
}

impl Serving {
    /// Stops it from elsewhere.
    #[must_use]
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }

    /// Serves until it is stopped; on SIGTERM or SIGINT requests under way are finished first.
    ///
    /// # Errors
    /// When a worker thread can't go on, or a second signal cuts off what is under way.
    pub async fn run(self) -> io::Result<()> {
        let purging = rt::spawn(purge::every_minute(self.store));
        // It answers for as long as the site does.
        let metrics = self.metrics.map(|server| (server.handle(), rt::spawn(server)));
        let orderly = async {
            let ended = self.shutdown.serve(self.server, self.listener, self.drain).await;
            if let Some(mailer) = self.mailer {
                mailer.finish().await;
            }
            if let Some((handle, _)) = metrics {
                handle.stop(true).await;
            }
            ended
        };
        let ended = select! {
            ended = orderly => ended,
            () = self.shutdown.second_signal(self.signals) => {
                Err(io::Error::other("ended at once, by a second signal"))
            }
        };
        purging.abort();
        ended
    }
}

/// Keeps SIGHUP from ending the process, from now on: it asks for a renewed certificate to be read.
///
/// # Errors
/// When the system doesn't let signals be handled.
pub fn survive_hangup() -> io::Result<()> {
    signal(SignalKind::hangup()).map(drop)
}

/// Puts the app together and begins to listen with it; [`Serving::run`] answers.
///
/// # Errors
/// What keeps the app from starting: the store, the certificate, the data folder.
pub fn serve(config: Config, listener: TcpListener, clock: Clock) -> anyhow::Result<Serving> {
    // Before anything that is measured.
    let metrics = config.running.metrics_bind_address.map(prometheus::listen).transpose()?;
    let is_public = !config.web.is_loopback();
    let data_dir = DataDir::new(&config.data_dir, is_public);
    let place = &config.session_store;
    // Of a shared store there may be many instances, and none keeps anything else of its own.
    let lock = if place.is_shared() { None } else { Some(data_dir.lock()?) };
    let tls = tls::server_config(&config.web.tls, &data_dir)?;
    let stores = Store::open(place, config.session, clock.clone())
        .with_context(|| format!("the session store in {place} can't be opened"))?;
    let store = stores.for_this_thread();
    let shutdown = web::Data::new(Shutdown::default());
    let metrics = metrics
        .map(|metrics| prometheus::serve(metrics, stores.clone(), shutdown.clone()))
        .transpose()?;
    let (ending, drain) = (shutdown.clone(), config.running.shutdown_drain);
    let (http_bind_address, max_connections) =
        (config.web.http_bind_address, config.web.max_connections);
    let app = web::Data::new(App::new(config, &data_dir, clock)?);
    let headers = web::Data::new(Headers::new(app.assets.integrity().values(), is_public));
    let origin = app.site.origin.clone();
    let mailer = app.mailer.clone();

    let site = move || {
        let store = stores.for_this_thread();
        // The last wrapped is the outermost; read from the bottom to follow a request in.
        actix_web::App::new()
            .app_data(app.clone())
            .app_data(headers.clone())
            .app_data(web::Data::new(store.clone()))
            .app_data(ending.clone())
            .configure(|site| routes::configure(site, &app, &store))
            // Cookies are read by their exact bytes before anything else reads them.
            .wrap(from_fn(cookies::guard))
            // Nothing is done for another site,
            .wrap(from_fn(same_origin::guard))
            // or under another name.
            .wrap(from_fn(host::guard))
            // Nothing acts on less than the whole request.
            .wrap(from_fn(limits::guard))
            // Whatever fails further in becomes a page here,
            .wrap(from_fn(error_responses::render))
            // the language that was chosen is remembered with whatever is answered,
            .wrap(from_fn(pages::remember))
            // and every response gets its headers.
            .wrap(from_fn(headers::secure))
            // Outermost, so that the log has the status that the browser sees.
            .wrap(from_fn(telemetry::request))
            .wrap(from_fn(limits::hang_up))
            // Whatever is done is waited for at the end.
            .wrap(from_fn(shutdown::count))
    };
    let own = listener.try_clone()?;
    let mut server = connection::listen(builder(max_connections), listener, tls, site)?;
    if let Some(address) = http_bind_address {
        server = plain_http::listen(server, address, origin)?;
    }
    // Whoever is told that it serves may end it as well.
    let signals = Signals::from_now()?;
    let (server, listener) = (server.run(), own);
    Ok(Serving { server, metrics, store, mailer, listener, shutdown, signals, drain, _lock: lock })
}

/// A server of at most so many connections, shared out evenly among as many threads as there are
/// processors.
fn builder(max_connections: NonZeroUsize) -> ServerBuilder {
    let max_connections = max_connections.get();
    let processors = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // actix-server takes no more than 512.
    let threads = processors.min(max_connections).min(512);
    // A connection that has yet to agree on TLS counts like any other.
    max_concurrent_tls_connect(max_connections);
    let server = ServerBuilder::new().workers(threads);
    let server = server.max_concurrent_connections(max_connections / threads);
    server.disable_signals().shutdown_timeout(FINISHED_WITHIN)
}
