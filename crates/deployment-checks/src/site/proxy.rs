//! Checks whether the proxy is trusted, and sends the visitor's address in a header that visitors
//! can't set themselves. Rate limits and the list of a user's sessions depend on that.
//!
//! A request to the app can't show this from outside. So if the app isn't running, this module
//! listens in its place for one request of its own, and responds with 503 to others.

use std::net::{IpAddr, TcpListener};

use actix_web::http::header::{FORWARDED, RETRY_AFTER, X_FORWARDED_FOR};
use actix_web::web::{Data, to};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, rt};
use ipnet::IpNet;
use reqwest::Method;
use sealed_values::random;
use tokio::sync::mpsc::{Sender, channel};
use web_guards::{ServedHost, tls};

use super::visitor::Visitor;
use super::{Site, Tls};
use crate::finding::{Verdict, fails, ok, unknown};

pub(super) const REPLACES_HOST: &str =
    "the proxy replaces the Host header: configure it to pass on the host of BASE_URL";

/// An address reserved for documentation (RFC 5737), which the request claims to come from.
const CLAIMED: &str = "192.0.2.1";

pub(super) async fn check(site: &Site, visitor: &Visitor) -> Verdict {
    let trusted = &site.trusted_proxies;
    let here = site.bind_address.ip();
    if trusted.is_empty() {
        let has_proxy = site.tls == Tls::Off && site.base_url.scheme() == "https";
        return match has_proxy {
            false => ok("none: visitors connect to this app directly"),
            true => not_trusted("its address"),
        };
    }
    if trusted.iter().any(|net| net.prefix_len() == 0) {
        return fails(
            "TRUSTED_PROXIES trusts every address, so visitors can claim any: list only the \
             addresses of the proxy",
        );
    }
    // A proxy can then connect only from this address.
    if here.is_loopback() && !is_in(here, trusted) {
        return not_trusted(here);
    }
    let Ok(listener) = TcpListener::bind(site.bind_address) else {
        return unknown("checked only while the app isn't running: stop it, and run this again");
    };
    match receive(listener, site, visitor).await {
        Some(received) => received.verdict(trusted),
        None => unknown("not checked: BASE_URL doesn't lead to this machine"),
    }
}

fn not_trusted(address: impl std::fmt::Display) -> Verdict {
    fails(format!("not trusted, so all visitors count as one: add {address} to TRUSTED_PROXIES"))
}

fn is_in(address: IpAddr, networks: &[IpNet]) -> bool {
    networks.iter().any(|network| network.contains(&address))
}

/// Sends a request to `BASE_URL` and returns it as the app would receive it.
async fn receive(listener: TcpListener, site: &Site, visitor: &Visitor) -> Option<Received> {
    let path = format!("/doctor-{:032x}", u128::from_ne_bytes(random().ok()?));
    let (sender, mut received) = channel(1);
    let ours = Data::new((path.clone(), ServedHost::new(&site.base_url), sender));
    let server =
        HttpServer::new(move || App::new().app_data(ours.clone()).default_service(to(respond)));
    let server = server.workers(1).disable_signals();
    let server = match &site.tls {
        Tls::Off => server.listen(listener),
        Tls::Files { cert, key } => {
            server.listen_rustls_0_23(listener, tls::from_files(cert, key).ok()?)
        }
        // There is no proxy in development.
        Tls::SelfSigned(_) => return None,
    };
    let server = server.ok()?.run();
    let handle = server.handle();
    rt::spawn(server);
    let request = visitor.request(Method::GET, &path);
    let request = request.header(X_FORWARDED_FOR.as_str(), CLAIMED);
    // The response doesn't matter.
    let _ = visitor.send(request.header(FORWARDED.as_str(), format!("for={CLAIMED}"))).await;
    handle.stop(false).await;
    received.try_recv().ok()
}

type Ours = (String, ServedHost, Sender<Received>);

