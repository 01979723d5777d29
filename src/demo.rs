//! `--demo`: the app beside a stand-in for WorkOS, with no account and nothing set up.
//!
//! It can touch nothing real: it reads no `.env`, takes no key, talks to the stand-in only, listens
//! on loopback only and keeps its things in a folder of its own.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, ensure};
use magic_link_emulator::{Emulator, Options};
use url::Url;

use crate::config::{Config, Problem, Problems};
use crate::email_address::parse_domain;
use crate::outgoing::is_loopback;
use crate::workos::SsoSelector;

// for own-mail
/// Who the demo's own mails say they are from.
const SENDER: &str = "Magic Link demo <sign-in@demo.invalid>";

/// Starts the stand-in on the current runtime, at `EMULATOR_BIND_ADDRESS`.
///
/// # Errors
/// When the address isn't loopback, or can't be listened on.
pub fn start_emulator(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Emulator> {
    let address = variable("EMULATOR_BIND_ADDRESS").unwrap_or_else(|| "127.0.0.1:4100".to_owned());
    let bind: SocketAddr =
        address.parse().context("EMULATOR_BIND_ADDRESS is an address and port")?;
    ensure!(bind.ip().is_loopback(), "EMULATOR_BIND_ADDRESS must be loopback in a demo");
    let options = Options {
        bind,
        // for sso
        // Organizations exist as soon as they are named.
        sso: sso(&variable("SSO_DOMAINS").unwrap_or_default()),
        ..Options::default()
    };
    Emulator::start(options).with_context(|| {
        format!("the stand-in for WorkOS can't listen on {bind} (EMULATOR_BIND_ADDRESS)")
    })
}

// for sso
/// The organizations and connections of `SSO_DOMAINS`, each with its domain; what can't be read is
/// complained of with the other settings.
fn sso(domains: &str) -> Vec<(String, String)> {
    let entries = domains.split(',').filter_map(|entry| {
        let (domain, id) = entry.split_once('=')?;
        SsoSelector::parse(id.trim())?;
        Some((id.trim().to_owned(), parse_domain(domain.trim()).ok()?))
    });
    entries.collect()
}

/// Where the stand-in shows the mails that it "sent".
#[must_use]
pub fn inbox(emulator: &Emulator) -> String {
    format!("{}/inbox", emulator.url())
}

/// The settings of a demo that talks to this stand-in.
///
/// # Errors
/// As [`Config::read`], and when anything would be reachable from another machine.
pub fn config(
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
        "MAIL_FROM" => Some(SENDER.to_owned()),
        // What belongs to the real thing.
        "COOKIE_KEYS" => None,
        // for redis
        "SESSION_STORE" => None,
        _ if name.starts_with("WORKOS_") || name.starts_with("SMTP_") => None,
        _ => set(name),
    })?;
    if !config.web.bind_address.ip().is_loopback() {
        return Err(must_be_loopback("BIND_ADDRESS"));
    }
    for (name, address) in [
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
    Problems(vec![Problem { variable, expected: "is loopback in a demo" }])
}

fn data_dir(set: Option<String>) -> String {
    let data_dir = set.unwrap_or_else(|| "data".to_owned());
    Path::new(&data_dir).join("demo").to_string_lossy().into_owned()
}

/// Where the demo is found if nobody says otherwise: on this machine, at the port it listens on.
fn base_url(tls: Option<String>, bind_address: Option<String>) -> String {
    let scheme = if tls.is_some_and(|tls| tls == "off") { "http" } else { "https" };
    let port = bind_address.as_deref().and_then(|address| address.rsplit(':').next());
    format!("{scheme}://localhost:{}", port.unwrap_or("8443"))
}
