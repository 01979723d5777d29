//! No command: serves the app.

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
/// When the settings are wrong, the app can't start, or it ends before it has answered everything.
pub async fn run() -> anyhow::Result<()> {
    tls::survive_hangup()?;
    let config = Config::read(variables()?)?;
    let _log = log::start(&config.log);
    let address = config.web.bind_address;
    let server = start(config, |site| format!("Serving {site}, listening on {address}.\n"))?;
    Ok(server.run().await?)
}

/// Begins to listen, then prints where. `welcome` makes that text of the site's origin.
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
    // The server runs even if this can't be printed.
    let _ = print(&format!("\n{}", welcome(&site)));
    if is_self_signed {
        let _ = print(SELF_SIGNED_HINT);
    }
    Ok(server)
}
