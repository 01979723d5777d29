//! Requests to `BASE_URL` as a browser makes them, through any proxy.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use outgoing_http::{http_client, is_tls_error};
use reqwest::{Certificate, Client, Method, RequestBuilder, Response, redirect};
use rustls::crypto::ring;
use url::Url;

use super::{Site, Tls};
use crate::with_sources;

const DEADLINE: Duration = Duration::from_secs(5);
/// Shorter than the deadline, to distinguish an unreachable host from one that doesn't respond.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

pub(super) struct Visitor {
    http: Client,
    base_url: Url,
    bind_address: SocketAddr,
}

/// Why there is no response.
pub(super) enum NoResponse {
    /// The connection failed. Has the cause.
    Unreachable(String),
    /// The certificate is trusted, but there was no response in time. Some proxies wait for the app
    /// to start.
    TimedOut,
    /// Browsers would reject the certificate. Has the cause.
    NotTrusted(String),
    /// The server uses http although `BASE_URL` is https.
    PlainHttp,
}

impl Visitor {
    /// Builds a client that trusts the certificates of the system, the extra ones, and the
    /// self-signed one if the site has one.
    pub(super) fn new(site: &Site) -> Result<Self, reqwest::Error> {
        // Fails if a provider is already installed, which is fine.
        let _ = ring::default_provider().install_default();
        let mut http = http_client(&site.base_url, &site.extra_roots)
            .redirect(redirect::Policy::none())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(DEADLINE)
            .pool_max_idle_per_host(0);
        if let Tls::SelfSigned(file) = &site.tls
            && let Ok(pem) = fs::read(file)
        {
            http = http.tls_certs_only([Certificate::from_pem(&pem)?]);
        }
        let (base_url, bind_address) = (site.base_url.clone(), site.bind_address);
        Ok(Self { http: http.build()?, base_url, bind_address })
    }

    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, self.url(path))
    }

    /// Sends a request. Returns a response of any status.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, NoResponse> {
        let error = match request.send().await {
            Ok(response) => return Ok(response),
            Err(error) => error.without_url(),
        };
        if error.is_timeout() && !error.is_connect() {
            return Err(NoResponse::TimedOut);
        }
        if !is_tls_error(&error) {
            return Err(NoResponse::Unreachable(with_sources(&error)));
        }
        let mut plain = self.url("/health/live");
        let _ = plain.set_scheme("http");
        // Keep the port, even if it is the default of https.
        let _ = plain.set_port(self.base_url.port_or_known_default());
        match self.http.get(plain).send().await {
            Ok(_) => Err(NoResponse::PlainHttp),
            Err(_) => Err(NoResponse::NotTrusted(with_sources(&error))),
        }
    }

    fn url(&self, path: &str) -> Url {
        self.base_url.join(path).unwrap_or_else(|_| self.base_url.clone())
    }

    /// Returns whether something listens at `BIND_ADDRESS`.
    pub(super) fn is_app_running(&self) -> bool {
        TcpStream::connect_timeout(&self.bind_address, DEADLINE).is_ok()
    }
}