async fn respond(request: HttpRequest, ours: Data<Ours>) -> HttpResponse {
    let (path, host, sender) = &**ours;
    if request.path() == path
        && let Some(received) = Received::from_request(&request, host)
    {
        let _ = sender.try_send(received);
        return HttpResponse::NoContent().finish();
    }
    HttpResponse::ServiceUnavailable().insert_header((RETRY_AFTER, "10")).finish()
}

/// The properties of a request that the app would receive.
struct Received {
    peer: IpAddr,
    has_our_host: bool,
    /// The visitor's address as sent by the proxy: the last entry of the header that the app would
    /// read.
    forwarded_for: Option<String>,
}

impl Received {
    fn from_request(request: &HttpRequest, host: &ServedHost) -> Option<Self> {
        let headers = request.headers();
        // An element of `Forwarded` without `for` names no address.
        let last = |name, part: &str| {
            let values = headers.get_all(name).filter_map(|value| value.to_str().ok());
            let entries = values.flat_map(|value| value.split(','));
            entries.filter(|entry| entry.to_ascii_lowercase().contains(part)).last()
        };
        let forwarded_for = last(FORWARDED, "for=").or_else(|| last(X_FORWARDED_FOR, ""));
        Some(Self {
            peer: request.peer_addr()?.ip().to_canonical(),
            has_our_host: host.is_named_by(request),
            forwarded_for: forwarded_for.map(str::to_owned),
        })
    }

    fn verdict(&self, trusted: &[IpNet]) -> Verdict {
        if !self.has_our_host {
            return fails(REPLACES_HOST);
        }
        if !is_in(self.peer, trusted) {
            return not_trusted(self.peer);
        }
        match &self.forwarded_for {
            None => fails(
                "it doesn't send visitors' addresses, so all count as one: configure it to set \
                 X-Forwarded-For",
            ),
            Some(address) if address.contains(CLAIMED) => fails(
                "it passes on Forwarded or X-Forwarded-For from visitors, so they can claim any \
                 address: configure it to set one of the two and remove the other",
            ),
            Some(_) => ok("trusted, and sends visitors' addresses"),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use url::Url;
    use web_guards::ServedHost;

    use super::{CLAIMED, Received};
    use crate::Verdict;

    fn verdict(peer: &str, host: &str, headers: &[(&str, &str)]) -> Verdict {
        let mut request = TestRequest::default().peer_addr(format!("{peer}:1").parse().unwrap());
        request = request.insert_header(("Host", host));
        for header in headers {
            request = request.append_header(*header);
        }
        let ours = ServedHost::new(&Url::parse("https://app.example.com").unwrap());
        let received = Received::from_request(&request.to_http_request(), &ours).unwrap();
        received.verdict(&["10.0.0.0/8".parse().unwrap()])
    }

    fn failure(peer: &str, host: &str, headers: &[(&str, &str)]) -> String {
        match verdict(peer, host, headers) {
            Verdict::Fails(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn trusted_proxy_that_sends_the_address_is_ok() {
        for header in ["X-Forwarded-For", "Forwarded"] {
            let sent = verdict("10.1.2.3", "app.example.com", &[(header, "for=203.0.113.7")]);
            assert!(matches!(sent, Verdict::Ok(_)), "{header}: {sent:?}");
        }
        let appended = ("X-Forwarded-For", "192.0.2.1, 203.0.113.7");
        let sent = verdict("10.1.2.3", "app.example.com", &[appended]);
        assert!(matches!(sent, Verdict::Ok(_)), "{sent:?}");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let sent = [("X-Forwarded-For", "203.0.113.7")];
        assert!(failure("10.1.2.3", "127.0.0.1", &sent).contains("replaces the Host"));
        assert!(failure("11.1.2.3", "app.example.com", &sent).contains("add 11.1.2.3 to"));
        assert!(failure("10.1.2.3", "app.example.com", &[]).contains("doesn't send"));
        let claimed = [("Forwarded", format!("for={CLAIMED};proto=https"))];
        let claimed = claimed.each_ref().map(|(name, value)| (*name, value.as_str()));
        let passed_on = [claimed[0], sent[0]];
        assert!(failure("10.1.2.3", "app.example.com", &passed_on).contains("passes on"));
    }
}
