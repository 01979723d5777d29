//! Serves the app, if no command is given.

use std::net::TcpListener;

use anyhow::Context;
use web_guards::tls;

use super::{print, variables};
use crate::clock::Clock;
use crate::config::{Config, Tls};
use crate::observability::log;
use crate::server::{self, RunningServer};

const SELF_SIGNED_HINT: &str = "\
The certificate is self-signed, so your browser shows a warning, once. To avoid it, run
`mkcert -install && mkcert localhost`, and set TLS=files, TLS_CERT_FILE=localhost.pem
and TLS_KEY_FILE=localhost-key.pem.
";

/// Serves the app until it is stopped.
///
/// # Errors
/// Fails if the settings are invalid, the app can't start, or it stops before all requests have
/// been answered.
pub async fn run() -> anyhow::Result<()> {
    tls::ignore_hangup()?;
    let config = Config::read(variables()?)?;
    let _log = log::start(&config.log);
    let address = config.web.bind_address;
    let server = start(config, |site| format!("Serving {site}, listening on {address}.\n"))?;
    Ok(server.run().await?)
}

/// Starts to listen and prints `welcome`, which gets the origin of the site.
pub(super) fn start(
    config: Config,
    welcome: impl FnOnce(&str) -> String,
) -> anyhow::Result<RunningServer> {
    web_guards::raise_file_limit(config.web.max_connections)?;
    let address = config.web.bind_address;
    let listener = TcpListener::bind(address)
        .with_context(|| format!("could not listen on BIND_ADDRESS {address}"))?;
    let site = config.web.base_url.origin().ascii_serialization();
    let is_self_signed = config.web.tls == Tls::SelfSigned;
    let server = server::serve(config, listener, Clock::default())?;
    // The server runs even if standard output is closed.
    let _ = print(&format!("\n{}", welcome(&site)));
    if is_self_signed {
        let _ = print(SELF_SIGNED_HINT);
    }
    Ok(server)
}
