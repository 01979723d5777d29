//! The site as a visitor comes to it: by `BASE_URL`, through whatever stands in front.

use std::error::Error;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use reqwest::{Certificate, Method, RequestBuilder, redirect};
use url::Url;

use crate::causes::with_sources;
use crate::config::{CERTIFICATE_FILE, Config, Tls};

const DEADLINE: Duration = Duration::from_secs(5);
/// Less, so that nobody there is told from nobody who answers.
const CONNECTED_WITHIN: Duration = Duration::from_secs(3);

pub(super) struct Visitor {
    http: reqwest::Client,
    base_url: Url,
    bind_address: SocketAddr,
}

/// Why no answer came.
pub(super) enum NoAnswer {
    /// Nobody is there.
    Absent(String),
    /// Somebody is, whose certificate a browser takes, and who doesn't answer in time: some proxies
    /// wait for the app to come back.
    Silent,
    /// Somebody is, whose certificate a browser wouldn't take.
    NotTrusted(String),
    /// Somebody is, and speaks http where `BASE_URL` says https.
    Plain,
}

impl Visitor {
    /// One that trusts what this system does, and the certificate made here for development.
    pub(super) fn new(config: &Config) -> anyhow::Result<Self> {
        let mut http = outgoing_http::http_client(&config.web.base_url, &config.extra_roots)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECTED_WITHIN)
            .timeout(DEADLINE)
            .pool_max_idle_per_host(0);
        if config.web.tls == Tls::SelfSigned
            && let Ok(pem) = fs::read(config.data_dir.join(CERTIFICATE_FILE))
        {
            http = http.tls_certs_only([Certificate::from_pem(&pem)?]);
        }
        let base_url = config.web.base_url.clone();
        Ok(Self { http: http.build()?, base_url, bind_address: config.web.bind_address })
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// Sends it; of the answer, also an unwelcome one is one.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
    ) -> Result<reqwest::Response, NoAnswer> {
        let error = match request.send().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error.without_url(),
        };
        if error.is_timeout() && !error.is_connect() {
            return Err(NoAnswer::Silent);
        }
        if !is_of_tls(&error) {
            return Err(NoAnswer::Absent(with_sources(&error)));
        }
        let mut plain = self.url("/health/live");
        let _ = plain.set_scheme("http");
        // The port stays, also where it is the usual one of the other scheme.
        let _ = plain.set_port(self.base_url.port_or_known_default());
        match self.http.get(plain).send().await {
            Ok(_) => Err(NoAnswer::Plain),
            Err(_) => Err(NoAnswer::NotTrusted(with_sources(&error))),
        }
    }

    fn url(&self, path: &str) -> Url {
        self.base_url.join(path).unwrap_or_else(|_| self.base_url.clone())
    }

    /// Whether something listens where the app does.
    pub(super) fn is_app_running(&self) -> bool {
        let mut address = self.bind_address;
        match address {
            SocketAddr::V4(v4) if v4.ip().is_unspecified() => {
                address.set_ip(Ipv4Addr::LOCALHOST.into());
            }
            SocketAddr::V6(v6) if v6.ip().is_unspecified() => {
                address.set_ip(Ipv6Addr::LOCALHOST.into());
            }
            _ => {}
        }
        TcpStream::connect_timeout(&address, DEADLINE).is_ok()
    }
}

/// Whether somebody answered, but not as TLS wants it.
fn is_of_tls(error: &(dyn Error + 'static)) -> bool {
    // What an `io::Error` holds isn't among its sources.
    let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>()
        || held.is_some_and(|held| is_of_tls(held))
        || error.source().is_some_and(is_of_tls)
}
