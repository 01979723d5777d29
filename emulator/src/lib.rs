//! A local stand-in for the WorkOS Magic Link endpoints, for any app in any language.
//!
//! One sign-in through it, from top to bottom:
//!
//! 1. `routes` is the whole server on one page.
//! 2. `POST /passwordless/sessions` and `…/send` (`passwordless`): a session, its one-use link,
//!    the connection that its domain gets by itself (`connections`).
//! 3. The mail (`mail`) lies in the inbox: a page for people (`inbox`), JSON for tests
//!    (`admin`).
//! 4. `GET /passwordless/{token}/confirm` spends the link and redirects (`redirect`) with a code.
//! 5. `POST /sso/token` and `GET /sso/profile` (`token`) turn the code into a Profile (`profile`).
//!
//! Single sign-on joins there. `GET /sso/authorize` (`authorize`) checks what an app asks for and
//! keeps it (`sso_sign_in`), for one of the connections made on request (`sso_connections`). The
//! identity provider, another origin to a browser, asks whom to be (`identity_page`, `identity`)
//! and redirects with a code, or with an error (`sso_errors`). A sign-in may also begin there
//! (`idp`). Whoever can't be sent back to the app ends on a page (`hosted_errors`).
//!
//! Mails that an app sends itself come in beside this, over SMTP (`smtp`), into the same inbox.
//!
//! A mail scanner opens links before people do; `scan` plays one, on the `links` of any mail.
//!
//! Around all of them: `access` refuses what other sites' pages send, `middleware` logs every API call (`request_log`) and lets it fail, stall or
//! break on demand (`hooks`, `faults`), `errors` holds the shapes of the API's refusals, and
//! `state` everything that one stand-in remembers, with the clock that tests move. What the
//! official emulator answers otherwise, and a test may ask for, is in `official_emulator`.
//!
//! ```no_run
//! # async fn run() -> std::io::Result<()> {
//! use magic_link_emulator::{Emulator, Options};
//!
//! let options = Options { bind: ([127, 0, 0, 1], 0).into(), ..Options::default() };
//! let emulator = Emulator::start(options)?;
//! println!("point WORKOS_API_URL at {}", emulator.url());
//! emulator.stop().await;
//! # Ok(())
//! # }
//! ```

mod access;
mod admin;
mod authorize;
mod connection_list;
mod connections;
mod email_address;
mod errors;
mod faults;
mod hooks;
mod hosted_errors;
mod identity;
mod identity_page;
mod idp;
mod ids;
mod inbox;
mod links;
mod magic_auth;
mod mail;
mod middleware;
mod official_emulator;
mod options;
mod pages;
mod passwordless;
mod profile;
mod redirect;
mod request_log;
mod routes;
mod scan;
mod session_request;
mod smtp;
mod sso_connections;
mod sso_errors;
mod sso_sign_in;
mod state;
mod token;

use std::io;
use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};

pub use crate::options::Options;
use crate::smtp::SmtpServer;
use crate::state::{Environment, Urls};

/// A running stand-in. Each has a state of its own, so a process may hold many.
#[derive(Debug)]
pub struct Emulator {
    port: u16,
    server: ServerHandle,
    smtp: SmtpServer,
}

impl Emulator {
    /// Binds and starts serving, on one worker thread and without signal handlers.
    ///
    /// Must be called inside a running actix runtime (`#[actix_web::main]`, `#[actix_web::test]`).
    ///
    /// # Errors
    ///
    /// When the address isn't loopback or can't be bound, when a redirect URI isn't one that an
    /// app could be sent back to, or when a host name or a connection makes no sense.
    pub fn start(options: Options) -> io::Result<Emulator> {
        if !options.bind.ip().is_loopback() {
            return Err(invalid_input(format!(
                "the stand-in listens on loopback only, not on {}",
                options.bind.ip()
            )));
        }
        for uri in &options.redirect_uris {
            redirect::check_listed(uri).map_err(invalid_input)?;
        }
        for host in &options.hosts {
            access::check_host(host).map_err(invalid_input)?;
        }

        let listener = TcpListener::bind(options.bind)?;
        let port = listener.local_addr()?.port();
        let smtp_listener = smtp::bind(options.bind)?;
        let urls = Urls {
            base: base_url(port),
            identity_provider: format!("http://{}", listener.local_addr()?),
            smtp: format!("smtp://{}", smtp_listener.local_addr()?),
        };
        let environment = web::Data::new(Environment::new(options, urls)?);
        let smtp = SmtpServer::start(smtp_listener, environment.clone())?;

        let server = HttpServer::new(move || {
            App::new()
                .app_data(environment.clone())
                .configure(routes::configure)
                .wrap(from_fn(middleware::serve_api_call))
                .wrap(from_fn(access::guard))
                .wrap(from_fn(middleware::add_common_headers))
        })
        .workers(1)
        .disable_signals()
        .on_connect(faults::keep_socket)
        .listen(listener)?
        .run();

        let handle = server.handle();
        actix_web::rt::spawn(server);
        Ok(Emulator { port, server: handle, smtp })
    }

    /// The base URL to give to an app, such as `http://localhost:4100`.
    pub fn url(&self) -> String {
        base_url(self.port)
    }

    /// The port it listens on, also when [`Options::bind`] asked for any.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The SMTP server whose mails land in the inbox, such as `smtp://127.0.0.1:4126`.
    pub fn smtp_url(&self) -> String {
        format!("smtp://{}", self.smtp.address)
    }

    /// The port of [`Emulator::smtp_url`].
    pub fn smtp_port(&self) -> u16 {
        self.smtp.address.port()
    }

    /// Closes both listeners and every connection, and waits until that is done. Requests under
    /// way are cut off: one that hangs on purpose would never end.
    pub async fn stop(self) {
        self.server.stop(false).await;
        self.smtp.stop().await;
    }
}

fn base_url(port: u16) -> String {
    format!("http://localhost:{port}")
}

fn invalid_input(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}
