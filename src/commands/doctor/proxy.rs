//! The proxy in front: whether it is trusted to say where requests come from, and nothing else is. Rate
//! limits and the list of a user's sessions depend on that.
//!
//! It can't be seen from outside. So, while the app isn't running, this listens in its place for one
//! request of its own; other requests get a 503.

use std::net::{IpAddr, TcpListener};

use actix_web::http::header::{FORWARDED, RETRY_AFTER, X_FORWARDED_FOR};
use actix_web::web::{Data, to};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use ipnet::IpNet;
use reqwest::Method;
use tokio::sync::mpsc::{Sender, channel};
use web_guards::{ServedHost, tls};

use super::visitor::Visitor;
use super::{Finding, fails, ok, unknown};
use crate::config::{Tls, Web};
use crate::sealed::random;

/// An address for documentation (RFC 5737), as a client would make one up.
const MADE_UP: &str = "192.0.2.1";

pub(super) async fn check(web: &Web, visitor: &Visitor) -> Finding {
    let trusted = &web.trusted_proxies;
    let ends_tls = web.tls == Tls::Off && web.base_url.scheme() == "https";
    if trusted.is_empty() && !ends_tls {
        return ok("none: this program is where visitors come to");
    }
    if trusted.is_empty() {
        return fails(
            "not trusted, so all visitors count as one: put its address into TRUSTED_PROXIES",
        );
    }
    if trusted.iter().any(|net| net.prefix_len() == 0) {
        return fails(
            "TRUSTED_PROXIES trusts everybody, so visitors can say that they come from \
             anywhere: name the proxy's own network",
        );
    }
    let here = web.bind_address.ip();
    if here.is_loopback() && !trusted.iter().any(|net| net.contains(&here)) {
        return fails(format!(
            "it can only come from this machine, so all visitors count as one: put {here} into \
             TRUSTED_PROXIES"
        ));
    }
    let Ok(listener) = TcpListener::bind(web.bind_address) else {
        return unknown(
            "what it says of visitors shows only while the app isn't running: stop it, and ask \
             again",
        );
    };
    match listen_once(listener, web, visitor).await {
        Some(seen) => seen.finding(trusted),
        None => unknown("BASE_URL doesn't lead to this machine now"),
    }
}

/// Sends a request to `BASE_URL`, and returns what arrives here.
async fn listen_once(listener: TcpListener, web: &Web, visitor: &Visitor) -> Option<Seen> {
    let path = format!("/doctor-{:032x}", u128::from_ne_bytes(random().ok()?));
    let (sender, mut received) = channel(1);
    let ours = Data::new((path.clone(), ServedHost::new(&web.base_url), sender));
    let server =
        HttpServer::new(move || App::new().app_data(ours.clone()).default_service(to(see)));
    let server = server.workers(1).disable_signals();
    let server = match &web.tls {
        Tls::Off => server.listen(listener),
        Tls::Files { cert, key } => {
            server.listen_rustls_0_23(listener, tls::from_files(cert, key).ok()?)
        }
        // In development, which has no proxy.
        Tls::SelfSigned => return None,
    };
    let server = server.ok()?.run();
    let handle = server.handle();
    rt::spawn(server);
    let request = visitor.request(Method::GET, &path);
    let request = request.header(X_FORWARDED_FOR.as_str(), MADE_UP);
    // The response doesn't matter, once the request was seen.
    let _ = visitor.send(request.header(FORWARDED.as_str(), format!("for={MADE_UP}"))).await;
    handle.stop(false).await;
    received.try_recv().ok()
}

type Ours = (String, ServedHost, Sender<Seen>);

async fn see(request: HttpRequest, ours: Data<Ours>) -> HttpResponse {
    let (path, host, sender) = &**ours;
    if request.path() == path
        && let Some(seen) = Seen::of(&request, host)
    {
        let _ = sender.try_send(seen);
        return HttpResponse::NoContent().finish();
    }
    HttpResponse::ServiceUnavailable().insert_header((RETRY_AFTER, "10")).finish()
}

/// What the app would see of the request.
struct Seen {
    peer: IpAddr,
    has_our_host: bool,
    /// Where it comes from, according to the proxy: the end of the header that the app would read.
    says: Option<String>,
}

impl Seen {
    fn of(request: &HttpRequest, host: &ServedHost) -> Option<Self> {
        let headers = request.headers();
        // An element of `Forwarded` without `for` says nothing of where a request comes from.
        let last = |name, part: &str| {
            let values = headers.get_all(name).filter_map(|value| value.to_str().ok());
            let entries = values.flat_map(|value| value.split(','));
            entries.filter(|entry| entry.to_ascii_lowercase().contains(part)).last()
        };
        Some(Self {
            peer: request.peer_addr()?.ip().to_canonical(),
            has_our_host: host.is_named_by(request),
            says: last(FORWARDED, "for=").or_else(|| last(X_FORWARDED_FOR, "")).map(str::to_owned),
        })
    }

    fn finding(&self, trusted: &[IpNet]) -> Finding {
        let peer = self.peer;
        if !self.has_our_host {
            return fails("it puts another Host in the place of BASE_URL's");
        }
        if !trusted.iter().any(|net| net.contains(&peer)) {
            return fails(format!(
                "not trusted, so all visitors count as one: put {peer} into TRUSTED_PROXIES"
            ));
        }
        match &self.says {
            None => fails(
                "it doesn't say where visitors come from, so all count as one: have it set \
                 X-Forwarded-For",
            ),
            Some(says) if says.contains(MADE_UP) => fails(
                "it passes on what visitors make up in Forwarded or X-Forwarded-For, so where they \
                 come from isn't known: have it set one of the two and remove the other",
            ),
            Some(_) => ok("it is trusted, and says where visitors come from"),
        }
    }
}
