//! Demo mode (`--demo`): runs the app with an emulator of WorkOS. It needs neither an account nor
//! settings.
//!
//! Demo mode is isolated from any real deployment: it reads no `.env`, uses no API key, sends
//! requests only to the emulator, listens only on loopback and stores its files in a folder of its
//! own.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, ensure};
use env_settings::is_loopback;
use magic_link_emulator::{Emulator, Options};
use url::Url;
use web_guards::tls;

use super::serve;
// for sso
use crate::config::sso;
use crate::config::{Config, Problem, Problems};
use crate::observability::log;

/// Serves the app and the emulator until they are stopped.
///
/// # Errors
/// Fails if a setting is invalid, an address isn't on loopback, or the app can't start.
pub async fn run() -> anyhow::Result<()> {
    tls::ignore_hangup()?;
    let variable = |name: &str| std::env::var(name).ok();
    let emulator = start_emulator(variable)?;
    let config = config(variable, &emulator)?;
    let _log = log::start(&config.log);
    let server = serve::start(config, |site| welcome(site, &emulator))?;
    server.run().await?;
    emulator.stop().await;
    Ok(())
}

fn welcome(site: &str, emulator: &Emulator) -> String {
    let inbox = inbox(emulator);
    let hints = [
        "With SIGN_IN_WITH=code, the email has a six-digit code to enter instead of a link to open.",
        // for own-mail
        "With LINK_DELIVERY=smtp, the app emails a link that email scanners can't use up.",
    ];
    format!(
        "The demo is running. It needs no account, and no email leaves this computer.\n\n  \
         1. Open   {site}/login\n  \
         2. Enter  any email address\n  \
         3. Open   {inbox}   and follow the email\n\n{}\n",
        hints.join("\n")
    )
}

/// Starts the emulator on the current runtime, at `EMULATOR_BIND_ADDRESS`.
fn start_emulator(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Emulator> {
    let address = variable("EMULATOR_BIND_ADDRESS").unwrap_or_else(|| "127.0.0.1:4100".to_owned());
    let bind: SocketAddr =
        address.parse().context("EMULATOR_BIND_ADDRESS must be an address and port")?;
    ensure!(bind.ip().is_loopback(), "EMULATOR_BIND_ADDRESS must be loopback in demo mode");
    let connections = Vec::new();
    // for sso
    // The emulator knows the organizations from the start.
    let connections = match variable("SSO_DOMAINS") {
        Some(domains) => sso::ids_of_demo(&domains),
        None => connections,
    };
    let options = Options { bind, sso: connections, ..Options::default() };
    Emulator::start(options).with_context(|| {
        format!("could not start the WorkOS emulator on {bind} (EMULATOR_BIND_ADDRESS)")
    })
}

/// Returns the URL of the emulator's inbox.
fn inbox(emulator: &Emulator) -> String {
    format!("{}/inbox", emulator.url())
}

/// Reads the settings, and points the app at this emulator for API requests and email.
fn config(
    variable: impl Fn(&str) -> Option<String>,
    emulator: &Emulator,
) -> Result<Config, Problems> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let site = set("BASE_URL").unwrap_or_else(|| base_url(set("TLS"), set("BIND_ADDRESS")));
    if Url::parse(&site).is_ok_and(|site| !is_loopback(&site)) {
        return Err(must_be_loopback("BASE_URL"));
    }
    let config = Config::read(|name| match name {
        "WORKOS_API_URL" => Some(emulator.url()),
        "WORKOS_API_KEY" => Some(Options::default().api_key),
        "WORKOS_CLIENT_ID" => Some(Options::default().client_id),
        "DATA_DIR" => Some(data_dir(set(name))),
        "BASE_URL" => Some(site.clone()),
        // for own-mail
        "SMTP_URL" if cfg!(feature = "smtp") => Some(emulator.smtp_url()),
        // for own-mail
        "MAIL_FROM" => Some("Magic Link demo <sign-in@demo.invalid>".to_owned()),
        // Demo mode uses no secrets or data of a real deployment.
        "COOKIE_KEYS" => None,
        // for redis
        "SESSION_STORE" => None,
        _ if name.starts_with("WORKOS_") || name.starts_with("SMTP_") => None,
        _ => set(name),
    })?;
    for (name, address) in [
        ("BIND_ADDRESS", Some(config.web.bind_address)),
        ("HTTP_BIND_ADDRESS", config.web.http_bind_address),
        ("METRICS_BIND_ADDRESS", config.running.metrics_bind_address),
    ] {
        if address.is_some_and(|address| !address.ip().is_loopback()) {
            return Err(must_be_loopback(name));
        }
    }
    Ok(Config { demo_inbox: Some(inbox(emulator)), ..config })
}

fn must_be_loopback(variable: &'static str) -> Problems {
    Problems(vec![Problem { variable, expected: "must be loopback in demo mode" }])
}

fn data_dir(set: Option<String>) -> String {
    let data_dir = set.unwrap_or_else(|| "data".to_owned());
    Path::new(&data_dir).join("demo").to_string_lossy().into_owned()
}

/// Returns the default of `BASE_URL`: `localhost` with the scheme and port that the demo uses.
fn base_url(tls: Option<String>, bind_address: Option<String>) -> String {
    let scheme = if tls.is_some_and(|tls| tls == "off") { "http" } else { "https" };
    let port = bind_address.as_deref().and_then(|address| address.rsplit(':').next());
    format!("{scheme}://localhost:{}", port.unwrap_or("8443"))
}
