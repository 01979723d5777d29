//! Whether browsers take the certificate of `BASE_URL`.

use outgoing_http::verify_server;
use reqwest::Method;
use web_guards::tls;

use super::visitor::{NoAnswer, Visitor};
use super::{Finding, fails, ok, unknown};
use crate::config::{Config, Tls};

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
            match ours.and_then(|ours| Ok(verify_server(ours, host, roots)?)) {
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
