#![doc = include_str!("../README.md")]

mod roots;
mod verify;

use std::error::Error;
use std::{env, io};

use hyper::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::{Certificate, ClientBuilder};
use url::{Host, Url};

pub use roots::ExtraRoots;
pub use verify::verify_server;

/// Returns an HTTP client for this URL. It trusts the system's root certificates and the extra
/// ones. It uses the proxy from the environment (`HTTPS_PROXY`, `NO_PROXY` and similar variables),
/// but never for a loopback host.
pub fn http_client(url: &Url, extra_roots: &ExtraRoots) -> ClientBuilder {
    let roots = extra_roots.iter().filter_map(|root| Certificate::from_der(root).ok());
    let client = reqwest::Client::builder().tls_certs_merge(roots);
    if is_loopback(url) { client.no_proxy() } else { client }
}

/// Returns the environment variable that sets the proxy for https URLs, if its value is invalid.
/// The client would ignore it, and connect directly or through another proxy.
#[must_use]
pub fn unusable_proxy() -> Option<&'static str> {
    let set = [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]].map(|names| {
        // The client uses the first of two spellings that is set, even if it is empty.
        names.into_iter().find_map(|name| Some((name, env::var_os(name)?)))
    });
    let (name, proxy) = set.into_iter().flatten().find(|(_, proxy)| !proxy.is_empty())?;
    let is_usable = proxy.into_string().is_ok_and(|proxy| is_proxy(&proxy));
    (!is_usable).then_some(name)
}

/// Returns whether this is a TLS error, such as an invalid certificate. The server then responded,
/// unlike after a failed connection.
#[must_use]
pub fn is_tls_error(error: &(dyn Error + 'static)) -> bool {
    // `source()` doesn't return the error inside an `io::Error`.
    let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>()
        || held.is_some_and(|held| is_tls_error(held))
        || error.source().is_some_and(is_tls_error)
}

/// Returns whether the host of this URL is loopback.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn is_proxy(value: &str) -> bool {
    let proxies = Matcher::builder().all(value).build();
    let proxy = proxies.intercept(&Uri::from_static("https://example.invalid"));
    // The client would ignore an invalid port.
    proxy.as_ref().and_then(|proxy| proxy.uri().authority()).is_some_and(|proxy| {
        !proxy.host().is_empty() && (proxy.port_u16().is_some() || proxy.as_str() == proxy.host())
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::{is_proxy, is_tls_error};

    #[test]
    fn proxies_are_urls_with_a_host() {
        for proxy in
            ["http://proxy:3128", "proxy.test:8080", "socks5h://[::1]:1080", "http://u:p@a"]
        {
            assert!(is_proxy(proxy), "{proxy}");
        }
        for value in ["", "::canary::", "http://", "http://proxy:port", "ftp://proxy:21"] {
            assert!(!is_proxy(value), "{value}");
        }
    }

    #[test]
    fn tls_errors_are_found_inside_of_others() {
        let tls = || rustls::Error::General(String::new());
        assert!(is_tls_error(&io::Error::other(io::Error::other(tls()))));
        assert!(!is_tls_error(&io::Error::from(io::ErrorKind::ConnectionRefused)));
    }
}
