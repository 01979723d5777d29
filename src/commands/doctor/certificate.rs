//! Whether browsers take the certificate of `BASE_URL`.

use std::io;
use std::sync::Arc;

use reqwest::Method;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, ConnectionCommon, ServerConfig, ServerConnection};
use rustls_platform_verifier::Verifier;
use web_guards::tls;

use super::visitor::{NoAnswer, Visitor};
use super::{Finding, fails, ok, unknown};
use crate::config::{Config, Tls};
use crate::outgoing::ExtraRoots;

pub(super) async fn check(config: &Config, visitor: &Visitor) -> Finding {
    let web = &config.web;
    match &web.tls {
        _ if web.base_url.scheme() == "http" => {
            ok("none: BASE_URL is http, which is for this machine only")
        }
        Tls::SelfSigned if web.is_loopback() => {
            ok("made here, for this machine only; browsers warn of it, once")
        }
        Tls::SelfSigned => fails(
            "made here, and no visitor's browser takes it: set TLS=files, or TLS=off behind a \
             proxy that has one",
        ),
        Tls::Files { cert, key } => {
            let host = web.base_url.host_str().unwrap_or_default();
            let roots = &config.extra_roots;
            let ours = tls::from_files(cert, key).map_err(anyhow::Error::from);
            match ours.and_then(|ours| Ok(shake_hands(ours, host, roots)?)) {
                Ok(()) => ok("browsers take the one in TLS_CERT_FILE"),
                Err(error) => fails(format!("TLS_CERT_FILE, TLS_KEY_FILE: {error:#}")),
            }
        }
        Tls::Off => of_the_proxy(visitor).await,
    }
}

async fn of_the_proxy(visitor: &Visitor) -> Finding {
    let knock = visitor.request(Method::GET, "/health/live");
    match visitor.send(knock).await {
        Ok(_) | Err(NoAnswer::Silent) => ok("browsers take the proxy's"),
        Err(NoAnswer::NotTrusted(why)) => fails(format!("browsers refuse the proxy's: {why}")),
        Err(NoAnswer::Plain) => fails(
            "none: what listens at BASE_URL speaks http; set TLS=files, or have a proxy end TLS",
        ),
        Err(NoAnswer::Absent(why)) => unknown(format!("BASE_URL can't be reached: {why}")),
    }
}

/// As a browser on this machine would with a server of ours, without a network in between.
fn shake_hands(ours: ServerConfig, host: &str, roots: &ExtraRoots) -> Result<(), rustls::Error> {
    let no_name = || rustls::Error::General("BASE_URL has no name for a certificate".to_owned());
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned());
    let browser = ClientConfig::builder();
    let roots = roots.iter().cloned();
    let verifier = Verifier::new_with_extra_roots(roots, browser.crypto_provider().clone())?;
    let browser = browser.dangerous().with_custom_certificate_verifier(Arc::new(verifier));
    let browser = Arc::new(browser.with_no_client_auth());
    let mut client = ClientConnection::new(browser, name.map_err(|_| no_name())?)?;
    let mut server = ServerConnection::new(Arc::new(ours))?;
    while client.is_handshaking() {
        pass_on(&mut client, &mut server)?;
        pass_on(&mut server, &mut client)?;
    }
    Ok(())
}

/// What one side has to say, to the other.
fn pass_on<A, B>(
    from: &mut ConnectionCommon<A>,
    to: &mut ConnectionCommon<B>,
) -> Result<(), rustls::Error> {
    let broken = |error: io::Error| rustls::Error::General(error.to_string());
    let mut said = Vec::new();
    while from.wants_write() {
        from.write_tls(&mut said).map_err(broken)?;
    }
    let mut said = said.as_slice();
    while !said.is_empty() {
        to.read_tls(&mut said).map_err(broken)?;
        to.process_new_packets()?;
    }
    Ok(())
}
