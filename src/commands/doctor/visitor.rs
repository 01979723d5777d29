//! Requests to the site as a browser makes them: to `BASE_URL`, through whatever is in front.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use outgoing_http::{http_client, is_tls_error};
use reqwest::{Certificate, Method, RequestBuilder, redirect};
use url::Url;

use crate::config::{CERTIFICATE_FILE, Config, Tls};
use crate::error::with_sources;

const DEADLINE: Duration = Duration::from_secs(5);
/// Shorter, so that a host that isn't there differs from one that doesn't answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

pub(super) struct Visitor {
    http: reqwest::Client,
    base_url: Url,
    bind_address: SocketAddr,
}

/// Why there is no response.
pub(super) enum NoAnswer {
    /// Nothing can be reached.
    Absent(String),
    /// The certificate is trusted, but no response comes in time: some proxies wait for the app to
    /// come back.
    Silent,
    /// Browsers wouldn't trust the certificate.
    NotTrusted(String),
    /// It speaks http where `BASE_URL` says https.
    Plain,
}

impl Visitor {
    /// Trusts what this system does, and the certificate that is made for development.
    pub(super) fn new(config: &Config) -> anyhow::Result<Self> {
        let mut http = http_client(&config.web.base_url, &config.extra_roots)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
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

    /// Sends a request. A response of any status is one.
    pub(super) async fn send(
        &self,
        request: RequestBuilder,
    ) -> Result<reqwest::Response, NoAnswer> {
        let error = match request.send().await {
            Ok(response) => return Ok(response),
            Err(error) => error.without_url(),
        };
        if error.is_timeout() && !error.is_connect() {
            return Err(NoAnswer::Silent);
        }
        if !is_tls_error(&error) {
            return Err(NoAnswer::Absent(with_sources(&error)));
        }
        let mut plain = self.url("/health/live");
        let _ = plain.set_scheme("http");
        // The port stays, also where it is the default of the other scheme.
        let _ = plain.set_port(self.base_url.port_or_known_default());
        match self.http.get(plain).send().await {
            Ok(_) => Err(NoAnswer::Plain),
            Err(_) => Err(NoAnswer::NotTrusted(with_sources(&error))),
        }
    }

    fn url(&self, path: &str) -> Url {
        self.base_url.join(path).unwrap_or_else(|_| self.base_url.clone())
    }

    /// Whether something listens at `BIND_ADDRESS`.
    pub(super) fn is_app_running(&self) -> bool {
        TcpStream::connect_timeout(&self.bind_address, DEADLINE).is_ok()
    }
}
