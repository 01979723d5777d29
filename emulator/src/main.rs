//! The emulator as a standalone program, for apps in any language.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr};
use std::process::ExitCode;

use clap::Parser;
use magic_link_emulator::{Emulator, Options};
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

/// A local emulator of the WorkOS Magic Link endpoints, with an inbox and failures on demand.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// IP address to listen on. Anyone who can connect sees all emails, so change it only in a
    /// container, to 0.0.0.0
    #[arg(long, value_name = "IP", default_value_t = Ipv4Addr::LOCALHOST.into())]
    bind: IpAddr,
    /// Port to listen on; 0 selects any free port
    #[arg(long, default_value_t = 4100)]
    port: u16,
    /// Accept this host name in addition to localhost and IP addresses (repeatable), such as
    /// emulator for http://emulator:4100. Other hosts get 421, which prevents DNS rebinding
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// API key that the app must use
    #[arg(long, default_value = "sk_test_default")]
    api_key: String,
    /// Client ID that the app must use
    #[arg(long, default_value = "client_emulator")]
    client_id: String,
    /// Accept only this redirect URI (repeatable; the first is the default). If not set, any HTTPS
    /// or loopback URI is accepted and there is no default
    #[arg(long, value_name = "URI")]
    redirect_uri: Vec<String>,
    /// Assign a domain's connections and users to an organization (repeatable)
    #[arg(long, value_name = "org_…=domain", value_parser = parse_organization)]
    organization: Vec<(String, String)>,
    /// Create an SSO connection for a domain, with the ID of its organization or a connection ID
    /// (repeatable; repeating an ID adds a domain)
    #[arg(long, value_name = "org_…|conn_…=domain", value_parser = parse_sso)]
    sso: Vec<(String, String)>,
    /// Sign in as login_hint right away instead of showing the identity provider's page
    #[arg(long)]
    auto_idp: bool,
    /// Respond like the official emulator where the difference could affect an app
    #[arg(long)]
    like_official_emulator: bool,
    /// Print a line of JSON when ready
    #[arg(long)]
    json: bool,
}

/// The line that `--json` prints when the server is ready.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready<'a> {
    url: String,
    port: u16,
    api_key: &'a str,
    client_id: &'a str,
    health: String,
    smtp: String,
}

fn parse_organization(argument: &str) -> Result<(String, String), String> {
    match argument.split_once('=') {
        Some((id, domain)) if id.starts_with("org_") && domain.contains('.') => {
            Ok((id.to_owned(), domain.to_lowercase()))
        }
        _ => Err("expected org_…=domain, such as org_01ACME=acme.com".to_owned()),
    }
}

/// [`Emulator::start`] checks the ID and the domain.
fn parse_sso(argument: &str) -> Result<(String, String), String> {
    match argument.split_once('=') {
        Some((id, domain)) => Ok((id.to_owned(), domain.to_owned())),
        None => Err("expected org_…=domain or conn_…=domain".to_owned()),
    }
}

#[actix_web::main]
async fn main() -> ExitCode {
    let done = match Arguments::try_parse() {
        Ok(arguments) => serve(arguments).await,
        Err(error) if error.use_stderr() => error.exit(),
        // `--help` or `--version`. A closed pipe, such as from `head`, isn't an error.
        Err(requested) => match requested.print() {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            printed => printed,
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "magic-link-emulator: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> io::Result<()> {
    let options = Options {
        bind: (arguments.bind, arguments.port).into(),
        hosts: arguments.host,
        api_key: arguments.api_key,
        client_id: arguments.client_id,
        redirect_uris: arguments.redirect_uri,
        organizations: arguments.organization,
        sso: arguments.sso,
        auto_idp: arguments.auto_idp,
        like_official_emulator: arguments.like_official_emulator,
    };
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let emulator = Emulator::start(options.clone())?;
    announce(&emulator, &options, arguments.json)?;

    tokio::select! {
        _ = interrupted.recv() => {}
        _ = terminated.recv() => {}
    }
    emulator.stop().await;
    Ok(())
}

fn announce(emulator: &Emulator, options: &Options, as_json: bool) -> io::Result<()> {
    let url = emulator.url();
    let mut out = io::stdout().lock();
    if as_json {
        let ready = Ready {
            health: format!("{url}/health"),
            smtp: emulator.smtp_url(),
            port: emulator.port(),
            api_key: &options.api_key,
            client_id: &options.client_id,
            url,
        };
        writeln!(out, "{}", serde_json::to_string(&ready)?)?;
    } else {
        writeln!(out, "WorkOS emulator: {url} (inbox: {url}/inbox)")?;
        writeln!(out, "SMTP server for the same inbox: {}", emulator.smtp_url())?;
        writeln!(out, "API key: {}, client ID: {}", options.api_key, options.client_id)?;
    }
    out.flush()
}
