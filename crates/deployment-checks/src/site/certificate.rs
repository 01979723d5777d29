//! Checks whether browsers trust the certificate of `BASE_URL`.

use std::path::Path;

use outgoing_http::{is_loopback, verify_server};
use reqwest::Method;
use web_guards::tls;

use super::visitor::{NoResponse, Visitor};
use super::{Site, Tls};
use crate::finding::{Verdict, fails, ok, unknown};
use crate::with_sources;

pub(super) async fn check(site: &Site, visitor: &Visitor) -> Verdict {
    match &site.tls {
        _ if site.base_url.scheme() == "http" => {
            ok("not needed: BASE_URL is http, for this machine only")
        }
        Tls::SelfSigned(_) if is_loopback(&site.base_url) => {
            ok("self-signed, for this machine only; browsers show a warning")
        }
        Tls::SelfSigned(_) => fails(
            "self-signed, which visitors' browsers reject: set TLS=files, or TLS=off behind a proxy \
             that has a certificate",
        ),
        Tls::Files { cert, key } => match verify(site, cert, key) {
            Ok(()) => ok("browsers trust the one in TLS_CERT_FILE"),
            Err(cause) => fails(format!("TLS_CERT_FILE, TLS_KEY_FILE: {cause}")),
        },
        Tls::Off => of_the_proxy(visitor).await,
    }
}

fn verify(site: &Site, cert: &Path, key: &Path) -> Result<(), String> {
    let server = tls::from_files(cert, key).map_err(|error| with_sources(&error))?;
    let host = site.base_url.host_str().unwrap_or_default();
    verify_server(server, host, &site.extra_roots).map_err(|error| with_sources(&error))
}

async fn of_the_proxy(visitor: &Visitor) -> Verdict {
    match visitor.send(visitor.request(Method::GET, "/health/live")).await {
        Ok(_) | Err(NoResponse::TimedOut) => ok("browsers trust the proxy's"),
        Err(NoResponse::NotTrusted(why)) => fails(format!("browsers reject the proxy's: {why}")),
        Err(NoResponse::PlainHttp) => fails(
            "none: the server at BASE_URL uses http; set TLS=files, or terminate TLS at a proxy",
        ),
        Err(NoResponse::Unreachable(why)) => unknown(format!("could not reach BASE_URL: {why}")),
    }
}
