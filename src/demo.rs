//! `--demo`: the app beside a stand-in for WorkOS, with no account and nothing set up.
//!
//! It can touch nothing real: it reads no `.env`, takes no key, talks to the stand-in only, listens
//! on loopback only and keeps its things in a folder of its own.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, ensure};
use magic_link_emulator::{Emulator, Options};

use crate::config::{Config, Problem, Problems};

/// Settings that a demo takes from the environment; of the others it has its own, or the default.
const TAKEN: [&str; 9] = [
    "ALLOWED_EMAIL_DOMAINS",
    "BASE_URL",
    "BIND_ADDRESS",
    "LINK_EXPIRES_IN",
    "SESSION_ABSOLUTE_TIMEOUT",
    "SESSION_IDLE_TIMEOUT",
    "TLS",
    "TLS_CERT_FILE",
    "TLS_KEY_FILE",
];

/// Starts the stand-in on the current runtime, at `EMULATOR_BIND_ADDRESS`.
///
/// # Errors
/// When the address isn't loopback, or can't be listened on.
pub fn start_emulator(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<Emulator> {
    let address = variable("EMULATOR_BIND_ADDRESS").unwrap_or_else(|| "127.0.0.1:4100".to_owned());
    let bind: SocketAddr =
        address.parse().context("EMULATOR_BIND_ADDRESS is an address and port")?;
    ensure!(bind.ip().is_loopback(), "EMULATOR_BIND_ADDRESS must be loopback in a demo");
    Emulator::start(Options { bind, ..Options::default() }).with_context(|| {
        format!("the stand-in for WorkOS can't listen on {bind} (EMULATOR_BIND_ADDRESS)")
    })
}

/// The settings of a demo that talks to the stand-in at `emulator_url`.
///
/// # Errors
/// As [`Config::read`], and when anything would be reachable from another machine.
pub fn config(
    variable: impl Fn(&str) -> Option<String>,
    emulator_url: String,
) -> Result<Config, Problems> {
    let mut settings: HashMap<&str, String> =
        TAKEN.iter().filter_map(|name| Some((*name, variable(name)?))).collect();
    let data_dir = variable("DATA_DIR").unwrap_or_else(|| "data".to_owned());
    settings.insert("DATA_DIR", Path::new(&data_dir).join("demo").to_string_lossy().into_owned());
    let of_emulator = Options::default();
    let inbox = inbox(&emulator_url);
    settings.insert("WORKOS_API_URL", emulator_url);
    settings.insert("WORKOS_API_KEY", of_emulator.api_key);
    settings.insert("WORKOS_CLIENT_ID", of_emulator.client_id);
    if !settings.contains_key("BASE_URL") {
        settings.insert("BASE_URL", base_url(&settings));
    }
    let config = Config::read(|name| settings.get(name).cloned())?;
    if !config.web.bind_address.ip().is_loopback() {
        return Err(Problems(vec![Problem {
            variable: "BIND_ADDRESS",
            expected: "is loopback in a demo",
        }]));
    }
    Ok(Config { demo_inbox: Some(inbox), ..config })
}

/// Where the stand-in shows the mails that it "sent".
#[must_use]
pub fn inbox(emulator_url: &str) -> String {
    format!("{emulator_url}/inbox")
}

/// Where the demo is found if nobody says otherwise: on this machine, at the port it listens on.
fn base_url(settings: &HashMap<&str, String>) -> String {
    let scheme = if settings.get("TLS").is_some_and(|tls| tls == "off") { "http" } else { "https" };
    let port = settings
        .get("BIND_ADDRESS")
        .and_then(|address| address.rsplit(':').next())
        .unwrap_or("8443");
    format!("{scheme}://localhost:{port}")
}
