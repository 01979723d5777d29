//! A local emulator of the WorkOS Magic Link endpoints, for apps in any language.
//!
//! The steps of a sign-in, and their modules:
//!
//! 1. `POST /passwordless/sessions` (`passwordless`) creates a session with a single-use link, and a
//!    connection for the email domain (`connections`).
//! 2. `POST /passwordless/sessions/{id}/send` puts an email (`mail`) into the inbox, which is a page
//!    (`inbox`) and an API for tests (`admin`).
//! 3. `GET /passwordless/{token}/confirm` uses up the link and redirects (`redirect`) with a code.
//! 4. `POST /sso/token` and `GET /sso/profile` (`token`) exchange the code for a Profile (`profile`).
//!
//! Single sign-on:
//!
//! 1. `GET /sso/authorize` (`authorize`) checks the app's request and stores it (`sso_sign_in`). Its
//!    connection must exist already (`sso_connections`).
//! 2. The emulated identity provider, on a separate origin, asks for an identity (`identity_page`,
//!    `identity`) and redirects with a code or an error (`sso_errors`). A sign-in can also start
//!    there (`idp`).
//! 3. If the client ID or redirect URI is wrong, an error page is shown (`hosted_errors`).
//!
//! Other modules:
//!
//! - `routes` lists all routes.
//! - `magic_auth` sends codes by email, and `authenticate` signs in with them: to an organization
//!   of the user (`memberships`), and with a JSON Web Token (`user_token`).
//! - `smtp` receives email that an app sends itself, into the same inbox.
//! - `scan` opens the `links` of an email as an email scanner would.
//! - `access` refuses cross-site requests.
//! - `middleware` logs API calls (`request_log`, `request_body`) and applies `hooks` and `faults`.
//! - `errors` has the API's error formats.
//! - `state` has all records, and the clock that tests can move.
//! - `official_emulator` has the optional differences of the official emulator.
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
mod authenticate;
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
mod memberships;
mod middleware;
mod official_emulator;
mod options;
mod pages;
mod passwordless;
mod profile;
mod redirect;
mod request_body;
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
mod user_token;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use actix_web::dev::ServerHandle;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};

pub use crate::options::Options;
use crate::smtp::SmtpServer;
use crate::state::{Environment, Urls};

/// A running emulator. Each has its own state, so a process can run several.
#[derive(Debug)]
pub struct Emulator {
    port: u16,
    server: ServerHandle,
    smtp: SmtpServer,
}

impl Emulator {
    /// Binds the listeners and starts serving, on one worker thread and without signal handlers.
    ///
    /// Must be called inside a running actix runtime (`#[actix_web::main]`, `#[actix_web::test]`).
    ///
    /// # Errors
    ///
    /// Fails if the address can't be bound, or if a redirect URI, host name or connection is invalid.
    pub fn start(options: Options) -> io::Result<Emulator> {
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
            identity_provider: format!("http://{}", reachable(listener.local_addr()?)),
            smtp: format!("smtp://{}", reachable(smtp_listener.local_addr()?)),
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

    /// Returns the base URL for the app's configuration, such as `http://localhost:4100`.
    pub fn url(&self) -> String {
        base_url(self.port)
    }

    /// Returns the HTTP port, also if [`Options::bind`] asked for any free one.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the URL of the SMTP server, such as `smtp://127.0.0.1:4126`. Email sent to it appears
    /// in the inbox.
    pub fn smtp_url(&self) -> String {
        format!("smtp://{}", reachable(self.smtp.address))
    }

    /// Returns the port of [`Emulator::smtp_url`].
    pub fn smtp_port(&self) -> u16 {
        self.smtp.address.port()
    }

    /// Closes both listeners and every connection, and waits until that is done. Aborts pending
    /// requests, because those that hang on purpose would never end.
    pub async fn stop(self) {
        self.server.stop(false).await;
        self.smtp.stop().await;
    }
}

fn base_url(port: u16) -> String {
    format!("http://localhost:{port}")
}

/// Returns the address to connect to on this machine: loopback for a listener on all addresses.
fn reachable(mut address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    address
}

fn invalid_input(reason: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}
